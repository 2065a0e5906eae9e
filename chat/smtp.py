"""Handing a mail to the mail server, by SMTP (twisted.mail), and telling for good from for now.

The connection is TLS, and the server's certificate is checked for its name, unless the operator chose otherwise. It
knows no queue and no template: one mail, one connection, one outcome.
"""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.endpoints import HostnameEndpoint, wrapClientTLS
from twisted.internet.protocol import Factory
from twisted.internet.ssl import Certificate, optionsForClientTLS, trustRootFromCertificates
from twisted.mail.smtp import (
    CramMD5ClientAuthenticator,
    ESMTPClient,
    LOGINAuthenticator,
    PLAINAuthenticator,
    SMTPClientError,
)
from twisted.python.failure import Failure

from chat.deferreds import Clock, within
from chat.mail_server import Encryption, MailServer

CONNECT_TIMEOUT_S = 30
ANSWER_TIMEOUT_S = 120
"""How long the server may take for one answer."""
MAIL_TIMEOUT_S = 300
"""How long one mail may take altogether."""
CLOSE_TIMEOUT_S = 5
_NOT_OF_THE_MAIL = frozenset({530, 534, 535, 538})
"""Answers that ask for a password or for encryption: the operator's to mend, the mail is as good as any."""
_PEM_END = b"-----END CERTIFICATE-----"


class MailNotSent(Exception):
    """Not now: the server is away, busy, or does not know us. Worth another try."""


class MailRefused(Exception):
    """Never: the server refuses this mail or its address for good."""


class MailDelivery:
    def __init__(self, reactor: Any, server: MailServer, *, own_name: str, authorities: Path | None = None) -> None:
        """`own_name` is how we introduce ourselves. `authorities`: a PEM file of those trusted instead of the
        system's. Raises OSError or ValueError where it cannot be used."""
        self._reactor = reactor
        self._server = server
        self._own_name = own_name
        self._trusted = None if authorities is None else trusted_authorities(authorities)

    async def deliver(self, sender: str, recipient: str, mail: bytes) -> None:
        """Hand over one mail, lines ending in LF. Raises MailNotSent or MailRefused."""
        conversation = _Conversation(self._server, self._own_name, self._context(), sender, recipient, mail)
        try:
            await within(self._reactor, MAIL_TIMEOUT_S, Deferred.fromCoroutine(self._converse(conversation)))
        except CancelledError:
            raise MailNotSent(f"{self._server.host} took longer than {MAIL_TIMEOUT_S} s") from None
        finally:
            await conversation.end(self._reactor)

    async def _converse(self, conversation: _Conversation) -> None:
        endpoint: Any = HostnameEndpoint(self._reactor, self._server.host, self._server.port, CONNECT_TIMEOUT_S)
        if self._server.encryption is Encryption.FROM_THE_START:
            endpoint = wrapClientTLS(self._context(), endpoint)
        try:
            await endpoint.connect(Factory.forProtocol(lambda: conversation))
        except CancelledError:
            raise
        except Exception as error:
            raise MailNotSent(f"{self._server.host} cannot be reached: {error}") from error
        await conversation.outcome

    def _context(self) -> Any:
        if self._server.encryption is Encryption.NONE:
            return None
        return optionsForClientTLS(self._server.host, self._trusted)


def trusted_authorities(path: Path) -> Any:
    """The authorities in a PEM file. Raises OSError or ValueError."""
    found = [Certificate.loadPEM(part + _PEM_END) for part in path.read_bytes().split(_PEM_END)[:-1]]
    if not found:
        raise ValueError(f"{path} has no certificate in it")
    return trustRootFromCertificates(found)


