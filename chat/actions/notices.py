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
from chat.i18n import gettext as _
from chat.i18n import translate
from chat.languages import ENGLISH, Language, language_of
from chat.models import NOTIFICATION_BOT_ID, Channel, ChannelRecipient, User

_RESOLVED = _("{who} marked this topic as resolved.")
_UNRESOLVED = _("{who} marked this topic as unresolved.")
_TOPIC = (_("This topic was moved here from {place} by {who}."), _("This topic was moved to {place} by {who}."))
_ONE = (_("A message was moved here from {place} by {who}."), _("A message was moved to {place} by {who}."))
_SEVERAL = (_("{count} messages were moved here from {place} by {who}."),
            _("{count} messages were moved from this topic to {place} by {who}."))
_PRIVATE = _("a private channel")


class Notices:
    def __init__(self, directory: Directory, sending: Sending) -> None:
        self._directory = directory
        self._sending = sending

    async def tell_of_move(self, unit: Transaction, acting: User, target: Target, change: MessageChange,
                           message_ids: Sequence[int], *, is_whole: bool) -> None:
        """Say what was moved, at either end, as `change` wants it. Resolving a topic (or the opposite) is said once."""
        who = f"@_**{acting.full_name}|{acting.id}**"
        if is_whole and not target.crosses and _marks(target):
            words = _RESOLVED if is_resolved(target.new_topic) else _UNRESOLVED
            await self._send(unit, acting, target.new, target.new_topic, words, who=who)
            return
        count = len(message_ids)
        here, there = _TOPIC if is_whole else _ONE if count == 1 else _SEVERAL
        if change.notify_new:
            await self._send(unit, acting, target.new, target.new_topic, here, who=who, count=count,
                             place=_place(target.old, target.old_topic, target, self._language))
        if change.notify_old:
            await self._send(unit, acting, target.old, target.old_topic, there, who=who, count=count,
                             place=_place(target.new, target.new_topic, target, self._language))

    @property
    def _language(self) -> Language:
        """The organisation's."""
        return language_of(self._directory.realm.default_language) or ENGLISH

    async def _send(self, unit: Transaction, acting: User, channel: Channel, topic: str, words: str, **values: object
                    ) -> None:
        content = translate(self._language, words, **values)
        bot = self._directory.users[NOTIFICATION_BOT_ID]
        rendered, _ = await self._sending.rendered(bot, content)
        await self._sending.send_within(unit, CheckedMessage(
            bot, ChannelRecipient(channel, topic), content, rendered, "Internal", reads=True,
            queue_id="", local_id=secrets.token_hex(8), echo_to=None, read_by=(acting.id,)))


def _marks(target: Target) -> bool:
    """Whether the topic's name only gains, or loses, the mark of a resolved one."""
    return target.new_topic == RESOLVED + target.old_topic or target.old_topic == RESOLVED + target.new_topic


def _place(channel: Channel, topic: str, target: Target, language: Language) -> str:
    """A place as it may be named at the other end of a move: who reads there may not know of a private channel."""
    hidden = target.crosses and channel.invite_only
    return translate(language, _PRIVATE) if hidden else _link(channel, topic)


def _link(channel: Channel, topic: str) -> str:
    """A link in markdown, as far as the topic can stand in one."""
    return f"#**{channel.name}>{topic}**" if not set("*`") & set(topic) else f"#**{channel.name}** › {topic}"
