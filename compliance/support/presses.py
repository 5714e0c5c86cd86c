"""Printing elsewhere: each press is a process of its own, started for a book and ended after it.

The engine is large and keeps a processor busy: so neither the web server nor the worker ever holds it, two presses
print side by side, and one that dies takes only its book along. A press knows no setting, hence no secret.
"""

import os
import struct
import subprocess
import sys
import traceback
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from queue import SimpleQueue
from typing import IO, TypeVar

from compliance.support.pdf import PrintError, render

T = TypeVar("T")

ROOT = Path(__file__).resolve().parents[2]
MOST = 2
_NEEDED = ("PATH", "LD_LIBRARY_PATH")
_FRAME = struct.Struct("!?Q")  # whether it is what was asked for, and how many bytes follow


class _Press:
    """One process that prints: a document in, a PDF out, one at a time."""

    def __init__(self) -> None:
        bare = {"LANG": "C.UTF-8"} | {name: os.environ[name] for name in _NEEDED if name in os.environ}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "compliance.support.presses"],
            cwd=ROOT, env=bare, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def print(self, html: str) -> bytes:
        """The printed document; PrintError when the engine has something to say against it."""
        assert self._process.stdin
        assert self._process.stdout
        try:
            _send(self._process.stdin, True, html.encode())
            is_printed, content = _receive(self._process.stdout)
        except (BrokenPipeError, EOFError) as error:
            self.stop()
            raise PrintError("the press stopped while it printed") from error
        if not is_printed:
            raise PrintError(content.decode())
        return content

    def is_alive(self) -> bool:
        """Whether it can print again."""
        return self._process.poll() is None

    def stop(self) -> None:
        """Stop it, whatever it does."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """Let go of it, once nobody waits for it."""
        self._process.communicate()


class Presses:
    """Up to two presses, the second started when there is work for it."""

    def __init__(self) -> None:
        self._all: list[_Press] = []
        self._free: SimpleQueue[_Press] = SimpleQueue()
        self._size = min(MOST, os.cpu_count() or 1)
        self._threads = ThreadPoolExecutor(self._size)
        self._has_ended = False

    def print(self, documents: Iterable[tuple[T, str]]) -> Iterator[tuple[T, bytes]]:
        """Each document printed, in their order, with what came beside it; few of them wait at a time."""
        waiting: deque[tuple[T, Future[bytes]]] = deque()
        for beside, html in documents:
            waiting.append((beside, self._begin(html)))
            if len(waiting) > self._size:
                first, printed = waiting.popleft()
                yield first, printed.result()
        for first, printed in waiting:
            yield first, printed.result()

    def _begin(self, html: str) -> Future[bytes]:
        if self._free.empty() and len(self._all) < self._size:
            self._all.append(_Press())
            self._free.put(self._all[-1])
        return self._threads.submit(self._one, html)

    def _one(self, html: str) -> bytes:
        press = self._free.get()
        try:
            return press.print(html)
        finally:
            self._free.put(press if press.is_alive() or self._has_ended else self._replace(press))

    def _replace(self, dead: _Press) -> _Press:
        dead.close()
        self._all[self._all.index(dead)] = fresh = _Press()
        return fresh

    def end(self) -> None:
        """Stop all of them; what was not printed is not."""
        self._has_ended = True
        self._threads.shutdown(wait=False, cancel_futures=True)
        for press in self._all:
            press.stop()
        self._threads.shutdown()
        for press in self._all:
            press.close()


_open: ContextVar[Presses | None] = ContextVar("presses", default=None)


@contextmanager
def presses() -> Iterator[Presses]:
    """The presses, for as long as somebody prints: inside another `with`, those of the other."""
    if (others := _open.get()) is not None:
        yield others
        return
    own = Presses()
    before = _open.set(own)
    try:
        yield own
    finally:
        _open.reset(before)
        own.end()


def _send(out: IO[bytes], is_good: bool, content: bytes) -> None:
    out.write(_FRAME.pack(is_good, len(content)))
    out.write(content)
    out.flush()


def _receive(source: IO[bytes]) -> tuple[bool, bytes]:
    head = source.read(_FRAME.size)
    if len(head) < _FRAME.size:
        raise EOFError
    is_good, size = _FRAME.unpack(head)
    content = source.read(size)
    if len(content) < size:
        raise EOFError
    return is_good, content


def main() -> None:
    """Print what comes in until nothing does any more: a press ends with whoever started it."""
    with suppress(BrokenPipeError):  # killed while this one printed
        _serve()


def _serve() -> None:
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library may say must not stand between the frames
    while True:
        try:
            _, html = _receive(sys.stdin.buffer)
        except EOFError:
            return
        _send(out, *_answer(html.decode()))


def _answer(html: str) -> tuple[bool, bytes]:
    """What is printed, or what there is to say against it: a press answers, whatever happens."""
    try:
        return True, render(html)
    except PrintError as error:
        return False, str(error).encode()
    except Exception as error:  # noqa: BLE001
        traceback.print_tb(error.__traceback__)  # without the message, which may quote what somebody typed
        return False, type(error).__name__.encode()


if __name__ == "__main__":
    main()