class _Conversation(ESMTPClient):
    """One mail's conversation. `outcome` fires once, with None, MailNotSent or MailRefused."""

    debug = False  # its log, which goes into errors, would have the password
    heloFallback = False
    timeout: Any = ANSWER_TIMEOUT_S
    transport: Any

    def __init__(self, server: MailServer, own_name: str, context: Any, sender: str, recipient: str, mail: bytes
                 ) -> None:
        super().__init__(  # type: ignore[no-untyped-call]
            (server.password or "").encode(), context, own_name.encode("ascii"))
        self.requireTransportSecurity = server.encryption is not Encryption.NONE
        self.requireAuthentication = server.username is not None
        name = (server.username or "").encode()
        for authenticator in (CramMD5ClientAuthenticator, PLAINAuthenticator, LOGINAuthenticator):
            self.registerAuthenticator(authenticator(name))  # type: ignore[no-untyped-call]
        self.outcome: Deferred[None] = Deferred()
        self._sender: str | None = sender
        self._recipient = recipient.encode("ascii")
        self._mail = mail
        self._line_starts = True
        self._is_settled = False
        self._closed: Deferred[None] = Deferred()

    async def end(self, clock: Clock) -> None:
        """Nobody waits for the outcome any more: close the connection, and leave nothing behind."""
        if self.transport is None:
            return
        if self._is_settled:
            self.transport.loseConnection()
            with suppress(CancelledError):
                await within(clock, CLOSE_TIMEOUT_S, self._closed)
                return
        self.transport.abortConnection()

    # What twisted.mail asks and tells

    def getMailFrom(self) -> str | None:
        sender, self._sender = self._sender, None
        return sender

    def getMailTo(self) -> list[bytes]:
        return [self._recipient]

    def getMailData(self) -> BytesIO:
        return BytesIO(self._mail)

    def transformChunk(self, chunk: bytes) -> bytes:
        """CRLF, and a dot before each line that begins with one. (The inherited one misses dots that begin a chunk.)"""
        self.resetTimeout()  # type: ignore[no-untyped-call]
        starts, self._line_starts = self._line_starts, chunk.endswith(b"\n")
        dotted = (b"\n" + chunk if starts else chunk).replace(b"\n.", b"\n..")
        return (dotted[1:] if starts else dotted).replace(b"\n", b"\r\n")

    def esmtpState_starttls(self, code: int, resp: bytes) -> None:
        if self.clearLineBuffer():  # type: ignore[no-untyped-call]
            # Said before the encryption began, to be taken for said after it: someone is in between.
            self._fail(MailNotSent("the server said more than its answer to STARTTLS"))
            self.transport.abortConnection()
            return
        super().esmtpState_starttls(code, resp)  # type: ignore[no-untyped-call]

    def sentMail(self, code: int, resp: Any, numOk: int, addresses: Any, log: Any) -> None:
        if 200 <= code < 300:
            self._settle(None)
            self.sendLine(b"QUIT")  # type: ignore[no-untyped-call]
            return
        answer = f"{code} {_text(addresses[0][2] if addresses and not numOk else resp)}"
        self._fail(MailRefused(answer) if code >= 500 and code not in _NOT_OF_THE_MAIL else MailNotSent(answer))

    def sendError(self, exc: Any) -> None:
        """Something before or beside the mail itself: it says nothing of the mail, so it is never for good."""
        self._fail(MailNotSent(f"{exc.code} {_text(exc.resp)}" if isinstance(exc, SMTPClientError) else str(exc)))
        super().sendError(exc)  # type: ignore[no-untyped-call]

    def connectionLost(self, reason: Failure = Failure(Exception())) -> None:  # noqa: B008
        super().connectionLost(reason)  # type: ignore[no-untyped-call]
        self._fail(MailNotSent(f"the connection ended: {reason.getErrorMessage()}"))
        self._closed.callback(None)

    def _fail(self, error: Exception) -> None:
        self._settle(Failure(error))

    def _settle(self, outcome: Failure | None) -> None:
        self._is_settled = True
        if not self.outcome.called:  # as it is where nobody waits any more
            self.outcome.callback(outcome)


def _text(answer: Any) -> str:
    return (answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer))[:300]
