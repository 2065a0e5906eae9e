"""What the server's own voice says in a topic when messages came there, went away, or the topic was resolved.

Sent within the unit of the move: a notice is there exactly when the move is.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from chat.actions.edit_checks import MessageChange, Target
from chat.actions.sending import CheckedMessage, Sending
from chat.database.pool import Transaction
from chat.directory import Directory
from chat.edits import RESOLVED, is_resolved
from chat.models import NOTIFICATION_BOT_ID, Channel, ChannelRecipient, User


class Notices:
    def __init__(self, directory: Directory, sending: Sending) -> None:
        self._directory = directory
        self._sending = sending

    async def tell_of_move(self, unit: Transaction, acting: User, target: Target, change: MessageChange,
                           message_ids: Sequence[int], *, is_whole: bool) -> None:
        """Say what was moved, at either end, as `change` wants it. Resolving a topic (or the opposite) is said once."""
        who = f"@_**{acting.full_name}|{acting.id}**"
        if is_whole and not target.crosses and _marks(target):
            done = "resolved" if is_resolved(target.new_topic) else "unresolved"
            await self._send(unit, acting, target.new, target.new_topic, f"{who} marked this topic as {done}.")
            return
        count = len(message_ids)
        what = "This topic was" if is_whole else "A message was" if count == 1 else f"{count} messages were"
        if change.notify_new:
            await self._send(unit, acting, target.new, target.new_topic,
                             f"{what} moved here from {_place(target.old, target.old_topic, target)} by {who}.")
        if change.notify_old:
            await self._send(unit, acting, target.old, target.old_topic,
                             f"{what} moved to {_place(target.new, target.new_topic, target)} by {who}.")

    async def _send(self, unit: Transaction, acting: User, channel: Channel, topic: str, content: str) -> None:
        bot = self._directory.users[NOTIFICATION_BOT_ID]
        rendered, _ = await self._sending.rendered(bot, content)
        await self._sending.send_within(unit, CheckedMessage(
            bot, ChannelRecipient(channel, topic), content, rendered, "Internal", reads=True,
            queue_id="", local_id=secrets.token_hex(8), echo_to=None, read_by=(acting.id,)))


def _marks(target: Target) -> bool:
    """Whether the topic's name only gains, or loses, the mark of a resolved one."""
    return target.new_topic == RESOLVED + target.old_topic or target.old_topic == RESOLVED + target.new_topic


def _place(channel: Channel, topic: str, target: Target) -> str:
    """A place as it may be named at the other end of a move: who reads there may not know of a private channel."""
    return "a private channel" if target.crosses and channel.invite_only else _link(channel, topic)


def _link(channel: Channel, topic: str) -> str:
    """A link in markdown, as far as the topic can stand in one."""
    return f"#**{channel.name}>{topic}**" if not set("*`") & set(topic) else f"#**{channel.name}** › {topic}"
