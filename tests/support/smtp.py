"""A real SMTP server (aiosmtpd) in a thread of its own, with certificates of an authority made for the test."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.support.server import free_port


@dataclass
class Inbox:
    """What arrived, and what to answer instead of taking a mail."""

    mails: list[bytes] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    """Answers to DATA, used up one by one before mails are taken."""
    address_answers: list[str] = field(default_factory=list)
    """The same, to RCPT."""
    silent: bool = False
    """Whether DATA is never answered."""
    tries: int = 0
    port: int = 0
    released: threading.Event = field(default_factory=threading.Event)

    def messages(self) -> list[EmailMessage]:
        """The mails, parsed."""
        return [message_from_bytes(mail, policy=default) for mail in self.mails]  # type: ignore[misc]

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        self.tries += 1
        if self.address_answers:
            return self.address_answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.silent:
            while not self.released.is_set():
                await asyncio.sleep(0.02)
        if self.answers:
            return self.answers.pop(0)
        assert isinstance(envelope.original_content, bytes)
        self.mails.append(envelope.original_content)
        self.envelopes.append((str(envelope.mail_from), list(envelope.rcpt_tos)))
        self.encrypted.append(session.ssl is not None)
        return "250 Taken"


class Authority:
    """An authority of our own, and its certificates."""

    def __init__(self, folder: Path) -> None:
        self._authority = trustme.CA()
        self.file = folder / "authority.pem"
        self._authority.cert_pem.write_to_path(str(self.file))

    def context(self, host: str) -> ssl.SSLContext:
        """A server's side of TLS, as `host`."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._authority.issue_cert(host).configure_cert(context)
        return context


@contextmanager
def smtp_server(*, starttls: ssl.SSLContext | None = None, implicit: ssl.SSLContext | None = None,
                password: str | None = None, **options: Any) -> Iterator[Inbox]:
    """A server on a free port of this machine. With `password` it takes mail from ("chat", password) alone."""
    inbox = Inbox()

    def authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any) -> AuthResult:
        known = isinstance(given, LoginPassword) and given.login == b"chat" and given.password == (
            password or "").encode()
        return AuthResult(success=known, handled=False)

    if password is not None:
        options |= {"authenticator": authenticate, "auth_required": True}
    if implicit is not None:
        options |= {"ssl_context": implicit, "auth_require_tls": False}
    inbox.port = free_port()
    controller = Controller(inbox, hostname="127.0.0.1", port=inbox.port, tls_context=starttls,
                            require_starttls=starttls is not None, ready_timeout=20, **options)
    controller.start()
    try:
        yield inbox
    finally:
        inbox.released.set()
        controller.stop()
