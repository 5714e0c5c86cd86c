"""From one answer to the rows of a document: purposes, people, data, recipients, processors, transfers, measures."""

import re

from compliance.register.intake.data import pattern
from compliance.register.intake.drafts import Answer, Draft
from compliance.register.intake.durations import Retention, read_retention
from compliance.register.intake.outside import Destination, is_outside, read_destination, read_outside
from compliance.register.intake.recipients import JOINT, PROCESSOR, Named, read_recipients
from compliance.register.intake.words import fold, one_line, says, split_statements, split_values, yes_or_no
from compliance.support.documents import Link

_JOINTS = re.compile(r"(\s+/\s+|\s+[–—-]\s+|\s*:\s+)")
_BRACKET = re.compile(r"(?P<head>[^()]+)\((?P<inner>[^()]*)\)\s*")


def purposes(draft: Draft, answer: Answer) -> None:
    """What for: one purpose per line, bullet or semicolon."""
    for statement in split_statements(answer.text):
        draft.add("purposes", label=one_line(statement))


def _basis_parts(draft: Draft, answer: Answer, statement: str) -> tuple[list[str], str, str]:
    """The legal bases in a statement, the text of law they rest on, and the words that are neither."""
    bases: list[str] = []
    law, words = "", ""
    pieces = [part for piece in _JOINTS.split(statement) for part in _bracket_apart(draft, piece)]
    for place, piece in enumerate(pieces):
        if place % 2:
            continue
        code = _basis(draft, answer, piece)
        if code:
            bases += [code] if code not in bases else []
        elif piece.strip() and bases and not law and pattern("values", "law", "marks").search(piece):
            law = piece.strip()
        elif piece.strip():
            glue = pieces[place - 1] if words and place else ""
            words += glue + piece
    return bases, law, words.strip()


def _bracket_apart(draft: Draft, piece: str) -> list[str]:
    """A legal basis with its bracketed remark, cut in two; anything else whole, brackets and all."""
    found = _BRACKET.fullmatch(piece)
    if found and draft.lists.knows("legal_bases")(found["head"]) and not draft.lists.knows("legal_bases")(piece):
        return [found["head"], " – ", found["inner"]]
    return [piece]


def _basis(draft: Draft, answer: Answer, words: str) -> str:
    match = draft.lists.match("legal_bases", words)
    if match and (match.sure or len(fold(words)) < 60):
        return draft.coded(answer, "purposes.legal_basis", "legal_bases", words)
    return ""


def _is_purpose_alone(row: dict[str, object]) -> bool:
    return "legal_basis" not in row and bool(row.get("label"))


def purposes_with_basis(draft: Draft, answer: Answer) -> None:
    """Purpose and legal basis in one cell, in any order, with or without the text of law."""
    fresh: list[dict[str, object]] = []
    for statement in split_statements(answer.text):
        bases, law, words = _basis_parts(draft, answer, statement)
        alone = [row for row in fresh if _is_purpose_alone(row)]
        if bases and not words and alone:
            for row in alone:
                row.update({"legal_basis": bases[0]} | ({"law_reference": law} if law else {}))
        else:
            row = draft.add("purposes", label=one_line(words), legal_basis=bases[0] if bases else "", law_reference=law)
            fresh.append(row)
        if len(bases) > 1:
            row.update(other_legal_bases=tuple(bases[1:]))


def legal_bases(draft: Draft, answer: Answer) -> None:
    """The column of legal bases: one for all purposes, or one for each, in order."""
    known, said = draft.lists.knows("legal_bases"), len(draft.problems)
    read = [_basis_parts(draft, answer, statement) for statement in split_values(answer.text, known)]
    rows = draft.recent("purposes") or [draft.add("purposes")]
    if len(draft.problems) > said:  # it was read as something else than it says: its own words stay beside
        for row in rows:
            row.setdefault("justification", answer.text)
    if not any(bases for bases, _, _ in read):
        for row in rows:
            row["justification"] = answer.text
        draft.tell(answer, "purposes.legal_basis", "basis_not_recognised", text=one_line(answer.text))
        return
    if len(rows) > 1:
        code = "bases_in_order" if len(read) == len(rows) else "bases_for_all"
        draft.check(answer, "purposes.legal_basis", code, count=str(len(rows)))
    for place, row in enumerate(rows):
        _lay_basis(row, [read[place]] if len(read) == len(rows) else read)


