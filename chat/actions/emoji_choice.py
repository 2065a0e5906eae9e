"""Which emoji a client means: by name, or by code and type. For reactions and statuses alike."""

from __future__ import annotations

from collections.abc import Collection

from chat.directory import Directory
from chat.emoji import code_to_names, name_to_code
from chat.errors import JsonableError
from chat.uploaded import EXTRA_EMOJI, CustomEmoji

UNICODE, ORGANISATION, EXTRA = "unicode_emoji", "realm_emoji", "zulip_extra_emoji"


def look_up_emoji(directory: Directory, name: str, code: str | None, reaction_type: str | None) -> tuple[str, str]:
    """(reaction_type, emoji_code) of what a client names: a name alone is first one of the organisation's own.
    Raises JsonableError for an emoji that does not exist."""
    if reaction_type not in (None, UNICODE, ORGANISATION, EXTRA):
        raise JsonableError("Emoji type is invalid.")
    own = directory.custom_emoji(name) if reaction_type in (None, ORGANISATION) and code is None else None
    if own is not None:
        return ORGANISATION, str(own.id)
    if reaction_type == ORGANISATION:
        if code is None or _own_emoji(directory, code) is None:
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


def check_new_emoji(directory: Directory, name: str, code: str, reaction_type: str) -> None:
    """Whether an emoji that nobody has used on the message yet may be used, by this name. Raises JsonableError."""
    if reaction_type == ORGANISATION:
        own = _own_emoji(directory, code)
        assert own is not None
        if own.is_deactivated:
            raise JsonableError("This custom emoji has been deactivated.")
        names: Collection[str] = (own.name,)
    else:
        names = (EXTRA_EMOJI,) if reaction_type == EXTRA else code_to_names.get(code, ())
    if name not in names:
        raise JsonableError("Invalid emoji name.")


def _own_emoji(directory: Directory, code: str) -> CustomEmoji | None:
    return directory.emoji.get(int(code)) if code.isascii() and code.isdigit() and len(code) < 10 else None
