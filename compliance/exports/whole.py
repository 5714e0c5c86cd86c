"""The whole register as JSON, without loss: read into an empty organisation, it is equal."""

from collections.abc import Iterable, Mapping
from typing import Any, BinaryIO

from compliance.support.reports.jsonfile import write_json

FORMAT, VERSION = "trente-register", 1

#: The lists of the file, in the order in which they are read back: what is referred to comes first.
LISTS = ("departments", "people", "vocabularies", "parties", "systems", "activities")

Json = Mapping[str, Any]


def write_whole(
    out: BinaryIO, organisation: Json, lists: Mapping[str, Iterable[Json]], *, exported_at: str | None = None
) -> None:
    """Write the organisation and its lists to a binary file, one item a line; a list that is not given is empty.

    Without `exported_at` the same content gives the same bytes. A name that is not one of `LISTS` is a KeyError.
    """
    if unknown := set(lists) - set(LISTS):
        raise KeyError(*sorted(unknown))
    head: dict[str, Any] = {"format": FORMAT, "version": VERSION}
    if exported_at:
        head["exported_at"] = exported_at
    write_json(out, head | {"organisation": organisation}, {name: lists.get(name, ()) for name in LISTS})
