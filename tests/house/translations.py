"""The words of the interface: collects them from code and templates, and says what a translation lacks.

`python -m tests.house.translations check` prints what is missing; `update` merges new words into the catalogues.
"""

import io
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[2]
TRANSLATIONS = ROOT / "compliance" / "translations"
LANGUAGES = ("fr",)
KEYWORDS = DEFAULT_KEYWORDS | {
    "_l": None,
    "_n": (1, 2),
    "lazy_gettext": None,
    "lazy_ngettext": (1, 2),
    "lazy_pgettext": ((1, "c"), 2),
}
#: In French a no-break space (plain or narrow) stands before these; addresses, times and placeholders are left alone.
WRONG_SPACE = re.compile(r"[ \w»)](?:[;!?]|:(?!//|\d))|«(?![\u00a0\u202f])|(?<![\u00a0\u202f])»")


def collected() -> Catalog:
    """Every word of the interface, as written in the code and the templates."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["babel"]["mappings"]
    methods, options = [], {}
    for mapping in settings:
        rest = {name: value for name, value in mapping.items() if name not in ("method", "pattern")}
        for pattern in mapping["pattern"]:
            methods.append((pattern, mapping["method"]))
            options[pattern] = rest
    catalogue = Catalog(project="Trente", charset="utf-8")
    found = extract_from_dir(ROOT, methods, options, keywords=KEYWORDS, comment_tags=("Translators:",))
    for filename, line, message, comments, context in found:
        catalogue.add(message, locations=[(filename, line)], auto_comments=comments, context=context)
    return catalogue


def translated(language: str) -> Catalog:
    """The catalogue of one language, as it stands."""
    path = TRANSLATIONS / language / "LC_MESSAGES" / "messages.po"
    return read_po(io.BytesIO(path.read_bytes()), locale=language) if path.exists() else Catalog(locale=language)


def faults(language: str) -> Iterator[str]:
    """What keeps a translation from being complete and right, one sentence each."""
    catalogue, wanted = translated(language), collected()
    for message in wanted:
        if not message.id:
            continue
        kept = catalogue.get(first(message), message.context)
        where = f"{message.locations[0][0]}:{message.locations[0][1]}" if message.locations else ""
        if kept is None or not all(strings(kept)):
            yield f"{where}: not translated: {first(message)!r}"
        elif kept.fuzzy:
            yield f"{where}: translation in doubt: {first(message)!r}"
        else:
            yield from (f"{where}: {error}: {first(message)!r}" for error in kept.check(catalogue))
            if language == "fr" and any(map(WRONG_SPACE.search, strings(kept))):
                yield f"{where}: a no-break space is missing: {strings(kept)[0]!r}"
    for message in catalogue:
        if message.id and wanted.get(first(message), message.context) is None:
            yield f"no longer used: {first(message)!r}"


def update(language: str) -> None:
    """Merge the words of the interface into a catalogue; unknown ones stay empty, unused ones go."""
    path = TRANSLATIONS / language / "LC_MESSAGES" / "messages.po"
    catalogue = translated(language)
    begun = catalogue.creation_date
    catalogue.update(collected(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    catalogue.creation_date, catalogue.fuzzy = begun, False  # nothing new changes nothing; all of it is compiled
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, width=120, omit_header=False, ignore_obsolete=True, include_lineno=False)


def first(message: Message) -> str:
    """The words themselves; of a message that counts, those for one."""
    return message.id if isinstance(message.id, str) else message.id[0]


def strings(message: Message) -> tuple[str, ...]:
    """The translation, in all its numbers."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def main(command: str) -> int:
    """Run one command; 1 when something is to be mended."""
    if command == "update":
        for language in LANGUAGES:
            update(language)
        return 0
    found = [f"{language}: {fault}" for language in LANGUAGES for fault in faults(language)]
    print("\n".join(found) if found else "Translations are complete.")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "check"))
