"""The forms of one event: what clients of different ages, or with different wishes, are told of the same thing.

Most events have one form. An event of which there are several is encoded once for each kind of client that is there.
What a client's capabilities mean is written here, and for types as a whole in `QueueOptions.wants`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chat.directory import Directory
from chat.events.queue import EventQueue
from chat.wire import spelled_out

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Form:
    kind: Callable[[EventQueue], Hashable]
    """Which kind of client has registered the queue: those of one kind get the same."""
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


def _capability(name: str) -> Callable[[EventQueue], bool]:
    return lambda queue: name in queue.options.capabilities


def _subscriptions(directory: Directory) -> Form:
    """Who does not know that null means "as I have it everywhere" is told how that is. (These events are for one
    person each.)"""
    def kind(queue: EventQueue) -> int | None:
        return None if "notification_settings_null" in queue.options.capabilities else queue.user_id

    def bodies(body: Body, user_id: int | None) -> Sequence[Body]:
        if user_id is None:
            return [body]
        settings = directory.settings_of(user_id)
        if body["op"] == "update":
            return [{**body, "value": spelled_out(settings, body["property"], body["value"])}]
        return [{**body, "subscriptions": [
            {prop: spelled_out(settings, prop, value) for prop, value in subscription.items()}
            for subscription in body["subscriptions"]]}]

    return Form(kind, bodies)


ONE_FORM = Form(lambda queue: None, lambda body, kind: [body])


def forms(directory: Directory) -> Mapping[str, Form]:
    """By type of event, or type and op."""
    return {
        "presence": Form(lambda queue: queue.options.slim_presence, _presence),
        "typing": Form(_capability("stream_typing_notifications"), _typing),
        "delete_message": Form(_capability("bulk_message_deletion"), _delete_message),
        "realm_linkifiers": Form(_capability("linkifier_url_template"), _if_capable),
        "subscription/add": _subscriptions(directory),
        "subscription/update": _subscriptions(directory),
    }
