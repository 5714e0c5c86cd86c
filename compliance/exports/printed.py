"""The register as a book: cover, contents, a chapter for each record."""

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from compliance.exports.chapters import Chapters
from compliance.exports.cover import cover_pairs
from compliance.exports.entries import APPROVED, Frame, Progress, RegisterEntry, nothing_done
from compliance.exports.lexicon import Lexicon
from compliance.support.reports.book import Contents, Cover, bind
from compliance.support.reports.running import Imprint
from compliance.support.reports.tree import Report


def write_pdf(out: BinaryIO, entries: Iterable[RegisterEntry], frame: Frame, progress: Progress = nothing_done) -> int:
    """Print the register to a binary file and answer its number of pages; PrintError when it cannot be printed well."""
    lexicon = Lexicon(frame.language, frame.labels)
    say = lexicon.word
    chapters = Chapters(lexicon, frame.organisation)
    rows: list[tuple[str, ...]] = []

    def written() -> Iterator[Report]:
        for entry in entries:
            standing = lexicon.day(entry.approved_on) if frame.status == APPROVED else say(f"state.{entry.state}")
            department = (entry.stored.get("department") or {}).get("name", "")
            rows.append((entry.reference, entry.name, department, standing))
            yield chapters.chapter(entry)

    def front() -> tuple[Cover, Contents]:
        pairs = tuple(cover_pairs(frame, lexicon, len(rows)))
        remark = "" if rows else say("cover.empty")
        last = say("record.approved_on" if frame.status == APPROVED else "record.state")
        headings = (say("record.reference"), say("record.name"), lexicon.field("department"), last, say("record.page"))
        cover = Cover(frame.organisation.name, frame.title, say("cover.law"), pairs, remark)
        return cover, Contents(say("cover.summary"), headings, (14, 42, 20, 16, 8), rows)

    moment = say("as_of", moment=lexicon.moment(frame.as_of))
    imprint = Imprint(
        title=frame.title,
        author=frame.organisation.name,
        language=frame.language,
        created=frame.as_of,
        head=frame.organisation.name,
        foot=f"{frame.title} · {moment}",
        folio=lambda number, total: say("page", number=lexicon.number(number), total=lexicon.number(total)),
    )
    return bind(out, written(), front, imprint, lambda done: progress(done, frame.total))
