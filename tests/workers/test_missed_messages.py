"""What people missed comes by e-mail: after a while, once, of what they have not read, in a mail a conversation."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

from chat.deferred_work import Job
from chat.workers.missed_messages import DUE_QUEUE, MAX_MESSAGES
from tests.support.harness import ChatTestCase, Client
from tests.support.mails import mails, part


class MissedMessagesTests(ChatTestCase):
    async def setUp(self) -> None:
        await super().setUp()
        self.ann, self.bo = await self.server.person("Ann"), await self.server.person("Bo")
        await self.ann.call("POST", "/users/me/subscriptions", subscriptions=[{"name": "office"}],
                            principals=[self.bo.user.id, self.ann.user.id])

    async def later(self) -> list[EmailMessage]:
        """When everybody's time has come: the mails there are."""
        await self.app.deferred_work.quiet()
        await self.app.database.query("UPDATE job SET not_before = now() WHERE queue = %s", (DUE_QUEUE,))
        self.app.deferred_work.look(DUE_QUEUE)
        await self.app.deferred_work.quiet()
        return mails(self.server.settings.data)

    async def set(self, person: Client, **settings: Any) -> None:
        await person.call("PATCH", "/settings", **settings)

    async def test_nothing_is_sent_before_its_time(self) -> None:
        await self.ann.send([self.bo.user.id], "hello")
        await self.app.deferred_work.quiet()
        self.assertEqual(mails(self.server.settings.data), [])
        ((delay_s,),) = await self.app.database.query(
            "SELECT extract(epoch FROM not_before - now())::float8 FROM job WHERE queue = %s", (DUE_QUEUE,))
        self.assertTrue(60 < delay_s <= 120, delay_s)

    async def test_several_messages_of_a_conversation_are_one_mail(self) -> None:
        sent = await self.ann.send([self.bo.user.id], "first **thing**")
        await self.ann.send([self.bo.user.id], "second thing")
        await self.ann.send("office", "@**Bo** third thing", topic="tea time")
        direct, channel = await self.later()
        self.assertEqual((direct["To"], direct["Subject"]), ("Bo <bo@chat.test>", "Direct messages with Ann"))
        self.assertIn("first **thing**\n", part(direct, "plain"))
        self.assertIn("second thing", part(direct, "plain"))
        self.assertIn("<strong>thing</strong>", part(direct, "html"))
        self.assertNotIn("third", part(direct, "plain"))
        self.assertIn(f"http://chat.test/#narrow/dm/{self.ann.user.id}-Ann/near/{sent}", part(direct, "plain"))
        self.assertEqual(channel["Subject"], "#office › tea time")
        self.assertIn("you were mentioned", part(channel, "plain"))
        self.assertIn("/topic/tea.20time/near/", part(channel, "plain"))
        self.assertEqual(len(await self.later()), 2)

    async def test_mails_of_one_conversation_are_one_thread(self) -> None:
        for topic in ("tea", "tea", "TEA", "cake"):
            await self.ann.send("office", "@**Bo** look", topic=topic)
            await self.later()
        one, two, three, other = [mail["References"] for mail in await self.later()]
        self.assertEqual(one, two)
        self.assertEqual(one, three)
        self.assertNotEqual(one, other)

    async def test_reading_first_cancels(self) -> None:
        one = await self.ann.send([self.bo.user.id], "read in time")
        two = await self.ann.send([self.bo.user.id], "never read")
        await self.ann.send("office", "@**Bo** read too")
        await self.bo.call("POST", "/messages/flags", messages=[one], op="add", flag="read")
        await self.bo.call("POST", "/mark_stream_as_read", stream_id=self._office())
        (mail,) = await self.later()
        self.assertNotIn("read in time", part(mail, "plain"))
        self.assertIn("never read", part(mail, "plain"))
        await self.ann.send([self.bo.user.id], "again")
        await self.bo.call("POST", "/messages/flags", messages=[two], op="add", flag="read")
        await self.bo.call("POST", "/mark_all_as_read")
        self.assertEqual(len(await self.later()), 1)

    async def test_what_was_deleted_edited_or_moved_meanwhile(self) -> None:
        gone = await self.ann.send([self.bo.user.id], "a slip of the tongue")
        edited = await self.ann.send([self.bo.user.id], "teh")
        await self.ann.call("PATCH", f"/messages/{edited}", content="the")
        await self.owner.call("PATCH", "/realm", delete_own_message_policy=5)
        await self.ann.call("DELETE", f"/messages/{gone}")
        (mail,) = await self.later()
        self.assertNotIn("slip", part(mail, "plain"))
        self.assertNotIn("teh", part(mail, "plain"))
        self.assertIn("the\n", part(mail, "plain"))

    async def test_who_may_no_longer_read_it_is_told_nothing(self) -> None:
        await self.ann.call("POST", "/users/me/subscriptions", subscriptions=[{"name": "secret"}], invite_only=True,
                            principals=[self.bo.user.id, self.ann.user.id])
        await self.ann.send("secret", "@**Bo** the code is 1234")
        await self.owner.call("DELETE", "/users/me/subscriptions", subscriptions=["secret"],
                              principals=[self.bo.user.id])
        self.assertEqual(await self.later(), [])

    async def test_who_muted_the_topic_or_turned_mails_off_meanwhile(self) -> None:
        await self.ann.send("office", "@**Bo** look", topic="noise")
        await self.bo.call("POST", "/user_topics", stream_id=self._office(), topic="noise", visibility_policy=1)
        self.assertEqual(await self.later(), [])
        await self.ann.send([self.bo.user.id], "hello")
        await self.set(self.bo, enable_offline_email_notifications=False)
        self.assertEqual(await self.later(), [])

    async def test_whose_account_was_closed_meanwhile(self) -> None:
        await self.ann.send([self.bo.user.id], "hello")
        await self.owner.call("DELETE", f"/users/{self.bo.user.id}")
        self.assertEqual(await self.later(), [])

    async def test_content_is_left_out_where_someone_wants_it_so(self) -> None:
        for setting, who in ((self.bo, "/settings"), (self.owner, "/realm")):
            names = {"/settings": "message_content_in_email_notifications",
                     "/realm": "message_content_allowed_in_email_notifications"}
            await setting.call("PATCH", who, **{names[who]: False})
            await self.ann.send([self.bo.user.id], "the code is 1234")
            mail = (await self.later())[-1]
            for text in (mail["Subject"], part(mail, "plain"), part(mail, "html")):
                self.assertNotIn("1234", text)
                self.assertNotIn("Ann", text.replace("/#narrow/dm/", "").replace("-Ann/near", ""))
            self.assertIn("/near/", part(mail, "plain"))
            await setting.call("PATCH", who, **{names[who]: True})

    async def test_a_long_conversation_is_cut_at_its_beginning(self) -> None:
        for number in range(MAX_MESSAGES + 3):
            await self.ann.send([self.bo.user.id], f"number {number};")
        (mail,) = await self.later()
        self.assertNotIn("number 2;", part(mail, "plain"))
        self.assertIn(f"number {MAX_MESSAGES + 2};", part(mail, "plain"))
        self.assertIn("3 more messages are not shown here", part(mail, "plain"))

    async def test_a_restart_in_between_loses_and_repeats_nothing(self) -> None:
        ann, bo = self.ann.user, self.bo.user
        await self.ann.send([bo.id], "before any job was done")
        await self.server.restart()
        await self.app.deferred_work.quiet()
        await Client(self.app, ann).send([bo.id], "remembered")
        await self.app.deferred_work.quiet()
        await self.server.restart()
        (mail,) = await self.later()
        self.assertIn("before any job was done", part(mail, "plain"))
        self.assertIn("remembered", part(mail, "plain"))
        await self.server.restart()
        self.assertEqual(len(await self.later()), 1)

    async def test_a_job_that_is_done_twice_has_its_effect_once(self) -> None:
        """As after a crash right behind its commit."""
        await self.ann.send([self.bo.user.id], "hello")
        await self.app.deferred_work.quiet()
        ((job_id, payload),) = await self.app.database.query(
            "SELECT id, payload FROM job WHERE queue = %s", (DUE_QUEUE,))
        self.assertEqual(len(await self.later()), 1)
        missed = self.app.missed_messages
        await missed.tell(Job(job_id, DUE_QUEUE, payload, 0.0))
        self.assertEqual(len(await self.later()), 1)

    async def test_unsubscribing_by_the_link_in_the_mail(self) -> None:
        await self.ann.send([self.bo.user.id], "hello")
        (mail,) = await self.later()
        link = mail["List-Unsubscribe"].strip("<>")
        self.assertEqual(mail["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")
        self.assertIn(link, part(mail, "plain"))
        _, _, kind, token, _ = urlsplit(link).path.split("/")
        self.assertEqual(self.app.unsubscribing.read(kind, token), self.bo.user.id)
        for wrong in (token[:-1] + ("0" if token[-1] != "0" else "1"), f"{self.ann.user.id}-{token.split('-')[1]}",
                      "", "x" * 80):
            self.assertIsNone(self.app.unsubscribing.read(kind, wrong))
        self.assertIsNone(self.app.unsubscribing.read("new_sign_in", token))

    def _office(self) -> int:
        channel = self.app.directory.channel_by_name("office")
        assert channel is not None
        return channel.id
