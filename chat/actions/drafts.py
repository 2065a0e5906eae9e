"""Drafts: messages that someone began to write, on all of their devices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chat import event_types
from chat.bus import Bus
from chat.database import drafts as sql
from chat.database.pool import Database, Transaction
from chat.deferreds import Clock
from chat.directory import Directory
from chat.errors import JsonableError, NotFound
from chat.models import MAX_MESSAGE, MAX_RECIPIENTS, MAX_TOPIC, User
from chat.personal import MAX_DRAFTS, Draft, DraftType


@dataclass(frozen=True, slots=True)
class WrittenDraft:
    """A draft as a client has it. Without a time it was written now."""

    type: DraftType
    recipients: Sequence[int]
    topic: str
    content: str
    timestamp: float | None


class DraftDoesNotExist(NotFound):
    def __init__(self) -> None:
        super().__init__("Draft does not exist")


class Drafts:
    def __init__(self, database: Database, directory: Directory, bus: Bus, clock: Clock) -> None:
        self._database = database
        self._directory = directory
        self._bus = bus
        self._clock = clock

    def _check_wanted(self, user: User) -> None:
        if not self._directory.settings_of(user.id).enable_drafts_synchronization:
            raise JsonableError("User has disabled synchronizing drafts.")

    async def of(self, user: User) -> list[Draft]:
        """All drafts of a person, the latest edited last."""
        self._check_wanted(user)
        return await sql.drafts(self._database, user.id)

    async def do_create(self, user: User, written: Sequence[WrittenDraft]) -> list[int]:
        """Keep drafts; their ids, in the order given. All are kept or none."""
        self._check_wanted(user)
        checked = [self._check(user, 0, draft) for draft in written]

        async def write(unit: Transaction) -> list[int]:
            if await sql.count(unit, user.id) + len(checked) > MAX_DRAFTS:
                raise JsonableError(f"You can have at most {MAX_DRAFTS} drafts.")
            kept = [await sql.insert(unit, draft) for draft in checked]
            if kept:
                self._bus.publish(unit, event_types.drafts_added(user.id, kept))
            return [draft.id for draft in kept]

        return await self._database.transaction(write, ("drafts", user.id))

    async def do_edit(self, user: User, draft_id: int, written: WrittenDraft) -> None:
        """Replace a draft. Raises DraftDoesNotExist."""
        self._check_wanted(user)
        checked = self._check(user, draft_id, written)

        async def write(unit: Transaction) -> None:
            kept = await sql.update(unit, checked)
            if kept is None:
                raise DraftDoesNotExist
            self._bus.publish(unit, event_types.draft_updated(kept))

        await self._database.transaction(write, ("drafts", user.id))

    async def do_delete(self, user: User, draft_id: int) -> None:
        """Throw a draft away. Raises DraftDoesNotExist."""
        self._check_wanted(user)
        async def write(unit: Transaction) -> None:
            if not await sql.delete(unit, user.id, draft_id):
                raise DraftDoesNotExist
            self._bus.publish(unit, event_types.draft_removed(user.id, draft_id))

        await self._database.transaction(write, ("drafts", user.id))

    def _check(self, user: User, draft_id: int, written: WrittenDraft) -> Draft:
        """The draft as it is kept. Raises JsonableError for what could never become a message."""
        if not written.content.strip():
            raise JsonableError("Message must not be empty")
        for text, limit, what in ((written.content, MAX_MESSAGE, "A draft"), (written.topic, MAX_TOPIC, "A topic")):
            if len(text) > limit:
                raise JsonableError(f"{what} has at most {limit} characters.")
            if "\x00" in text or not _is_unicode(text):
                raise JsonableError(f"{what} must be valid Unicode without null bytes")
        timestamp = self._clock.seconds() if written.timestamp is None else written.timestamp
        recipients = tuple(written.recipients)
        if written.type == "stream":
            self._check_channel(user, recipients)
        elif written.type == "private":
            recipients = tuple(dict.fromkeys(recipients))
            if len(recipients) > MAX_RECIPIENTS:
                raise JsonableError(f"A direct message has at most {MAX_RECIPIENTS} recipients")
            for user_id in recipients:
                if self._directory.user_by_id(user_id) is None:
                    raise JsonableError(f"Invalid user ID {user_id}")
        else:
            recipients = ()
        topic = written.topic if written.type == "stream" else ""
        return Draft(draft_id, user.id, written.type, recipients, topic, written.content, int(timestamp))

    def _check_channel(self, user: User, recipients: Sequence[int]) -> None:
        if len(recipients) > 1:
            raise JsonableError("Must specify exactly 1 channel ID for channel messages")
        for channel_id in recipients:
            channel = self._directory.channel_by_id(channel_id)
            if channel is None or not self._directory.can_see_channel(user, channel):
                raise JsonableError("Invalid channel ID")


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
