"""The field catalogue says something about every field of every document, and about nothing else."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator

import pytest

from compliance.accounts.documents import Organisation
from compliance.parties.documents import Party, System
from compliance.register.documents import SECTIONS, Activity
from compliance.regulation.reference import DATA, FieldText, reference
from compliance.support.documents import FLAG, KEY, specs_of

DOCUMENTS = {"activity": Activity, "organisation": Organisation, "party": Party, "system": System}
LANGUAGES = ("en", "fr")

#: A French sign without its no-break space; the colon of a web address needs none.
BAD_FRENCH = re.compile(r"(?<![\u00a0\u202f])(?:[;?!»]|:(?!//))|«(?![\u00a0\u202f])")
#: A help that makes clear what a yes means.
STATEMENT = re.compile(r"\b(?:[Ss]ay whether|[Aa]nswer yes)\b")
#: A text other than the GDPR stands before its articles, named as readers of both languages know it.
TEXT = r"\(UE\) \d{4}/\d+|2002/58/CE|loi 78-17"
ARTICLE = re.compile(TEXT + r"|(?:(?:C\. conso\.|C\. trav\.|CSP) )?[LRD]?\d+[a-z]?(?:-\d+)*(?:\((?:\d+|[a-z])\))*")


def names_of(document: type, above: str = "") -> Iterator[tuple[str, str]]:
    """Each entry a document calls for, with the kind of answer its field takes."""
    for spec in specs_of(document).values():
        if spec.kind != KEY:
            yield above + spec.name, spec.kind
        if spec.row:
            yield f"{spec.name}.row", ""
            yield from names_of(spec.row, f"{spec.name}.")


def expected(name: str) -> set[str]:
    sections = {f"sections.{section}" for section in SECTIONS} if name == "activity" else set()
    return {entry for entry, _ in names_of(DOCUMENTS[name])} | sections


def texts() -> Iterator[tuple[str, str, FieldText]]:
    for document, entries in reference().fields.items():
        yield from ((document, name, text) for name, text in entries.items())


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_field_list_row_and_section_is_in_the_catalogue_and_nothing_else(document: str) -> None:
    entries = set(reference().fields[document])
    assert not expected(document) - entries, "fields without words"
    assert not entries - expected(document), "words without a field"


def test_there_is_one_catalogue_for_each_document() -> None:
    assert set(reference().fields) == set(DOCUMENTS)


def test_every_entry_has_a_label_in_both_languages() -> None:
    assert [(d, n) for d, n, text in texts() for language in LANGUAGES if not text.label[language].strip()] == []


def test_every_field_is_explained_in_both_languages() -> None:
    silent = [
        (d, n) for d, n, t in texts() if not n.endswith(".row") and not all(t.help[language] for language in LANGUAGES)
    ]
    assert silent == []


def test_help_is_one_sentence() -> None:
    several = [
        (d, n, help_text)
        for d, n, text in texts()
        for help_text in text.help.values()
        if help_text and (not help_text.endswith(".") or re.search(r"[.!?]\s+[A-ZÀ-Ý]", help_text))
    ]
    assert several == []


def test_an_example_is_given_in_both_languages_or_in_none() -> None:
    assert [(d, n) for d, n, text in texts() if bool(text.example["en"]) != bool(text.example["fr"])] == []


def test_labels_are_short_and_begin_with_a_capital() -> None:
    labels = [label for _, _, text in texts() for label in text.label.values()]
    assert [
        words for words in labels if len(words) > 45 or words[0] != words[0].upper() or words.endswith((".", ":"))
    ] == []


def doubles(labels: Iterable[str]) -> list[str]:
    return [label for label, times in Counter(labels).items() if times > 1]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("section", SECTIONS)
def test_no_two_fields_of_a_section_or_of_a_list_bear_the_same_label(section: str, language: str) -> None:
    label = {name: text.label[language] for name, text in reference().fields["activity"].items()}
    rows = {name: row for name in SECTIONS[section] if (row := specs_of(Activity)[name].row)}
    assert doubles(label[name] for name in SECTIONS[section]) == []
    for name, row in rows.items():
        assert doubles(label[entry] for entry, _ in names_of(row, f"{name}.")) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("document", ["organisation", "party", "system"])
def test_no_two_fields_of_a_document_bear_the_same_label(document: str, language: str) -> None:
    entries = reference().fields[document]
    assert doubles(text.label[language] for name, text in entries.items() if not name.endswith(".row")) == []


def test_articles_look_like_articles() -> None:
    odd = [(n, a) for _, n, t in texts() if t.article for a in re.split("[,;] ", t.article) if not ARTICLE.fullmatch(a)]
    assert odd == []


def test_the_help_of_a_yes_or_no_makes_clear_what_a_yes_means() -> None:
    flags = [(d, name) for d, document in DOCUMENTS.items() for name, kind in names_of(document) if kind == FLAG]
    assert [(d, name) for d, name in flags if not STATEMENT.search(reference().fields[d][name].help["en"])] == []


def test_words_use_the_typographic_apostrophe() -> None:
    words = (words for _, _, t in texts() for said in (t.label, t.help, t.example) for words in said.values())
    assert [sentence for sentence in words if "'" in sentence] == []


def test_french_has_its_no_break_spaces() -> None:
    wrong = [
        (d, n, words)
        for d, n, text in texts()
        for words in (text.label["fr"], text.help["fr"], text.example["fr"])
        if BAD_FRENCH.search(words)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "words", ["vide : oui", "vide: oui", "oui ; non", "oui; non", "« oui »", "«oui»", "vraiment ?", "vraiment?", "non!"]
)
def test_the_check_of_french_sees_a_missing_no_break_space(words: str) -> None:
    assert BAD_FRENCH.search(words)


@pytest.mark.parametrize(
    "words", ["vide\u00a0: oui\u00a0; non", "«\u00a0oui\u00a0»", "https://www.exemple.fr", "vraiment\u00a0?"]
)
def test_the_check_of_french_accepts_good_french(words: str) -> None:
    assert not BAD_FRENCH.search(words)


def test_entries_hold_only_what_the_loader_reads() -> None:
    known = {"en", "fr", "help_en", "help_fr", "example_en", "example_fr", "article"}
    entries = [e for path in (DATA / "fields").glob("*.toml") for e in tomllib.loads(path.read_text("utf-8")).values()]
    assert {key for entry in entries for key, value in entry.items() if isinstance(value, str)} <= known