def _lay_basis(row: dict[str, object], read: list[tuple[list[str], str, str]]) -> None:
    bases = list(dict.fromkeys(code for codes, _, _ in read for code in codes))
    laws = "; ".join(law for _, law, _ in read if law)
    words = "; ".join(words for _, _, words in read if words)
    if bases:
        row["legal_basis"] = bases[0]
    if bases[1:]:
        row["other_legal_bases"] = tuple(bases[1:])
    if laws:
        row["law_reference"] = laws
    if words:
        row["interest" if bases[:1] == ["legitimate_interests"] else "justification"] = words


def people(draft: Draft, answer: Answer) -> None:
    """Whose data."""
    detail = answer.parts.get("detail", "")
    for words in split_values(answer.text, draft.lists.knows("data_subjects")):
        code = draft.coded(answer, "people.category", "data_subjects", words)
        label = draft.own_words("data_subjects", code, words)
        draft.add("people", category=code, label=" – ".join(filter(None, (label, one_line(detail)))))


def data(draft: Draft, answer: Answer) -> None:
    """Which data; in a form, the row's label is the category and the rest says what and how long."""
    family = answer.parts.get("category", "")
    if family:
        code = draft.coded(answer, "data.category", "data_categories", family)
        rows = [
            draft.add(
                "data", category=code, label=one_line(answer.text) or draft.own_words("data_categories", code, family)
            )
        ]
        if not code and answer.text:
            rows[0]["label"] = f"{one_line(family)} : {one_line(answer.text)}"
    else:
        rows = [
            _one_datum(draft, answer, words)
            for words in split_values(answer.text, draft.lists.knows("data_categories"))
        ]
    if answer.parts.get("retention"):
        for row in rows:
            _lay_retention(draft, answer, row, read_retention(answer.parts["retention"], draft.lists))


def _one_datum(draft: Draft, answer: Answer, words: str) -> dict[str, object]:
    before, mark, _ = words.partition(":")
    family = before if mark and draft.lists.match("data_categories", before) else words
    code = draft.coded(answer, "data.category", "data_categories", family)
    return draft.add("data", category=code, label=draft.own_words("data_categories", code, words))


def sensitive_data(draft: Draft, answer: Answer) -> None:
    """The column of sensitive data: yes or no goes to the notes, which ones become rows."""
    said = yes_or_no(answer.text)
    if said is None:
        data(draft, answer)
        return
    draft.note(f"{one_line(answer.heading)} : {one_line(answer.text)}")
    if said:
        draft.tell(answer, "data", "sensitive_which")


def retention(draft: Draft, answer: Answer) -> None:
    """How long: one period for all data, or one per named category."""
    rows = draft.recent("data")
    if not rows:
        rows = [draft.add("data")]
        draft.tell(answer, "data", "retention_without_data")
    apart = _by_category(draft, rows, answer.text)
    for row, text in apart:
        _lay_retention(draft, answer, row, read_retention(text, draft.lists))
    whole = read_retention(answer.text, draft.lists)
    for row in () if apart else rows:
        _lay_retention(draft, answer, row, whole)


def _by_category(draft: Draft, rows: list[dict[str, object]], text: str) -> list[tuple[dict[str, object], str]]:
    """The rows, each with its period, when every statement begins with the name of a row."""
    statements = split_statements(text)
    found = []
    for statement in statements:
        name, mark, period = statement.partition(":")
        match = draft.lists.match("data_categories", name)
        code = match.code if match else None
        named_rows = [
            r
            for r in rows
            if (fold(name) and fold(str(r.get("label", ""))) == fold(name)) or (code and r.get("category") == code)
        ]
        if not mark or not named_rows:
            return []
        found += [(row, period.strip()) for row in named_rows]
    return found


