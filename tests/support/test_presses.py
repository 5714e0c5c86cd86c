"""Presses: documents printed in other processes, in their order; one that fails says so and takes nothing along."""

import contextvars
import io
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from pypdf import PdfReader

from compliance.support.pdf import PrintError
from compliance.support.presses import Presses, presses


@pytest.fixture
def engine() -> Iterator[Presses]:
    """Presses of this test alone."""
    own = Presses()
    yield own
    own.end()


def document(words: str) -> str:
    return f"<html><head><title>x</title></head><body style=\"font-family: 'Trente Sans'\"><p>{words}</p></body></html>"


def words_of(content: bytes) -> str:
    return PdfReader(io.BytesIO(content)).pages[0].extract_text().strip()


def test_documents_come_back_in_their_order_with_what_came_beside_them(engine: Presses) -> None:
    printed = list(engine.print((number, document(f"mots {number}")) for number in range(5)))

    assert [(beside, words_of(content)) for beside, content in printed] == [(n, f"mots {n}") for n in range(5)]


def test_few_documents_wait_at_a_time(engine: Presses) -> None:
    asked: list[int] = []

    def documents() -> Iterator[tuple[int, str]]:
        for number in range(6):
            asked.append(number)
            yield number, document("mots")

    next(engine.print(documents()))

    assert len(asked) <= 3


def test_what_is_wrong_with_a_document_is_told_and_the_next_is_printed(engine: Presses) -> None:
    with pytest.raises(PrintError, match="Comic"):
        list(engine.print([(0, document("mots").replace("Trente Sans", "Comic"))]))

    assert [words_of(content) for _, content in engine.print([(1, document("encore"))])] == ["encore"]


def test_a_press_that_is_killed_fails_its_book_in_words_and_is_replaced(engine: Presses) -> None:
    list(engine.print([(0, document("mots"))]))
    os.kill(engine._all[0]._process.pid, signal.SIGKILL)

    with pytest.raises(PrintError, match="stopped"):
        list(engine.print([(1, document("mots"))]))
    assert [words_of(content) for _, content in engine.print([(2, document("encore"))])] == ["encore"]


def test_presses_opened_inside_others_are_those_and_end_with_them() -> None:
    def alone() -> None:
        with presses() as outer:
            list(outer.print([(0, document("mots"))]))
            with presses() as inner:
                assert inner is outer
            assert all(press.is_alive() for press in outer._all)
        assert not any(press.is_alive() for press in outer._all)

    contextvars.Context().run(alone)


def test_a_press_knows_no_setting(engine: Presses, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "a secret")
    list(engine.print([(0, document("mots"))]))

    environment = Path(f"/proc/{engine._all[0]._process.pid}/environ").read_bytes()

    assert b"LANG" in environment
    assert b"SECRET_KEY" not in environment
