"""Mails reach a real mail server, safely: encryption, its certificate, what it answers, and what it never answers."""

from __future__ import annotations

import socket
import tempfile
from pathlib import Path
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase

from chat.deferreds import sleep
from chat.mail_server import mail_server
from chat.smtp import MailDelivery, MailNotSent, MailRefused
from tests.support.server import free_port
from tests.support.smtp import Authority, smtp_server

MAIL = b"From: chat@example.com\nTo: ann@example.com\nSubject: hello\n\nfirst line\n"


class DeliveryTests(TestCase):
    def setUp(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.authority = Authority(Path(self.folder.name))

    def delivery(self, address: str) -> MailDelivery:
        return MailDelivery(reactor, mail_server(address), own_name="chat.example.com", authorities=self.authority.file)

    async def deliver(self, address: str, mail: bytes = MAIL) -> None:
        await self.delivery(address).deliver("chat@example.com", "ann@example.com", mail)

    async def test_starttls_with_a_password(self) -> None:
        with smtp_server(starttls=self.authority.context("localhost"), password="secret &") as inbox:
            await self.deliver(f"smtp://chat:secret%20%26@localhost:{inbox.port}")
        self.assertEqual(inbox.encrypted, [True])
        self.assertEqual(inbox.envelopes, [("chat@example.com", ["ann@example.com"])])
        self.assertEqual(inbox.messages()[0]["Subject"], "hello")

    async def test_tls_from_the_start(self) -> None:
        with smtp_server(implicit=self.authority.context("localhost"), password="secret") as inbox:
            await self.deliver(f"smtps://chat:secret@localhost:{inbox.port}")
        self.assertEqual(len(inbox.mails), 1)

    async def test_no_encryption_only_where_it_was_chosen(self) -> None:
        with smtp_server() as inbox:
            await self.deliver(f"smtp+plain://localhost:{inbox.port}")
            self.assertEqual(inbox.encrypted, [False])
            error = await self.assertFailure(self._deferred(f"smtp://localhost:{inbox.port}"), MailNotSent)
        self.assertIn("TLS", str(error))
        self.assertEqual(len(inbox.mails), 1)

    async def test_a_certificate_for_another_name_gets_nothing(self) -> None:
        elsewhere = self.authority.context("other.example.com")
        with smtp_server(starttls=elsewhere, password="secret") as inbox:
            await self.assertFailure(self._deferred(f"smtp://chat:secret@localhost:{inbox.port}"), MailNotSent)
            self.assertEqual(inbox.tries, 0)
        with smtp_server(implicit=elsewhere) as inbox:
            await self.assertFailure(self._deferred(f"smtps://localhost:{inbox.port}"), MailNotSent)
            self.assertEqual(inbox.tries, 0)

    async def test_a_certificate_of_an_unknown_authority_gets_nothing(self) -> None:
        (Path(self.folder.name) / "other").mkdir()
        other = Authority(Path(self.folder.name) / "other")
        with smtp_server(starttls=other.context("localhost")) as inbox:
            await self.assertFailure(self._deferred(f"smtp://localhost:{inbox.port}"), MailNotSent)
            self.assertEqual(inbox.tries, 0)

    async def test_the_system_s_authorities_are_trusted_unless_others_are_named(self) -> None:
        with smtp_server(starttls=self.authority.context("localhost")) as inbox:
            delivery = MailDelivery(reactor, mail_server(f"smtp://localhost:{inbox.port}"), own_name="chat.example.com")
            await self.assertFailure(self._as_deferred(delivery.deliver("a@b.c", "ann@example.com", MAIL)), MailNotSent)

    async def test_a_wrong_password_is_worth_another_try_and_is_not_told(self) -> None:
        with smtp_server(starttls=self.authority.context("localhost"), password="secret") as inbox:
            error = await self.assertFailure(self._deferred(f"smtp://chat:wr0ng@localhost:{inbox.port}"), MailNotSent)
        self.assertNotIn("wr0ng", str(error))
        self.assertEqual(inbox.mails, [])

    async def test_a_password_is_asked_for_and_none_is_known(self) -> None:
        with smtp_server(starttls=self.authority.context("localhost"), password="secret") as inbox:
            await self.assertFailure(self._deferred(f"smtp://localhost:{inbox.port}"), MailNotSent)

    async def test_not_now_and_never_are_told_apart(self) -> None:
        with smtp_server() as inbox:
            address = f"smtp+plain://localhost:{inbox.port}"
            inbox.address_answers = ["450 Greylisted", "550 Nobody of this name"]
            inbox.answers = ["451 Try later", "552 Too much", "554 Spam"]
            for kind, words in ((MailNotSent, "Greylisted"), (MailRefused, "Nobody of this name"),
                                (MailNotSent, "Try later"), (MailRefused, "Too much"), (MailRefused, "Spam")):
                self.assertIn(words, str(await self.assertFailure(self._deferred(address), kind)))
            await self.deliver(address)
        self.assertEqual(len(inbox.mails), 1)

    async def test_nobody_listens(self) -> None:
        await self.assertFailure(self._deferred(f"smtp+plain://localhost:{free_port()}"), MailNotSent)

    async def test_every_byte_arrives_as_it_was(self) -> None:
        """Lines that begin with a dot too, wherever the pieces in which they are sent begin."""
        lines = b"".join(b"." * (number % 5) + b"x" * (number % 61) + b"\n" for number in range(3000))
        for cut in range(4):
            head = b"Subject: dots\n\n" + (b"y" * 63 + b"\n") * 255
            body = head + b"y" * (16384 - len(head) - 3 + cut) + b"\n.\n..\n" + lines + b"\n\n.\n"
            with smtp_server() as inbox:
                await self.deliver(f"smtp+plain://localhost:{inbox.port}", body)
            self.assertEqual(inbox.mails[0].replace(b"\r\n", b"\n"), body)

    def _deferred(self, address: str) -> Any:
        return self._as_deferred(self.deliver(address))

    def _as_deferred(self, coroutine: Any) -> Any:
        return Deferred.fromCoroutine(coroutine)


class HostileServerTests(TestCase):
    """Servers that misbehave, spoken to over real sockets, with a clock that is ours."""

    def setUp(self) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.listening.settimeout(20)
        self.addCleanup(self.listening.close)
        self.port = self.listening.getsockname()[1]

    async def _sent_to(self, answers: list[bytes]) -> Any:
        """What becomes of a mail to a server that gives these answers, one to each line, then hangs up."""
        from twisted.internet.defer import Deferred
        def serve() -> list[bytes]:
            connection, _ = self.listening.accept()
            heard = []
            with connection, connection.makefile("rb") as lines:
                connection.settimeout(20)
                for answer in answers:
                    connection.sendall(answer)
                    try:
                        heard.append(lines.readline())
                    except ConnectionResetError:
                        heard.append(b"")
            return heard

        serving = deferToThread(serve)
        delivery = MailDelivery(reactor, mail_server(f"{self.scheme}://localhost:{self.port}"), own_name="x.example")
        outcome = Deferred.fromCoroutine(delivery.deliver("a@example.com", "b@example.com", MAIL))
        outcome.addErrback(lambda failure: failure.value)
        result = await outcome
        self.heard = await serving
        return result

    scheme = "smtp+plain"

    async def test_hangs_up_in_the_middle(self) -> None:
        self.assertIsInstance(await self._sent_to([b"220 hello\r\n", b"250 yes\r\n"]), MailNotSent)

    async def test_speaks_no_smtp(self) -> None:
        self.assertIsInstance(await self._sent_to([b"HTTP/1.1 200 OK\r\n\r\n"]), MailNotSent)

    async def test_wants_no_one(self) -> None:
        self.assertIsInstance(await self._sent_to([b"554 go away\r\n"]), MailNotSent)

    async def test_words_slipped_in_before_the_encryption(self) -> None:
        """What came in plain text behind the answer to STARTTLS must not count as said under its protection."""
        self.scheme = "smtp"
        error = await self._sent_to([b"220 hello\r\n", b"250-me\r\n250 STARTTLS\r\n",
                                     b"220 go on\r\n250-me\r\n250 AUTH PLAIN\r\n"])
        self.assertIn("STARTTLS", str(error))
        self.assertEqual(self.heard[-1], b"")


class SilenceTests(TestCase):
    async def test_a_server_that_never_answers_is_left(self) -> None:
        """After a while by our clock, and no connection stays behind (trial would find it)."""
        class Reactor:
            """The real one, but for the time."""

            def __init__(self) -> None:
                self.clock = Clock()

            def __getattr__(self, name: str) -> Any:
                return getattr(self.clock if name in ("callLater", "seconds") else reactor, name)

        pretended = Reactor()
        with smtp_server() as inbox:
            inbox.silent = True
            server = mail_server(f"smtp+plain://localhost:{inbox.port}")
            delivery = MailDelivery(pretended, server, own_name="x.example")
            outcome = Deferred.fromCoroutine(delivery.deliver("a@example.com", "b@example.com", MAIL))
            outcomes: list[Any] = []
            outcome.addBoth(outcomes.append)
            await _until(lambda: inbox.tries == 1)
            self.assertEqual(outcomes, [])
            pretended.clock.advance(1000)
            self.assertIsInstance(outcomes[0].value, MailNotSent)
            await _until(lambda: True)


async def _until(condition: Any) -> None:
    await sleep(reactor, 0.01)  # type: ignore[arg-type]
    while not condition():
        await sleep(reactor, 0.01)  # type: ignore[arg-type]


class AddressTests(TestCase):
    def test_what_an_operator_may_write(self) -> None:
        self.assertEqual(mail_server("smtp://mail.example.com").port, 587)
        self.assertEqual(mail_server("smtps://mail.example.com").port, 465)
        server = mail_server("smtp://a%40b:p%3Aw%2Fd@mail.example.com:2525")
        self.assertEqual((server.username, server.password, server.port), ("a@b", "p:w/d", 2525))
        self.assertNotIn("p:w/d", repr(server))

    def test_what_is_refused(self) -> None:
        for address in ("mail.example.com", "http://mail.example.com", "smtp://", "smtp://host:0", "smtp://host:x",
                        "smtp://host/path", "smtp://host?tls=no", "smtp://name@host", "smtp://a:b%0ac@host",
                        "smtp+plain://a:secret@mail.example.com", "smtp+plain://a:secret@192.0.2.1"):
            error = self.assertRaises(ValueError, mail_server, address)
            self.assertNotIn("secret", str(error))
        self.assertEqual(mail_server("smtp+plain://a:b@127.0.0.1").password, "b")
