"""What every form does with a request, with a broken rule, and with secrets."""

import pytest
from werkzeug.datastructures import MultiDict

from compliance.register.documents import Activity
from compliance.support.errors import RuleBroken
from forms.accounts import FirstAdministratorForm, InvitationForm
from forms.choices import Choices
from forms.documents import section_form
from forms.review import ApprovalForm, OpinionForm

FORM = section_form(Activity, ("name", "data", "purposes"), {}, "en")
STORED = {"name": "Payroll", "purposes": [{"key": "aaaa", "label": "Pay salaries"}]}


def test_a_page_that_is_only_read_shows_what_is_stored(bare_app):
    with bare_app.test_request_context("/"):
        form = FORM.from_request(Choices(), STORED)
        assert form["name"].typed == "Payroll"
        assert not form.is_accepted()
        assert form.http_status == 200


def test_a_draft_is_shown_over_what_is_stored(bare_app):
    with bare_app.test_request_context("/"):
        form = FORM.from_request(Choices(), STORED, {"name": ["Payr"]})
        assert form["name"].typed == "Payr"
        assert form["purposes"].rows[0].answers()["label"] == "Pay salaries"


def test_what_is_sent_counts_more_than_the_draft(bare_app):
    with bare_app.test_request_context("/", method="POST", data={"name": "Pay"}):
        form = FORM.from_request(Choices(), STORED, {"name": ["Payr"]})
        assert form.is_accepted()
        assert form.answers()["name"] == "Pay"


def test_a_refused_answer_makes_the_page_a_422(bare_app):
    with bare_app.test_request_context("/", method="POST", data={"name": ""}):
        form = FORM.from_request(Choices(), STORED)
        assert not form.is_accepted()
        assert form.http_status == 422
        assert [blame.id for blame in form.error_summary] == ["f-name"]


@pytest.mark.parametrize("path", ["name", "data", "purposes", "purposes/aaaa/label"])
def test_a_broken_rule_is_said_beside_the_answer_that_caused_it(path):
    form = FORM(Choices(), STORED)
    with form.taking_blame():
        raise RuleBroken("This cannot be.", field=path)
    assert form.errors == {path: ["This cannot be."]}
    assert form.http_status == 422


@pytest.mark.parametrize("path", ["", "owner", "purposes/gone/label"])
def test_a_broken_rule_that_no_answer_caused_goes_on_its_way(path):
    form = FORM(Choices(), STORED)
    with pytest.raises(RuleBroken), form.taking_blame():
        raise RuleBroken("This cannot be.", field=path)


def test_a_form_class_is_made_once_for_a_language():
    words: dict = {}
    assert section_form(Activity, ("name",), words, "en") is section_form(Activity, ("name",), words, "en")
    assert section_form(Activity, ("name",), words, "en") is not section_form(Activity, ("name",), words, "fr")


def test_a_password_is_neither_shown_again_nor_kept_in_a_draft():
    form = FirstAdministratorForm(typed={"password": [" a very long secret "], "email": ["a@example.org"]})
    assert form.answers()["password"] == " a very long secret "
    assert form["password"].typed == ""
    assert "password" not in form.raw()


def test_a_short_password_is_refused():
    form = FirstAdministratorForm(typed={"password": ["short"]})
    assert not form.validate()
    assert form.errors["password"] == ["At least 12 characters; there are 5."]


@pytest.mark.parametrize("typed", ["nobody", "a@", "a b@example.org"])
def test_what_cannot_be_an_address_is_refused(typed):
    form = InvitationForm(typed={"email": [typed]})
    form.validate()
    assert "email" in form.errors


def test_an_approval_does_not_pass_over_a_critical_finding():
    findings = Choices(
        {"critical_findings": [("R052:dd", "No contract", "", False), ("R029", "No condition", "", False)]}
    )
    one = ApprovalForm(findings, typed=MultiDict([("acknowledged", ""), ("acknowledged", "R029")]))
    assert not one.validate()
    both = ApprovalForm(findings, typed=MultiDict([("acknowledged", "R029"), ("acknowledged", "R052:dd")]))
    assert both.validate()


def test_a_reservation_is_put_into_words():
    opinions = Choices(
        {"opinions": [("favourable", "Favourable", "", False), ("reserved", "With reservations", "", False)]}
    )
    assert OpinionForm(opinions, typed={"opinion": ["favourable"], "text": [""]}).validate()
    assert not OpinionForm(opinions, typed={"opinion": ["reserved"], "text": [""]}).validate()
