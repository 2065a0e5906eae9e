"""Adding and removing reactions."""

from __future__ import annotations

import psycopg2.errors

from chat import event_types
from chat.actions.emoji_choice import UNICODE, check_new_emoji, look_up_emoji
from chat.actions.readership import readership
from chat.bus import Bus
from chat.database import reactions as sql
from chat.database.pool import Database, Transaction
from chat.directory import Directory
from chat.errors import JsonableError, ReactionAlreadyExists, ReactionDoesNotExist
from chat.history import History
from chat.models import Reaction, User


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
        reaction_type, code = look_up_emoji(self._directory, emoji_name, emoji_code, reaction_type)
        same = [reaction for reaction in read.message.reactions
                if (reaction.reaction_type, reaction.emoji_code) == (reaction_type, code)]
        if same:
            emoji_name = same[0].emoji_name
        else:
            check_new_emoji(self._directory, emoji_name, code, reaction_type)
        reaction = Reaction(message_id, user.id, emoji_name, code, reaction_type)

        async def write(unit: Transaction) -> None:
            try:
                is_new = await sql.insert(unit, reaction)
            except psycopg2.errors.ForeignKeyViolation:
                raise JsonableError("Invalid message(s)") from None  # it was deleted just now
            if not is_new:
                raise ReactionAlreadyExists
            audience, _ = await readership(unit, self._directory, message_id, read.message.channel_id)
            self._bus.publish(unit, event_types.reaction("add", reaction, user, audience))

        await self._database.transaction(write, ("message", message_id))

    async def remove(self, user: User, message_id: int, emoji_name: str | None, emoji_code: str | None,
                     reaction_type: str | None) -> None:
        """Take a reaction back, named by code or by name."""
        read = await self._history.message(user, message_id)
        if emoji_code is None:
            if emoji_name is None:
                raise JsonableError("At least one of the following arguments must be present: "
                                    "emoji_name, emoji_code")
            reaction_type, emoji_code = look_up_emoji(self._directory, emoji_name, None, reaction_type)
        kind, code = reaction_type or UNICODE, emoji_code

        async def write(unit: Transaction) -> None:
            name = await sql.delete(unit, message_id, user.id, kind, code)
            if name is None:
                raise ReactionDoesNotExist
            audience, _ = await readership(unit, self._directory, message_id, read.message.channel_id)
            self._bus.publish(unit, event_types.reaction(
                "remove", Reaction(message_id, user.id, name, code, kind), user, audience))

        await self._database.transaction(write, ("message", message_id))
