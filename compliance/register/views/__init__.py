"""The pages of the register, one module a family."""

from compliance.register.views import (  # noqa: F401  (each adds its routes)
    deciding,
    editing,
    history,
    library,
    lists,
    looking,
)
from compliance.register.views.blueprint import bp
from compliance.register.views.findings import findings_bp

__all__ = ["bp", "findings_bp"]
