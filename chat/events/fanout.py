"""From a committed event to the queues of those it is for.

What all recipients share is encoded once a kind of client; flags are spliced in once for all who have the same, local
echo for the one queue it is for. Queues share the bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable

import orjson

from chat.changes import ApiKeyGone, SessionGone, UserSet
from chat.directory import Directory
from chat.event_types import Event, MessageEvent, UpdateMessageEvent
from chat.events.forms import ONE_FORM, forms
from chat.events.queue import EventQueue
from chat.events.queues import EventQueues
from chat.models import Channel, Flag, Message, flag_names
from chat.narrow import Term
from chat.wire import message_wire

_HISTORY = Flag.READ | Flag.HISTORICAL
"""The flags of who reads a message without ever having received it."""


class Fanout:
    """Listens to the bus. `encodes` counts encodings, for tests."""

    def __init__(self, queues: EventQueues, directory: Directory) -> None:
        self._queues = queues
        self._directory = directory
        self._on_credential_end: list[Callable[[bytes], None]] = []
        self._forms = forms(directory)
        self.encodes = 0

    def on_credential_end(self, callback: Callable[[bytes], None]) -> None:
        """Have `callback` called with the hash of each session's token, and each API key, that ends."""
        self._on_credential_end.append(callback)

    def process_event(self, event: Event) -> None:
        """Deliver a committed event."""
        if self._queues.is_frozen:
            return
        if isinstance(event, MessageEvent):
            self.process_message_event(event)
        elif isinstance(event, UpdateMessageEvent):
            self._process_update(event)
        elif event.body is not None:
            self._process_other(event)
        for change in event.changes:
            if isinstance(change, UserSet) and not change.user.is_active:
                self._queues.drop_all_of(change.user.id)
            elif isinstance(change, SessionGone | ApiKeyGone):
                ended = change.token_hash if isinstance(change, SessionGone) else change.key_hash
                for callback in self._on_credential_end:
                    callback(ended)

    def _process_other(self, event: Event) -> None:
        assert event.body is not None
        event_type, now = event.body["type"], self._queues.now()
        form = self._forms.get(event_type) or self._forms.get(f"{event_type}/{event.body.get('op')}", ONE_FORM)
        encoded: dict[Hashable, list[bytes]] = {}
        for queue in self._present(event.audience):
            if queue.options.wants(event_type):
                kind = form.kind(queue)
                bodies = encoded.get(kind)
                if bodies is None:
                    bodies = encoded[kind] = [self._encode(body) for body in form.bodies(event.body, kind)]
                for body in bodies:
                    queue.push(body, now)

    def _process_update(self, event: UpdateMessageEvent) -> None:
        assert event.body is not None
        bodies = _Bodies(lambda _: self._encode(event.body))
        now = self._queues.now()
        for queue in self._present(event.audience):
            if queue.options.wants("update_message"):
                queue.push(bodies.of(False, event.flags.get(queue.user_id, _HISTORY)), now)

    def process_message_event(self, event: MessageEvent) -> None:
        """Deliver a message to each recipient's queues: with their flags, and to the sending queue with its
        local id; then to those queues that listen to public channels without being subscribed."""
        message, all_flags = event.message, event.flags
        assert message is not None and event.audience is not None
        channel = None if message.channel_id is None else self._directory.channels[message.channel_id]
        bodies = _Bodies(lambda apply_markdown: self._message_head(message, channel, apply_markdown))
        now = self._queues.now()
        for queue in self._present(event.audience):
            flags = all_flags.get(queue.user_id, 0)
            if self._wants_message(queue, message, channel, flags):
                body = bodies.of(queue.options.apply_markdown, flags)
                if queue.id == event.sender_queue_id and event.local_id is not None:
                    body += b',"local_message_id":' + orjson.dumps(event.local_id)
                queue.push(body, now)
        if channel is None or channel.invite_only:
            return
        for queue in list(self._queues.broad.values()):
            user = self._directory.users[queue.user_id]
            if (queue.user_id not in event.audience and self._directory.can_read_channel(user, channel)
                    and self._wants_message(queue, message, channel, 0)):
                queue.push(bodies.of(queue.options.apply_markdown, 0), now)

    def _present(self, audience: Collection[int] | None) -> list[EventQueue]:
        """The queues of the audience: of audience and people with queues, whichever is fewer is walked through."""
        by_user = self._queues.by_user
        if audience is None:
            return [queue for queues in by_user.values() for queue in queues.values()]
        if len(audience) <= len(by_user):
            return [queue for user_id in audience if user_id in by_user for queue in by_user[user_id].values()]
        members = audience if isinstance(audience, (set, frozenset)) else frozenset(audience)
        return [queue for user_id, queues in by_user.items() if user_id in members for queue in queues.values()]

    def _wants_message(self, queue: EventQueue, message: Message, channel: Channel | None, flags: int) -> bool:
        options = queue.options
        return options.wants("message") and (
            not options.narrow or all(self._matches(term, message, channel, flags) for term in options.narrow))

    def _matches(self, term: Term, message: Message, channel: Channel | None, flags: int) -> bool:
        operand = str(term.operand).lower()
        match term.operator, operand:
            case "channel", _:
                return channel is not None and operand in (channel.name.lower(), str(channel.id))
            case "topic", _:
                return channel is not None and message.topic.lower() == operand
            case "sender", _:
                return self._directory.users[message.sender_id].email.lower() == operand
            case "is", "dm" | "private":
                return channel is None
            case "is", "unread":
                return not flags & Flag.READ
            case "is", "mentioned":
                return bool(flags & (Flag.MENTIONED | Flag.STREAM_WILDCARD_MENTIONED
                                     | Flag.TOPIC_WILDCARD_MENTIONED))
            case "is", "starred":
                return bool(flags & Flag.STARRED)
            case "is", "alerted":
                return bool(flags & Flag.HAS_ALERT_WORD)
            case "is", "resolved":
                return channel is not None and message.topic.startswith("✔ ")
        return False

    def _message_head(self, message: Message, channel: Channel | None, apply_markdown: bool) -> bytes:
        users = self._directory.users
        return self._encode({"type": "message", "message": message_wire(
            message, users[message.sender_id], channel_name=channel.name if channel else None,
            people=[users[user_id] for user_id in message.user_ids], users=users, apply_markdown=apply_markdown,
            topic_links=self._directory.topic_links(message.topic))})

    def _encode(self, body: object) -> bytes:
        self.encodes += 1
        return orjson.dumps(body)[:-1]


class _Bodies:
    """One message's event for each kind of client and each set of flags, made when first asked for."""

    def __init__(self, head: Callable[[bool], bytes]) -> None:
        self._head = head
        self._heads: dict[bool, bytes] = {}
        self._bodies: dict[tuple[bool, int], bytes] = {}

    def of(self, apply_markdown: bool, flags: int) -> bytes:
        body = self._bodies.get((apply_markdown, flags))
        if body is None:
            head = self._heads.get(apply_markdown)
            if head is None:
                head = self._heads[apply_markdown] = self._head(apply_markdown)
            body = self._bodies[apply_markdown, flags] = head + b',"flags":' + orjson.dumps(flag_names(flags))
        return body
