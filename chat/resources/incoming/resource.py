"""The address that services post to: /api/v1/external/NAME.

What a delivery goes through: who posts (the bot's key, in the address or by HTTP basic), the service's signature (where
the bot has a signing secret), reading the body, what happened, whether the bot's address wants to hear of it, and the
message. What the service cannot have meant is refused, and the bot's owner told, at most once an hour.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from typing import Annotated, Any

import orjson
from msgspec import Meta

from chat.actions.message_checks import SendRequest
from chat.actions.sending import Sending
from chat.deferreds import Clock
from chat.directory import Directory
from chat.errors import ChannelDoesNotExist, JsonableError, NotFound
from chat.models import MAX_TOPIC, User
from chat.params import Param, Params, ShortText, Upload
from chat.resources.body import body_values
from chat.resources.incoming.payload import AnomalousPayload, Payload
from chat.resources.incoming.service import Delivery, MissingEventHeader, Notice, Service
from chat.resources.incoming.signatures import WrongSignature
from chat.resources.notes import RequestNotes
from chat.resources.rest import Reply
from chat.resources.routes import Routes, Takes, Who
from chat.resources.webhooks import services

TELL_OWNER_EVERY_S = 3600
MAX_TOLD = 1000
"""Bots of which it is remembered when their owner was told."""
Pattern = Annotated[str, Meta(max_length=100)]
Patterns = Annotated[list[Pattern], Meta(max_length=100)]
Secret = Callable[[User], "str | None"]
"""A bot's signing secret; None where it has none."""


class InvalidJson(JsonableError):
    code = "INVALID_JSON"

    def __init__(self) -> None:
        super().__init__("Malformed JSON")


class UnsupportedEvent(JsonableError):
    """A delivery that becomes no message. On the wire it is a success: the service did nothing wrong."""

    code = "UNSUPPORTED_WEBHOOK_EVENT_TYPE"
    status = 200

    def __init__(self, service: Service, event: str) -> None:
        super().__init__(f"{service.title}'s event '{event}' is not one that becomes a message",
                         webhook_name=service.title, event_type=event)

    def envelope(self) -> dict[str, Any]:
        return {**super().envelope(), "result": "success"}


class IncomingWebhook(Params, frozen=True):
    """What the address says. All else in it is the service's."""

    api_key: Annotated[Pattern | None, Param(
        doc="The bot's API key, unless HTTP basic authentication shows it")] = None
    stream: Annotated[Pattern | None, Param(
        alias="channel", doc="Name or id of the channel; without it the bot's owner gets a direct message")] = None
    topic: Annotated[ShortText | None, Param(doc="The topic, instead of the service's own")] = None
    only_events: Annotated[Patterns | None, Param(
        doc="Only these events; `*` stands for anything")] = None
    exclude_events: Annotated[Patterns | None, Param(
        doc="None of these events; `*` stands for anything")] = None
    payload: Annotated[str | None, Param(doc="The body, for those that cannot send one")] = None


