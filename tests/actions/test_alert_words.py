"""Alert words: kept regardless of case, and messages that have one are flagged for those who want it."""

from __future__ import annotations

from twisted.internet.defer import gatherResults

from chat.personal import MAX_ALERT_WORDS
from tests.support.harness import ChatTestCase, Client

PATH = "/users/me/alert_words"


class AlertWordsTests(ChatTestCase):
    async def setUp(self) -> None:
        await super().setUp()
        self.grace = await self.server.person("Grace Hopper")
        await self.owner.call("POST", "/users/me/subscriptions", subscriptions=[{"name": "general"}],
                              principals=[self.grace.user.id, self.owner.user.id])

    async def words(self, client: Client) -> list[str]:
        return list((await client.call("GET", PATH))["alert_words"])

    async def test_add_and_remove(self) -> None:
        """Every call answers with the whole list, and so does each event; what changes nothing tells no one."""
        state = await self.grace.register(event_types=["alert_words"])
        self.assertEqual(state["alert_words"], [])
        added = await self.grace.call("POST", PATH, alert_words=["Deploy", " on  fire ", "deploy", "  "])
        self.assertEqual(added["alert_words"], ["Deploy", "on fire"])
        await self.grace.call("POST", PATH, alert_words=["DEPLOY"])
        removed = await self.grace.call("DELETE", PATH, alert_words=["ON FIRE", "unknown"])
        self.assertEqual(removed["alert_words"], ["Deploy"])
        await self.grace.call("DELETE", PATH, alert_words=["unknown"])
        events = await self.grace.events(state["queue_id"])
        self.assertEqual([event["alert_words"] for event in events], [["Deploy", "on fire"], ["Deploy"]])
        self.assertEqual(await self.words(self.grace), ["Deploy"])
        self.assertEqual(await self.words(self.owner), [])

    async def test_they_last(self) -> None:
        """After a restart the words are there, in their order, and still found."""
        await self.grace.call("POST", PATH, alert_words=["zebra", "Apple"])
        await self.server.restart()
        grace = Client(self.app, self.grace.user)
        self.assertEqual(await self.words(grace), ["zebra", "Apple"])
        message_id = await Client(self.app, self.owner.user).send("general", "an apple a day")
        message = (await grace.call("GET", f"/messages/{message_id}"))["message"]
        self.assertEqual(message["flags"], ["has_alert_word"])

    async def test_flags(self) -> None:
        """In channels and direct messages, for those who get them, and in what was sent as people read it."""
        outsider = await self.server.person("Otto Outsider")
        for client in (self.grace, outsider):
            await client.call("POST", PATH, alert_words=["kraken", "code red"])
        state = await self.grace.register(event_types=["message"])
        cases = (("release the **Kraken**!", True), ("krakens", False), ("`kraken`", True), ("code\nRED", True),
                 ("code reddish", False), ("[see](https://x.test/kraken)", False))
        for content, alerted in cases:
            await self.owner.send("general", content)
            await self.owner.send([self.grace.user.id], content)
            for event in await self.grace.events(state["queue_id"]):
                self.assertEqual("has_alert_word" in event["flags"], alerted, content)
            await self.grace.call("DELETE", "/events", queue_id=state["queue_id"])
            state = await self.grace.register(event_types=["message"])
        page = await self.grace.call("GET", "/messages", anchor="newest", num_before=50, num_after=0,
                                     narrow=[["is", "alerted"]])
        self.assertEqual(len(page["messages"]), 2 * sum(alerted for _, alerted in cases))
        rows = await self.app.database.query(
            "SELECT count(*) FROM user_message WHERE user_id = %s", (outsider.user.id,))
        self.assertEqual(rows[0][0], 0)

    async def test_a_send_is_one_statement(self) -> None:
        """Alert words and mutes cost no query."""
        await self.grace.call("POST", PATH, alert_words=["kraken"])
        await self.grace.call("POST", f"/users/me/muted_users/{self.owner.user.id}")
        await self.owner.send("general", "the first message of a channel")
        before = self.app.database.statements
        await self.owner.send("general", "kraken")
        self.assertEqual(self.app.database.statements - before, 1)

    async def test_bounds(self) -> None:
        for wrong in (["x" * 101], ["x"] * 1001, "kraken", [1], [["x"]], ["\x00"]):
            self.assertEqual((await self.grace.refusal("POST", PATH, alert_words=wrong))["code"], "BAD_REQUEST")
        self.assertEqual((await self.grace.refusal("POST", PATH))["code"], "REQUEST_VARIABLE_MISSING")
        await self.grace.call("POST", PATH, alert_words=[f"word {n}" for n in range(MAX_ALERT_WORDS)])
        await self.grace.refusal("POST", PATH, alert_words=["one more"])
        await self.grace.call("POST", PATH, alert_words=["WORD 1"])
        self.assertEqual(len(await self.words(self.grace)), MAX_ALERT_WORDS)

    async def test_at_once(self) -> None:
        """Changes of one person at the same time all count."""
        await gatherResults([self.grace.start("POST", PATH, alert_words=[f"w{n % 4}", "same"]) for n in range(12)])
        self.assertEqual(sorted(await self.words(self.grace)), ["same", "w0", "w1", "w2", "w3"])
