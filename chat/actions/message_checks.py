"""What a message must be before it may be sent: its text, its topic, its destination, who may write there.

Pure questions to the Directory; nothing is written, nothing waits.
"""

from __future__ import annotations

from dataclasses import dataclass

from chat.directory import Directory
from chat.errors import ChannelDoesNotExist, ChannelWildcardNotAllowed, JsonableError, NotAllowed
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
from chat.recipients import parse_channel, parse_people

_TRUNCATED = "\n[message truncated]"
MAX_FREE_WILDCARD = 15
"""Up to so many people anyone may mention all of them at once; beyond, administrators may."""


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
    check_post_policy(min(speakers, key=lambda speaker: speaker.role), channel)
    if request.topic is None:
        raise JsonableError("Topic couldn't be empty")
    return ChannelRecipient(channel, check_topic(request.topic))


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


def check_post_policy(sender: User, channel: Channel) -> None:
    """Whether people of the sender's role may post in the channel. Raises NotAllowed."""
    allowed, who = {
        PostPolicy.EVERYONE: (True, ""),
        PostPolicy.ADMINISTRATORS: (sender.is_administrator, "organization administrators"),
        PostPolicy.FULL_MEMBERS: (not sender.is_guest, "members"),
        PostPolicy.MODERATORS: (sender.is_moderator, "organization administrators and moderators"),
    }[PostPolicy(channel.post_policy)]
    if not allowed:
        raise NotAllowed(f"Only {who} can send to this channel.")


def check_wildcard(sender: User, people: int) -> None:
    """Whether `sender` may mention everyone in a channel of so many people. Raises ChannelWildcardNotAllowed."""
    if people > MAX_FREE_WILDCARD and not sender.is_administrator:
        raise ChannelWildcardNotAllowed
