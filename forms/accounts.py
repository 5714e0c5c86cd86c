"""The forms of the organisation, its departments and its people. Signing in has the sign-in library's own forms."""

from wtforms.validators import ValidationError

from compliance.accounts.documents import Organisation
from compliance.regulation.reference import reference
from compliance.support.documents import Json, specs_of
from compliance.support.i18n import _, _l
from forms.base import Form
from forms.chosen import CodeField, CodesField, LinkField
from forms.documents import DocumentForm, section_form
from forms.faces import Face, Group
from forms.fields import DayField, EmailField, SecretField, TextField, Words

PASSWORD_LENGTH = 12

FACES: dict[type, Face] = {
    Organisation: Face(
        groups=(
            Group(
                _l("Outside the European Economic Area"),
                ("targets_eea", "representative"),
                ("eea_established", ("no",)),
            ),
            Group(
                _l("The data protection officer"),
                ("dpo_name", "dpo_contact", "dpo_designation_number", "dpo_designated_on"),
                ("dpo_designated", ("yes",)),
            ),
        ),
        autocomplete={
            "name": "organization", "address": "street-address", "country": "country", "email": "email", "phone": "tel",
            "website": "url",
        },
    ),
}  # fmt: skip


def organisation_form(language: str) -> type[DocumentForm]:
    """The form of the organisation that keeps the register, Art. 30(1)(a)."""
    names = tuple(specs_of(Organisation))
    return section_form(Organisation, names, reference().fields["organisation"], language, FACES)


class DepartmentForm(Form):
    """A department. `Choices.links` needs `department`."""

    name = TextField(_l("Name of the department"), required=True)
    parent = LinkField(
        Words(_l("Part of"), _l("The larger department it belongs to, if there is one.")), target="department"
    )

    def called(self) -> str:
        """The name."""
        return str(self.name.data)

    def below(self) -> str:
        """The reference of the department it belongs to; empty at the top."""
        return str(self.parent.data["reference"]) if self.parent.data else ""


class NewcomerForm(Form):
    """Who is to be let in. `Choices` needs the list `languages`."""

    email = EmailField(
        Words(_l("E-mail address"), _l("The person signs in with it. No letter is sent: you hand over the link.")),
        required=True,
        autocomplete="off",
    )
    name = TextField(_l("Name"), required=True, autocomplete="off")
    language = CodeField(_l("Language"), vocabulary="languages", default="fr")


class RolesForm(Form):
    """What somebody may do here. `Choices` needs the lists `member_roles` and `departments`."""

    roles = CodesField(
        Words(_l("Roles"), _l("What the person may see and do here; several may be given.")),
        vocabulary="member_roles",
        required=True,
    )
    departments = CodesField(
        Words(
            _l("Departments"),
            _l("For department heads and contributors: the departments whose records they see, with all below them."),
        ),
        vocabulary="departments",
    )
    until = DayField(Words(_l("Access ends on"), _l("The last day. Left empty, access does not end.")))

    def given(self) -> Json:
        """The roles and the departments, as the service takes them."""
        return {"role_codes": self.roles.answer(), "departments": self.departments.answer()}

    def last_day(self) -> str:
        """The last day of access, ISO; empty when there is none."""
        return str(self.until.data)


class InvitationForm(NewcomerForm, RolesForm):
    """A person to let in, and what they may do."""

    def invited(self) -> Json:
        """The person and what they may do, as the service takes them."""
        return {"email": self.email.data, "name": self.name.data, "language": self.language.data, **self.given()}


class ApprovalForm(Form):
    """How approval works. `Choices` needs the list `self_approval`."""

    self_approval = CodeField(
        Words(
            _l("May somebody approve what they submitted themselves?"),
            _l("Where one person does everything there is no other way; elsewhere, a second pair of eyes is proof."),
        ),
        vocabulary="self_approval",
        default="auto",
    )


class PlaceForm(Form):
    """Language and time zone of the organisation. `Choices` needs the lists `languages` and `zones`."""

    language = CodeField(
        Words(_l("Language"), _l("For exports, letters and people who have not chosen their own.")),
        vocabulary="languages",
        default="fr",
    )
    zone = CodeField(
        Words(_l("Time zone"), _l("In which days begin and end, and hours are shown.")),
        vocabulary="zones",
        default="Europe/Paris",
    )


class TermForm(Form):
    """An entry of the organisation's own in a reference list."""

    fr = TextField(_l("In French"))
    en = TextField(Words(_l("In English"), _l("One language is enough: it then stands for the other.")))


class NewPasswordForm(Form):
    """A password to set, typed twice because nobody sees it."""

    password = SecretField(
        Words(_l("Password"), _l("At least 12 characters. A sentence is easier to remember than a word.")),
        min_length=PASSWORD_LENGTH,
        required=True,
        autocomplete="new-password",
    )
    repeated = SecretField(_l("The same password again"), required=True, autocomplete="new-password")

    def validate_repeated(self, field: SecretField) -> None:
        """Refuse two that differ."""
        if field.data != self.password.data:
            raise ValidationError(_("The two passwords differ."))

    def chosen(self) -> str:
        """The password, as it was typed."""
        return str(self.password.data)


class FirstAdministratorForm(Form):
    """What is asked once, when the program is new."""

    organisation = TextField(_l("Name of the organisation"), required=True, autocomplete="organization")
    name = TextField(_l("Your name"), required=True, autocomplete="name")
    email = EmailField(_l("Your e-mail address"), required=True, autocomplete="username")
    password = SecretField(
        Words(_l("Password"), _l("At least 12 characters. A sentence is easier to remember than a word.")),
        min_length=PASSWORD_LENGTH,
        required=True,
        autocomplete="new-password",
    )
    code = SecretField(
        Words(_l("One-time code"), _l("The program printed it when it started, so that only its operator can begin.")),
        required=True,
        autocomplete="one-time-code",
    )
