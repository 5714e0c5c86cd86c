"""A PDF put together sheet by sheet: pages printed apart leave for the file at once, and none stays in memory.

What several prints have in common, above all their faces, is written once: two objects with the same bytes are one.
The library that reads PDFs can join them too, but keeps every object of every page until the end.
"""

import hashlib
import io
from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:  # only who prints pays for the import
    from pypdf import PageObject

#: Pages under one node of their tree: a book of thousands is opened without walking all of it.
_A_NODE = 64


class Sheets:
    """The file while it is written. How many pages there will be is known; they may be added in any order."""

    def __init__(self, out: BinaryIO, pages: int) -> None:
        from pypdf import generic

        self._make, self._out = generic, out
        self._size = out.write(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
        self._pages, self._nodes = pages, -(-pages // _A_NODE)
        # Where each object stands, by its number: nought is none, then the pages, the nodes of their tree, its root.
        self._places = array("q", [0] * (1 + pages + self._nodes + 1))
        self._tree = len(self._places) - 1
        self._alike: dict[bytes, int] = {}
        self._before, self._after = self._code(b"q\n"), self._code(b"Q\nq /Stamp Do Q\n")

    def to_page(self, index: int) -> Any:
        """A reference to a page, counted from nought, whether it has been added or not."""
        return self._to(1 + index)

    def record(self, members: Mapping[str, Any]) -> Any:
        """A dictionary as the format writes it; plain words, numbers and lists become those of the format."""
        return self._make.DictionaryObject({self.name(name): self._plain(value) for name, value in members.items()})

    def _plain(self, value: Any) -> Any:
        make = self._make
        if type(value) is list:
            return make.ArrayObject(map(self._plain, value))
        kind = {str: make.TextStringObject, int: make.NumberObject, bool: make.BooleanObject}.get(type(value))
        return kind(value) if kind else value

    def name(self, text: str) -> Any:
        """A name as the format writes it."""
        return self._make.NameObject(text)

    def add(self, index: int, page: "PageObject", stamp: "PageObject | None", known: "Known") -> None:
        """Add a page, and over it what another page draws; what both share with pages added before is written once."""
        resources = self._taken(page.raw_get("/Resources"), known.of_page)
        contents = [self._to(self._write(page["/Contents"].get_object()))]
        if stamp is not None:
            resources[self.name("/XObject")] = self.record({"/Stamp": self._form(stamp, known.of_stamp)})
            contents = [self._to(self._before), *contents, self._to(self._after)]
        members = {
            "/Type": self.name("/Page"), "/Parent": self._to(1 + self._pages + index // _A_NODE),
            "/MediaBox": page["/MediaBox"], "/Resources": resources, "/Contents": contents,
        }  # fmt: skip
        if "/Annots" in page:
            members["/Annots"] = self._taken(page.raw_get("/Annots"), known.of_page)
        self._write(self.record(members), 1 + index)

    def close(self, root: Mapping[str, Any], about: Mapping[str, str], marks: Sequence[tuple[str, int]]) -> None:
        """Write the tree of pages, the bookmarks (title and page from nought), and where everything stands."""
        nodes = range(1 + self._pages, self._tree)
        for index, node in enumerate(nodes):
            kids = range(1 + index * _A_NODE, 1 + min((index + 1) * _A_NODE, self._pages))
            self._write(self._node(kids, len(kids), {"/Parent": self._to(self._tree)}), node)
        self._write(self._node(nodes, self._pages, {}), self._tree)
        opened = {"/Outlines": self._to(self._outline(marks))} if marks else {}
        members = {"/Type": self.name("/Catalog"), "/Pages": self._to(self._tree), **opened, **root}
        trailer = {
            "/Root": self._to(self._write(self.record(members))),
            "/Info": self._to(self._write(self.record(about))),
        }
        start = self._size
        lines = [f"xref\n0 {len(self._places)}\n0000000000 65535 f \n"]
        lines += [f"{place:010} 00000 n \n" for place in self._places[1:]]
        self._out.write("".join([*lines, "trailer\n"]).encode())
        self.record({"/Size": len(self._places), **trailer}).write_to_stream(self._out)
        self._out.write(f"\nstartxref\n{start}\n%%EOF\n".encode())

    def _to(self, number: int) -> Any:
        return self._make.IndirectObject(number, 0, None)

    def _write(self, item: Any, number: int = 0) -> int:
        """Write an object whose references are to this file; its number."""
        if not number:
            number = len(self._places)
            self._places.append(0)
        self._places[number] = self._size
        body = io.BytesIO()
        item.write_to_stream(body)
        for piece in (f"{number} 0 obj\n".encode(), body.getbuffer(), b"\nendobj\n"):
            self._size += self._out.write(piece)
        return number

    def _node(self, kids: Iterable[int], count: int, above: Mapping[str, Any]) -> Any:
        numbers = [self._to(kid) for kid in kids]
        return self.record({"/Type": self.name("/Pages"), "/Count": count, "/Kids": numbers, **above})

    def _outline(self, marks: Sequence[tuple[str, int]]) -> int:
        head = len(self._places)
        self._places.extend([0] * (1 + len(marks)))
        for number, (title, page) in enumerate(marks, start=head + 1):
            beside = {"/Prev": self._to(number - 1)} if number > head + 1 else {}
            if number < head + len(marks):
                beside["/Next"] = self._to(number + 1)
            spot = [self.to_page(page), self.name("/Fit")]
            self._write(self.record({"/Title": title, "/Parent": self._to(head), "/Dest": spot, **beside}), number)
        ends = {"/First": self._to(head + 1), "/Last": self._to(head + len(marks)), "/Count": len(marks)}
        return self._write(self.record({"/Type": self.name("/Outlines"), **ends}), head)

    def _code(self, commands: bytes) -> int:
        stream = self._make.DecodedStreamObject()
        stream.set_data(commands)
        return self._write(stream)

    def _form(self, stamp: "PageObject", known: dict[int, int]) -> Any:
        """A page as a drawing to be put over another page, its names its own."""
        drawing: Any = stamp["/Contents"].get_object()
        resources = self._taken(stamp.raw_get("/Resources"), known)
        shape = {"/BBox": stamp["/MediaBox"], "/Resources": resources}
        drawing.update(self.record({"/Type": self.name("/XObject"), "/Subtype": self.name("/Form"), **shape}))
        return self._to(self._write(drawing))

    def _taken(self, item: Any, known: dict[int, int]) -> Any:
        """An object of a print, its references led into this file; what they lead to is written if it is new."""
        make = self._make
        if isinstance(item, make.IndirectObject):
            if item.pdf is None:  # it leads here already
                return item
            if item.idnum not in known:
                known[item.idnum] = self._once(self._taken(item.get_object(), known))
            return self._to(known[item.idnum])
        if isinstance(item, make.DictionaryObject):
            for name in list(item):
                item[make.NameObject(name)] = self._taken(item.raw_get(name), known)
        elif isinstance(item, make.ArrayObject):
            item[:] = [self._taken(value, known) for value in list.__iter__(item)]
        return item

    def _once(self, item: Any) -> int:
        body = io.BytesIO()
        item.write_to_stream(body)
        key = hashlib.sha256(body.getbuffer()).digest()
        if key not in self._alike:
            self._alike[key] = self._write(item)
        return self._alike[key]


class Known:
    """What of one print of pages, and of one print of what goes over them, stands in the file already."""

    def __init__(self) -> None:
        self.of_page: dict[int, int] = {}
        self.of_stamp: dict[int, int] = {}
