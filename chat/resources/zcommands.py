"""Commands that older clients send when somebody types them into the compose box, such as `/dark`."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

from msgspec import Meta

from chat.actions.user_settings import UserSettingsActions
from chat.directory import Directory
from chat.errors import JsonableError
from chat.params import Param, Params
from chat.resources.notes import RequestNotes
from chat.resources.routes import Routes, Who


class _Switch(NamedTuple):
    """A command that sets a setting of one's own."""

    setting: str
    value: int | bool
    name: str
    back: str
    """The command that undoes it."""


_SWITCHES = {
    "dark": _Switch("color_scheme", 2, "the dark theme", "light"),
    "light": _Switch("color_scheme", 3, "the light theme", "dark"),
    "fluid-width": _Switch("fluid_layout_width", True, "the full width of the window", "fixed-width"),
    "fixed-width": _Switch("fluid_layout_width", False, "a fixed width", "fluid-width"),
}


class Zcommand(Params, frozen=True):
    command: Annotated[Annotated[str, Meta(max_length=100)], Param(
        doc="`/ping`, `/dark`, `/light`, `/fluid-width` or `/fixed-width`.")]


class ZcommandsResource:
    routes = Routes("zcommands")

    def __init__(self, user_settings: UserSettingsActions, directory: Directory) -> None:
        self._user_settings = user_settings
        self._directory = directory

    @routes.post("/zcommand", who=Who.USER, params=Zcommand, summary="Run a slash command", errors=(JsonableError,),
                 example={"command": "/ping"})
    async def zcommand(self, notes: RequestNotes, p: Zcommand) -> dict[str, Any]:
        """Does what the command says, and tells so in `msg`; `/ping` does nothing."""
        name = p.command.strip()
        if not name.startswith("/"):
            raise JsonableError("A command begins with a slash.")
        if name == "/ping":
            return {}
        switch = _SWITCHES.get(name.removeprefix("/"))
        if switch is None:
            raise JsonableError(f"There is no command {name}.")
        settings = self._directory.settings_of(notes.caller.id)
        if getattr(settings, switch.setting) == switch.value:
            return {"msg": f"You have {switch.name} already."}
        await self._user_settings.do_update(notes.caller, {switch.setting: switch.value})
        return {"msg": f"You have {switch.name} now. For the other way, type `/{switch.back}`."}
