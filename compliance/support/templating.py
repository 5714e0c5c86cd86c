"""Templates in the person's language: each is compiled once per language, its fixed words already said."""

from typing import Any

from flask.templating import Environment
from jinja2 import Template, nodes
from jinja2.visitor import NodeTransformer

from compliance.support.i18n import catalogue, language_now


class _Saying(NodeTransformer):
    """Puts the words of one language where a template asks for fixed ones: a page asks some four hundred times."""

    def __init__(self, language: str) -> None:
        self.words = catalogue(language)

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 — the name by which the visitor finds it
        self.generic_visit(node)
        match node:
            case nodes.Call(
                node=nodes.Name(name="_"),
                args=[nodes.Const(value=str(words))],
                kwargs=[],
                dyn_args=None,
                dyn_kwargs=None,
            ):
                said = nodes.Const(self.words.gettext(words) % {}, lineno=node.lineno)
                return nodes.MarkSafeIfAutoescape(said, lineno=node.lineno)
        return node


class SpokenEnvironment(Environment):
    """An environment that hands every template to its overlay for the language of the page."""

    language = ""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.spoken: dict[str, SpokenEnvironment] = {}

    def get_template(self, *args: Any, **options: Any) -> Template:
        """The template in the language of this request or task."""
        return super(SpokenEnvironment, self._in(language_now())).get_template(*args, **options)

    def _in(self, language: str) -> "SpokenEnvironment":
        if language not in self.spoken:
            overlay = self.overlay()
            overlay.language = language
            self.spoken[language] = overlay
        return self.spoken[language]

    def _generate(self, source: nodes.Template, *args: Any, **options: Any) -> str:
        # The hook that the library keeps for another way to generate.
        return super()._generate(_Saying(self.language).visit(source) if self.language else source, *args, **options)
