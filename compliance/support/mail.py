"""The way out: a letter as a message, the mail server it is handed to, and what a server refuses, in words."""

import os
import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import policy as policies
from email.errors import MessageError
from email.headerregistry import Address, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import Policy
from email.utils import format_datetime, parseaddr
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from compliance.support.clock import now
from compliance.support.errors import MisconfiguredError
from compliance.support.i18n import _l
from compliance.support.text import printable

PLAIN, STARTTLS, TLS = "smtp", "smtp+starttls", "smtps"
PORTS = {PLAIN: 25, STARTTLS: 587, TLS: 465}
#: Seconds to wait for each answer of a mail server, unless MAIL_URL says otherwise.
PATIENCE = 30

#: What can go wrong, as the administrator reads it.
REASONS = {
    "address": _l("This is no address to which a letter can be sent."),
    "given-up": _l("It was begun several times and never came to its end."),
    "lost": _l("The connection broke while the letter was handed over."),
    "message": _l("The mail server refused the letter."),
    "recipient": _l("The mail server refused the address of the recipient."),
    "sender": _l("The mail server refused the sender (MAIL_FROM)."),
    "sign-in": _l("The mail server refused the user name or the password (MAIL_URL)."),
    "silent": _l("The mail server did not answer in time."),
    "tls": _l("No trusted encrypted connection to the mail server came about (MAIL_URL)."),
    "unreachable": _l("The mail server cannot be reached (MAIL_URL)."),
    "unsupported": _l("The mail server does not offer what the letter or MAIL_URL needs."),
}


class Refused(Exception):
    """A letter did not leave: why, in a word of `REASONS`, what the server said, and whether to try again is vain."""

    def __init__(self, reason: str, detail: str = "", *, for_good: bool = False) -> None:
        super().__init__(reason)
        self.error = f"{reason}: {detail}".strip(": ")
        self.for_good = for_good


class LineDown(Refused):
    """No letter leaves, whichever it is: never for good, since somebody will mend the line."""


@dataclass(frozen=True, slots=True)
class Server:
    """The mail server of the installation, as MAIL_URL names it."""

    way: str
    host: str
    port: int
    user: str
    password: str = field(repr=False)
    timeout: float


def server_of(address: str) -> Server | None:
    """The server that MAIL_URL names, none when it is empty; a wrong one is said in a sentence without its password."""
    if not address:
        return None
    try:
        parts = urlsplit(address)
        port = parts.port
        timeout = float(dict(parse_qsl(parts.query)).get("timeout", PATIENCE))
    except ValueError:
        raise MisconfiguredError("MAIL_URL: the port and the timeout must be numbers.") from None
    if parts.scheme not in PORTS or not parts.hostname:
        raise MisconfiguredError("MAIL_URL must look like smtp+starttls://user:password@host:587 (or smtp:, smtps:).")
    if not 1 <= timeout <= 300:
        raise MisconfiguredError("MAIL_URL: the timeout must be between 1 and 300 seconds.")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Server(parts.scheme, parts.hostname, port or PORTS[parts.scheme], user, password, timeout)


def sender_of(text: str, host: str) -> Address:
    """Whom letters are from: MAIL_FROM, such as `Trente <register@example.eu>`, or an address of the host."""
    name, address = parseaddr(text) if text else ("Trente", f"trente@{host}")
    try:
        return Address(printable(name), addr_spec=address)
    except (MessageError, ValueError, IndexError):
        raise MisconfiguredError("MAIL_FROM must look like: Trente <register@example.eu>") from None


class _Address(UnstructuredHeader):
    """A header that holds one long address: folded, it would be another."""

    def fold(self, *, policy: Policy) -> str:
        """On one line, whatever its length."""
        return f"{self.name}: {self}{policy.linesep}"  # type: ignore[attr-defined]


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("list-unsubscribe", _Address)  # type: ignore[arg-type]  # it mixes the base class in by itself
_POLICY = policies.SMTP.clone(header_factory=_HEADERS)


