"""JSON files: lists of flat objects become a sheet; what another reader should take is named."""

import json
from typing import Any

from compliance.support.tables.text import decode
from compliance.support.tables.workbook import Filler, Limits, OwnExport, Sheet, UnreadableFile

_DEPTH = 12


def read_json(data: bytes, name: str, limits: Limits) -> tuple[Sheet, str]:
    """The one sheet of a JSON list: keys in the first row, one object a row; nested objects by dotted keys."""
    text, codec = decode(data)
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise UnreadableFile("damaged_json") from problem
    if isinstance(tree, dict):
        tree = _list_of(tree)
    if not isinstance(tree, list) or not tree or not all(isinstance(item, dict) for item in tree):
        raise UnreadableFile("json_not_a_list")
    rows = [_flat(item) for item in tree]
    keys = list(dict.fromkeys(key for row in rows for key in row))
    sheet, filler = Sheet(name), Filler(limits)
    for column, key in enumerate(keys):
        filler.put(sheet, 0, column, key)
    for number, row in enumerate(rows, 1):
        for column, key in enumerate(keys):
            filler.put(sheet, number, column, row.get(key, ""))
    return sheet, codec


def _list_of(tree: dict[str, Any]) -> Any:
    """The list inside an object, when there is exactly one; our own files and assessments are told apart."""
    if "activities" in tree and "version" in tree:
        raise OwnExport
    if "pia" in tree and ("answers" in tree or "evaluations" in tree):
        raise UnreadableFile("assessment")
    if "data" in tree and "sector_name" in tree:
        raise UnreadableFile("assessment")
    lists = [value for value in tree.values() if isinstance(value, list)]
    return lists[0] if len(lists) == 1 and len(tree) == 1 else None


def _flat(item: dict[str, Any], above: str = "", depth: int = 0) -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in item.items():
        if isinstance(value, dict) and value and depth < _DEPTH:
            flat.update(_flat(value, f"{above}{key}.", depth + 1))
        else:
            flat[above + key] = _words(value)
    return flat


def _words(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, list) and all(not isinstance(part, (dict, list)) for part in value):
        return "\n".join(_words(part) for part in value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
