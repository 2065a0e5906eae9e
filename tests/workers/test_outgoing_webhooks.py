"""Outgoing webhooks, against a real HTTP server: what it is told, what becomes of its answers, and of failures."""

from __future__ import annotations

from typing import Any

import orjson

from chat.bots import BotType
from chat.deferred_work import Job, JobFailed, TryAgain
from chat.workers.outgoing_webhooks import ATTEMPTS
from tests.support.harness import ChatTestCase, Client
from tests.support.web import OtherServer


class OutgoingCase(ChatTestCase):
    allowed = "127.0.0.0/8"

    async def setUp(self) -> None:
        await super().setUp()
        await self.server.app.stop()
        await self.server.start_again(allowed_networks=self.allowed)
        self.owner = Client(self.app, self.owner.user)
        self.other = OtherServer()
        self.url = self.other.listen()
        self.addCleanup(self.other.stop)
        self.grace = await self.server.person("Grace")
        await self.owner.call("POST", "/users/me/subscriptions", subscriptions=[{"name": "general"}],
                              principals=[self.owner.user.id, self.grace.user.id])

    async def bot(self, name: str = "Echo", **params: Any) -> Client:
        made = await self.owner.call("POST", "/bots", full_name=name, short_name=name.lower(), bot_type=3,
                                     payload_url=params.pop("payload_url", self.url), **params)
        return Client(self.app, self.app.directory.users[made["user_id"]])

    async def said(self, reader: Client, sender: Client) -> list[str]:
        """What `reader` received of `sender`, oldest first."""
        await self.app.deferred_work.quiet()
        page = await reader.call(
            "GET", "/messages", anchor="newest", num_before=50, num_after=0, apply_markdown=False,
            narrow=[["sender", sender.user.email]])
        return [message["content"] for message in page["messages"]]

    async def failures(self) -> list[str]:
        return [job.last_error for job in await self.app.deferred_work.failed(2**31 - 1, 10)]


class TellingTests(OutgoingCase):
    async def test_a_mention_is_posted(self) -> None:
        """The documented payload, with the token that only the bot's owner and its server know."""
        bot = await self.bot()
        token = self.app.directory.bots[bot.user.id].token
        sent = await self.grace.send("general", "@**Echo** say *hi*", "greetings")
        await self.app.deferred_work.quiet()
        (asked,) = self.other.asked
        self.assertEqual((asked.method, asked.path, asked.headers["content-type"]),
                         ("POST", "/hook", "application/json"))
        self.assertTrue(asked.headers["user-agent"].startswith("ZulipOutgoingWebhook/"))
        payload = asked.json
        self.assertEqual(
            (payload["bot_email"], payload["bot_full_name"], payload["data"], payload["token"], payload["trigger"]),
            ("echo-bot@chat.test", "Echo", "@**Echo** say *hi*", token, "mention"))
        message = payload["message"]
        self.assertEqual((message["id"], message["content"], message["type"], message["display_recipient"],
                          message["subject"], message["sender_full_name"]),
                         (sent, "@**Echo** say *hi*", "stream", "general", "greetings", "Grace"))
        self.assertIn("<em>hi</em>", message["rendered_content"])
        self.assertNotIn("flags", message)

    async def test_a_direct_message_is_posted(self) -> None:
        """With everyone who takes part; the answer goes to all of them."""
        bot = await self.bot()
        self.other.answers = [(200, b'{"content": "to all"}')]
        await self.grace.send([bot.user.id, self.owner.user.id], "hello")
        self.assertEqual(await self.said(self.owner, bot), ["to all"])
        self.assertEqual(await self.said(self.grace, bot), ["to all"])
        payload = self.other.asked[0].json
        self.assertEqual(payload["trigger"], "direct_message")
        self.assertEqual(len(payload["message"]["display_recipient"]), 3)

    async def test_what_is_not_posted(self) -> None:
        """What does not mention it, what bots say, what is said in a private channel that is not its people's, and
        nothing at all once it is deactivated."""
        bot, noisy = await self.bot(), await self.bot("Noisy")
        await self.grace.send("general", "Echo, @_**Echo**, `@**Echo**`")
        await noisy.send("general", "@**Echo** hello")
        await noisy.send([bot.user.id], "hello")
        await self.grace.call("POST", "/users/me/subscriptions", subscriptions=[{"name": "secret"}], invite_only=True)
        await self.grace.send("secret", "@**Echo** psst")
        await self.owner.call("DELETE", f"/bots/{bot.user.id}")
        await self.grace.send("general", "@**Echo** still here?")
        await self.app.deferred_work.quiet()
        self.assertEqual(self.other.asked, [])

    async def test_the_form_that_slack_uses(self) -> None:
        """Form fields out, `text` back; it knows no direct messages, which is said."""
        bot = await self.bot(interface_type=2)
        self.other.answers = [(200, b'{"text": "done", "content": "not this"}')]
        await self.grace.send("general", "@**Echo** deploy")
        self.assertEqual(await self.said(self.grace, bot), ["done"])
        form, channel = self.other.asked[0].form, self.app.directory.channel_by_name("general")
        assert channel is not None
        self.assertEqual((form["channel_id"], form["channel_name"], form["user_id"], form["user_name"], form["text"]),
                         (f"C{channel.id}", "general", f"U{self.grace.user.id}", "Grace", "@**Echo** deploy"))
        self.assertEqual(form["token"], self.app.directory.bots[bot.user.id].token)
        await self.grace.send([bot.user.id], "deploy")
        self.assertIn("no direct messages", (await self.said(self.grace, bot))[-1])
        self.assertEqual(len(self.other.asked), 1)