def message(
    *, sender: Address, recipient: str, subject: str, text: str, html: str, language: str, message_id: str,
    unsubscribe: str = "",
) -> EmailMessage:  # fmt: skip
    """A letter as it travels. What people typed is on one line in a header, so that it opens no other."""
    made = EmailMessage(_POLICY)
    made["From"] = sender
    try:
        made["To"] = Address(addr_spec=recipient)
    except (MessageError, ValueError, IndexError) as error:
        raise Refused("address", for_good=True) from error
    made["Subject"] = one_line(subject)
    made["Date"] = format_datetime(now())
    made["Message-ID"] = message_id
    made["Auto-Submitted"] = "auto-generated"
    if unsubscribe:
        made["List-Unsubscribe"] = f"<{unsubscribe}>"
        made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    made.set_content(text, cte="quoted-printable")
    made.add_alternative(html, subtype="html", cte="quoted-printable")
    made["Content-Language"] = language
    return made


#: What ends a line, and what stands beside it; the no-break spaces of French stay.
_BREAK = re.compile(r"[ \t\r\n\f\v\x1c-\x1e\x85\u2028\u2029]+")


def one_line(text: str) -> str:
    """The text without line breaks and what cannot be printed."""
    return _BREAK.sub(" ", printable(text)).strip()


@contextmanager
def line_to(server: Server, *, name: str) -> Iterator[smtplib.SMTP]:
    """A line to the mail server, signed in, until the end. It is hung up politely, and nobody minds when that fails."""
    line = _called(server, name)
    try:
        yield line
    finally:
        with suppress(smtplib.SMTPException, OSError):
            line.quit()
        line.close()


def _called(server: Server, name: str) -> smtplib.SMTP:
    line: smtplib.SMTP | None = None
    try:
        if server.way == TLS:
            trusted = ssl.create_default_context()
            line = smtplib.SMTP_SSL(server.host, server.port, name, timeout=server.timeout, context=trusted)
        else:
            line = smtplib.SMTP(server.host, server.port, name, timeout=server.timeout)
        if server.way == STARTTLS:
            line.starttls(context=ssl.create_default_context())
        line.ehlo_or_helo_if_needed()
        if server.user:
            line.login(server.user, server.password)
    except (smtplib.SMTPException, OSError) as error:
        if line is not None:
            line.close()
        raise _why_down(error) from error
    return line


def _why_down(error: Exception) -> LineDown:
    match error:
        case smtplib.SMTPAuthenticationError():
            return LineDown("sign-in", _said(error))
        case smtplib.SMTPNotSupportedError():
            return LineDown("unsupported", str(error))
        case ssl.SSLError():
            return LineDown("tls", str(error.reason or error))
        case TimeoutError():
            return LineDown("silent")
        case smtplib.SMTPResponseException():
            return LineDown("unreachable", _said(error))
        case _:
            return LineDown("unreachable", str(getattr(error, "strerror", None) or error))


def hand_over(line: smtplib.SMTP, letter: EmailMessage, *, sender: str, recipient: str) -> None:
    """Hand a letter to the server; once this returns, the server answers for it."""
    try:
        line.send_message(letter, sender, [recipient])
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        raise Refused("recipient", _told(code, words), for_good=code >= 500) from error
    except smtplib.SMTPSenderRefused as error:
        raise Refused("sender", _said(error), for_good=error.smtp_code >= 500) from error
    except smtplib.SMTPResponseException as error:
        raise Refused("message", _said(error), for_good=error.smtp_code >= 500) from error
    except smtplib.SMTPNotSupportedError as error:
        raise Refused("unsupported", str(error), for_good=True) from error
    except TimeoutError as error:
        raise Refused("silent") from error
    except (smtplib.SMTPException, OSError) as error:
        raise Refused("lost", str(error)) from error


def _said(error: smtplib.SMTPResponseException) -> str:
    return _told(error.smtp_code, error.smtp_error)


def _told(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {one_line(text)}"[:500]


def in_words(error: str) -> tuple[str, str]:
    """An error as it is kept: the sentence for it, and what the server said."""
    reason, _colon, detail = error.partition(": ")
    return str(REASONS.get(reason, "")), detail


def to_file(letter: EmailMessage, folder: Path) -> None:
    """Put a letter in a folder instead of sending it. Put there twice, it is there once."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = letter["Message-ID"].strip("<>").partition("@")[0]
    unfinished = folder / f".{name}.{os.getpid()}"
    unfinished.write_bytes(bytes(letter))
    unfinished.replace(folder / f"{name}.eml")
