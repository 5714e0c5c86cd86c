"""Zipped XML (XLSX, ODS): checked before anything is parsed, then read piece by piece without entities."""

import io
import zipfile
import zlib
from collections.abc import Callable
from xml.parsers import expat

from compliance.support.tables.workbook import Limits, UnreadableFile

_PIECE = 1 << 16
_FORBIDDEN = (b"<!DOCTYPE", b"<!ENTITY")

Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]
Words = Callable[[str], None]


class Package:
    """A zip whose entries were counted, weighed and searched for entity declarations."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            self._inspect(limits)
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError, OSError) as problem:
            raise UnreadableFile("damaged") from problem
        self.names = frozenset(self._zip.namelist())

    def _inspect(self, limits: Limits) -> None:
        entries = self._zip.infolist()
        if len(entries) > limits.entries:
            raise UnreadableFile("too_many_entries", limit=limits.entries)
        # zipfile never unpacks more of an entry than the entry declares, so the declared sum bounds the real one.
        if sum(entry.file_size for entry in entries) > limits.unpacked_bytes:
            raise UnreadableFile("too_large_unpacked", limit=limits.unpacked_bytes // 1_000_000)
        if any(entry.flag_bits & 1 for entry in entries):
            raise UnreadableFile("encrypted")
        for entry in entries:
            if entry.filename.endswith((".xml", ".rels")):
                self._search(entry)

    def _search(self, entry: zipfile.ZipInfo) -> None:
        tail = b""
        with self._zip.open(entry) as part:
            while piece := part.read(_PIECE):
                if any(word in tail + piece for word in _FORBIDDEN):
                    raise UnreadableFile("xml_entities")
                tail = piece[-16:]

    def read(self, name: str, start: Start, end: End, words: Words) -> None:
        """Parse one entry; element and attribute names come without their prefix."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        known: dict[str, str] = {}

        def bare(full: str) -> str:
            if (short := known.get(full)) is None:
                short = known[full] = full.rpartition(":")[2]
            return short

        def begin(tag: str, attrs: dict[str, str]) -> None:
            plain = not attrs or ":" not in "".join(attrs)
            start(bare(tag), attrs if plain else {bare(name): value for name, value in attrs.items()})

        def refuse(*_: object) -> None:
            raise UnreadableFile("xml_entities")

        parser.StartElementHandler = begin
        parser.EndElementHandler = lambda tag: end(bare(tag))
        parser.CharacterDataHandler = words
        parser.StartDoctypeDeclHandler = refuse
        parser.EntityDeclHandler = refuse
        try:
            with self._zip.open(name) as part:
                while piece := part.read(_PIECE):
                    parser.Parse(piece, False)
                parser.Parse(b"", True)
        except (expat.ExpatError, zipfile.BadZipFile, zlib.error, KeyError, ValueError, EOFError) as problem:
            raise UnreadableFile("damaged") from problem
