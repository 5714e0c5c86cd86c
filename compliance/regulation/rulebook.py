"""The book in which rules are entered: a rule asks one question of one part of a document.

A rule is a pure function of (part, context). Its first parameter's type says of which part it is asked, so
that a rule on `Purpose` is asked of each purpose. It answers False, True, a severity, or a `Hit` that also
carries words for the message. Its own words are in `data/rules.toml` under the same name.
"""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from compliance.regulation.reference import RuleText
from compliance.support.documents import parts_of

BLOCKER, CRITICAL, ERROR, WARNING, INFO = "blocker", "critical", "error", "warning", "info"
SEVERITIES = (BLOCKER, CRITICAL, ERROR, WARNING, INFO)


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule's answer when a plain yes does not say enough: a severity of its own, a row, words for the message."""

    severity: str = ""
    params: dict[str, str] = field(default_factory=dict)
    path: str = ""


Answer = bool | str | Hit
Rule = Callable[[Any, Any], Answer]


@dataclass(frozen=True, slots=True)
class Finding:
    """What the X-ray found: which rule, how grave, where (list and row key), which field mends it."""

    rule: str
    severity: str
    rows: str
    row_key: str
    path: str
    params: dict[str, str]

    @property
    def is_blocker(self) -> bool:
        """Whether the record cannot be approved while this stands."""
        return self.severity == BLOCKER


class Rulebook:
    """Rules by name, and how to ask them."""

    def __init__(self, texts: Callable[[], Any]) -> None:
        self._texts = texts
        self.rules: dict[str, Rule] = {}
        self._part: dict[str, type] = {}
        self._asked: dict[tuple[str, frozenset[str], int], dict[type, list[tuple[Rule, RuleText]]]] = {}

    def rule(self, name: str) -> Callable[[Rule], Rule]:
        """Enter a rule under its name; the same name twice is a mistake of ours."""

        def enter(question: Rule) -> Rule:
            if name in self.rules:
                raise ValueError(f"rule {name} is entered twice")
            self.rules[name] = question
            self._part[name] = next(iter(inspect.signature(question).parameters.values())).annotation
            return question

        return enter

    def examine(self, document: Any, context: Any, *, role: str, packs: frozenset[str]) -> list[Finding]:
        """Ask every rule that applies to this role and these national packs; the gravest findings first."""
        asked = self._applicable(role, packs)
        findings = [
            _finding(text, answer, rows, key)
            for part, rows, key in parts_of(document)
            for question, text in asked.get(type(part), ())
            if (answer := question(part, context))
        ]
        return sorted(findings, key=lambda f: (SEVERITIES.index(f.severity), f.rule))

    def _applicable(self, role: str, packs: frozenset[str]) -> dict[type, list[tuple[Rule, RuleText]]]:
        """By kind of part; worked out once for a role and its packs."""
        asked = self._asked.get((role, packs, len(self.rules)))
        if asked is None:
            asked = self._asked[role, packs, len(self.rules)] = {}
            for name, question in self.rules.items():
                text = self._texts()[name]
                if role in text.applies_to and (text.pack == "eu" or text.pack in packs):
                    asked.setdefault(self._part[name], []).append((question, text))
        return asked

    def __iter__(self) -> Iterator[str]:
        return iter(self.rules)


def _finding(text: RuleText, answer: Answer, rows: str, key: str) -> Finding:
    hit = answer if isinstance(answer, Hit) else Hit(answer if isinstance(answer, str) else "")
    path = "/".join(piece for piece in (rows, key, hit.path or text.mends) if piece)
    return Finding(text.id, hit.severity or text.severity, rows, key, path, hit.params)
