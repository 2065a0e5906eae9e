"""Scheduled messages: checked when they are written, sent when their time comes, kept where they cannot be sent.

A scheduled message is sent under a name of its own (`token`, which is how Sending knows a retransmission), then its row
is deleted: whatever is interrupted in between is done again and sends nothing twice. What is refused when its time has
come (a channel that closed, a right that was lost) stays, marked as failed, until its sender changes or deletes it.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace

import orjson
from twisted.internet.defer import CancelledError
from twisted.logger import Logger

from chat import event_types
from chat.actions.message_checks import SendRequest
from chat.actions.sending import CheckedMessage, Sending
from chat.bus import Bus
from chat.database import scheduled_messages as sql
from chat.database.pool import Database, Transaction
from chat.deferreds import Clock
from chat.directory import Directory
from chat.errors import JsonableError, NotFound, ServiceUnavailable
from chat.models import ChannelRecipient, DirectRecipient, User
from chat.personal import MAX_SCHEDULED, ScheduledMessage

_log = Logger("chat.scheduled")


@dataclass(frozen=True, slots=True)
class ScheduleChange:
    """What is to be different; None: as it is."""

    type: str | None = None
    to: str | None = None
    topic: str | None = None
    content: str | None = None
    deliver_at: int | None = None


class ScheduledMessageDoesNotExist(NotFound):
    def __init__(self) -> None:
        super().__init__("Scheduled message does not exist")


class ScheduledMessages:
    def __init__(self, database: Database, directory: Directory, bus: Bus, sending: Sending, clock: Clock) -> None:
        self._database = database
        self._directory = directory
        self._bus = bus
        self._sending = sending
        self._clock = clock

    async def of(self, user: User) -> list[ScheduledMessage]:
        """All that a person has scheduled, failed ones too, the soonest first."""
        return await sql.scheduled_messages(self._database, user.id)

    async def do_schedule(self, sender: User, request: SendRequest, deliver_at: int) -> int:
        """Keep a message for later; its id among the scheduled ones. Refused like a message sent now."""
        self._check_time(deliver_at)
        checked = await self._sending.check_message(sender, request)
        new = _filled(ScheduledMessage(
            0, sender.id, None, (), "", "", "", deliver_at, request.client_name, request.read_by_sender,
            failed=False, token=secrets.token_hex(16)), checked)

        async def write(unit: Transaction) -> int:
            if await sql.count(unit, sender.id) >= MAX_SCHEDULED:
                raise JsonableError(f"You can have at most {MAX_SCHEDULED} scheduled messages.")
            kept = await sql.insert(unit, new)
            self._bus.publish(unit, event_types.scheduled_message_added(kept))
            return kept.id

        return await self._database.transaction(write, ("scheduled_messages", sender.id))

    async def do_change(self, sender: User, scheduled_id: int, change: ScheduleChange) -> None:
        """Change a message that was not sent yet; one that failed gets another chance. Raises
        ScheduledMessageDoesNotExist."""
        async with self._alone(scheduled_id):
            old = await self._own(sender, scheduled_id)
            self._check_time(old.deliver_at if change.deliver_at is None else change.deliver_at)
            new = replace(old, deliver_at=change.deliver_at or old.deliver_at, failed=False)
            if (change.type, change.to, change.topic, change.content) != (None, None, None, None):
                new = _filled(new, await self._sending.check_message(sender, _changed_request(old, change)))

            async def write(unit: Transaction) -> None:
                await sql.update(unit, new)
                self._bus.publish(unit, event_types.scheduled_message_updated(new))

            await self._database.transaction(write)

    async def do_delete(self, sender: User, scheduled_id: int) -> None:
        """Take a message back before it is sent. Raises ScheduledMessageDoesNotExist."""
        async with self._alone(scheduled_id):
            await self._remove(await self._own(sender, scheduled_id))

    async def next_time(self) -> int | None:
        """When the next message is to be sent."""
        return await sql.next_time(self._database)

    async def due(self, limit: int) -> Sequence[int]:
        """Ids of the messages whose time has come, the longest due first."""
        return await sql.due(self._database, self._clock.seconds(), limit)

    async def deliver(self, scheduled_id: int) -> None:
        """Send one whose time has come. Raises ServiceUnavailable where that has to be tried again; what is refused is
        marked as failed."""
        async with self._alone(scheduled_id):
            scheduled = await self._unsent(scheduled_id)
            if scheduled is None or scheduled.failed or scheduled.deliver_at > self._clock.seconds():
                return  # changed or taken back meanwhile
            try:
                checked = await self._sending.check_message(self._directory.users[scheduled.user_id],
                                                            _request(scheduled))
                await self._sending.do_send_messages(checked)
            except (ServiceUnavailable, CancelledError):
                raise
            except JsonableError as error:
                _log.warn("scheduled message {id} was refused: {reason}", id=scheduled.id, reason=error.msg)
                await self._mark_failed(scheduled)
            except Exception:
                _log.failure("scheduled message {id} cannot be sent", id=scheduled.id)
                await self._mark_failed(scheduled)
            else:
                await self._remove(scheduled)

    async def _mark_failed(self, scheduled: ScheduledMessage) -> None:
        failed = replace(scheduled, failed=True)

        async def write(unit: Transaction) -> None:
            await sql.update(unit, failed)
            self._bus.publish(unit, event_types.scheduled_message_updated(failed))

        await self._database.transaction(write)

    async def _remove(self, scheduled: ScheduledMessage) -> None:
        async def write(unit: Transaction) -> None:
            await sql.delete(unit, scheduled.id)
            self._bus.publish(unit, event_types.scheduled_message_removed(scheduled))

        await self._database.transaction(write)

    async def _own(self, sender: User, scheduled_id: int) -> ScheduledMessage:
        scheduled = await self._unsent(scheduled_id)
        if scheduled is None or scheduled.user_id != sender.id:
            raise ScheduledMessageDoesNotExist
        return scheduled

    async def _unsent(self, scheduled_id: int) -> ScheduledMessage | None:
        """The row; None where there is none, or where all that was left to do (the server stopped right after sending)
        was to delete it."""
        scheduled = await sql.one(self._database, scheduled_id)
        if scheduled is not None and await sql.was_sent(self._database, scheduled.user_id, _key(scheduled)):
            await self._remove(scheduled)
            return None
        return scheduled

    def _alone(self, scheduled_id: int) -> AbstractAsyncContextManager[None]:
        """Nobody changes, takes back or sends this message meanwhile."""
        lane: AbstractAsyncContextManager[None] = self._database.lanes.hold(("scheduled_message", scheduled_id))
        return lane

    def _check_time(self, deliver_at: int) -> None:
        if deliver_at <= self._clock.seconds():
            raise JsonableError("Scheduled delivery time must be in the future.")


def _filled(scheduled: ScheduledMessage, checked: CheckedMessage) -> ScheduledMessage:
    """With destination and text as they were checked."""
    recipient = checked.recipient
    return replace(
        scheduled, content=checked.content, rendered_content=checked.rendered.html,
        channel_id=recipient.channel.id if isinstance(recipient, ChannelRecipient) else None,
        user_ids=recipient.user_ids if isinstance(recipient, DirectRecipient) else (),
        topic=recipient.topic if isinstance(recipient, ChannelRecipient) else "")


def _request(scheduled: ScheduledMessage) -> SendRequest:
    """What is asked of Sending when the time has come."""
    to = scheduled.user_ids if scheduled.channel_id is None else scheduled.channel_id
    return SendRequest(
        type="direct" if scheduled.channel_id is None else "channel", to=orjson.dumps(to).decode(),
        content=scheduled.content, client_name=scheduled.client, topic=scheduled.topic,
        idempotency_key=_key(scheduled), read_by_sender=scheduled.read_by_sender)


def _key(scheduled: ScheduledMessage) -> str:
    """The message's own name for Sending; nobody can guess it and use it for another."""
    return f"scheduled:{scheduled.id}:{scheduled.token}"


def _changed_request(old: ScheduledMessage, change: ScheduleChange) -> SendRequest:
    """The message as it would be. Raises JsonableError where a new type leaves open where it goes."""
    before = _request(old)
    kind = before.type
    if change.type is not None:
        kind = "channel" if change.type in ("channel", "stream") else "direct"
    if kind != before.type and change.to is None:
        raise JsonableError("Recipient required when updating type of scheduled message.")
    if kind == "channel" and before.type == "direct" and change.topic is None:
        raise JsonableError("Topic required when updating scheduled message type to channel.")
    return replace(
        before, type=kind, to=before.to if change.to is None else change.to,
        topic=before.topic if change.topic is None else change.topic,
        content=before.content if change.content is None else change.content)
