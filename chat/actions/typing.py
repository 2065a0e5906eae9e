"""Typing notices: someone begins or stops to write to people, or in a topic. Nothing of it is kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chat import event_types
from chat.actions.message_checks import SendRequest, recipient_of
from chat.bus import Bus
from chat.directory import Directory
from chat.errors import JsonableError
from chat.models import ChannelRecipient, DirectRecipient, User

MAX_SUBSCRIBERS = 100
"""In a larger channel nobody is told who writes: somebody always does."""


class Typing:
    def __init__(self, directory: Directory, bus: Bus) -> None:
        self._directory = directory
        self._bus = bus

    def do_send_typing_direct(self, sender: User, op: str, user_ids: Sequence[int]) -> None:
        """Tell those who take part in a conversation. Raises JsonableError where `sender` could not write to them."""
        if not self._directory.settings_of(sender.id).send_private_typing_notifications:
            raise JsonableError("User has disabled typing notifications for direct messages")
        if not user_ids:
            raise JsonableError("Empty 'to' list")
        recipient = recipient_of(self._directory, sender, SendRequest(
            "direct", "[" + ",".join(map(str, user_ids)) + "]", "", ""))
        assert isinstance(recipient, DirectRecipient)
        people = [self._directory.users[user_id] for user_id in recipient.user_ids]
        self._bus.announce(event_types.typing_direct(op, sender, people, self._listening(recipient.user_ids)))

    def do_send_typing_channel(self, sender: User, op: str, channel_id: int, topic: str) -> None:
        """Tell the subscribers, where they are not many. Raises JsonableError where `sender` could not write there."""
        if not self._directory.settings_of(sender.id).send_stream_typing_notifications:
            raise JsonableError("User has disabled typing notifications for channel messages")
        recipient = recipient_of(self._directory, sender, SendRequest(
            "channel", str(channel_id), "", "", topic=topic))
        assert isinstance(recipient, ChannelRecipient)
        subscribers = self._directory.subscribers(channel_id)
        if len(subscribers) <= MAX_SUBSCRIBERS:
            self._bus.announce(event_types.typing_channel(
                op, sender, channel_id, recipient.topic, self._listening(subscribers)))

    def _listening(self, user_ids: Iterable[int]) -> list[int]:
        """Those of them who want to know."""
        return [user_id for user_id in user_ids
                if self._directory.settings_of(user_id).receives_typing_notifications]
