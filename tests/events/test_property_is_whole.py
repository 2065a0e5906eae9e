"""The property that registrations are exact is tried with every action there is: none is forgotten.

Each rule of the property is carried out a few times in one long history, while it is noted which methods of
chat.actions that leads to. A method that writes must be among them, or be named here with the reason why no
registration can tell of it.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

import chat.actions
from tests.events.test_register_is_exact import ACTIONS, World
from tests.support.harness import InProcess, run

LIVES, ROUNDS, TRIES = 12, 2, 3
"""At most so many lives; the first in which all was tried is the last."""

_SECRETS = "passwords, sessions and keys"
_INVITATIONS = "clients ask for them; the event says only that they should"
_BY_AGE = "deletions like all others, by the clock alone"
_DEVICES = "where pushes go, of which no client is told"
_BOTS = "a bot's own business, or messages like all others"
NOT_IN_A_REGISTRATION = {
    "Accounts.do_set_password": _SECRETS, "OwnAccount.do_change_password": _SECRETS, "Recovery.do_reset": _SECRETS,
    "Credentials.do_end_session": _SECRETS, "Credentials.do_end_other_sessions": _SECRETS,
    "Credentials.do_revoke_key": _SECRETS,
    "Invitations.do_invite": _INVITATIONS, "Invitations.do_resend": _INVITATIONS,
    "Invitations.do_revoke": _INVITATIONS,
    "BotAnswers.do_answer": _BOTS, "BotAnswers.do_tell_owner": _BOTS, "BotStorage.do_put": _BOTS,
    "BotStorage.do_delete": _BOTS,
    "Bots.do_equip": "only while an organisation moves in from elsewhere",
    "NewMembers.do_promote": "by the clock alone; tests of its own hold it",
    "Deletions.do_delete_older": _BY_AGE, "Retention.do_delete_overdue": _BY_AGE,
    "ProfileData.do_remove": "do_update with nothing told",
    "PushDevices.do_add_browser": _DEVICES, "PushDevices.do_add_phone": _DEVICES, "PushDevices.do_remove": _DEVICES,
    "PushDevices.do_test": _DEVICES,
    "Submessages.do_add": "parts of messages, which clients fetch",
    "UnusedFiles.do_collect": "files, which clients ask for",
    "Uploads.do_delete_unused": "files, which clients ask for",
    "Uploads.do_upload": "files, which clients ask for", "Uploads.do_delete": "files, which clients ask for"}


def writers() -> dict[str, tuple[type, str]]:
    """Every method by which something is written, `Class.method`: those called do_*, and the verbs of older nouns."""
    found = {}
    for module in pkgutil.iter_modules(chat.actions.__path__):
        loaded = importlib.import_module(f"{chat.actions.__name__}.{module.name}")
        for name, kind in vars(loaded).items():
            if inspect.isclass(kind) and kind.__module__ == loaded.__name__:
                for method in vars(kind):
                    if method.startswith("do_") or (name, method) in OTHER_WRITERS:
                        found[f"{name}.{method}"] = (kind, method)
    return found


OTHER_WRITERS = {
    ("AlertWordActions", "add"), ("AlertWordActions", "remove"), ("Flags", "update_flags"),
    ("Flags", "mark_channel_read"), ("Flags", "mark_all_read"), ("MutedUserActions", "mute"),
    ("MutedUserActions", "unmute"), ("Reactions", "add"), ("Reactions", "remove"), ("ScheduledMessages", "deliver")}


@contextmanager
def noting(called: set[str]) -> Iterator[None]:
    """While this lasts, every writer that is called is noted."""
    undo: list[Callable[[], None]] = []
    for name, (kind, method) in writers().items():
        original = getattr(kind, method)

        def noted(*args: Any, _name: str = name, _original: Any = original, **options: Any) -> Any:
            called.add(_name)
            return _original(*args, **options)

        setattr(kind, method, functools.wraps(original)(noted))
        undo.append(functools.partial(setattr, kind, method, original))
    try:
        yield
    finally:
        for step in undo:
            step()


def test_every_action_is_tried() -> None:
    """Whatever writes is tried by the property, or there is a reason."""
    called: set[str] = set()

    def missing() -> list[str]:
        return sorted(set(writers()) - called - set(NOT_IN_A_REGISTRATION))

    with noting(called):
        for number in range(LIVES):
            if missing():
                _one_life(number)
    assert not missing(), f"the property does not try {missing()}"
    superfluous = sorted(set(NOT_IN_A_REGISTRATION) - set(writers()))
    assert not superfluous, f"there is no {superfluous}"


def _one_life(number: int) -> None:
    @seed(number)
    @settings(max_examples=2, phases=[Phase.generate], database=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def live(data: st.DataObject) -> None:
        run(_live([data.draw(rule) for _ in range(ROUNDS) for rule in ACTIONS.original_strategies
                   for _ in range(TRIES)]))

    live()


async def _live(history: list[tuple[Any, ...]]) -> None:
    world = World(InProcess())
    await world.start()
    try:
        for action in history:
            await world.act(action)
    finally:
        await world.server.stop()
