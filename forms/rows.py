"""A list of rows in a form: each row is known by its key, so that nothing shifts when somebody else adds one.

The names on the page are `purposes:<key>:label`, `purposes:<key>:position`, and `purposes:shown`: the keys of the
rows that stood on the page when it was made. A key that is shown and not sent back is a row this person removed;
a stored key that was never shown is a row somebody else has added since, and is left alone. (WTForms' `FieldList`
pairs rows by their place and would give one person's words to another person's row.)
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from wtforms.form import BaseForm
from wtforms.utils import unset_value

from compliance.support.documents import Json
from forms.drafts import Raw, place, row_keys
from forms.faces import Face, Part, parts_of_form
from forms.fields import Answer, Phrase, Words

#: What a row template on the page bears in place of a key; `rows.js` puts a fresh key there.
PLACEHOLDER = "__key__"


class RowForm(BaseForm):
    """The fields of one row."""

    is_row = True

    def __init__(self, owner: "RowListField", key: str, *, is_stored: bool = False) -> None:
        self.owner = owner
        self.key = key
        self.is_stored = is_stored
        self.choices = owner.choices
        self.number = 0
        self.position = ""
        super().__init__(owner.row_fields, prefix=f"{owner.name}:{key}:")

    @property
    def prefix(self) -> str:
        """What the names of the row's fields begin with."""
        prefix: str = self._prefix
        return prefix

    @property
    def id(self) -> str:
        """The row's own identifier on the page."""
        return f"row-{self.owner.name}-{self.key}"

    @property
    def title(self) -> str:
        """The row in words: what it is, and its place."""
        return f"{self.owner.one} {self.number}"

    @property
    def name(self) -> str:
        """What the row calls itself: its first answer in words, cut short."""
        for field in self:
            shown: str = field.in_words()
            if shown:
                return shown[:80]
        return ""

    def parts(self) -> list[Part]:
        """The fields as the page shows them: some always, some in groups."""
        return parts_of_form(self, self.owner.face)

    def is_blank(self) -> bool:
        """Whether nothing at all was answered."""
        return not any(field.is_answered for field in self)

    def answers(self) -> Json:
        """The row as the document's JSON has it."""
        return {"key": self.key, **{name: field.answer() for name, field in self._fields.items()}}

    def raw(self) -> Raw:
        """What a browser would send for this row."""
        sent = {f"{self.prefix}position": [self.position or str(self.number)]}
        for field in self:
            sent.update(field.raw())
        return sent


class RowListField(Answer):
    """A list of rows, in the order of their positions."""

    kind = "rows"
    empty: Any = []

    def __init__(
        self, words: Words | Phrase, *, one: Phrase, row_fields: Mapping[str, Any], face: Face, **kwargs: Any
    ) -> None:
        super().__init__(words, **kwargs)
        self.one = one
        self.row_fields = row_fields
        self.face = face
        self.rows: list[RowForm] = []
        self.shown: list[str] = []

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        """Read the stored rows and, over them, those that were sent."""
        self.process_errors: list[Any] = []
        self.object_data = self.data = [] if data is unset_value or data is None else data
        stored = {item["key"]: item for item in self.object_data}
        sent = self._sent(formdata)
        if sent is None:
            self.shown, order = list(stored), list(stored)
        else:
            unseen = [key for key in stored if key not in self.shown and key not in sent]
            self.shown += unseen
            order = sorted(sent, key=lambda key: place(formdata.get(f"{self.name}:{key}:position", ""))) + unseen
        self.rows = [self._row(key, stored.get(key), formdata if sent and key in sent else None) for key in order]
        self._number()

    def _sent(self, formdata: Any) -> list[str] | None:
        """The keys of the rows that were sent, or None when the list was not on the page."""
        if formdata is None:
            return None
        sent = row_keys(formdata, self.name)
        marker = formdata.getlist(f"{self.name}:shown")
        if not sent and not marker:
            return None
        self.shown = " ".join(marker).split() if marker else list(sent)
        return sent

    def _row(self, key: str, stored: Json | None, formdata: Any) -> RowForm:
        row = RowForm(self, key, is_stored=stored is not None)
        row.process(formdata, data=stored)
        if formdata is not None:
            row.position = formdata.get(f"{row.prefix}position", "")
        return row

    def _number(self) -> None:
        for number, row in enumerate(self.rows, 1):
            row.number = number

    def blank_row(self) -> RowForm:
        """A row without answers, for the page's own template."""
        return self._row(PLACEHOLDER, None, None)

    def row_by_key(self, key: str) -> RowForm | None:
        """The row of that key."""
        return next((row for row in self.rows if row.key == key), None)

    def kept(self) -> list[RowForm]:
        """The rows that count: a new one in which nothing was written is not one."""
        return [row for row in self.rows if row.is_stored or not row.is_blank()]

    def validate(self, form: Any, extra_validators: Iterable[Any] = ()) -> bool:
        """Validate the rows that count."""
        self.errors: list[Any] = []
        accepted = [row.validate() for row in self.kept()]  # every row, so that every error is said at once
        return all(accepted)

    def leaves(self) -> Iterator[Answer]:
        """The list itself, then every field of every row."""
        yield self
        for row in self.rows:
            yield from row

    def shapes(self) -> Iterable[Answer]:
        """The fields of a row."""
        return list(self.blank_row())

    @property
    def is_answered(self) -> bool:
        """Whether there is a row."""
        return bool(self.rows)

    def answer(self) -> list[Json]:
        """The rows as the document's JSON has them."""
        return [row.answers() for row in self.kept()]

    def raw(self) -> Raw:
        """What a browser would send for the whole list."""
        sent = {f"{self.name}:shown": [" ".join(self.shown)]}
        for row in self.rows:
            sent.update(row.raw())
        return sent