class IncomingWebhooks:
    routes = Routes("incoming_webhooks", {"integration": "json"})

    def __init__(self, sending: Sending, directory: Directory, clock: Clock, secret: Secret) -> None:
        self._sending = sending
        self._directory = directory
        self._clock = clock
        self._secret = secret
        self._told: dict[tuple[int, str], float] = {}

    @routes.post("/external/{integration}", who=Who.SENDER, params=IncomingWebhook, takes=Takes.BODY,
                 errors=(NotFound, ChannelDoesNotExist, InvalidJson, AnomalousPayload, MissingEventHeader),
                 summary="Post to a webhook", example={"payload": '{"text": "The night build is ready"}'})
    async def incoming_webhook(self, notes: RequestNotes, p: IncomingWebhook, integration: str) -> Reply | None:
        """Takes what a service posts, in the form in which it posts it, and sends a message about it."""
        service = services().get(integration)
        if service is None:
            raise NotFound(f"There is no integration called '{integration[:60]}'")
        bot, notes.ignored = notes.caller, []
        try:
            self._check_signature(service, bot, notes)
            delivery = Delivery(Payload(_body(notes, p)), notes.header, _theirs(notes.query), self._clock.seconds())
            event = service.event(delivery)
            if not _wants(p, event):
                return None
            notice = None if event in service.silent else service.notice(event, delivery)
        except (InvalidJson, AnomalousPayload, MissingEventHeader) as error:
            await self._tell_owner(bot, service, error)
            raise type(self)._named(error, service) from None
        if notice is None:
            raise UnsupportedEvent(service, event)
        await self._send(bot, service, p, notice, service.once(delivery))
        return None if service.answer is None else Reply(200, service.answer, {"content-type": "text/plain"})

    @staticmethod
    def _named(error: JsonableError, service: Service) -> JsonableError:
        error.data.setdefault("webhook_name", service.title)
        return error

    def _check_signature(self, service: Service, bot: User, notes: RequestNotes) -> None:
        secret = self._secret(bot)
        if service.signature is not None and secret is not None and not service.signature(
                secret, notes.header, notes.body, self._clock.seconds()):
            raise WrongSignature(service.title)

    async def _send(self, bot: User, service: Service, p: IncomingWebhook, notice: Notice, once: str | None) -> None:
        topic = " ".join((p.topic or notice.topic).split())
        topic = "".join(char for char in topic if char.isprintable())[:MAX_TOPIC] or service.title
        to, kind = p.stream, "channel"
        if to is None:
            to, kind = orjson.dumps([bot.bot_owner_id or bot.id]).decode(), "direct"
        checked = await self._sending.check_message(bot, SendRequest(
            kind, to, notice.content, f"Zulip{service.title.replace(' ', '')}Webhook"[:30], topic,
            idempotency_key=None if once is None else f"webhook {service.name} {once}"[:200]))
        await self._sending.do_send_messages(checked)

    async def _tell_owner(self, bot: User, service: Service, error: JsonableError) -> None:
        """Say once an hour that something else than the service posts to a bot's address, or the service changed."""
        owner = self._directory.user_by_id(bot.bot_owner_id or 0)
        now, told = self._clock.seconds(), self._told.get((bot.id, service.name))
        if owner is None or not owner.is_active or (told is not None and now - told < TELL_OWNER_EVERY_S):
            return
        if len(self._told) >= MAX_TOLD:
            self._told.pop(next(iter(self._told)))
        self._told[(bot.id, service.name)] = now
        checked = await self._sending.check_message(bot, SendRequest(
            "direct", orjson.dumps([owner.id]).decode(),
            f"Something was posted to my {service.title} address that I could not read: {error.msg}. "
            "Nothing was sent to a channel.", "Internal"))
        await self._sending.do_send_messages(checked)


def _body(notes: RequestNotes, p: IncomingWebhook) -> Any:
    """What was posted: JSON, a form with JSON in its `payload`, or the form itself."""
    if not notes.body:
        if p.payload is None:
            raise InvalidJson
        return _json(p.payload)
    kind = (notes.header("content-type") or "").partition(";")[0].strip().lower()
    if kind not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return _json(notes.body)
    values = body_values(notes.header("content-type") or "", notes.body)
    payload = values.get("payload")
    if isinstance(payload, str):
        return _json(payload)
    return {name: value for name, value in values.items() if not isinstance(value, Upload)}


def _json(text: str | bytes) -> Any:
    try:
        value = orjson.loads(text)
    except (orjson.JSONDecodeError, RecursionError):
        raise InvalidJson from None
    if not isinstance(value, dict | list):
        raise InvalidJson
    return value


def _theirs(query: Mapping[str, str]) -> dict[str, str]:
    ours = {"api_key", "stream", "channel", "topic", "only_events", "exclude_events", "payload"}
    return {name: value for name, value in query.items() if name not in ours}


def _wants(p: IncomingWebhook, event: str) -> bool:
    if p.only_events is not None and not any(fnmatchcase(event, pattern) for pattern in p.only_events):
        return False
    return not any(fnmatchcase(event, pattern) for pattern in p.exclude_events or ())
