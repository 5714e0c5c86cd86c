"""Office Open XML workbooks (.xlsx) into sheets of text: one pass, only the cells that hold something."""

import datetime
import posixpath
import re
from collections.abc import Callable

from compliance.support.tables.packages import Package
from compliance.support.tables.workbook import Filler, Limits, Sheet, UnreadableFile

_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_BUILT_IN_DATES = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_NOT_DATE_LETTERS = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|General', re.IGNORECASE)
_EPOCH = datetime.datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet has no zone
_DAYS_TO_1904 = 1462


def read_xlsx(package: Package, limits: Limits) -> list[Sheet]:
    """Every sheet of the workbook, hidden ones too."""
    main = _main_part(package)
    book = _Book()
    package.read(main, book.start, _nothing, _nothing)
    parts = _targets(package, main)
    if len(book.sheets) > limits.sheets:
        raise UnreadableFile("too_many_sheets", limit=limits.sheets)
    shared = _SharedStrings()
    styles = _Styles()
    for path in parts.values():
        if path in package.names and path.endswith("sharedStrings.xml"):
            package.read(path, shared.start, shared.end, shared.words)
        if path in package.names and path.endswith("styles.xml"):
            package.read(path, styles.start, _nothing, _nothing)
    filler = Filler(limits)
    sheets = []
    for name, relation, hidden in book.sheets:
        path = parts.get(relation, "")
        if path in package.names and "worksheet" in path:
            sheet = Sheet(name, hidden=hidden)
            reader = _SheetReader(sheet, filler, shared.values, styles, book.days_to_add)
            package.read(path, reader.start, reader.end, reader.words)
            sheet.comments = _comments(package, path)
            sheets.append(sheet)
    return sheets


def _nothing(*_: object) -> None:
    return None


def _targets(package: Package, part: str) -> dict[str, str]:
    folder, name = posixpath.split(part)
    relations = posixpath.join(folder, "_rels", name + ".rels")
    found: dict[str, str] = {}

    def start(tag: str, attrs: dict[str, str]) -> None:
        if tag == "Relationship" and attrs.get("TargetMode") != "External":
            target = attrs.get("Target", "")
            found[attrs.get("Id", "")] = posixpath.normpath(posixpath.join("/" + folder, target)).lstrip("/")

    if relations in package.names:
        package.read(relations, start, _nothing, _nothing)
    return found


def _main_part(package: Package) -> str:
    for path in _targets(package, "").values():
        if path in package.names and path.endswith("workbook.xml"):
            return path
    raise UnreadableFile("damaged")


def _comments(package: Package, part: str) -> int:
    count = 0

    def start(tag: str, _: dict[str, str]) -> None:
        nonlocal count
        count += tag == "comment"

    for path in _targets(package, part).values():
        if path in package.names and "comments" in posixpath.basename(path).lower():
            package.read(path, start, _nothing, _nothing)
    return count


class _Book:
    def __init__(self) -> None:
        self.sheets: list[tuple[str, str, bool]] = []
        self.days_to_add = 0

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        if tag == "workbookPr" and attrs.get("date1904") in ("1", "true"):
            self.days_to_add = _DAYS_TO_1904
        elif tag == "sheet":
            self.sheets.append((attrs.get("name", ""), attrs.get("id", ""), attrs.get("state", "visible") != "visible"))


class _SharedStrings:
    def __init__(self) -> None:
        self.values: list[str] = []
        self._pieces: list[str] = []
        self._in_text = False
        self._phonetic = False

    def start(self, tag: str, _: dict[str, str]) -> None:
        if tag == "si":
            self._pieces = []
        elif tag == "rPh":
            self._phonetic = True
        elif tag == "t":
            self._in_text = not self._phonetic

    def end(self, tag: str) -> None:
        if tag == "si":
            self.values.append(_unescaped("".join(self._pieces)))
        elif tag == "rPh":
            self._phonetic = False
        elif tag == "t":
            self._in_text = False

    def words(self, text: str) -> None:
        if self._in_text:
            self._pieces.append(text)


