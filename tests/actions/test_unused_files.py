"""Uploaded files that nothing shows: when they go, and what keeps them."""

from __future__ import annotations

from unittest.mock import patch

from chat.actions import unused_files
from tests.actions.test_uploads import UploadsTestCase

DAY_S = 24 * 3600


class UnusedFilesTests(UploadsTestCase):
    async def setUp(self) -> None:
        await super().setUp()
        self.now = self.app.reactor.seconds()

    async def collect(self, days: float) -> int:
        return await self.app.unused_files.do_collect(self.now + days * DAY_S)

    async def test_never_sent(self) -> None:
        url = await self.owner.upload("a.txt", b"content")
        self.assertEqual([await self.collect(days) for days in (0, 7, 13.9)], [0, 0, 0])
        self.assertTrue(await self.may_read(self.owner, url))
        state = await self.owner.register(event_types=["attachment"])
        self.assertEqual(await self.collect(14.1), 1)
        self.assertFalse(await self.may_read(self.owner, url))
        self.assertEqual(self.on_disk(), [])
        (event,) = await self.owner.events(state["queue_id"])
        self.assertEqual((event["op"], event["upload_space_used"]), ("remove", 0))
        self.assertEqual(await self.collect(30), 0)

    async def test_what_a_message_shows_stays_and_counts_anew_when_it_is_deleted(self) -> None:
        url = await self.owner.upload("a.txt", b"content")
        await self.collect(0)
        message_id = await self.owner.send("general", f"[a]({url})")
        self.assertEqual([await self.collect(days) for days in (20, 40)], [0, 0])
        await self.owner.call("DELETE", f"/messages/{message_id}")
        self.assertEqual([await self.collect(days) for days in (41, 54.9, 55.1)], [0, 0, 1])

    async def test_drafts_and_scheduled_messages_keep_theirs(self) -> None:
        drafted, scheduled = await self.owner.upload("a.txt", b"a"), await self.owner.upload("b.txt", b"b")
        await self.owner.upload("c.txt", b"c")
        await self.owner.call("POST", "/drafts", drafts=[
            {"type": "", "to": [], "topic": "", "content": f"[a]({drafted})", "timestamp": 1}])
        await self.owner.call("POST", "/scheduled_messages", type="direct", to=[self.owner.user.id],
                              content=f"[b]({scheduled})", scheduled_delivery_timestamp=int(self.now) + 90 * DAY_S)
        self.assertEqual([await self.collect(days) for days in (0, 15, 30)], [0, 1, 0])
        self.assertTrue(await self.may_read(self.owner, drafted) and await self.may_read(self.owner, scheduled))

    async def test_sent_between_the_look_and_the_deletion(self) -> None:
        url = await self.owner.upload("a.txt", b"content")
        await self.collect(0)
        await self.owner.send("general", f"[a]({url})")
        ((attachment_id,),) = await self.app.database.query("SELECT id FROM attachment")
        self.assertFalse(await self.app.uploads.do_delete_unused(attachment_id))
        self.assertTrue(await self.may_read(self.owner, url))

    async def test_some_at_a_time_and_from_the_first_again(self) -> None:
        for name in ("a", "b", "c"):
            await self.owner.upload(f"{name}.txt", b"content")
        with patch.object(unused_files, "LOOKED_AT", 2):
            self.assertEqual([await self.collect(days) for days in (0, 0, 15, 15)], [0, 0, 2, 1])
        self.assertEqual(self.on_disk(), [])
