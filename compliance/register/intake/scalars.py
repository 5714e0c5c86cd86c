"""From one answer to a plain field of the document, or of each row of a list, by what kind of answer it takes."""

import itertools
import re
from typing import Any

from compliance.register.documents import Activity
from compliance.register.intake.drafts import Answer, Draft
from compliance.register.intake.words import day_of, one_line, split_statements, split_values, yes_or_no
from compliance.support.documents import CODE, CODES, COUNT, DAY, FLAG, LINK, LONG_TEXT, Link, Spec, specs_of

_YES_NO = re.compile(r"(\w+)\b[\s,:;.–—-]+(.+)", re.DOTALL)
_COUNT = re.compile(r"\D{0,12}?(\d[\d\s\u202f\xa0.,]*)\D{0,20}")


def field_spec(path: str) -> Spec | None:
    """The declared field of a path such as "name" or "purposes.law_reference"; None when there is none."""
    above, _, name = path.rpartition(".")
    specs = specs_of(Activity)
    if above:
        row = specs[above].row if above in specs else None
        return specs_of(row).get(name) if row else None
    spec = specs.get(name)
    return spec if spec and spec.row is None else None


def set_field(draft: Draft, answer: Answer) -> None:
    """Fill a plain field. A second, different value is listed, never silently preferred."""
    spec = field_spec(answer.target)
    if spec is None:
        draft.leave(answer, "no_field")
        return
    if spec.kind == CODES:
        _set_codes(draft, answer, spec, draft.fields, answer.text)
        return
    value = _value(draft, answer, spec, answer.text)
    if value is None:
        return
    kept = draft.fields.get(spec.name)
    if kept is None or kept == value:
        draft.fields[spec.name] = value
    elif spec.kind == LONG_TEXT:
        draft.fields[spec.name] = f"{kept}\n{value}"
    else:
        draft.leave(answer, "second_value")


def set_in_rows(draft: Draft, answer: Answer) -> None:
    """Fill a field of the rows of a list: one value for all of them, or one each in the same order."""
    above, _, _ = answer.target.partition(".")
    spec = field_spec(answer.target)
    if spec is None:
        draft.leave(answer, "no_field")
        return
    rows = draft.recent(above)
    values = split_statements(answer.text)
    if not rows:
        rows = [draft.add(above) for _ in values]
    if len(values) not in (1, len(rows)):
        if spec.kind not in ("text", LONG_TEXT):
            draft.leave(answer, "rows_differ", count=str(len(rows)))
            return
        values = [answer.text]
    if len(rows) > 1:
        code = "value_for_all" if len(values) == 1 else "values_in_order"
        draft.check(answer, answer.target, code, text=one_line(answer.text), count=str(len(rows)))
    if spec.kind == CODES:
        for row, text in zip(rows, itertools.cycle(values), strict=False):
            _set_codes(draft, answer, spec, row, text)
        return
    read = {text: _value(draft, answer, spec, text) for text in values}
    for row, text in zip(rows, itertools.cycle(values), strict=False):
        if (value := read[text]) is not None:
            if row.get(spec.name, value) == value:
                row[spec.name] = value
            else:
                draft.leave(answer, "second_value", text)


def _value(draft: Draft, answer: Answer, spec: Spec, text: str) -> Any:
    """The value of one cell for one field, or None when the cell was listed instead."""
    read: Any
    if spec.kind == LONG_TEXT:
        read = text
    elif spec.kind == CODE:
        read = draft.coded(answer, answer.target, spec.vocabulary, one_line(text)) or None
    elif spec.kind == DAY:
        read = day_of(text) or None
    elif spec.kind == COUNT:
        found = _COUNT.fullmatch(text.strip())
        read = int(re.sub(r"\D", "", found[1])) if found else None
    elif spec.kind == FLAG:
        read = _flag(draft, answer, text)
    elif spec.kind == LINK:
        read = draft.party(text) if spec.target == "party" else Link(spec.target, "", one_line(text)[:255])
    else:
        read = one_line(text)
    if read is None:
        draft.leave(answer, "value", text)
    return read


def _flag(draft: Draft, answer: Answer, text: str) -> bool | None:
    plain = yes_or_no(text)
    lead = _YES_NO.fullmatch(text.strip())
    if plain is None and lead and (plain := yes_or_no(lead[1])) is not None:
        draft.note(f"{one_line(answer.heading)} : {one_line(text)}")
    return plain


def _set_codes(draft: Draft, answer: Answer, spec: Spec, into: dict[str, Any], text: str) -> None:
    codes: list[str] = list(into.get(spec.name, ()))
    for words in split_values(text, draft.lists.knows(spec.vocabulary)):
        code = draft.coded(answer, answer.target, spec.vocabulary, words)
        if code and code not in codes:
            codes.append(code)
        elif not code:
            draft.leave(answer, "value", words)
    if codes:
        into[spec.name] = tuple(codes)
