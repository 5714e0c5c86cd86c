"""The garbage collector is spared for a while, and only for a while."""

import gc

import pytest

from compliance.support import heap


def test_nothing_is_collected_meanwhile_and_everything_afterwards() -> None:
    with heap.undisturbed():
        with heap.undisturbed():
            assert not gc.isenabled()
        assert not gc.isenabled(), "the outer one is still busy"
    assert gc.isenabled()


def test_a_failure_gives_the_collector_back() -> None:
    with pytest.raises(RuntimeError), heap.undisturbed():
        raise RuntimeError
    assert gc.isenabled()


def test_what_lived_before_is_looked_at_again_afterwards() -> None:
    with heap.settled():
        assert gc.get_freeze_count() > 0
    assert gc.get_freeze_count() == 0
