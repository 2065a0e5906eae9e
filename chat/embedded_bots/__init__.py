"""The bots that live in the server, one module each. `bot.py` says what they are."""

from __future__ import annotations

from collections.abc import Mapping

from chat.embedded_bots.bot import EmbeddedBot
from chat.embedded_bots.notebook import Notebook
from chat.embedded_bots.reminder import Reminder
from chat.embedded_bots.turns import Turns

EMBEDDED_BOTS: Mapping[str, EmbeddedBot] = {bot.name: bot for bot in (Notebook(), Reminder(), Turns())}
