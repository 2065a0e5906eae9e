"""Whom a message sets jobs for: decided from memory, one job a means, for those who are away and want it."""

from __future__ import annotations

from typing import Any

from chat.models import ChannelRecipient, Flag
from chat.personal import Policy
from tests.support.harness import ChatTestCase, Client


class DecisionTests(ChatTestCase):
    async def setUp(self) -> None:
        await super().setUp()
        self.ann, self.bo = await self.server.person("Ann"), await self.server.person("Bo")
        await self.ann.call("POST", "/users/me/subscriptions", subscriptions=[{"name": "office"}],
                            principals=[self.bo.user.id, self.ann.user.id])
        for person in (self.owner, self.ann, self.bo):  # who has no phone gets no push, and no job for one
            await person.call("POST", "/users/me/android_gcm_reg_id", token=f"phone-{person.user.id}")
        await self.app.deferred_work.stop()  # what is written stays, to be looked at

    async def set(self, person: Client, **settings: Any) -> None:
        await person.call("PATCH", "/settings", **settings)

    async def told(self, queue: str = "missedmessage_emails") -> list[tuple[int, str]]:
        """(who, why) of all jobs there are in a queue; they are taken away."""
        rows = await self.app.database.query("DELETE FROM job WHERE queue = %s RETURNING payload", (queue,))
        return sorted((user_id, why) for (payload,) in rows for user_id, why, _ in payload["people"])

    async def test_a_direct_message_to_who_is_away(self) -> None:
        await self.ann.send([self.bo.user.id, self.owner.user.id], "hello")
        expected = sorted([(self.bo.user.id, "direct_message"), (self.owner.user.id, "direct_message")])
        self.assertEqual(await self.told(), expected)
        self.assertEqual(await self.told("missedmessage_mobile_notifications"), expected)

    async def test_one_job_however_many_people(self) -> None:
        people = await self.server.people(30)
        await self.app.deferred_work.stop()
        sender = people[0]
        await sender.send([person.user.id for person in people], "to all")
        ((count,),) = await self.app.database.query("SELECT count(*) FROM job WHERE queue = 'missedmessage_emails'")
        self.assertEqual(count, 1)
        self.assertEqual(len(await self.told()), 29)

    async def test_deciding_asks_the_database_nothing(self) -> None:
        await self.ann.send([self.bo.user.id], "warm")
        before = self.app.database.statements
        await self.ann.send([self.bo.user.id], "hello")
        self.assertEqual(self.app.database.statements - before, 1)

    async def test_who_is_here_gets_none_unless_they_want_pushes_all_the_same(self) -> None:
        await self.bo.register(event_types=["message"])
        now = self.app.reactor.seconds()
        self.app.presences.note(self.bo.user.id, now, active=True)
        await self.ann.send([self.bo.user.id], "hello")
        self.assertEqual(await self.told(), [])
        self.assertEqual(await self.told("missedmessage_mobile_notifications"), [])
        await self.set(self.bo, enable_online_push_notifications=True)
        await self.ann.send([self.bo.user.id], "hello")
        self.assertEqual(await self.told(), [])
        self.assertEqual(await self.told("missedmessage_mobile_notifications"), [(self.bo.user.id, "direct_message")])

    async def test_active_without_a_client_that_listens_is_away(self) -> None:
        self.app.presences.note(self.bo.user.id, self.app.reactor.seconds(), active=True)
        await self.bo.register(event_types=["realm_user"])
        await self.ann.send([self.bo.user.id], "hello")
        self.assertEqual(await self.told(), [(self.bo.user.id, "direct_message")])

    async def test_a_client_without_anyone_at_it_is_away(self) -> None:
        await self.bo.register(event_types=["message"])
        self.app.presences.note(self.bo.user.id, self.app.reactor.seconds() - 1000, active=True)
        await self.ann.send([self.bo.user.id], "hello")
        self.assertEqual(await self.told(), [(self.bo.user.id, "direct_message")])

    async def test_channels(self) -> None:
        bo = self.bo.user.id
        await self.ann.send("office", "nothing special")
        self.assertEqual(await self.told(), [])
        await self.ann.send("office", "@**Bo** look")
        self.assertEqual(await self.told(), [(bo, "mentioned")])
        await self.ann.send("office", "@**all** look")
        self.assertEqual(await self.told(), [(bo, "stream_wildcard_mentioned")])
        await self.bo.call("POST", "/users/me/alert_words", alert_words=["pizza"])
        await self.ann.send("office", "Pizza is here")
        self.assertEqual(await self.told(), [(bo, "alert_word")])

    async def test_followed_topics(self) -> None:
        await self.bo.call("POST", "/user_topics", stream_id=self._office(), topic="news",
                           visibility_policy=int(Policy.FOLLOWED))
        await self.ann.send("office", "old", topic="other")
        self.assertEqual(await self.told(), [])
        await self.ann.send("office", "new", topic="News")
        self.assertEqual(await self.told(), [(self.bo.user.id, "followed_topic")])
        await self.bo.call("DELETE", "/users/me/subscriptions", subscriptions=["office"])
        await self.ann.send("office", "new", topic="news")
        self.assertEqual(await self.told(), [])

    async def test_everything_in_a_channel(self) -> None:
        await self.bo.call("POST", "/users/me/subscriptions/properties", subscription_data=[
            {"stream_id": self._office(), "property": "email_notifications", "value": True}])
        await self.ann.send("office", "nothing special")
        self.assertEqual(await self.told(), [(self.bo.user.id, "stream")])
        await self.bo.call("POST", "/users/me/subscriptions/properties", subscription_data=[
            {"stream_id": self._office(), "property": "email_notifications", "value": None}])
        await self.ann.send("office", "nothing special")
        self.assertEqual(await self.told(), [])
        await self.set(self.bo, enable_stream_email_notifications=True)
        await self.ann.send("office", "nothing special")
        self.assertEqual(await self.told(), [(self.bo.user.id, "stream")])

    async def test_nobody_is_told_of_whom_they_muted(self) -> None:
        await self.bo.call("POST", f"/users/me/muted_users/{self.ann.user.id}")
        await self.ann.send([self.bo.user.id], "hello")
        await self.ann.send("office", "@**Bo** look")
        self.assertEqual(await self.told(), [])

    async def test_neither_oneself_nor_bots_nor_who_has_left(self) -> None:
        gone = await self.server.person("Gone")
        await self.ann.call("POST", "/bots", full_name="Robbie", short_name="robbie")
        robbie = next(user for user in self.app.directory.users.values() if user.full_name == "Robbie")
        await self.owner.call("DELETE", f"/users/{gone.user.id}")
        await self.ann.send([self.ann.user.id, robbie.id], "hello")
        self.assertEqual(await self.told(), [])

    async def test_who_is_mentioned_as_a_group(self) -> None:
        group = self.app.directory.group_by_name("role:members")
        assert group is not None
        checked = ChannelRecipient(self.app.directory.channels[self._office()], "topic")
        ann, bo = self.ann.user, self.bo.user
        jobs = self.app.notifications.maybe_enqueue_notifications(
            ann, checked, {ann.id, bo.id}, {bo.id: int(Flag.MENTIONED)}, groups=[group.id])
        self.assertEqual([job.payload["people"] for job in jobs], [[[bo.id, "mentioned", group.id]]] * 2)

    async def test_an_edit_that_mentions_someone_tells_them_and_nobody_else(self) -> None:
        sent = await self.ann.send("office", "@**all** look")
        self.assertEqual(await self.told(), [(self.bo.user.id, "stream_wildcard_mentioned")])
        cy = await self.server.person("Cy")
        await cy.call("POST", "/users/me/subscriptions", subscriptions=[{"name": "office"}])
        sent = await self.ann.send("office", "look")
        await self.ann.call("PATCH", f"/messages/{sent}", content="@**Cy** look")
        rows = await self.app.database.query("SELECT payload FROM job WHERE queue = 'missedmessage_emails'")
        self.assertEqual([payload["message_id"] for (payload,) in rows], [sent])
        self.assertEqual(await self.told(), [(cy.user.id, "mentioned")])

    async def test_an_edit_tells_nothing_new_to_who_has_read_it(self) -> None:
        sent = await self.ann.send("office", "look")
        await self.bo.call("POST", "/messages/flags", messages=[sent], op="add", flag="read")
        await self.ann.call("PATCH", f"/messages/{sent}", content="@**Bo** look")
        self.assertEqual(await self.told(), [])

    async def test_an_edit_that_mentions_nobody_new(self) -> None:
        sent = await self.ann.send("office", "@**Bo** look")
        await self.told()
        await self.ann.call("PATCH", f"/messages/{sent}", content="@**Bo** look here")
        self.assertEqual(await self.told(), [])

    def _office(self) -> int:
        channel = self.app.directory.channel_by_name("office")
        assert channel is not None
        return channel.id
