"""Who may change, move and delete messages, and for how long. Pure questions; nothing is written, nothing waits."""

from __future__ import annotations

from dataclasses import dataclass

from chat.actions.message_checks import check_content, check_post_policy, check_topic
from chat.directory import Directory
from chat.errors import JsonableError
from chat.models import Channel, Message, User
from chat.permissions import Permissions

PROPAGATE_MODES = ("change_one", "change_later", "change_all")
GRACE_S = 20
"""For what was begun in time."""
DELETED = "(deleted)"


@dataclass(frozen=True, slots=True)
class MessageChange:
    """What a client asks to be different; None stays as it is."""

    content: str | None = None
    topic: str | None = None
    channel_id: int | None = None
    propagate_mode: str = "change_one"
    notify_old: bool = False
    notify_new: bool = True


@dataclass(frozen=True, slots=True)
class Target:
    """Where messages are to go. `topic` is None where each keeps its own."""

    old: Channel
    old_topic: str
    new: Channel
    topic: str | None
    limit_s: int | None
    """How old a message may be that goes along; None: as old as it likes."""

    @property
    def crosses(self) -> bool:
        """Whether it is another channel."""
        return self.old.id != self.new.id

    @property
    def new_topic(self) -> str:
        return self.old_topic if self.topic is None else self.topic


def check_change(change: MessageChange) -> None:
    """Whether the parts of a change go together. Raises JsonableError."""
    moves = change.topic is not None or change.channel_id is not None
    if change.content is None and not moves:
        raise JsonableError("Nothing to change")
    if change.content is not None and change.channel_id is not None:
        raise JsonableError("The text of a message cannot be changed together with its channel")
    if change.propagate_mode != "change_one" and not moves:
        raise JsonableError("Invalid propagate_mode without topic edit")


def edited_content(content: str) -> str:
    """A text as it is kept. Raises JsonableError for what is no text; blank is what nothing was left of."""
    return check_content(content) if content.strip() else DELETED


class EditChecks:
    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._permissions = Permissions(directory)

    def check_text(self, acting: User, message: Message, now: float) -> None:
        """Whether `acting` may change what the message says."""
        realm = self._directory.realm
        if not realm.allow_message_editing:
            raise JsonableError("Your organization has turned off message editing")
        if not self._permissions.may_edit_content(acting, message.sender_id):
            raise JsonableError("You don't have permission to edit this message")
        if message.submessages:
            raise JsonableError("Widgets cannot be edited.")
        limit = realm.message_content_edit_limit_seconds
        if limit is not None and now - message.timestamp > limit + GRACE_S:
            raise JsonableError("The time limit for editing this message has passed")

    def target(self, acting: User, message: Message, change: MessageChange, now: float) -> Target | None:
        """Where the change moves the message; None where it stays. Raises JsonableError where it may not go."""
        if message.channel_id is None:
            raise JsonableError("Direct messages cannot have topics." if change.channel_id is None
                                else "Direct messages cannot be moved to channels.")
        old = self._directory.channels[message.channel_id]
        new = old if change.channel_id in (None, old.id) else self._destination(acting, change.channel_id)
        topic = None if change.topic is None else check_topic(change.topic)
        if topic == message.topic:
            topic = None
        if topic is None and new is old:
            return None
        if old.is_archived:
            raise JsonableError("Messages of an archived channel cannot be moved")
        limit = self._limit(acting, crosses=new is not old, renames=topic is not None)
        target = Target(old, message.topic, new, topic, limit)
        if limit is not None and change.propagate_mode != "change_all" and now - message.timestamp > limit:
            raise JsonableError("The time limit for moving this message has passed")
        return target

    def check_delete(self, acting: User, message: Message, now: float) -> None:
        """Whether `acting` may delete the message."""
        if acting.is_administrator:
            return
        if message.sender_id != acting.id or not self._permissions.may_delete_own(acting):
            raise JsonableError("You don't have permission to delete this message")
        limit = self._directory.realm.message_content_delete_limit_seconds
        if limit is not None and now - message.timestamp > limit:
            raise JsonableError("The time limit for deleting this message has passed")

    def _limit(self, acting: User, *, crosses: bool, renames: bool) -> int | None:
        """How old a message may be that `acting` moves so; None: as old as it likes. Raises JsonableError."""
        realm, limits = self._directory.realm, list[int | None]()
        if renames:
            if not self._permissions.may_move_topics(acting):
                raise JsonableError("You don't have permission to edit topics")
            limits.append(realm.move_messages_within_stream_limit_seconds)
        if crosses:
            if not self._permissions.may_move_between_channels(acting):
                raise JsonableError("You don't have permission to move messages to another channel")
            limits.append(realm.move_messages_between_streams_limit_seconds)
        return None if acting.is_moderator else min((limit for limit in limits if limit is not None), default=None)

    def _destination(self, acting: User, channel_id: int | None) -> Channel:
        channel = None if channel_id is None else self._directory.channel_by_id(channel_id)
        if channel is None or not self._directory.can_see_channel(acting, channel):
            raise JsonableError("Invalid channel ID")
        if channel.invite_only and not self._directory.is_subscribed(acting.id, channel.id):
            raise JsonableError("Invalid channel ID")
        check_post_policy(self._directory, acting, channel)
        return channel
