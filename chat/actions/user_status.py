"""Setting one's status: a few words, an emoji."""

from __future__ import annotations

from dataclasses import dataclass, replace

from chat import event_types
from chat.actions.emoji_choice import check_new_emoji, look_up_emoji
from chat.bus import Bus
from chat.database import user_status as sql
from chat.database.pool import Database, Transaction
from chat.directory import Directory
from chat.errors import JsonableError
from chat.models import User
from chat.personal import MAX_STATUS_TEXT, UserStatus


@dataclass(frozen=True, slots=True)
class StatusWish:
    """What is to be set; None leaves it as it is, empty takes it back."""

    text: str | None = None
    emoji_name: str | None = None
    emoji_code: str | None = None
    reaction_type: str | None = None


class UserStatuses:
    def __init__(self, database: Database, directory: Directory, bus: Bus) -> None:
        self._database = database
        self._directory = directory
        self._bus = bus

    async def do_update_user_status(self, user: User, wish: StatusWish) -> None:
        """Change what the wish names; what changes nothing tells nobody. Raises JsonableError."""
        text = None if wish.text is None else " ".join(wish.text.split())
        if text is not None and len(text) > MAX_STATUS_TEXT:
            raise JsonableError(f"status_text is too long (limit: {MAX_STATUS_TEXT} characters)")
        emoji = self._emoji(wish)

        async def write(unit: Transaction) -> None:
            old = self._directory.statuses.get(user.id) or UserStatus(user.id)
            new = old if text is None else replace(old, text=text)
            if emoji is not None:
                name, code, kind = emoji
                new = replace(new, emoji_name=name, emoji_code=code, reaction_type=kind)
            if new != old:
                await sql.put(unit, new)
                self._bus.publish(unit, event_types.user_status(old, new))

        await self._database.transaction(write, ("user_status", user.id))

    def _emoji(self, wish: StatusWish) -> tuple[str, str, str] | None:
        """(name, code, type) of what is wished, all empty to take it back; None where nothing is said of it."""
        if wish.emoji_name is None:
            if wish.emoji_code is not None or wish.reaction_type is not None:
                raise JsonableError("Client must pass emoji_name if they pass either emoji_code or reaction_type.")
            return None
        if not wish.emoji_name:
            return "", "", ""
        kind, code = look_up_emoji(self._directory, wish.emoji_name, wish.emoji_code or None,
                                   wish.reaction_type or None)
        check_new_emoji(self._directory, wish.emoji_name, code, kind)
        return wish.emoji_name, code, kind
