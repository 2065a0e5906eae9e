"""Embedded bots in a server: they answer once, remember, and wake up when they wanted to."""

from __future__ import annotations

from typing import Any

from chat.database import jobs as sql
from chat.deferred_work import Job, JobGone
from tests.support.harness import ChatTestCase, Client


class EmbeddedTests(ChatTestCase):
    async def setUp(self) -> None:
        await super().setUp()
        self.grace = await self.server.person("Grace")
        await self.owner.call("POST", "/users/me/subscriptions", subscriptions=[{"name": "general"}],
                              principals=[self.owner.user.id, self.grace.user.id])

    async def bot(self, service: str, **params: Any) -> Client:
        made = await self.owner.call("POST", "/bots", full_name=service.title(), short_name=service, bot_type=4,
                                     service_name=service, **params)
        return Client(self.app, self.app.directory.users[made["user_id"]])

    async def said(self, bot: Client, reader: Client | None = None) -> list[str]:
        await self.app.deferred_work.quiet()
        page = await (reader or self.grace).call(
            "GET", "/messages", anchor="newest", num_before=50, num_after=0, apply_markdown=False,
            narrow=[["sender", bot.user.email]])
        return [message["content"] for message in page["messages"]]

    async def all_jobs(self) -> list[Job]:
        return await sql.due(self.app.database, "embedded_bots", 4e9, (), 100)

    async def test_answers_where_it_is_asked(self) -> None:
        """In the topic, or directly; it remembers across both and across a restart."""
        bot = await self.bot("notebook")
        await self.grace.send("general", "@**Notebook** remember wifi: it is 1234", "office")
        self.assertEqual(await self.said(bot), ["I remember **wifi**."])
        await self.server.restart()
        self.owner, self.grace = Client(self.app, self.owner.user), Client(self.app, self.grace.user)
        bot = Client(self.app, bot.user)
        await self.grace.send([bot.user.id], "wifi?")
        self.assertTrue((await self.said(bot))[-1].startswith("it is 1234"))
        self.assertEqual(list((await bot.call("GET", "/bot_storage"))["storage"]), ["notes"])

    async def test_reminds_when_it_is_time(self) -> None:
        """The alarm is a job that waits; when it is due the person is mentioned, and told so by their flags."""
        bot = await self.bot("reminder")
        await self.grace.send("general", "@**Reminder** remind me in 2 h to look", "oven")
        self.assertIn("I will remind you", (await self.said(bot))[-1])
        (alarm,) = await self.all_jobs()
        self.assertGreater(alarm.not_before, self.app.reactor.seconds() + 7000)
        await self.app.database.query("UPDATE job SET not_before = now()")
        self.app.deferred_work.look("embedded_bots")
        self.assertEqual((await self.said(bot))[-1], f"@**Grace|{self.grace.user.id}** look")
        page = await self.grace.call("GET", "/messages", anchor="newest", num_before=1, num_after=0, narrow=[])
        message = page["messages"][-1]
        self.assertEqual((message["subject"], "mentioned" in message["flags"]), ("oven", True))
        self.assertEqual(await self.all_jobs(), [])

    async def test_a_question_is_answered_once(self) -> None:
        """A second attempt at a job that is done changes nothing and says nothing."""
        bot = await self.bot("turns")
        await self.grace.send([bot.user.id], "turns tea: Ada, Grace, Alan")
        sent = await self.grace.send([bot.user.id], "next tea")
        before = await self.said(bot)
        job = Job(999_999, "embedded_bots", {"bot_id": bot.user.id, "message_id": sent, "trigger": "direct_message"},
                  0.0)
        with self.assertRaises(JobGone):
            await self.app.embedded_bots.work(job)
        self.assertEqual(await self.said(bot), before)
        await self.grace.send([bot.user.id], "who tea")
        self.assertIn("**Grace**", (await self.said(bot))[-1])

    async def test_configuration(self) -> None:
        """Begins as the bot says, and is changed by its owner; keys that the bot does not know are refused."""
        bot = await self.bot("notebook")
        self.assertEqual(dict(self.app.directory.bots[bot.user.id].config), {"scope": "everywhere"})
        changed = await self.owner.call("PATCH", f"/bots/{bot.user.id}", config_data={"scope": "channel"})
        self.assertEqual(changed["config_data"], {"scope": "channel"})
        await self.owner.refusal("PATCH", f"/bots/{bot.user.id}", config_data={"colour": "red"})
        await self.grace.send("general", "@**Notebook** remember a: 1")
        await self.grace.send([bot.user.id], "a?")
        self.assertIn("I do not know", (await self.said(bot))[-1])

    async def test_which_there_are(self) -> None:
        """A registration tells which bots can be made, and for which services."""
        state = await self.owner.register(fetch_event_types=["realm_embedded_bots", "realm_incoming_webhook_bots"])
        self.assertEqual({bot["name"] for bot in state["realm_embedded_bots"]}, {"notebook", "reminder", "turns"})
        github = next(bot for bot in state["realm_incoming_webhook_bots"] if bot["name"] == "github")
        self.assertEqual(github["config"], {"signing_secret": ""})
        self.assertIn("push", github["all_event_types"])

    async def test_the_policy(self) -> None:
        """Who may create which bots is the organisation's choice."""
        one = {"full_name": "One", "short_name": "one"}
        await self.owner.call("PATCH", "/realm", bot_creation_policy=2)
        self.assertEqual((await self.grace.refusal("POST", "/bots", **one))["code"], "UNAUTHORIZED_PRINCIPAL")
        await self.grace.call("POST", "/bots", **one, bot_type=2)
        await self.owner.call("PATCH", "/realm", bot_creation_policy=3)
        two = {"full_name": "Two", "short_name": "two", "bot_type": 2}
        self.assertEqual((await self.grace.refusal("POST", "/bots", **two))["code"], "UNAUTHORIZED_PRINCIPAL")
        await self.owner.call("POST", "/bots", **two)
