"""Drafts and scheduled messages that change in the very moment in which a registration reads them."""

from __future__ import annotations

import time
from typing import Any

from chat.events import snapshot
from tests.support.harness import ChatTestCase


class ChangesWhileRegisteringTests(ChatTestCase):
    async def change(self, path: str, one: dict[str, Any], edit: dict[str, Any], key: str, first: list[int]) -> None:
        """Make one more, edit the first, delete the second, make another and delete it at once."""
        await self.owner.call("POST", path, **one)
        await self.owner.call("PATCH", f"{path}/{first[0]}", **edit)
        await self.owner.call("DELETE", f"{path}/{first[1]}")
        body = await self.owner.call("POST", path, **one)
        number = body["ids"][0] if key == "ids" else body[key]
        await self.owner.call("DELETE", f"{path}/{number}")

    async def check(self, module: Any, read: str, path: str, one: dict[str, Any], edit: dict[str, Any], key: str,
                    listed: str) -> None:
        """The state is what it is after the changes, whether they come just before or just after the rows are read."""
        real = getattr(module, read)
        for changes_first in (True, False):
            first = []
            for _ in range(2):
                body = await self.owner.call("POST", path, **one)
                first.append(body["ids"][0] if key == "ids" else body[key])

            async def reading(db: Any, user_id: int, first: list[int] = first, early: bool = changes_first) -> Any:
                if early:
                    await self.change(path, one, edit, key, first)
                rows = await real(db, user_id)
                if not early:
                    await self.change(path, one, edit, key, first)
                return rows

            setattr(module, read, reading)
            try:
                state = await self.owner.register()
            finally:
                setattr(module, read, real)

            def sorted_by_id(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
                return sorted(items, key=lambda item: item.get("id", item.get("scheduled_message_id")))

            fresh = await self.owner.call("GET", path)
            self.assertEqual(sorted_by_id(state[listed]), sorted_by_id(fresh[listed]))
            self.assertGreater(len(fresh[listed]), 1)
            self.assertEqual(await self.owner.events(state["queue_id"]), [])

    async def test_drafts(self) -> None:
        draft = {"type": "", "to": [], "topic": "", "content": "x"}
        await self.check(snapshot.draft_sql, "drafts", "/drafts", {"drafts": [draft]},
                         {"draft": {**draft, "content": "y"}}, "ids", "drafts")

    async def test_scheduled_messages(self) -> None:
        await self.check(
            snapshot.scheduled_sql, "scheduled_messages", "/scheduled_messages",
            {"type": "channel", "to": "general", "topic": "t", "content": "x",
             "scheduled_delivery_timestamp": int(time.time()) + 3600},
            {"content": "y"}, "scheduled_message_id", "scheduled_messages")
