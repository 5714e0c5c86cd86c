"""The pages of the register, one module a family."""

from compliance.register.views import deciding, editing, history, library, lists  # noqa: F401  (each adds its routes)
from compliance.register.views.blueprint import bp
from compliance.register.views.findings import findings_bp

__all__ = ["bp", "findings_bp"]
