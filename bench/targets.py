"""What was promised, and the table that says whether it holds."""

from collections.abc import Sequence
from dataclasses import dataclass

#: The most that each measure may be, and its unit; "x" is one hello.
TARGETS: dict[str, tuple[float, str]] = {
    "list, first page": (50, "x"),
    "list, first page, statements": (12, ""),
    "list, last page": (60, "x"),
    "list, last page / first page": (1.2, ""),
    "filter counts, warm": (15, "x"),
    "filter counts, cold": (400, "x"),
    "record page": (40, "x"),
    "record page, statements": (14, ""),
    "search as you type": (30, "x"),
    "today": (60, "x"),
    "agenda, first page": (50, "x"),
    "agenda, after a change, statements": (12, ""),
    "autosave": (25, "x"),
    "saving a section": (60, "x"),
    "import of 1000 rows": (6, "s"),
    "export to CSV": (5, "s"),
    "export to JSON": (5, "s"),
    "export to XLSX": (15, "s"),
    "export to CSV, memory": (100, "MB"),
    "export to JSON, memory": (100, "MB"),
    "export to XLSX, memory": (100, "MB"),
    "PDF, a page": (60, "ms"),
    "PDF, largest process": (150, "MB"),
    "sweep of 100,000 dates": (10, "s"),
    "web, largest process": (120, "MB"),
    "web, start": (2, "s"),
}
LARGE = {"list, first page": (55.0, "x")}


@dataclass(frozen=True)
class Measure:
    """One figure."""

    name: str
    value: float
    unit: str = ""


def table(measures: Sequence[Measure], *, large: bool = False) -> str:
    """The measures beside their targets: met, or missed by how much."""
    lines = [f"{'measure':34}{'value':>10}{'target':>12}   ", "-" * 76]
    targets = TARGETS | (LARGE if large else {})
    for one in measures:
        target = targets.get(one.name)
        value = f"{one.value:.{0 if one.value >= 100 else 1 if one.value >= 10 else 2}f} {one.unit}".strip()
        wanted = f"≤ {target[0]:g} {target[1]}".strip() if target else ""
        lines.append(f"{one.name:34}{value:>10}{wanted:>12}   {_verdict(one.value, target)}".rstrip())
    return "\n".join(lines)


def _verdict(value: float, target: tuple[float, str] | None) -> str:
    if target is None:
        return ""
    return "met" if value <= target[0] else f"missed by {value / target[0] * 100 - 100:.0f} %"
