"""The data of the sample: TOML in two languages, read in one."""

import functools
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_LANGUAGES = {"en", "fr"}


@functools.cache
def data(name: str) -> Mapping[str, Any]:
    """One file of this folder, read once."""
    return tomllib.loads(Path(__file__).with_name(f"{name}.toml").read_text("utf-8"))


def said(value: Any, language: str) -> Any:
    """The same value with every pair of words in one language."""
    if isinstance(value, Mapping):
        if value.keys() == _LANGUAGES:
            return value[language]
        return {name: said(item, language) for name, item in value.items()}
    if isinstance(value, list):
        return [said(item, language) for item in value]
    return value
