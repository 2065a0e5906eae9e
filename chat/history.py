"""Reading messages: anchors become ids, rows become wire objects. Who may read one message is decided here; what a
narrow shows is chat.narrowing's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

from chat.database import messages as sql
from chat.database.messages import MAX_ID, Page, Read
from chat.database.pool import Database
from chat.directory import Directory
from chat.errors import JsonableError
from chat.highlighting import highlight
from chat.models import Channel, User, flag_names
from chat.narrow import Narrow
from chat.narrowing import Narrowing, Resolved, not_muted
from chat.wire import MessageWire, message_wire

NEWEST = 10_000_000_000_000_000
MAX_TOPICS = 10_000


class PageWire(TypedDict):
    messages: list[MessageWire]
    """The messages, oldest first."""
    anchor: int
    found_anchor: bool
    found_oldest: bool
    found_newest: bool
    history_limited: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """A request for a page: `anchor` is a message id, "newest", "oldest" or "first_unread"."""

    anchor: int | str
    num_before: int
    num_after: int
    include_anchor: bool
    narrow: Narrow
    apply_markdown: bool


@dataclass(frozen=True, slots=True)
class Span:
    """A page's messages by id only."""

    message_ids: list[int]
    found_oldest: bool
    found_newest: bool


class History:
    def __init__(self, database: Database, directory: Directory) -> None:
        self._database = database
        self._directory = directory
        self._narrowing = Narrowing(directory, self.message)

    async def page(self, reader: User, wanted: Wanted) -> PageWire:
        """Messages around an anchor, ascending. Raises BadNarrow."""
        resolved = await self._narrowing.resolve(reader, wanted.narrow)
        anchor, shown = await self._anchor(reader, wanted, resolved)
        before, after = wanted.num_before, wanted.num_after
        reads = await sql.select_page(
            self._database, reader.id, Page(anchor, before, after, wanted.include_anchor), resolved.conditions,
            own_history=resolved.own_history)
        # The row that was asked for the anchor's sake is one too many where the anchor itself is not there.
        after_anchor = sum(read.message.id > anchor for read in reads)
        if after_anchor > after:
            reads = reads[:len(reads) - (after_anchor - after)]
        found_before = sum(read.message.id < anchor for read in reads)
        found_after = sum(read.message.id > anchor for read in reads)
        found_anchor = len(reads) > found_before + found_after
        at_end, at_start = wanted.anchor == "newest" or anchor >= MAX_ID, wanted.anchor == "oldest" or anchor == 0
        messages = [self.wire(read, wanted.apply_markdown) for read in reads]
        if resolved.search is not None:
            await highlight(self._database, messages, resolved.search)
        return {
            "messages": messages,
            "anchor": shown,
            "found_anchor": found_anchor,
            "found_oldest": at_start or (before > 0 and found_before < before),
            "found_newest": at_end or (after > 0 and found_after < after),
            "history_limited": False,
        }

    async def message(self, reader: User, message_id: int) -> Read:
        """One message, if `reader` may read it; JsonableError otherwise, whether it exists or not."""
        read = await sql.select_message(self._database, reader.id, message_id) if message_id <= MAX_ID else None
        if read is None or not self.may_read(reader, read):
            raise JsonableError("Invalid message(s)")
        return read

    def may_read(self, reader: User, read: Read) -> bool:
        """Received it, or may read the channel it is in; what one received in a private channel goes with leaving."""
        channel = None if read.message.channel_id is None else self._directory.channels[read.message.channel_id]
        if read.flags is not None:
            return channel is None or not channel.invite_only or self._directory.is_subscribed(reader.id, channel.id)
        return channel is not None and not channel.is_archived and self._directory.can_read_channel(reader, channel)

    async def matches(self, reader: User, message_ids: Sequence[int], narrow: Narrow) -> list[MessageWire]:
        """Those of the messages that are within the narrow, with what was searched for marked."""
        resolved = await self._narrowing.resolve(reader, narrow)
        reads = await sql.select_among(
            self._database, reader.id, [number for number in message_ids if number <= MAX_ID], resolved.conditions,
            own_history=resolved.own_history)
        messages = [self.wire(read, apply_markdown=True) for read in reads]
        await highlight(self._database, messages, resolved.search or "")
        return messages

    async def span(self, reader: User, wanted: Wanted) -> Span:
        """The ids of the messages that `page` would give, and whether its ends were found."""
        resolved = await self._narrowing.resolve(reader, wanted.narrow)
        anchor, _ = await self._anchor(reader, wanted, resolved)
        ids = await sql.select_ids(
            self._database, reader.id, Page(anchor, wanted.num_before, wanted.num_after, wanted.include_anchor),
            resolved.conditions, own_history=resolved.own_history)
        if (extra := sum(number > anchor for number in ids) - wanted.num_after) > 0:
            ids = ids[:-extra]
        before, after = sum(number < anchor for number in ids), sum(number > anchor for number in ids)
        return Span(ids, found_oldest=wanted.anchor == "oldest" or 0 < wanted.num_before > before,
                    found_newest=wanted.anchor == "newest" or 0 < wanted.num_after > after)

    async def topics(self, reader: User, channel: Channel) -> list[tuple[str, int]]:
        """(name, newest message id) of the topics that `reader` may read, newest first."""
        whole = self._directory.can_read_channel(reader, channel)
        return await sql.topics(self._database, channel.id, None if whole else reader.id, MAX_TOPICS)

    async def newest_id(self, reader: User) -> int:
        """The newest message that `reader` received; -1 where there is none."""
        return await sql.newest_id(self._database, reader.id)

    def wire(self, read: Read, apply_markdown: bool) -> MessageWire:
        """A message with the reader's flags."""
        message, users = read.message, self._directory.users
        channel = None if message.channel_id is None else self._directory.channels[message.channel_id]
        wire = message_wire(
            message, users[message.sender_id], channel_name=channel.name if channel else None,
            people=[users[user_id] for user_id in message.user_ids], users=users, apply_markdown=apply_markdown,
            topic_links=self._directory.topic_links(message.topic),
            with_history=self._directory.realm.allow_edit_history)
        wire["flags"] = ["read", "historical"] if read.flags is None else list(flag_names(read.flags))
        return wire

    async def _anchor(self, reader: User, wanted: Wanted, resolved: Resolved) -> tuple[int, int]:
        """The id to search around, and the number to tell the client."""
        if wanted.anchor == "newest":
            return MAX_ID, NEWEST
        if wanted.anchor == "oldest":
            return 0, 0
        if wanted.anchor == "first_unread":
            conditions = list(resolved.conditions)
            unmuted = None if resolved.names_channel else not_muted(self._directory, reader)
            if unmuted is not None:
                conditions.append(unmuted)
            unread = await sql.first_unread(self._database, reader.id, conditions)
            return (MAX_ID, NEWEST) if unread is None else (unread, unread)
        anchor = wanted.anchor
        assert isinstance(anchor, int)
        return min(max(anchor, 0), MAX_ID), min(max(anchor, 0), NEWEST)
