"""Messages that are older than they are to be kept: which go, who hears, and how many at once."""

from __future__ import annotations

from unittest.mock import patch

from chat.actions import deletions
from tests.actions.test_edits import EditCase
from tests.support.harness import Client

DAY_S = 24 * 3600


class RetentionTests(EditCase):
    async def setUp(self) -> None:
        await super().setUp()
        self.grace = await self.server.person()
        await self.channel("plans", self.owner, self.grace)
        await self.channel("kept", self.owner, self.grace, message_retention_days='"unlimited"')
        await self.channel("short", self.owner, self.grace, message_retention_days=2)

    async def left(self, *message_ids: int) -> list[int]:
        rows = await self.app.database.query("SELECT id FROM message WHERE id = ANY(%s) ORDER BY id",
                                             (list(message_ids),))
        return [message_id for (message_id,) in rows]

    async def send_aged(self, days: float, sender: Client, to: str | list[int], topic: str = "t") -> int:
        message_id = await sender.send(to, "x", topic)
        await self.age(int(days * DAY_S), message_id)
        return message_id

    async def test_each_place_by_its_own_days(self) -> None:
        ids = {(place, days): await self.send_aged(days, self.grace, to)
               for days in (6.5, 3, 1) for place, to in (
                   ("plans", "plans"), ("kept", "kept"), ("short", "short"), ("direct", [self.owner.user.id]))}
        await self.app.retention.do_delete_overdue()
        short = {ids["short", 6.5], ids["short", 3]}
        self.assertEqual(await self.left(*ids.values()), sorted({*ids.values()} - short))
        await self.owner.call("PATCH", "/realm", message_retention_days=5)
        await self.app.retention.do_delete_overdue()
        gone = short | {ids["plans", 6.5], ids["direct", 6.5]}
        self.assertEqual(await self.left(*ids.values()), sorted({*ids.values()} - gone))
        await self.owner.call("PATCH", "/realm", message_retention_days='"unlimited"')
        self.assertEqual(await self.app.retention.do_delete_overdue(), 0)

    async def test_those_who_could_read_it_hear(self) -> None:
        """Of each conversation apart: nobody learns of other people's."""
        ada = await self.server.person()
        await self.owner.call("PATCH", "/realm", message_retention_days=5)
        mine = await self.send_aged(9, self.owner, [self.grace.user.id])
        await self.send_aged(9, self.owner, [ada.user.id])
        first = await self.send_aged(9, self.owner, "plans", "One")
        second = await self.send_aged(8, self.owner, "plans", "one")
        other = await self.send_aged(8, self.owner, "plans", "two")
        queue = await self.listen(self.grace, "delete_message", client_capabilities={
            "notification_settings_null": True, "bulk_message_deletion": True})
        self.assertGreaterEqual(await self.app.retention.do_delete_overdue(), 5)
        self.assertEqual([(event["message_type"], event.get("topic"), event["message_ids"])
                          for event in await self.grace.events(queue)],
                         [("private", None, [mine]), ("stream", "One", [first, second]), ("stream", "two", [other])])

    async def test_a_bounded_number_the_oldest_first(self) -> None:
        ids = [await self.send_aged(3, self.owner, "short") for _ in range(5)]
        with patch.object(deletions, "OLD_BATCH", 2):
            self.assertEqual(await self.app.retention.do_delete_overdue(at_most=3), 4)
            self.assertEqual(await self.left(*ids), ids[4:])
            self.assertEqual(await self.app.retention.do_delete_overdue(), 1)

    async def test_time_passes(self) -> None:
        message_id = await self.owner.send("short", "x")
        sent = self.app.reactor.seconds()
        self.assertEqual(await self.app.retention.do_delete_overdue(sent + 2 * DAY_S - 60), 0)
        self.assertEqual(await self.app.retention.do_delete_overdue(sent + 2 * DAY_S + 60), 1)
        self.assertEqual(await self.left(message_id), [])

    async def test_files_lose_their_place(self) -> None:
        url = await self.owner.upload("a.txt", b"x")
        message_id = await self.owner.send("short", f"[a]({url})")
        await self.age(3 * DAY_S, message_id)
        await self.grace.call("GET", url)
        files = await self.listen(self.owner, "attachment")
        await self.app.retention.do_delete_overdue()
        await self.grace.refusal("GET", url)
        (event,) = await self.owner.events(files, wait=True)
        self.assertEqual(event["attachment"]["messages"], [])