def _lay_retention(draft: Draft, answer: Answer, row: dict[str, object], read: Retention) -> None:
    fresh = {name: value for name, value in _period_fields(read).items() if value not in ("", None)}
    before = {name: row[name] for name in fresh if name in row}
    if any(before[name] != fresh[name] for name in before) or row.get("retention_text", read.text) != read.text:
        draft.leave(answer, "second_value", read.text)
        return
    if read.value is None and read.archive_value is None:
        row["retention_text"] = read.text
        if read.several:
            draft.tell(answer, "data.retention", "several_periods", text=read.text)
        elif says("nothing_said", read.text):
            draft.tell(answer, "data.retention", "retention_undefined", text=read.text)
        return
    row.update(fresh)
    if not read.whole:
        row["retention_text"] = read.text
    if read.value is not None:
        unit = draft.lists.both("time_units", read.unit)
        code = "retention_read" if read.start else "retention_read_without_start"
        if not (read.whole and not read.start):
            draft.check(
                answer, "data.retention", code, text=read.text, value=str(read.value), unit=unit, start=read.start
            )


def _period_fields(read: Retention) -> dict[str, object]:
    return {
        "active_value": read.value,
        "active_unit": read.unit,
        "active_start": read.start,
        "archive_value": read.archive_value,
        "archive_unit": read.archive_unit,
        "disposal": read.disposal,
    }


def archive(draft: Draft, answer: Answer) -> None:
    """The column of intermediate archiving."""
    read = read_retention(answer.text, draft.lists)
    if read.value is None and read.archive_value is None:
        draft.leave(answer, "value")
        return
    for row in draft.recent("data") or [draft.add("data")]:
        row["archive_value"] = read.value if read.value is not None else read.archive_value
        row["archive_unit"] = read.unit or read.archive_unit
        if read.start or not read.whole:
            row["retention_text"] = "; ".join(filter(None, (str(row.get("retention_text", "")), read.text)))


def recipients(draft: Draft, answer: Answer, kind: str = "") -> None:
    """Who receives the data; processors and joint controllers go to their own lists."""
    if says("none", answer.text):
        draft.fields["recipients_none"] = True
        return
    typed = answer.parts.get("kind", "")
    if typed:
        match = draft.coded(answer, "recipients.kind", "recipient_kinds", typed)
        if not match:
            draft.add("recipients", name=" – ".join(filter(None, (one_line(typed), one_line(answer.text)))))
            return
        kind = match
        if not answer.text:
            draft.add("recipients", kind=kind, name=draft.own_words("recipient_kinds", kind, typed))
            return
    for words in split_values(answer.text, draft.lists.knows("recipient_kinds")):
        for one in read_recipients(words, draft.lists):
            _one_recipient(draft, answer, one, words, kind)


def _one_recipient(draft: Draft, answer: Answer, one: Named, words: str, kind: str) -> None:
    if one.country and is_outside(one.country, draft.lists):
        draft.abroad.append((one.name, one.country))
    if one.generic or (one.role == "" and kind in (PROCESSOR, JOINT) and not one.name):
        draft.add("recipients", kind=one.kind, name=words)
        draft.tell(answer, "processors", "processor_without_name", text=words)
    elif one.role == PROCESSOR or kind == PROCESSOR:
        if not one.sure and kind != PROCESSOR:
            draft.check(
                answer, "processors", "read_as", text=words, value=draft.lists.both("recipient_kinds", PROCESSOR)
            )
        draft.add("processors", party=_party(draft, one, words), service=one.detail)
    elif one.role == JOINT or kind == JOINT:
        draft.add("joint_controllers", party=_party(draft, one, words))
    else:
        if not one.sure and not kind:
            draft.check(
                answer, "recipients.kind", "read_as", text=one.name, value=draft.lists.both("recipient_kinds", one.kind)
            )
        draft.add("recipients", kind=kind or one.kind, name=one.name, country=one.country)


def _party(draft: Draft, one: Named, words: str) -> Link:
    """The party that is named; its country is the party's own, and stays in the notes in case that one says another."""
    link = draft.party(one.name)
    if one.country:
        draft.party_countries.setdefault(link.name, []).append(one.country)
        draft.note(words)
    return link


