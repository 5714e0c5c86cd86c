"""Every word of the interface exists in every language, with its placeholders and its typography."""

import pytest

from tests.house.translations import LANGUAGES, WRONG_SPACE, faults


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_is_complete_and_right(language: str) -> None:
    assert list(faults(language)) == []


@pytest.mark.parametrize("text", ["Échéance : demain", "Pourquoi ?", "« Paie »", "https://exemple.fr", "à 10:30"])
def test_good_french_spacing_is_accepted(text: str) -> None:
    typeset = text.replace(" :", "\u00a0:").replace(" ?", "\u202f?").replace("« ", "«\u00a0").replace(" »", "\u00a0»")
    assert not WRONG_SPACE.search(typeset)


@pytest.mark.parametrize("text", ["Échéance : demain", "Pourquoi?", "« Paie »", "Fini !"])
def test_a_plain_or_missing_space_is_found(text: str) -> None:
    assert WRONG_SPACE.search(text)
