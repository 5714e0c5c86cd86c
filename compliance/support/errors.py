"""What may be refused, each as a sentence for the person who asked. Anything else that is raised is a bug."""

from typing import Any


class Refusal(Exception):
    """A refusal in words. `status` is what the door answers."""

    status = 409

    def __init__(self, message: Any, *, field: str = "") -> None:
        super().__init__(str(message))
        self.message = message
        self.field = field


class NotFound(Refusal):
    """There is no such thing here for this person: also what a foreign organisation's reference gets."""

    status = 404


class Forbidden(Refusal):
    """The person may see it, and may not do this."""

    status = 403


class RuleBroken(Refusal):
    """A rule stands in the way; `field` names the answer that caused it, where one did."""


class TooOften(Refusal):
    """It was tried too often: the sentence says how long to wait, and what else can be done."""

    status = 429


class Stale(Refusal):
    """Somebody else kept a change meanwhile; both versions travel with the refusal so that the person can merge."""

    def __init__(self, message: Any, *, conflicts: list[dict[str, Any]]) -> None:
        super().__init__(message)
        self.conflicts = conflicts


class MisconfiguredError(Exception):
    """A setting makes no sense; the program does not start, and this sentence says why."""
