"""The verbs of exports: gather what goes in, build it, keep it for a while."""

from compliance.exports.services.building import (
    AT_ONCE,
    MOST_SELECTED,
    build,
    build_for,
    check,
    request,
    to_path,
    write,
)
from compliance.exports.services.gathering import Wish, count, entries, frame
from compliance.exports.services.keeping import (
    KEPT_DAYS,
    MEDIA,
    drop_orphans,
    file_name,
    find_file,
    purge,
    recent_files,
)

__all__ = [
    "AT_ONCE",
    "KEPT_DAYS",
    "MEDIA",
    "MOST_SELECTED",
    "Wish",
    "build",
    "build_for",
    "check",
    "count",
    "drop_orphans",
    "entries",
    "file_name",
    "find_file",
    "frame",
    "purge",
    "recent_files",
    "request",
    "to_path",
    "write",
]  # fmt: skip
