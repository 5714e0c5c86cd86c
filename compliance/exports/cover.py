"""What stands on the first page of every export: whose register it is, as of when, and what is inside."""

from compliance.exports.entries import Frame
from compliance.exports.lexicon import Lexicon, lines


def cover_pairs(frame: Frame, lexicon: Lexicon, count: int) -> list[tuple[str, str]]:
    """Names and values, Art. 30(1)(a) first; what the organisation has not stated is said to be so."""
    say = lexicon.word
    who = frame.organisation
    missing = say("not_stated")
    pairs = [
        (say("cover.organisation"), lines((who.name, who.legal_form))),
        (say("cover.identifier"), who.identifier),
        (say("cover.address"), lines((who.address, lexicon.code("countries", who.country)))),
        (say("cover.contact"), lines((who.email, who.phone, who.website))),
        (say("cover.legal_representative"), who.legal_representative),
        (say("cover.representative"), who.representative),
        (say("cover.dpo"), lines((who.dpo_name, who.dpo_contact))),
    ]
    required = {say("cover.address"), say("cover.contact"), say("cover.legal_representative")}
    shown = [(name, value or missing) for name, value in pairs if value or name in required]
    part = [(say("cover.selection"), frame.selection)] if frame.selection else []
    return [
        *shown,
        (say("cover.as_of"), lexicon.moment(frame.as_of)),
        (say("cover.count"), lexicon.number(count)),
        (say("cover.included"), say(f"cover.{frame.status}")),
        *part,
    ]
