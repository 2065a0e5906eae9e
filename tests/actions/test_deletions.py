"""Deleting: who may, what goes with a message, and how it is told."""

from __future__ import annotations

from unittest.mock import patch

from chat.actions import deletions
from tests.actions.test_edits import EditCase
from tests.support.harness import Client


class OneTests(EditCase):
    async def test_what_is_told(self) -> None:
        """Those who received it, those who could read it, and who deleted it hear; one event, or one a message."""
        grace, ada = await self.server.person(), await self.server.person()
        channel_id = await self.channel("plans", self.owner, grace)
        message_id = await grace.send("plans", "x", "moat")
        await self.channel("plans", ada)
        bulk = {"client_capabilities": {"notification_settings_null": True, "bulk_message_deletion": True}}
        queues = [await self.listen(grace, "delete_message", **bulk), await self.listen(ada, "delete_message")]
        await grace.call("DELETE", f"/messages/{message_id}")
        body = {"id": 0, "type": "delete_message", "message_type": "stream", "stream_id": channel_id, "topic": "moat"}
        self.assertEqual(await grace.events(queues[0]), [{**body, "message_ids": [message_id]}])
        self.assertEqual(await ada.events(queues[1]), [{**body, "message_id": message_id}])
        self.assertEqual((await grace.refusal("DELETE", f"/messages/{message_id}"))["msg"], "Invalid message(s)")

    async def test_direct(self) -> None:
        grace = await self.server.person()
        message_id = await self.owner.send([grace.user.id], "x")
        queue = await self.listen(grace, "delete_message")
        await self.owner.call("DELETE", f"/messages/{message_id}")
        self.assertEqual(await grace.events(queue), [
            {"id": 0, "type": "delete_message", "message_type": "private", "message_id": message_id}])
        self.assertEqual((await grace.register())["unread_msgs"]["pms"], [])

    async def test_everything_goes(self) -> None:
        """Rows, reactions and claims of files go with it; the channel begins with the next."""
        grace = await self.server.person()
        channel_id = await self.channel("plans", self.owner, grace)
        url = await self.owner.upload("a.txt", b"x")
        first = await self.owner.send("plans", f"[a]({url})")
        second = await self.owner.send("plans", "x")
        await grace.call("POST", f"/messages/{first}/reactions", emoji_name="tada")
        await grace.call("POST", "/messages/flags", messages=[first], op="add", flag="starred")
        path = f"/user_uploads/{url.removeprefix('/user_uploads/')}"
        await grace.call("GET", path)
        queue = await self.listen(grace, "stream")
        files = await self.listen(self.owner, "attachment")
        await self.owner.call("DELETE", f"/messages/{first}")
        await grace.refusal("GET", path)
        ((left,),) = await self.app.database.query("""SELECT
            (SELECT count(*) FROM user_message WHERE message_id = %(id)s) + (SELECT count(*) FROM reaction)
            + (SELECT count(*) FROM attachment_message)""", {"id": first})
        self.assertEqual(left, 0)
        (event,) = await grace.events(queue)
        self.assertEqual((event["property"], event["value"]), ("first_message_id", second))
        self.assertEqual((await grace.register())["starred_messages"], [])
        (event,) = await self.owner.events(files, wait=True)
        self.assertEqual(event["attachment"]["messages"], [])
        await self.owner.call("DELETE", f"/messages/{second}")
        self.assertIsNone(self.app.directory.channels[channel_id].first_message_id)

    async def test_sent_again(self) -> None:
        """Who retransmits a message that was deleted meanwhile sends nothing, after a restart too, and hears its id."""
        state = await self.owner.register(event_types=["message"])
        for name in ({"queue_id": "q1", "local_id": "7.01"}, {"idempotency_key": "k1"}):
            message_id = await self.owner.send("general", "once", **name)
            await self.owner.call("DELETE", f"/messages/{message_id}")
            self.assertEqual(await self.owner.send("general", "once", **name), message_id)
        self.assertEqual(len(await self.owner.events(state["queue_id"])), 2)
        await self.server.restart()
        owner = Client(self.app, self.app.directory.user_by_email("owner@chat.test"))
        state = await owner.register(event_types=["message"])
        self.assertEqual(await owner.send("general", "once", idempotency_key="k1"), message_id)
        self.assertEqual(await owner.events(state["queue_id"]), [])
        ((count,),) = await self.app.database.query("SELECT count(*) FROM message")
        self.assertEqual(count, 0)

    async def test_who_may(self) -> None:
        """One's own for a while; administrators any."""
        grace = await self.server.person()
        await self.channel("plans", self.owner, grace)
        mine, old, another = [await client.send("plans", "x") for client in (grace, grace, self.owner)]
        await self.age(601, old, another)
        self.assertIn("time limit", (await grace.refusal("DELETE", f"/messages/{old}"))["msg"])
        self.assertIn("permission", (await grace.refusal("DELETE", f"/messages/{another}"))["msg"])
        await grace.call("DELETE", f"/messages/{mine}")
        for message_id in (old, another):
            await self.owner.call("DELETE", f"/messages/{message_id}")


class TopicTests(EditCase):
    async def test_in_batches(self) -> None:
        """A topic goes in batches, the newest first; another topic stays."""
        grace = await self.server.person()
        channel_id = await self.channel("plans", self.owner, grace)
        ids = [await self.owner.send("plans", "x", topic) for topic in ("moat", "Moat", "moat", "ditch", "moat")]
        queue = await self.listen(grace, "delete_message", client_capabilities={
            "notification_settings_null": True, "bulk_message_deletion": True})
        with patch.object(deletions, "BATCH", 3):
            answer = await self.owner.call("POST", f"/streams/{channel_id}/delete_topic", topic_name="moat")
        self.assertTrue(answer["complete"])
        self.assertEqual([event["message_ids"] for event in await grace.events(queue)],
                         [[ids[1], ids[2], ids[4]], [ids[0]]])
        topics = (await grace.call("GET", f"/users/me/{channel_id}/topics"))["topics"]
        self.assertEqual([topic["name"] for topic in topics], ["ditch"])

    async def test_what_takes_long(self) -> None:
        """What is not done in time is left for the next call."""
        channel_id = await self.channel("plans", self.owner)
        for _ in range(2):
            await self.owner.send("plans", "x", "moat")
        path = f"/streams/{channel_id}/delete_topic"
        with patch.object(deletions, "LONGEST_S", -1.0):
            self.assertFalse((await self.owner.call("POST", path, topic_name="moat"))["complete"])
        self.assertTrue((await self.owner.call("POST", path, topic_name="moat"))["complete"])
        self.assertTrue((await self.owner.call("POST", path, topic_name="moat"))["complete"])

    async def test_who_may(self) -> None:
        """Administrators, where they can read."""
        grace, admin = await self.server.person(), await self.server.person(role=200)
        plans = await self.channel("plans", self.owner, grace)
        secret = await self.channel("secret", self.owner, invite_only=True)
        self.assertEqual((await grace.refusal("POST", f"/streams/{plans}/delete_topic", topic_name="t"))["code"],
                         "UNAUTHORIZED_PRINCIPAL")
        await admin.refusal("POST", f"/streams/{secret}/delete_topic", topic_name="t")
        await admin.call("POST", f"/streams/{plans}/delete_topic", topic_name="t")