class _Styles:
    """Which cell formats show a number as a date or as a percentage."""

    def __init__(self) -> None:
        self._codes: dict[int, str] = {9: "0%", 10: "0.00%"}
        self._in_formats = False
        self._formats: list[int] = []

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        if tag == "numFmt" and attrs.get("numFmtId", "").isdigit():
            self._codes[int(attrs["numFmtId"])] = attrs.get("formatCode", "")
        elif tag in ("cellXfs", "cellStyleXfs", "cellStyles", "dxfs"):
            self._in_formats = tag == "cellXfs"
        elif tag == "xf" and self._in_formats:
            number = attrs.get("numFmtId", "0")
            self._formats.append(int(number) if number.isdigit() else 0)

    def shows(self, style: str) -> Callable[[float, int], str] | None:
        number = self._formats[int(style)] if style.isdigit() and int(style) < len(self._formats) else 0
        bare = _NOT_DATE_LETTERS.sub("", self._codes.get(number, ""))
        if number in _BUILT_IN_DATES or any(letter in "dmyhs" for letter in bare.lower()):
            return _as_date
        return _as_percentage if "%" in bare else None


def _as_date(number: float, days_to_add: int) -> str:
    try:
        moment = _EPOCH + datetime.timedelta(days=round((number + days_to_add) * 86_400) / 86_400)
    except OverflowError:
        return _as_number(number)
    if 0 <= number < 1:
        return moment.strftime("%H:%M")
    return moment.date().isoformat() if moment.time() == datetime.time() else moment.isoformat(" ", "minutes")


def _as_percentage(number: float, _: int) -> str:
    return f"{number * 100:.10g} %"


def _as_number(number: float) -> str:
    return f"{number:.15g}"


def _unescaped(text: str) -> str:
    if "_x" not in text:
        return text.replace("\r\n", "\n")
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text).replace("\r\n", "\n")


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


class _SheetReader:
    def __init__(self, sheet: Sheet, filler: Filler, shared: list[str], styles: _Styles, days_to_add: int) -> None:
        self._sheet, self._filler, self._shared, self._styles = sheet, filler, shared, styles
        self._days_to_add = days_to_add
        self._row, self._column = -1, -1
        self._type, self._style = "", ""
        self._value: list[str] = []
        self._formula: list[str] = []
        self._has_formula = False
        self._into: list[str] | None = None
        self._phonetic = False

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        if tag == "c":
            self._begin_cell(attrs)
        elif tag == "row":
            number = attrs.get("r", "")
            self._row = int(number) - 1 if number.isdigit() else self._row + 1
            self._column = -1
        elif tag == "v" or (tag == "t" and not self._phonetic):
            self._into = self._value
        elif tag == "f":
            self._has_formula, self._into = True, self._formula
        elif tag == "rPh":
            self._phonetic = True
        elif tag == "mergeCell":
            self._merge(attrs.get("ref", ""))

    def _begin_cell(self, attrs: dict[str, str]) -> None:
        place = _REFERENCE.fullmatch(attrs.get("r", ""))
        if place:
            self._column, self._row = _column(place[1]), int(place[2]) - 1
        else:
            self._column += 1
        self._type, self._style = attrs.get("t", "n"), attrs.get("s", "")
        self._value, self._formula, self._has_formula = [], [], False

    def _merge(self, area: str) -> None:
        begin, _, finish = area.partition(":")
        first, last = _REFERENCE.fullmatch(begin), _REFERENCE.fullmatch(finish)
        if first and last:
            self._sheet.merged.append((int(first[2]) - 1, _column(first[1]), int(last[2]) - 1, _column(last[1])))

    def end(self, tag: str) -> None:
        if tag in ("v", "t", "f"):
            self._into = None
        elif tag == "rPh":
            self._phonetic = False
        elif tag == "c":
            raw = "".join(self._value)
            if raw:
                self._filler.put(self._sheet, self._row, self._column, self._shown(raw))
            elif self._has_formula and self._formula:
                self._sheet.formulas[self._row, self._column] = "=" + "".join(self._formula)

    def words(self, text: str) -> None:
        if self._into is not None:
            self._into.append(text)

    def _shown(self, raw: str) -> str:
        if self._type == "s":
            if not raw.strip().isdigit() or int(raw) >= len(self._shared):
                raise UnreadableFile("damaged")
            return self._shared[int(raw)]
        if self._type == "b":
            return "TRUE" if raw.strip() in ("1", "true") else "FALSE"
        if self._type != "n":
            return _unescaped(raw)
        try:
            number = float(raw)
        except ValueError:
            return raw
        show = self._styles.shows(self._style)
        if show:
            return show(number, self._days_to_add)
        # An identifier of 16 digits or more would lose its end as a floating number.
        return raw if raw.strip().lstrip("-").isdigit() else _as_number(number)
