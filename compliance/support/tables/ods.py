"""OpenDocument spreadsheets (.ods) into sheets of text: one pass, repeated blanks never unrolled."""

from compliance.support.tables.packages import Package
from compliance.support.tables.workbook import Filler, Limits, Sheet, UnreadableFile

_ASIDE = {"annotation", "tracked-changes", "dde-links", "forms", "desc", "title"}
_CELLS = {"table-cell", "covered-table-cell"}


def read_ods(package: Package, limits: Limits) -> list[Sheet]:
    """Every sheet of the document. Comments are counted, never mixed with the text of their cell."""
    if "META-INF/manifest.xml" in package.names and _is_encrypted(package):
        raise UnreadableFile("encrypted")
    reader = _Reader(limits)
    package.read("content.xml", reader.start, reader.end, reader.words)
    return reader.sheets


def _is_encrypted(package: Package) -> bool:
    found = False

    def start(tag: str, _: dict[str, str]) -> None:
        nonlocal found
        found = found or tag == "encryption-data"

    package.read("META-INF/manifest.xml", start, lambda tag: None, lambda text: None)
    return found


def _times(attrs: dict[str, str], name: str) -> int:
    value = attrs.get(name, "1")
    return max(int(value), 1) if value.isdigit() else 1


class _Reader:
    def __init__(self, limits: Limits) -> None:
        self.sheets: list[Sheet] = []
        self._limits = limits
        self._filler = Filler(limits)
        self._row, self._column = 0, 0
        self._rows_repeated = 1
        self._waiting: list[tuple[int, int, str, str]] = []
        self._cell: dict[str, str] | None = None
        self._paragraphs: list[list[str]] = []
        self._paragraph_depth = 0
        self._spaces = 0
        self._aside = 0

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        if self._aside or tag in _ASIDE:
            self._aside += 1
            if tag == "annotation" and self.sheets:
                self.sheets[-1].comments += 1
        elif tag == "table" and self._cell is None:
            self._begin_sheet(attrs)
        elif tag == "table-row":
            self._rows_repeated, self._column = _times(attrs, "number-rows-repeated"), 0
        elif tag in _CELLS and self._cell is None:
            self._cell, self._paragraphs, self._paragraph_depth, self._spaces = attrs, [], 0, 0
        elif self._cell is not None:
            self._inside(tag, attrs)

    def _begin_sheet(self, attrs: dict[str, str]) -> None:
        if len(self.sheets) >= self._limits.sheets:
            raise UnreadableFile("too_many_sheets", limit=self._limits.sheets)
        self.sheets.append(Sheet(attrs.get("name", "")))
        self._row = 0

    def _inside(self, tag: str, attrs: dict[str, str]) -> None:
        if tag in ("p", "h"):
            self._paragraphs.append([])
            self._paragraph_depth += 1
        elif self._paragraph_depth and tag == "s":
            self._spaces += _times(attrs, "c")
            if self._spaces > self._limits.cell_characters:
                raise UnreadableFile("cell_too_long", sheet="", cell="", limit=self._limits.cell_characters)
            self._paragraphs[-1].append(" " * _times(attrs, "c"))
        elif self._paragraph_depth and tag in ("tab", "line-break"):
            self._paragraphs[-1].append("\t" if tag == "tab" else "\n")

    def words(self, text: str) -> None:
        if not self._aside and self._paragraph_depth:
            self._paragraphs[-1].append(text)

    def end(self, tag: str) -> None:
        if self._aside:
            self._aside -= 1
        elif tag in ("p", "h") and self._paragraph_depth:
            self._paragraph_depth -= 1
        elif tag in _CELLS and self._cell is not None:
            self._end_cell(self._cell)
            self._cell = None
        elif tag == "table-row":
            self._end_row()

    def _end_cell(self, attrs: dict[str, str]) -> None:
        repeated = _times(attrs, "number-columns-repeated")
        shown = _shown(attrs, "\n".join("".join(pieces) for pieces in self._paragraphs))
        formula = attrs.get("formula", "")
        if self.sheets and (shown.strip() or formula):
            self._waiting.append((self._column, min(repeated, self._limits.columns + 1), shown, formula))
        wide, high = _times(attrs, "number-columns-spanned"), _times(attrs, "number-rows-spanned")
        if self.sheets and (wide > 1 or high > 1):
            area = (self._row, self._column, self._row + high - 1, self._column + wide - 1)
            self.sheets[-1].merged.append(area)
        self._column += repeated

    def _end_row(self) -> None:
        for row in range(self._row, self._row + (self._rows_repeated if self._waiting else 0)):
            for column, repeated, shown, formula in self._waiting:
                for place in range(column, column + repeated):
                    self._filler.put(self.sheets[-1], row, place, shown)
                if formula and not shown.strip() and row == self._row:
                    self.sheets[-1].formulas[row, column] = "=" + formula.partition(":=")[2]
        self._row += self._rows_repeated
        self._waiting = []


def _shown(attrs: dict[str, str], text: str) -> str:
    kind = attrs.get("value-type", "")
    if kind == "boolean":
        return "TRUE" if attrs.get("boolean-value") == "true" else "FALSE"
    if kind == "date":
        return attrs.get("date-value", text).removesuffix("T00:00:00").replace("T", " ")
    if kind == "float":
        return _number(attrs.get("value", text))
    return text or attrs.get("string-value", attrs.get("value", ""))


def _number(value: str) -> str:
    try:
        return value if value.lstrip("-").isdigit() else f"{float(value):.15g}"
    except ValueError:
        return value
