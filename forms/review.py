"""The forms by which people decide: approve or refuse, give an opinion, accept a gap, plan an action.

The controller decides, the data protection officer advises (Arts 24, 35(2), 38(6), 39): the opinion and the
decision are two forms.
"""

from collections.abc import Mapping
from typing import Any

from wtforms.validators import ValidationError

from compliance.support.i18n import _, _l
from forms.base import Form
from forms.chosen import CodeField, CodesField, LinkField
from forms.fields import DayField, TextField, Words

LONG = 10_000


class SubmitForm(Form):
    """Send a record for approval, with a word to the one who decides."""

    comment = TextField(
        Words(_l("A word to the person who decides"), _l("What changed and why, if that needs saying.")),
        several_lines=True,
        max_length=LONG,
    )


class ApprovalForm(Form):
    """Approve, each critical finding being acknowledged. `Choices` needs the list `critical_findings`."""

    acknowledged = CodesField(
        Words(
            _l("Critical findings"),
            _l("Each stays open after approval, with its action. Tick each one to say that you know of it."),
        ),
        vocabulary="critical_findings",
    )
    reason = TextField(_l("Remark kept with the decision"), several_lines=True, max_length=LONG)

    def validate_acknowledged(self, field: Any) -> None:
        """An approval must not pass over a critical finding."""
        if set(self.choices.options("critical_findings")) - set(field.data):
            raise ValidationError(_("Tick each critical finding, or do not approve yet."))


class RefusalForm(Form):
    """Refuse, and say why: the author reads it."""

    reason = TextField(
        Words(_l("Why it is refused"), _l("The author reads this. Say what would make it acceptable.")),
        several_lines=True,
        max_length=LONG,
        required=True,
    )


class OpinionForm(Form):
    """The opinion of the data protection officer. `Choices` needs the list `opinions`."""

    opinion = CodeField(Words(_l("Opinion"), article="39(1)"), vocabulary="opinions", required=True)
    text = TextField(
        Words(_l("In words"), _l("Kept, dated and signed with your name, beside the decision.")),
        several_lines=True,
        max_length=LONG,
    )

    def validate_text(self, field: Any) -> None:
        """A reservation that is not said helps nobody."""
        if self.opinion.data and self.opinion.data != "favourable" and not field.data:
            raise ValidationError(_("Say what the reservation is."))


class WaiverForm(Form):
    """Accept a gap for a time, and say why."""

    reason = TextField(
        Words(_l("Why the gap is accepted"), _l("An auditor will read it.")),
        several_lines=True,
        max_length=LONG,
        required=True,
    )
    until = DayField(Words(_l("Until"), _l("On that day the finding comes back.")), required=True)


class ActionForm(Form):
    """Something to be done, by whom and by when. `Choices.links` needs `person`."""

    title = TextField(_l("What is to be done"), max_length=500, required=True)
    owner = LinkField(_l("By whom"), target="person", required=True)
    due_on = DayField(_l("By when"), required=True)
    evidence = TextField(
        Words(_l("What will show that it is done"), example=_l("the signed contract, a screenshot, a test report")),
        several_lines=True,
        max_length=LONG,
    )


class ActionDoneForm(Form):
    """An action is done, and what shows it."""

    done_on = DayField(_l("Done on"), required=True)
    evidence = TextField(_l("What shows that it is done"), several_lines=True, max_length=LONG, required=True)


def look_form(sections: Mapping[str, str]) -> type[Form]:
    """The form of a review: of each section, by its title, whether it is still true, and a name.

    `Choices` needs `look_answers`.
    """
    fields: dict[str, Any] = {}
    for name, title in sections.items():
        fields[f"said_{name}"] = CodeField(
            _l("%(title)s: is this still true?", title=title), vocabulary="look_answers", required=True
        )
        fields[f"note_{name}"] = TextField(
            Words(_l("What is left to correct"), _l("Where it is not corrected yet: this becomes an action.")),
            several_lines=True,
            max_length=500,
        )
    fields["signed_by"] = TextField(
        Words(_l("Sign with your name"), _l("As in your account. Kept with today’s date; an auditor will read it.")),
        required=True,
    )
    return type("LookForm", (Form,), fields)
