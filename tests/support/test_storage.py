"""The store: a content lies under its SHA-256, once."""

import hashlib
import io

from flask import Flask

from compliance.support import storage


def test_a_content_lies_under_its_digest(context: Flask) -> None:
    digest, size = storage.put(io.BytesIO(b"abc"))

    assert (digest, size) == (hashlib.sha256(b"abc").hexdigest(), 3)
    assert storage.path_of(digest).read_bytes() == b"abc"


def test_a_large_content_is_taken_piece_by_piece(context: Flask) -> None:
    content = b"0123456789" * 300_000

    digest, size = storage.put(io.BytesIO(content))

    assert (digest, size) == (hashlib.sha256(content).hexdigest(), len(content))


def test_a_file_is_adopted_and_leaves_its_place(context: Flask) -> None:
    scratch = storage.scratch(".txt")
    scratch.write_bytes(b"xyz")

    digest = storage.adopt(scratch)

    assert not scratch.exists()
    assert storage.path_of(digest).read_bytes() == b"xyz"


def test_what_is_dropped_is_gone_and_may_be_dropped_again(context: Flask) -> None:
    digest, _size = storage.put(io.BytesIO(b"gone"))

    storage.drop(digest)
    storage.drop(digest)

    assert not storage.path_of(digest).exists()


def test_an_empty_content_is_one(context: Flask) -> None:
    assert storage.put(io.BytesIO(b""))[1] == 0
