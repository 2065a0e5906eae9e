"""The forms of one event: what clients of different ages, or with different wishes, are told of the same thing.

Most events have one form. An event of which there are several is encoded once for each kind of client that is there.
What a client's capabilities mean is written here, and for types as a whole in `QueueOptions.wants`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chat.events.queue import QueueOptions

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Form:
    kind: Callable[[QueueOptions], Hashable]
    """Which kind of client has registered a queue: those of one kind get the same."""
    bodies: Callable[[Body, Any], Sequence[Body]]
    """The events that clients of a kind get for one; maybe none."""


def _presence(body: Body, is_slim: bool) -> Sequence[Body]:
    return [{key: value for key, value in body.items() if key != "email"} if is_slim else body]


def _typing(body: Body, knows_channels: bool) -> Sequence[Body]:
    return [body] if knows_channels or body["message_type"] == "direct" else []


def _delete_message(body: Body, is_bulk: bool) -> Sequence[Body]:
    """Older clients hear of one message at a time."""
    if is_bulk or "message_ids" not in body:
        return [body]
    rest = {key: value for key, value in body.items() if key != "message_ids"}
    return [{**rest, "message_id": message_id} for message_id in body["message_ids"]]


def _if_capable(body: Body, is_capable: bool) -> Sequence[Body]:
    return [body] if is_capable else []


def _capability(name: str) -> Callable[[QueueOptions], bool]:
    return lambda options: name in options.capabilities


ONE_FORM = Form(lambda options: None, lambda body, kind: [body])
FORMS: Mapping[str, Form] = {
    "presence": Form(lambda options: options.slim_presence, _presence),
    "typing": Form(_capability("stream_typing_notifications"), _typing),
    "delete_message": Form(_capability("bulk_message_deletion"), _delete_message),
    "realm_linkifiers": Form(_capability("linkifier_url_template"), _if_capable),
}
