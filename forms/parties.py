"""The forms of legal entities and of the systems in which personal data live."""

from compliance.parties.documents import Certification, Party, System
from compliance.regulation.reference import reference
from compliance.support.documents import specs_of
from compliance.support.i18n import _l
from forms.documents import DocumentForm, section_form
from forms.faces import Face, Group

FACES: dict[type, Face] = {
    Party: Face(
        groups=(
            Group(_l("Who answers for data protection there"), ("dpo", "representative")),
            Group(_l("Where data are kept and seen from"), ("hosting_countries", "access_countries")),
            Group(_l("Data Privacy Framework"), ("dpf_checked_on", "dpf_coverage"), ("country", ("US",))),
        ),
    ),
    Certification: Face(_l("Add a certification")),
}


def party_form(language: str) -> type[DocumentForm]:
    """The form of a legal entity."""
    return section_form(Party, tuple(specs_of(Party)), reference().fields["party"], language, FACES)


def new_party_form(language: str) -> type[DocumentForm]:
    """What is asked to begin a legal entity, for instance from within a record."""
    return section_form(Party, ("name", "country", "contact", "email"), reference().fields["party"], language, FACES)


def system_form(language: str) -> type[DocumentForm]:
    """The form of an application, a service or a medium."""
    return section_form(System, tuple(specs_of(System)), reference().fields["system"], language, FACES)


def new_system_form(language: str) -> type[DocumentForm]:
    """What is asked to begin a system."""
    names = ("name", "kind", "provider", "hosting_countries")
    return section_form(System, names, reference().fields["system"], language, FACES)