def processors(draft: Draft, answer: Answer) -> None:
    """The column of processors: each is a party; its name is kept as written."""
    if says("none", answer.text) or yes_or_no(answer.text) is False:
        draft.fields["processors_none"] = True
        return
    if yes_or_no(answer.text):
        draft.tell(answer, "processors", "processor_without_name", text=answer.text)
        draft.note(f"{one_line(answer.heading)} : {one_line(answer.text)}")
        return
    for words in split_values(answer.text, draft.lists.knows("recipient_kinds")):
        for one in read_recipients(words, draft.lists):
            _one_recipient(draft, answer, one, words, PROCESSOR)


def joint_controllers(draft: Draft, answer: Answer) -> None:
    """Who decides with us."""
    for words in split_statements(answer.text):
        draft.add("joint_controllers", party=draft.party(words))


def clients(draft: Draft, answer: Answer) -> None:
    """For whom we act: the record is then a processor's."""
    for words in split_statements(answer.text):
        draft.add("clients", party=draft.party(words))
    if "role" not in draft.fields:
        draft.fields["role"] = "processor"
        draft.check(answer, "role", "read_as_processor")


def systems(draft: Draft, answer: Answer) -> None:
    """Where the data live."""
    for words in split_values(answer.text, lambda text: False):
        draft.add("systems", system=Link("system", "", words[:255]))


def measures(draft: Draft, answer: Answer) -> None:
    """What protects the data."""
    detail = one_line(answer.parts.get("detail", ""))
    for words in split_values(answer.text, draft.lists.knows("security_measures")):
        code = draft.coded(answer, "measures.category", "security_measures", words)
        label = draft.own_words("security_measures", code, words)
        draft.add("measures", category=code, label=" – ".join(filter(None, (label, detail))))


def outside_eea(draft: Draft, answer: Answer) -> None:
    """The column on transfers: silence stays unknown, "no" is a no, countries and tools become transfers."""
    read = read_outside(answer.text, draft.lists)
    if not read.is_understood:
        draft.leave(answer, "placeholder" if says("nothing_said", answer.text) else "outside_unclear")
        return
    if read.answer is not None:
        draft.fields["outside_eea"] = read.answer
    if read.remark or any(one.remark for one in read.destinations):
        draft.note(f"{one_line(answer.heading)} : {one_line(answer.text)}")
    if read.inside:
        names = {
            lang: ", ".join(draft.lists.both("countries", code)[lang] for code in read.inside) for lang in ("fr", "en")
        }
        draft.note(f"{one_line(answer.heading)} : {one_line(answer.text)}")
        draft.check(answer, "outside_eea", "country_inside", countries=names)
    for destination in read.destinations:
        _add_transfer(draft, answer, destination)


def _add_transfer(draft: Draft, answer: Answer, one: Destination) -> None:
    abroad = draft.abroad
    if not one.recipient and len(abroad) == 1 and one.country in ("", abroad[0][1]):
        one.recipient, one.country = abroad[0]
        names = draft.lists.both("countries", one.country)
        draft.check(answer, "transfers.recipient", "transfer_from_recipients", recipient=one.recipient, country=names)
    elif one.tool == "dpf" and not one.country:
        one.country = "US"
        draft.check(answer, "transfers.country", "dpf_country")
    draft.add("transfers", recipient=one.recipient, country=one.country, tool=one.tool, safeguards=one.safeguards)


def transfer_row(draft: Draft, answer: Answer) -> None:
    """One row of a form's section on transfers, its cells apart."""
    parts = answer.parts
    joined = read_destination(" – ".join(filter(None, (parts.get("country", ""), parts.get("tool", "")))), draft.lists)
    rest = [
        part
        for part in (joined.recipient, joined.remark, joined.safeguards, one_line(parts.get("safeguards", "")))
        if part
    ]
    draft.add(
        "transfers",
        recipient=one_line(answer.text),
        country=joined.country,
        tool=joined.tool,
        safeguards="; ".join(rest),
    )
    if parts.get("country") and not joined.country:
        draft.tell(answer, "transfers.country", "country_not_recognised", text=one_line(parts["country"]))
    if joined.country and is_outside(joined.country, draft.lists) is False:
        draft.check(answer, "transfers", "country_inside", countries=draft.lists.both("countries", joined.country))
    else:
        draft.fields["outside_eea"] = True
