"""What a message must be before it may be sent: its text, its topic, its destination, who may write there.

Pure questions to the Directory; nothing is written, nothing waits.
"""

from __future__ import annotations

from dataclasses import dataclass

from chat.directory import Directory
from chat.errors import ChannelDoesNotExist, ChannelWildcardNotAllowed, JsonableError, NotAllowed
from chat.group_values import NOBODY
from chat.markdown.renderer import Rendered
from chat.models import (
    MAX_MESSAGE,
    MAX_TOPIC,
    Channel,
    ChannelRecipient,
    DirectRecipient,
    PostPolicy,
    Recipient,
    User,
)
from chat.permissions import Permissions
from chat.recipients import parse_channel, parse_people

_TRUNCATED = "\n[message truncated]"
NO_TOPIC = "(no topic)"
_WHO = {PostPolicy.EVERYONE: "", PostPolicy.ADMINISTRATORS: "organization administrators",
        PostPolicy.FULL_MEMBERS: "full members",
        PostPolicy.MODERATORS: "organization administrators and moderators"}


@dataclass(frozen=True, slots=True)
class SendRequest:
    """What a client asks to be sent."""

    type: str
    to: str
    content: str
    client_name: str
    topic: str | None = None
    queue_id: str | None = None
    local_id: str | None = None
    idempotency_key: str | None = None
    read_by_sender: bool | None = None
    widget_content: str | None = None
    """A bot's own widget, as JSON."""


def recipient_of(directory: Directory, sender: User, request: SendRequest) -> Recipient:
    """Where a message is to go. Raises a JsonableError where there is no such place, or not for `sender`."""
    if request.type in ("channel", "stream"):
        return _channel_recipient(directory, sender, request)
    return _direct_recipient(directory, sender, request)


def _channel_recipient(directory: Directory, sender: User, request: SendRequest) -> ChannelRecipient:
    wanted = parse_channel(request.to)
    channel = (directory.channel_by_id(wanted) if isinstance(wanted, int)
               else directory.channel_by_name(wanted.strip()))
    speakers = _speakers(directory, sender)
    if channel is None or not any(directory.can_see_channel(speaker, channel) for speaker in speakers):
        raise ChannelDoesNotExist(wanted)
    subscribed = any(directory.is_subscribed(speaker.id, channel.id) for speaker in speakers)
    if channel.invite_only and not subscribed:
        raise NotAllowed(f"Not authorized to send to channel '{channel.name}'")
    check_post_policy(directory, min(speakers, key=lambda speaker: speaker.role), channel)
    if request.topic is None:
        raise JsonableError("Topic couldn't be empty")
    topic = check_topic(request.topic)
    if topic == NO_TOPIC and directory.realm.mandatory_topics:
        raise JsonableError("Topics are required in this organization.")
    return ChannelRecipient(channel, topic)


def _speakers(directory: Directory, sender: User) -> list[User]:
    """The sender; for a bot also its owner, where that is someone: it may write wherever its owner may."""
    owner = None if sender.bot_owner_id is None else directory.user_by_id(sender.bot_owner_id)
    return [sender] if owner is None or not owner.is_active else [sender, owner]


def _direct_recipient(directory: Directory, sender: User, request: SendRequest) -> DirectRecipient:
    people = parse_people(request.to)
    if not people:
        raise JsonableError("Message must have recipients")
    users: set[int] = {sender.id}
    for wanted in people:
        user = (directory.user_by_id(wanted) if isinstance(wanted, int)
                else directory.user_by_email(wanted))
        if user is None:
            raise JsonableError(f"Invalid user ID {wanted}" if isinstance(wanted, int)
                                else f"Invalid email '{wanted}'")
        if not user.is_active:
            raise JsonableError(f"'{user.full_name}' is no longer using this organization.")
        users.add(user.id)
    if not Permissions(directory).may_write_directly(sender, [directory.users[user_id] for user_id in users]):
        raise JsonableError("Direct messages are disabled in this organization."
                            if directory.realm.direct_message_permission_group == NOBODY
                            else "This conversation does not include any users who can authorize it.")
    return DirectRecipient(tuple(sorted(users)))


def check_content(content: str) -> str:
    """The text as it is kept. Raises JsonableError for what is no text."""
    if "\x00" in content:
        raise JsonableError("Message must not contain null bytes")
    content = content.rstrip().lstrip("\n")
    if not content:
        raise JsonableError("Message must not be empty")
    if len(content) > MAX_MESSAGE:
        content = content[:MAX_MESSAGE - len(_TRUNCATED)] + _TRUNCATED
    try:
        content.encode()
    except UnicodeEncodeError:
        raise JsonableError("Message must be valid Unicode") from None
    return content


def check_topic(topic: str) -> str:
    """The topic as it is kept: cut where it is too long. Raises JsonableError for an empty or unprintable one."""
    topic = topic.strip()
    if not topic:
        raise JsonableError("Topic can't be empty!")
    if not topic.isprintable():
        place = next(place for place, char in enumerate(topic) if not char.isprintable())
        if topic[place] not in "\u200d\u200c":  # joiners, which some scripts and emoji need
            raise JsonableError(f"Invalid character in topic, at position {place + 1}!")
    return topic if len(topic) <= MAX_TOPIC else topic[:MAX_TOPIC - 3] + "..."


def check_post_policy(directory: Directory, sender: User, channel: Channel) -> None:
    """Whether the channel lets people like the sender post. Raises NotAllowed."""
    if not Permissions(directory).may_post(sender, channel):
        raise NotAllowed(f"Only {_WHO[PostPolicy(channel.post_policy)]} can send to this channel.")


def check_mentions(directory: Directory, sender: User, recipient: Recipient | None, rendered: Rendered
                   ) -> None:
    """Whether `sender` may mention the groups that a text mentions, and everyone where it goes. Raises
    JsonableError, or ChannelWildcardNotAllowed."""
    may = Permissions(directory)
    for group_id in sorted(rendered.mentioned_group_ids):
        group = directory.group_by_id(group_id)
        if group is not None and not may.may_mention_group(sender, group):
            raise JsonableError(f"You are not allowed to mention user group '{group.name}'.")
    if (rendered.mentions_channel_wildcard and isinstance(recipient, ChannelRecipient)
            and not may.may_mention_all(sender, len(directory.subscribers(recipient.channel.id)))):
        raise ChannelWildcardNotAllowed
