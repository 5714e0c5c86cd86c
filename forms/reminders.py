"""The forms of the agenda: hand over, put off, and how often something comes round."""

from typing import Any

from wtforms.validators import ValidationError

from compliance.support.documents import Json
from compliance.support.i18n import _, _l
from forms.base import Form
from forms.chosen import CodeField, LinkField
from forms.fields import CountField, DayField, TextField, Words


class HandOverForm(Form):
    """Give due dates to somebody. `Choices.links` needs `person`."""

    owner = LinkField(
        Words(_l("Who answers for it from now on"), _l("They hear of it at the next round of letters.")),
        target="person",
        required=True,
    )

    def email(self) -> str:
        """The address of whoever was chosen."""
        return str(self.owner.data["reference"])


class PutOffForm(Form):
    """Put due dates off until a day, and say why."""

    until = DayField(Words(_l("Until"), _l("On that day it is due again. At most a year from now.")), required=True)
    reason = TextField(
        Words(_l("Why it can wait"), _l("Kept in the journal: an auditor may read it.")),
        several_lines=True,
        max_length=2000,
        required=True,
    )


class RhythmForm(Form):
    """How often a kind of due date comes round and when people hear of it. `Choices` needs the list `silence`."""

    months = CountField(_l("Months between two"), required=True)
    leads = TextField(
        Words(_l("Days before, each with a letter"), _l("Left empty, nothing is announced."), _l("30, 7")),
        max_length=64,
    )
    escalate_after = CountField(
        Words(_l("Days after which the data protection officer hears of it"), _l("Counted from the day it was due.")),
        required=True,
    )
    required = CodeField(_l("May people silence its letters?"), vocabulary="silence", default="may")
    effective_from = DayField(
        Words(
            _l("From which day on"),
            _l("Nothing becomes due before that day because of this change; what was done stays as it was."),
        ),
        required=True,
    )

    def validate_leads(self, field: Any) -> None:
        """Numbers, with commas or spaces between."""
        if not all(word.isdecimal() and len(word) < 6 for word in _words(field.data)):
            raise ValidationError(_("Write numbers of days with commas between, as in 30, 7."))

    def chosen(self) -> Json:
        """The rhythm as the service takes it; what the form did not ask is left out."""
        found = self.answers()
        found["leads"] = tuple(sorted({int(word) for word in _words(found["leads"])}, reverse=True))
        found["is_required"] = found.pop("required", "may") == "must"
        return found


def _words(typed: str) -> list[str]:
    return typed.replace(",", " ").replace(";", " ").split()
