"""Adding and removing reactions."""

from __future__ import annotations

from collections.abc import Collection

from chat import event_types
from chat.bus import Bus
from chat.database import messages as message_sql
from chat.database import reactions as sql
from chat.database.messages import Read
from chat.database.pool import Database, Transaction
from chat.directory import Directory
from chat.emoji import code_to_names, name_to_code
from chat.errors import JsonableError, ReactionAlreadyExists, ReactionDoesNotExist
from chat.history import History
from chat.models import Reaction, User
from chat.uploaded import EXTRA_EMOJI, CustomEmoji

UNICODE, ORGANISATION, EXTRA = "unicode_emoji", "realm_emoji", "zulip_extra_emoji"


class Reactions:
    def __init__(self, database: Database, directory: Directory, bus: Bus, history: History) -> None:
        self._database = database
        self._directory = directory
        self._bus = bus
        self._history = history

    async def add(self, user: User, message_id: int, emoji_name: str, emoji_code: str | None,
                  reaction_type: str | None) -> None:
        """React. The name decides where no code is given; a code that someone used already keeps its first name."""
        read = await self._history.message(user, message_id)
        reaction_type, code = self._look_up(emoji_name, emoji_code, reaction_type)
        same = [reaction for reaction in read.message.reactions
                if (reaction.reaction_type, reaction.emoji_code) == (reaction_type, code)]
        if same:
            emoji_name = same[0].emoji_name
        else:
            self._check_new(emoji_name, code, reaction_type)
        reaction = Reaction(message_id, user.id, emoji_name, code, reaction_type)

        async def write(unit: Transaction) -> None:
            if not await sql.insert(unit, reaction):
                raise ReactionAlreadyExists
            self._bus.publish(unit, event_types.reaction("add", reaction, user, await self._audience(unit, read)))

        await self._database.transaction(write, ("message", message_id))

    async def remove(self, user: User, message_id: int, emoji_name: str | None, emoji_code: str | None,
                     reaction_type: str | None) -> None:
        """Take a reaction back, named by code or by name."""
        read = await self._history.message(user, message_id)
        if emoji_code is None:
            if emoji_name is None:
                raise JsonableError("At least one of the following arguments must be present: "
                                    "emoji_name, emoji_code")
            reaction_type, emoji_code = self._look_up(emoji_name, None, reaction_type)
        kind, code = reaction_type or UNICODE, emoji_code

        async def write(unit: Transaction) -> None:
            name = await sql.delete(unit, message_id, user.id, kind, code)
            if name is None:
                raise ReactionDoesNotExist
            self._bus.publish(unit, event_types.reaction(
                "remove", Reaction(message_id, user.id, name, code, kind), user, await self._audience(unit, read)))

        await self._database.transaction(write, ("message", message_id))

    async def _audience(self, unit: Transaction, read: Read) -> set[int]:
        """Those who received the message, and the subscribers who can read it as history."""
        audience = set(await message_sql.witnesses(unit, read.message.id))
        channel_id = read.message.channel_id
        if channel_id is not None:
            channel = self._directory.channels[channel_id]
            subscribers = self._directory.subscribers(channel_id)
            if channel.invite_only:
                audience &= subscribers
            if channel.history_public_to_subscribers:
                audience |= subscribers
        return audience

    def _look_up(self, name: str, code: str | None, reaction_type: str | None) -> tuple[str, str]:
        """(reaction_type, emoji_code) of what a client names: a name alone is first one of the organisation's own.
        Raises JsonableError for an emoji that does not exist."""
        if reaction_type not in (None, UNICODE, ORGANISATION, EXTRA):
            raise JsonableError("Emoji type is invalid.")
        own = self._directory.custom_emoji(name) if reaction_type in (None, ORGANISATION) and code is None else None
        if own is not None:
            return ORGANISATION, str(own.id)
        if reaction_type == ORGANISATION:
            if code is None or self._own_emoji(code) is None:
                raise JsonableError("Invalid custom emoji.")
            return ORGANISATION, code
        if reaction_type == EXTRA or (reaction_type is None and code in (None, EXTRA_EMOJI) and name == EXTRA_EMOJI):
            if code not in (None, EXTRA_EMOJI):
                raise JsonableError("Invalid emoji code.")
            return EXTRA, EXTRA_EMOJI
        if code is None:
            code = name_to_code.get(name)
            if code is None:
                raise JsonableError(f"Emoji '{name[:60]}' does not exist")
        elif code not in code_to_names:
            raise JsonableError("Invalid emoji code.")
        return UNICODE, code

    def _check_new(self, name: str, code: str, reaction_type: str) -> None:
        """Whether an emoji that nobody has used on the message yet may be used, by this name. Raises JsonableError."""
        if reaction_type == ORGANISATION:
            own = self._own_emoji(code)
            assert own is not None
            if own.is_deactivated:
                raise JsonableError("This custom emoji has been deactivated.")
            names: Collection[str] = (own.name,)
        else:
            names = (EXTRA_EMOJI,) if reaction_type == EXTRA else code_to_names.get(code, ())
        if name not in names:
            raise JsonableError("Invalid emoji name.")

    def _own_emoji(self, code: str) -> CustomEmoji | None:
        return self._directory.emoji.get(int(code)) if code.isascii() and code.isdigit() and len(code) < 10 else None
