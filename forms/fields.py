"""One field for each kind of answer a document may hold; how it looks is in `templates/pieces/form.html`.

Every field keeps three things apart: what is stored (`object_data`), what was typed (`raw_data`, losslessly)
and what it means (`data`, as the document's JSON has it). A field that was not on the page keeps what is stored.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

from email_validator import EmailNotValidError, validate_email
from flask_babel import LazyString
from wtforms.fields import Field
from wtforms.fields.core import Label
from wtforms.validators import ValidationError

from compliance.support.i18n import _, _l
from compliance.support.text import printable
from forms.choices import Choices, Option

Phrase: TypeAlias = str | LazyString


LARGEST_COUNT = 2_000_000_000
ONE_LINE = 255


@dataclass(frozen=True, slots=True)
class Words:
    """What a page says about a field: its name, what is asked and why, an example, the article."""

    label: Phrase
    help: Phrase = ""
    example: Phrase = ""
    article: str = ""


class Answer(Field):
    """What all fields share: words, identifiers that are safe in HTML and CSS, what was typed."""

    kind = "text"
    empty: Any = ""

    def __init__(
        self,
        words: Words | Phrase,
        *,
        required: bool = False,
        autocomplete: str = "",
        default: Any = None,
        **kwargs: Any,
    ) -> None:
        self.words: Words = words if isinstance(words, Words) else Words(words)
        super().__init__(self.words.label, default=self.empty if default is None else default, **kwargs)
        self.required = required
        self.autocomplete = autocomplete
        self.id = "f-" + self.name.replace(":", "-")
        self.label = Label(self.id, self.words.label)
        self.path = self.name.replace(":", "/")

    @property
    def choices(self) -> Choices:
        """The lists brought by the view."""
        choices: Choices = self._form.choices
        return choices

    @property
    def row(self) -> Any:
        """The row this field stands in, or None."""
        return self._form if getattr(self._form, "is_row", False) else None

    @property
    def typed(self) -> str:
        """The text to show again: what was typed if anything was, else what is stored; never what no page may hold."""
        return printable(self.raw_data[0] if self.raw_data else self.written(self.data)[0])

    @property
    def is_answered(self) -> bool:
        """Whether there is something to show; a plain no is an answer."""
        return self.data not in (None, "", []) or any(raw.strip() for raw in self.raw_data or ())

    def in_words(self) -> str:
        """The answer as a few words that can name a row; empty where it has none."""
        return ""

    def leaves(self) -> Iterator["Answer"]:
        """The fields that can carry an error of their own."""
        yield self

    def shapes(self) -> Iterable["Answer"]:
        """The fields this one is made of, one of each."""
        return (self,)

    def answer(self) -> Any:
        """The answer as the document's JSON has it."""
        return self.data

    def raw(self) -> dict[str, list[str]]:
        """What a browser would send for this field as it is shown."""
        return {self.name: list(self.raw_data) if self.raw_data else self.written(self.data)}

    def written(self, value: Any) -> list[str]:
        """A stored value as a browser would send it."""
        return ["" if value is None else str(value)]

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Understand what was typed; a field that is not on the page keeps what is stored."""
        if valuelist:
            self.data = self.empty
            self.data = self.understand(valuelist[0].strip())

    def understand(self, typed: str) -> Any:
        """The meaning of one typed text, or ValueError with a sentence."""
        return typed

    def pre_validate(self, form: Any) -> None:
        """Refuse an empty answer where one is required."""
        if self.required and self.data == self.empty and not self.process_errors:
            raise ValidationError(_("“%(label)s” is required.", label=str(self.words.label)))


class TextField(Answer):
    """Words on one line, or on several."""

    def __init__(
        self,
        words: Words | Phrase,
        *,
        max_length: int = ONE_LINE,
        several_lines: bool = False,
        type_: str = "text",
        **kwargs: Any,
    ) -> None:
        super().__init__(words, **kwargs)
        self.max_length = max_length
        self.several_lines = several_lines
        self.input_type = type_

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Take the words, lines joined by a plain line feed, without the characters nobody can see."""
        if not valuelist:
            return
        typed = valuelist[0].replace("\r\n", "\n").replace("\r", "\n")
        self.data = printable(typed).strip()
        if len(printable(typed)) != len(typed):
            raise ValueError(_("Invisible characters were taken out of this answer. Read it again, then save."))

    def in_words(self) -> str:
        """The words themselves."""
        return str(self.data)

    @property
    def lines(self) -> int:
        """How many lines to show at first; 0 for a one-line input, which would lose line breaks."""
        shown = self.typed
        if not self.several_lines and self.max_length <= ONE_LINE and "\n" not in shown:
            return 0
        needed = sum(1 + len(line) // 70 for line in shown.split("\n"))
        return min(12, max(3 if self.several_lines else 1, needed))

    def pre_validate(self, form: Any) -> None:
        """Refuse more words than the document can hold; they stay in the field."""
        super().pre_validate(form)
        if (length := len(self.data)) > self.max_length:
            raise ValidationError(
                _("At most %(most)s characters; there are %(count)s.", most=self.max_length, count=length)
            )


class EmailField(TextField):
    """An e-mail address, checked by its form only."""

    def __init__(self, words: Words | Phrase, **kwargs: Any) -> None:
        super().__init__(words, type_="email", **{"autocomplete": "email", **kwargs})

    def pre_validate(self, form: Any) -> None:
        """Refuse what cannot be an address."""
        super().pre_validate(form)
        if not self.data:
            return
        try:
            validate_email(self.data, check_deliverability=False)
        except EmailNotValidError as error:
            raise ValidationError(_("This is not an e-mail address. It looks like name@example.org.")) from error


class SecretField(Answer):
    """A password or a code: taken as it is, never shown again, never kept in a draft."""

    kind = "secret"

    def __init__(self, words: Words | Phrase, *, min_length: int = 0, **kwargs: Any) -> None:
        super().__init__(words, **kwargs)
        self.min_length = min_length

    @property
    def typed(self) -> str:
        """Nothing: a secret is not sent back."""
        return ""

    def raw(self) -> dict[str, list[str]]:
        """Nothing: a secret is not kept in a draft."""
        return {}

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Take the secret as it is: a space may be part of it."""
        if valuelist:
            self.data = valuelist[0]

    def pre_validate(self, form: Any) -> None:
        """Refuse a secret that is too short."""
        super().pre_validate(form)
        if self.data and len(self.data) < self.min_length:
            raise ValidationError(
                _("At least %(least)s characters; there are %(count)s.", least=self.min_length, count=len(self.data))
            )


class DayField(Answer):
    """A calendar date, ISO."""

    kind = "day"

    def understand(self, typed: str) -> str:
        """The date as year-month-day."""
        try:
            return date.fromisoformat(typed).isoformat() if typed else ""
        except ValueError as error:
            raise ValueError(_("This is not a date. Write year, month, day, as in 2026-11-23.")) from error

    @property
    def is_readable(self) -> bool:
        """Whether the browser's own date field can show what was typed; if not, a plain one must."""
        return not self.process_errors


class CountField(Answer):
    """A whole number, zero or more."""

    kind = "count"
    empty = None

    def understand(self, typed: str) -> int | None:
        """The number, with or without spaces between thousands."""
        digits = "".join(typed.split())
        if not digits:
            return None
        if not digits.isdecimal():
            raise ValueError(_("This is not a whole number. Write digits only, as in 1200."))
        if len(digits) > 10 or int(digits) > LARGEST_COUNT:
            raise ValueError(_("This number is too large."))
        return int(digits)


class FlagField(Answer):
    """Yes, no, or nobody has said: three states, so never a checkbox."""

    kind = "flag"
    empty = None
    MEANING = {"yes": True, "no": False, "": None}
    WORDS = {"yes": _l("Yes"), "no": _l("No"), "": _l("Not said")}

    def written(self, value: Any) -> list[str]:
        """The code of the answer."""
        return [{True: "yes", False: "no"}.get(value, "")]

    def understand(self, typed: str) -> bool | None:
        """True, False, or None when nobody has said."""
        if typed not in self.MEANING:
            raise ValueError(_("Choose yes, no or not said."))
        return self.MEANING[typed]

    def options(self) -> list[tuple[Option, bool]]:
        """The three answers, each with whether it is chosen."""
        shown = self.typed if self.typed in self.MEANING else ""
        return [(Option(code, words), code == shown) for code, words in self.WORDS.items()]
