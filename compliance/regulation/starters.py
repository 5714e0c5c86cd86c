"""Starters: common activities described beforehand, which an organisation takes as a first draft and makes its own.

Each file of `data/starters` is an activity document in which any words may be given as {en, fr}. Its durations and
texts of law were not compared with official ones (`checked`), and its notes say so to whoever takes it.
"""

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

from compliance.support.documents import Json

LANGUAGES = {"en", "fr"}


def starter_document(starter: Mapping[str, Any], language: str) -> Json:
    """The draft a starter proposes, in words of one language (`en` or `fr`), as a document ready to be read back.

    Rows are named s01, s02 … in order, so that the same starter always gives the same document. Department, owner,
    parties, and all that only the organisation knows, stay unanswered.
    """
    words = {"name": starter["name"], "description": starter["description"], **starter["document"]}
    keys = (f"s{number:02d}" for number in itertools.count(1))
    return {field: _in_words(value, language, keys) for field, value in words.items()}


def _in_words(value: Any, language: str, keys: Iterator[str]) -> Any:
    if isinstance(value, Mapping):
        if value.keys() == LANGUAGES:
            return value[language]
        return {"key": next(keys)} | {field: _in_words(words, language, keys) for field, words in value.items()}
    if isinstance(value, list):
        return [_in_words(item, language, keys) for item in value]
    return value
