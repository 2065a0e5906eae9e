"""Telling people by mail that their account was used from a browser which it was not used from before."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from chat.database import known_browsers as sql
from chat.database.pool import Transaction
from chat.deferreds import Clock
from chat.directory import Directory
from chat.mail import Mailer, NoMailAddress
from chat.models import User
from chat.unsubscribing import Unsubscribing

_PROGRAMS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Chromium", "Chromium"),
             ("Safari", "Safari"))
_SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "macOS"),
            ("Linux", "Linux"))


class SignIns:
    def __init__(self, directory: Directory, mailer: Mailer, unsubscribing: Unsubscribing, clock: Clock) -> None:
        self._directory = directory
        self._mailer = mailer
        self._unsubscribing = unsubscribing
        self._clock = clock

    async def note(self, unit: Transaction, user: User, user_agent: str) -> None:
        """A session begins in `unit`: the mail is written with it, where one is due and wanted. The first browser of
        all is no news."""
        if not await sql.note(unit, user.id, user_agent):
            return
        settings = self._directory.settings_of(user.id)
        if user.is_bot or not settings.enable_login_emails:
            return
        zone = ZoneInfo(user.timezone) if user.timezone else UTC
        when = datetime.fromtimestamp(self._clock.seconds(), zone)
        try:
            await self._mailer.send(
                unit, user.email, "new_sign_in", {
                    "name": user.full_name, "browser": browser_name(user_agent), "when": f"{when:%Y-%m-%d %H:%M %Z}"},
                language=settings.default_language, to_name=user.full_name,
                unsubscribe=self._unsubscribing.link("new_sign_in", user.id))
        except NoMailAddress:
            return


def browser_name(user_agent: str) -> str:
    """What a browser calls itself, in few words."""
    program = next((name for word, name in _PROGRAMS if word + "/" in user_agent), "")
    system = next((name for word, name in _SYSTEMS if word in user_agent), "")
    if program and system:
        return f"{program} on {system}"
    return program or system or re.sub(r"[^\w ./-]", "", user_agent)[:40] or "?"
