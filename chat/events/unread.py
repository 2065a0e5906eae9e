"""The `unread_msgs` of a registration: built from rows, and kept true to events that came in meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from chat.database.flags import Unread
from chat.models import Flag, flag_bits

MAX_UNREAD = 50_000

_MENTIONED = Flag.MENTIONED | Flag.STREAM_WILDCARD_MENTIONED | Flag.TOPIC_WILDCARD_MENTIONED


def unread_msgs(reader_id: int, unread: Iterable[Unread], is_muted: Callable[[int, str], bool]
                ) -> dict[str, Any]:
    """The wire object. `count` leaves out what is muted (by channel and topic), unless it mentions the reader."""
    channels: dict[tuple[int, str], tuple[str, list[int]]] = {}
    people: dict[int, list[int]] = {}
    groups: dict[str, list[int]] = {}
    mentions: list[int] = []
    count = total = 0
    for message in sorted(unread, key=lambda message: message.message_id):
        total += 1
        if message.flags & _MENTIONED:
            mentions.append(message.message_id)
        if message.channel_id is not None:
            # A topic is one whatever its case; it shows as its first unread message has it.
            _, ids = channels.setdefault((message.channel_id, message.topic.lower()), (message.topic, []))
            if not is_muted(message.channel_id, message.topic) or message.flags & _MENTIONED:
                count += 1
        else:
            count += 1
            others = [user_id for user_id in message.user_ids if user_id != reader_id]
            if len(others) <= 1:
                ids = people.setdefault(others[0] if others else reader_id, [])
            else:
                ids = groups.setdefault(",".join(map(str, sorted(message.user_ids))), [])
        ids.append(message.message_id)
    return {
        "count": count,
        "pms": [{"other_user_id": other, "sender_id": other, "unread_message_ids": ids}
                for other, ids in sorted(people.items())],
        "streams": [{"stream_id": channel_id, "topic": topic, "unread_message_ids": ids}
                    for (channel_id, _), (topic, ids) in sorted(channels.items())],
        "huddles": [{"user_ids_string": key, "unread_message_ids": ids} for key, ids in sorted(groups.items())],
        "mentions": mentions,
        "old_unreads_missing": total >= MAX_UNREAD,
    }


def unread_of_event(event: Mapping[str, Any]) -> Unread | None:
    """The row that a `message` event (parsed) stands for; None where it arrived read."""
    message, flags = event["message"], event["flags"]
    if "read" in flags:
        return None
    recipients = message["display_recipient"]
    user_ids = () if isinstance(recipients, str) else tuple(person["id"] for person in recipients)
    return Unread(message["id"], flag_bits(flags), message.get("stream_id"), message["subject"],
                  message["sender_id"], user_ids)