class AnsweringTests(OutgoingCase):
    async def test_answers(self) -> None:
        """What is said, and what is none."""
        bot = await self.bot()
        for answer, said in (({"content": "**new**"}, "**new**"), ({"response_string": "old"}, "old"),
                             ({"response_not_required": True, "content": "x"}, None), ({"content": ""}, None),
                             ({}, None), ({"content": "  "}, None)):
            self.other.answers = [(200, orjson.dumps(answer))]
            before = await self.said(self.grace, bot)
            await self.grace.send("general", "@**Echo** ?")
            self.assertEqual((await self.said(self.grace, bot))[len(before):], [said] if said else [])
        self.other.answers = [(204, b"")]
        await self.grace.send("general", "@**Echo** ?")
        self.assertEqual(len(await self.said(self.grace, bot)), 2)

    async def test_is_said_once(self) -> None:
        """A job that is done twice, as after a crash between the answer and the end of the job, answers once."""
        bot = await self.bot()
        self.other.answers = [(200, b'{"content": "first"}'), (200, b'{"content": "second"}')]
        sent = await self.grace.send("general", "@**Echo** ?")
        self.assertEqual(await self.said(self.grace, bot), ["first"])
        await self.app.outgoing_webhooks.work(Job(1, "outgoing_webhooks", {
            "bot_id": bot.user.id, "message_id": sent, "trigger": "mention"}, 0.0))
        self.assertEqual(len(self.other.asked), 2)
        self.assertEqual(await self.said(self.grace, bot), ["first"])

    async def test_follows_its_question(self) -> None:
        """The answer goes to the topic into which the question was moved meanwhile."""
        bot = await self.bot()
        sent = await self.owner.send("general", "@**Echo** ?", "before")
        await self.app.deferred_work.quiet()
        await self.owner.call("PATCH", f"/messages/{sent}", topic="after", send_notification_to_old_thread=False,
                              send_notification_to_new_thread=False)
        self.other.answers = [(200, b'{"content": "here"}')]
        await self.app.outgoing_webhooks.work(Job(1, "outgoing_webhooks", {
            "bot_id": bot.user.id, "message_id": sent, "trigger": "mention"}, 0.0))
        page = await self.owner.call("GET", "/messages", anchor="newest", num_before=5, num_after=0,
                                     narrow=[["channel", "general"], ["topic", "after"]])
        self.assertEqual(page["messages"][-1]["sender_id"], bot.user.id)


class FailingTests(OutgoingCase):
    async def test_what_cannot_be_right_is_told_at_once(self) -> None:
        """Where it was asked each time; the owner once a day, with what the server said; administrators see the job."""
        bot = await self.bot()
        for answer, reason in (((404, b"no such hook"), "status 404"), ((200, b"<html>"), "not JSON"),
                               ((200, b"[1]"), "not a JSON object"), ((200, b'{"content": 7}'), "no text")):
            self.other.answers = [answer]
            await self.grace.send("general", f"@**Echo** {reason}?")
            self.assertIn(reason, (await self.said(self.grace, bot))[-1])
            self.assertNotIn("no such hook", (await self.said(self.grace, bot))[-1])
        self.assertEqual(len(self.other.asked), 4)
        direct = [text for text in await self.said(self.owner, bot) if "Grace" in text]
        self.assertEqual(len(direct), 1)
        self.assertIn("no such hook", direct[0])
        self.assertEqual(len(await self.failures()), 4)

    async def test_what_may_pass_is_tried_again(self) -> None:
        """A server that is down for a while answers in the end, and nobody is told of it."""
        bot = await self.bot()
        self.other.answers = [(503, b""), (429, b""), (200, b'{"content": "back"}')]
        await self.grace.send("general", "@**Echo** ?")
        for _ in range(2):
            self.assertEqual(await self.said(self.grace, bot), [])
            await self.app.database.query("UPDATE job SET not_before = now()")
            self.app.deferred_work.look("outgoing_webhooks")
        self.assertEqual(await self.said(self.grace, bot), ["back"])
        self.assertEqual((len(self.other.asked), await self.failures()), (3, []))

    async def test_what_lasts_is_told_in_the_end(self) -> None:
        """At the last attempt, and not before."""
        bot = await self.bot()
        self.other.answers = [(500, b"")]
        sent = await self.grace.send("general", "@**Echo** ?")
        await self.app.deferred_work.quiet()
        payload = {"bot_id": bot.user.id, "message_id": sent, "trigger": "mention"}
        with self.assertRaises(TryAgain):
            await self.app.outgoing_webhooks.work(Job(1, "outgoing_webhooks", payload, 0.0, attempt=ATTEMPTS - 1))
        self.assertEqual(await self.said(self.grace, bot), [])
        with self.assertRaises(JobFailed):
            await self.app.outgoing_webhooks.work(Job(1, "outgoing_webhooks", payload, 0.0, attempt=ATTEMPTS))
        self.assertIn("status 500", (await self.said(self.grace, bot))[-1])

    async def test_an_answer_that_cannot_be_sent(self) -> None:
        """Is told like any failure."""
        bot = await self.bot()
        self.other.answers = [(200, orjson.dumps({"content": "a\0b"}))]
        await self.grace.send("general", "@**Echo** ?")
        self.assertIn("cannot be sent", (await self.said(self.grace, bot))[-1])


class ReachingTests(OutgoingCase):
    allowed = ""

    async def test_does_not_reach_into_our_own_network(self) -> None:
        """An address of this machine is refused, unless the operator opened it; the server behind it hears nothing."""
        bot = await self.bot()
        self.assertEqual(bot.user.bot_type, BotType.OUTGOING_WEBHOOK)
        await self.grace.send("general", "@**Echo** ?")
        self.assertIn("could not answer", (await self.said(self.grace, bot))[-1])
        self.assertEqual(self.other.asked, [])
