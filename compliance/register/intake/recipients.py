"""Reading recipients: the name, what kind it is, whether it is a processor or a joint controller, and its country."""

import re
from dataclasses import dataclass

from compliance.register.intake.data import wording
from compliance.register.intake.values import Lists
from compliance.register.intake.words import cut, fold, stem

_REMARK = re.compile(r"(?P<head>.*?)\s*(?:\((?P<inner>[^()]*)\)|\s[–—-]\s(?P<after>[^()]*))\s*", re.DOTALL)
PROCESSOR, JOINT = "processor", "joint_controller"


@dataclass(slots=True)
class Named:
    """One recipient as written. `role`: empty, PROCESSOR or JOINT; `generic`: the words name a kind, not a body."""

    name: str
    role: str = ""
    kind: str = ""
    country: str = ""
    detail: str = ""
    sure: bool = True
    generic: bool = False


def _role(words: str) -> str:
    for role, remarks in wording("values")["remarks"].items():
        if stem(fold(words)) in {stem(fold(remark)) for remark in remarks}:
            return str(role)
    return ""


def read_recipients(text: str, lists: Lists) -> list[Named]:
    """Read one piece of a cell: "Aro (sous-traitant, Inde)", "Sous-traitants : Aro, Bix", "Hébergeur (Aro)"."""
    before, mark, after = text.partition(":")
    if mark and after.strip() and _role(before):
        inner = [one for part in cut(after, ",") for one in read_recipients(part, lists)]
        for one in inner:
            one.role = one.role or _role(before)
        return inner
    found = _REMARK.fullmatch(text)
    if not found or not found["head"].strip():
        return [_typed(Named(text), lists)]
    one = Named(found["head"].strip())
    remarks = cut(found["inner"] if found["inner"] is not None else found["after"], ",;/")
    kept = [remark for remark in remarks if not _take_remark(one, remark, lists)]
    generic = _typed(Named(one.name), lists)
    if kept and generic.generic and not one.role:
        role = JOINT if generic.kind == JOINT else PROCESSOR
        return [Named(name, role, "", one.country) for name in kept]
    if kept and one.role:
        one.detail = ", ".join(kept)
    elif kept:
        one = Named(text, one.role, one.kind, one.country)
    return [one if one.kind or one.role else _typed(one, lists)]


def _take_remark(one: Named, remark: str, lists: Lists) -> bool:
    country = lists.match("countries", remark)
    kind = lists.match("recipient_kinds", remark)
    if role := _role(remark):
        one.role = role
    elif country and country.sure and not one.country:
        one.country = country.code
    elif kind and kind.sure and not one.kind:
        one.kind = kind.code
    else:
        return False
    return True


def _typed(one: Named, lists: Lists) -> Named:
    match = lists.match("recipient_kinds", one.name)
    if match:
        one.kind, one.sure = match.code, match.sure
        one.generic = match.sure and match.code in (PROCESSOR, "sub_processor", JOINT)
        if not match.sure and match.code == PROCESSOR:
            one.role, one.kind = PROCESSOR, ""
    return one
