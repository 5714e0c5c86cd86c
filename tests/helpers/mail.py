"""A mail server for tests: takes letters, counts them, refuses as it is told. Real SMTP on a port of this machine."""

import email
import email.policy
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass
class Office:
    """What a mail server was given, in order, and how it answers: `refuse` maps a command to what it says to it."""

    port: int = 0
    letters: list[EmailMessage] = field(default_factory=list)
    moments: list[float] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)
    pause: float = 0.0
    lines: int = 0
    during: Callable[[str], None] = lambda _stage: None

    @property
    def address(self) -> str:
        """As MAIL_URL has it."""
        return f"smtp://127.0.0.1:{self.port}?timeout=5"

    @property
    def ids(self) -> list[str]:
        """The Message-ID of every letter it took."""
        return [letter["Message-ID"] for letter in self.letters]

    async def handle_EHLO(self, server: SMTP, session: Session, envelope: Envelope, hostname: str, said: Any) -> Any:  # noqa: N802
        self.lines += 1
        session.host_name = hostname
        return said

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, sender: str, options: Any) -> str:  # noqa: N802
        self.during("MAIL")
        envelope.mail_from = sender
        return self.refuse.get("MAIL", "250 OK")

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, who: str, options: Any) -> str:  # noqa: N802
        self.during("RCPT")
        envelope.rcpt_tos.append(who)
        return self.refuse.get("RCPT", "250 OK")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if "DATA" in self.refuse:
            return self.refuse["DATA"]
        if self.pause:
            time.sleep(self.pause)
        assert isinstance(envelope.content, bytes)
        self.letters.append(email.message_from_bytes(envelope.content, policy=email.policy.default))  # type: ignore[arg-type]
        self.moments.append(time.monotonic())
        self.recipients.extend(envelope.rcpt_tos)
        self.during("taken")
        return "250 2.0.0 Taken"


def _knows(server: SMTP, session: Session, envelope: Envelope, way: str, given: Any) -> AuthResult:
    is_right = isinstance(given, LoginPassword) and given.password == b"right: @/"
    return AuthResult(success=is_right, handled=is_right)


@contextmanager
def mail_server(*, signs_in: bool = False, port: int = 0) -> Iterator[Office]:
    """A mail server until the end; one that `signs_in` wants any user with the password `right: @/`."""
    office = Office(port or free_port())
    options: dict[str, Any] = {"authenticator": _knows, "auth_require_tls": False} if signs_in else {}
    controller = Controller(office, hostname="127.0.0.1", port=office.port, **options)
    controller.start()
    try:
        yield office
    finally:
        controller.stop()


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
