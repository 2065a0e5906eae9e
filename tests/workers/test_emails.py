"""From what causes a mail to a mail server: sent if and only if its cause is committed, tried again, or given up."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import default
from pathlib import Path

import psycopg2
from twisted.internet import reactor
from twisted.logger import globalLogPublisher
from twisted.trial.unittest import TestCase

from chat.database.pool import Transaction
from chat.deferred_work import DeferredWork
from chat.deferreds import sleep
from chat.mail_folder import MAX_FILES, MailFolder
from chat.mail_server import mail_server
from chat.smtp import MailDelivery, MailNotSent
from chat.workers.emails import Emails
from tests.support.harness import ChatTestCase, InProcess
from tests.support.smtp import Inbox, smtp_server


async def send(server: InProcess, to: str = "bo@example.com") -> None:
    async def write(unit: Transaction) -> None:
        await server.app.mailer.send(unit, to, "test", {"name": "Bo"})

    await server.app.database.transaction(write)


class WithServerTests(TestCase):
    async def setUp(self) -> None:
        smtp = smtp_server()
        self.inbox: Inbox = smtp.__enter__()
        self.addCleanup(smtp.__exit__, None, None, None)
        self.server = InProcess()
        await self.server.start(smtp=f"smtp+plain://localhost:{self.inbox.port}", mail_from="Plait <chat@chat.test>")
        await self.server.organisation()

    async def tearDown(self) -> None:
        await self.server.stop()

    async def test_a_mail_goes_out_after_the_commit(self) -> None:
        await send(self.server)
        await self.server.app.deferred_work.quiet()
        (mail,) = self.inbox.messages()
        self.assertEqual(mail["Subject"], "Mail from Test arrives")
        self.assertEqual(mail["From"], "Plait <chat@chat.test>")
        self.assertEqual(self.inbox.envelopes, [("chat@chat.test", ["bo@example.com"])])
        self.assertTrue(self.server.app.mailer.delivers)

    async def test_what_is_rolled_back_tells_nobody(self) -> None:
        async def write(unit: Transaction) -> None:
            await self.server.app.mailer.send(unit, "bo@example.com", "test", {"name": "Bo"})
            await unit.query("SELECT 1/0")

        with self.assertRaises(psycopg2.errors.DivisionByZero):
            await self.server.app.database.transaction(write)
        await self.server.app.deferred_work.quiet()
        self.assertEqual(self.inbox.mails, [])

    async def test_refused_for_good_is_given_up_and_kept(self) -> None:
        self.inbox.address_answers = ["550 No such person"]
        await send(self.server)
        await self.server.app.deferred_work.quiet()
        (failed,) = await self.server.app.deferred_work.failed(2**31, 10)
        self.assertIn("No such person", failed.last_error)
        self.assertEqual(self.inbox.tries, 1)
        await self.server.app.deferred_work.retry(failed.id)
        await self.server.app.deferred_work.quiet()
        self.assertEqual(len(self.inbox.mails), 1)

    async def test_not_now_is_tried_again_with_the_same_id(self) -> None:
        self.inbox.answers = ["451 Not now", "421 Not yet"]
        app = self.server.app
        patient = DeferredWork(app.database, reactor, lambda: 0.5)  # type: ignore[arg-type]
        delivery = MailDelivery(reactor, mail_server(str(self.server.settings.smtp)), own_name="chat.test")
        ids = []

        class Noting(MailDelivery):
            async def deliver(self, sender: str, recipient: str, mail: bytes) -> None:
                ids.append(message_from_bytes(mail)["Message-ID"])
                await delivery.deliver(sender, recipient, mail)

        await app.deferred_work.stop()
        noting = Noting(reactor, mail_server(str(self.server.settings.smtp)), own_name="chat.test")
        Emails(noting, MailFolder(Path())).serve(patient, first_retry_s=0.01)
        await send(self.server)
        await patient.start()
        try:
            while patient.figures()["mail"].done == 0:
                await sleep(reactor, 0.02)  # type: ignore[arg-type]
        finally:
            await patient.stop()
        self.assertEqual(len(self.inbox.mails), 1)
        self.assertEqual((len(ids), len(set(ids))), (3, 1))
        self.assertEqual(len(self.flushLoggedErrors(MailNotSent)), 2)


class WithoutServerTests(ChatTestCase):
    async def test_mails_lie_in_the_data_folder_and_the_log_says_so(self) -> None:
        said: list[str] = []
        globalLogPublisher.addObserver(observer := lambda event: said.append(str(event.get("log_format"))))
        self.addCleanup(globalLogPublisher.removeObserver, observer)
        await send(self.server)
        await self.app.deferred_work.quiet()
        (path,) = (self.server.settings.data / "mail").glob("*.eml")
        mail = message_from_bytes(path.read_bytes(), policy=default)
        self.assertEqual(mail["To"], "bo@example.com")
        self.assertEqual(path.stat().st_mode & 0o777, 0o600)
        self.assertEqual(path.parent.stat().st_mode & 0o777, 0o700)
        self.assertTrue(any("No mail server is set" in line for line in said))
        self.assertFalse(self.app.mailer.delivers)

    async def test_the_folder_does_not_grow_without_end(self) -> None:
        folder = MailFolder(self.server.settings.data)
        folder.path.mkdir()
        for number in range(MAX_FILES + 20):
            (folder.path / f"{number:09}.eml").touch()
        folder.put(f"{MAX_FILES + 20:09}", b"the newest")
        names = sorted(file.name for file in folder.path.iterdir())
        self.assertEqual(len(names), MAX_FILES)
        self.assertEqual((folder.path / names[-1]).read_bytes(), b"the newest")
