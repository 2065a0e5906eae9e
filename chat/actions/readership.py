"""Who is told when something happens to a message that is there already."""

from __future__ import annotations

from chat.database import edits as sql
from chat.database.people import Runs
from chat.directory import Directory


async def readership(unit: Runs, directory: Directory, message_id: int, channel_id: int | None
                     ) -> tuple[set[int], dict[int, int]]:
    """Those who received the message and may still read it, with the subscribers who can read it as history; and the
    flags of those who received it."""
    flags = await sql.holders(unit, message_id)
    return audience(directory, set(flags), channel_id), flags


def audience(directory: Directory, holders: set[int], channel_id: int | None) -> set[int]:
    """Of those who received messages of a channel, who may still read them; and the subscribers who can read them as
    history."""
    if channel_id is None:
        return set(holders)
    channel = directory.channels[channel_id]
    subscribers = directory.subscribers(channel_id)
    told = holders & subscribers if channel.invite_only else set(holders)
    return told | subscribers if channel.history_public_to_subscribers else told
