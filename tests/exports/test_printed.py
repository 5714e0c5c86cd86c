"""The register as a book: each letter of Art. 30 stands there, in both languages, and nothing is taken for granted."""

import functools
import io
import re
from dataclasses import replace

import pytest
from pypdf import PdfReader

from compliance.exports.entries import ALL, RegisterEntry
from compliance.exports.printed import write_pdf
from compliance.register.documents import Activity, Client, JointController, SystemUse
from compliance.support.documents import Link
from tests.exports.makers import acknowledged, endless, entry, hosting, kept, make_frame, many, payroll


def book(*entries: RegisterEntry, language: str = "fr", status: str = "approved") -> bytes:
    return kept(write_pdf, iter(entries), make_frame(language=language, status=status, total=len(entries)))


def text_of(content: bytes) -> str:
    """The words of a PDF, on one line."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


@functools.cache
def payroll_text(language: str) -> str:
    return text_of(book(entry(payroll(), findings=(acknowledged(),)), language=language))


def between(text: str, first: str, last: str) -> str:
    return text[text.index(first) : text.index(last)]


LETTERS = {
    "a": ("Manufacture du Chêne", "Anaïs Güneş"),
    "b": ("Établir la paie", "Verser les salaires", "C. trav. L3243-2"),
    "c": ("Salariés en poste", "180", "Nom, prénom", "Arrêts de travail"),
    "d": ("Urssaf", "Comptabilité", "PaySoft"),
    "e": ("PaySoft Inc.",),
    "f": ("versement", "jusqu’à la reprise"),
    "g": ("Chiffrement des bulletins", "Revue des habilitations"),
}


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("letter", LETTERS)
def test_each_letter_of_the_article_says_what_the_record_says(letter: str, language: str) -> None:
    text = payroll_text(language)
    mark = re.compile(rf"\({letter}\) \S.*?30\(1\)\({letter}\)")
    found = mark.search(text)
    assert found
    following = f"30(1)({chr(ord(letter) + 1)})"
    said = text[found.end() : text.index(following)] if letter != "g" else text[found.end() :]
    assert [words for words in LETTERS[letter] if words not in said] == []


def test_the_words_around_the_answers_are_in_the_language_asked_for() -> None:
    french, english = payroll_text("fr"), payroll_text("en")
    for said, unsaid, words in (
        (french, english, "Finalités du traitement"),
        (english, french, "Purposes of the processing"),
    ):
        assert words in said
        assert words not in unsaid
    assert "Obligation légale" in french
    assert "5 ans à compter de : versement" in french.replace("\u00a0", " ")
    assert "5 years from: versement" in english
    assert "12 sept. 2026" in french
    assert "12 Sept 2026" in english
    assert "États-Unis" in french
    assert "United States" in english


def test_the_cover_says_whose_register_it_is_as_of_when_and_what_is_inside() -> None:
    cover = PdfReader(io.BytesIO(book(entry(payroll())))).pages[0].extract_text()
    for words in (
        "Manufacture du Chêne",
        "552 100 554",
        "12 rue de l’Œuvre",
        "Zoé Lefèvre",
        "Anaïs Güneş",
        "dpo@chene.example",
    ):
        assert words in cover
    assert "23 novembre 2026, 09:00 UTC+01:00" in cover
    assert "La version approuvée de chaque fiche" in cover
    assert "Page" not in cover


def test_the_cover_tells_a_working_register_from_the_approved_one() -> None:
    said = text_of(book(entry(payroll(), state="draft", approved_on=""), status=ALL, language="en"))
    assert "Every record in its working version" in said
    assert "The approved version" not in said
    assert "Draft · Never approved" in said


def test_a_part_of_the_register_does_not_pass_for_the_whole() -> None:
    frame = make_frame(selection="Service : Ressources humaines")
    cover = " ".join(
        PdfReader(io.BytesIO(kept(write_pdf, iter([entry(payroll())]), frame))).pages[0].extract_text().split()
    )
    assert "Sélection, et non le registre entier Service : Ressources humaines" in cover
    assert "Sélection" not in payroll_text("fr")


def test_open_critical_findings_stand_with_their_acknowledgement() -> None:
    said = payroll_text("fr").replace("\u00a0", " ")
    assert "Constat critique ouvert PaySoft : aucun contrat de sous-traitance (art. 28(3))" in said
    assert "pris en compte par Anaïs Güneş le 20 nov. 2026 ; négociation en cours" in said
    assert "action prévue pour le 31 janv. 2027" in said


def test_a_finding_that_nobody_acknowledged_is_said_to_be_so() -> None:
    bare = replace(acknowledged(), acknowledged_by="", reason="", due_on="")
    assert "not acknowledged" in text_of(book(entry(payroll(), findings=(bare,)), language="en"))


def test_a_record_of_a_processor_follows_the_other_paragraph() -> None:
    said = text_of(book(entry(hosting())))
    assert [letter for letter in "abcd" if f"30(2)({letter})" not in said] == []
    assert "30(1)" not in said
    assert "Commune de Nîmes" in between(said, "30(2)(a)", "30(2)(b)")
    assert "Hébergement et sauvegarde des dossiers" in between(said, "30(2)(b)", "30(2)(c)")
    assert "aucune donnée ne sort" in between(said, "30(2)(c)", "30(2)(d)")


def test_what_nobody_said_is_not_read_as_a_no() -> None:
    said = text_of(book(entry(Activity(name="Vide"))))
    assert "Non renseigné" in between(said, "30(1)(e)", "30(1)(f)")
    assert "aucune donnée ne sort" not in said
    assert said.count("Non renseigné") >= 7


def test_a_stated_none_is_not_read_as_silence() -> None:
    none = Activity(
        name="Vide", recipients_none=True, processors_none=True, outside_eea=False, measures_absence="En cours"
    )
    said = text_of(book(entry(none)))
    assert "personne ne reçoit ces données" in between(said, "30(1)(d)", "30(1)(e)")
    assert "aucun sous-traitant" in between(said, "30(1)(d)", "30(1)(e)")
    assert "Non renseigné" not in between(said, "30(1)(d)", "30(1)(f)")
    assert "pour la raison suivante : En cours" in said.replace("\u00a0", " ")


def test_data_that_leave_without_a_destination_are_told() -> None:
    said = text_of(book(entry(Activity(name="Vide", outside_eea=True)), language="en"))
    assert "data leave the European Economic Area, but not where to" in said


def test_what_no_letter_asks_follows_after_them() -> None:
    said = payroll_text("fr")
    beyond = said[said.index("Au-delà de l’article 30") :]
    assert "SIRH Étoile" in beyond
    assert "Note remise à l’embauche" in beyond


def test_no_answer_is_left_out_whatever_the_role() -> None:
    """A controller's record may carry clients, a processor's one joint controllers: they are answers all the same."""
    odd = payroll(
        clients=(Client("c1", Link("party", "P-1", "Client Égaré"), "contact égaré"),),
        joint_controllers=(JointController("j1", Link("party", "P-2", "Associé")),),
        systems=(SystemUse("y1", None, "tableur posé là"),),
    )
    for role in ("controller", "joint", "processor"):
        said = text_of(book(entry(replace(odd, role=role))))
        for words in (
            "Client Égaré",
            "contact égaré",
            "Associé",
            "tableur posé là",
            "Établir la paie",
            "Urssaf",
            "Arrêts de travail",
        ):
            assert words in said, (role, words)


def test_internal_notes_stay_inside() -> None:
    assert "personne ne doit lire" not in payroll_text("fr")


def test_a_record_without_end_is_printed_whole() -> None:
    said = text_of(book(entry(endless())))
    assert all(f"Autorité {n}" in said for n in range(130))
    assert all(f"Finalité {n} :" in said.replace("\u00a0", " ") for n in range(12))
    assert said.count("La conservation répond") >= 90 + 12 * 20 + 60 * 3


def test_progress_goes_up_to_the_end() -> None:
    seen: list[tuple[int, int]] = []
    frame = make_frame(total=12)
    kept(write_pdf, many(12), frame, lambda done, total: seen.append((done, total)))
    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == ((4, 12), (12, 12))


def test_an_empty_register_says_so() -> None:
    said = text_of(book(language="en"))
    assert "There is no record to show." in said


def test_the_same_register_has_the_same_bytes() -> None:
    assert book(entry(payroll())) == book(entry(payroll()))
