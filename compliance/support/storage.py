"""Files kept by what they are: the name in the store is the SHA-256 of the content."""

import datetime
import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from flask import current_app

from compliance.support.clock import now


def _root() -> Path:
    root: Path = current_app.config["STORE"]
    root.mkdir(parents=True, exist_ok=True)
    return root


def path_of(digest: str) -> Path:
    """Where a content lies."""
    return _root() / digest[:2] / digest


def put(source: IO[bytes]) -> tuple[str, int]:
    """Store a content; answers its digest and its size in bytes. The same content is stored once."""
    digest, size = hashlib.sha256(), 0
    with tempfile.NamedTemporaryFile(dir=_root(), delete=False) as target:
        while piece := source.read(1 << 20):
            digest.update(piece)
            size += len(piece)
            target.write(piece)
    return adopt(Path(target.name), digest.hexdigest()), size


def adopt(file: Path, digest: str = "") -> str:
    """Move a file into the store; answers its digest."""
    if not digest:
        with file.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
    kept = path_of(digest)
    kept.parent.mkdir(exist_ok=True)
    shutil.move(file, kept)
    return digest


def age_of(digest: str) -> datetime.timedelta:
    """How long a content has lain there; an equal one adopted since begins anew."""
    laid = datetime.datetime.fromtimestamp(path_of(digest).stat().st_mtime, datetime.UTC)
    return now() - laid


def lying_since(moment: datetime.datetime) -> Iterator[Path]:
    """Every file of the store that has lain there since before that moment: contents, and what was never finished."""
    return (file for file in _root().rglob("*") if file.is_file() and lies_since(file, moment))


def lies_since(file: Path, moment: datetime.datetime) -> bool:
    """Whether a file is there and has not been laid anew since that moment."""
    try:
        return file.stat().st_mtime < moment.timestamp()
    except FileNotFoundError:
        return False


def belongs_to(mark: str) -> bool:
    """Whether the store was filled by the database of that mark; the first to ask claims it."""
    claim = _root() / ".database"
    if not mark:
        return False
    if not claim.exists():
        claim.write_text(mark, "utf-8")
    return claim.read_text("utf-8") == mark


def scratch(suffix: str = "") -> Path:
    """A fresh file on the same disk as the store, to be filled and adopted."""
    with tempfile.NamedTemporaryFile(dir=_root(), suffix=suffix, delete=False) as file:
        return Path(file.name)


def drop(digest: str) -> None:
    """Forget a content that nothing refers to any more."""
    path_of(digest).unlink(missing_ok=True)
