"""Where someone's pushes go, as records, and who has any such place at all (in memory, by the Directory's steps)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import IntEnum

MAX_TOKEN = 4096
MAX_DEVICES = 20
"""Of one person; the oldest goes when one more comes."""


class DeviceKind(IntEnum):
    """Kept in the database: never renumber."""

    BROWSER = 1
    ANDROID = 2
    APPLE = 3


@dataclass(frozen=True, slots=True)
class PushDevice:
    """`token` is a browser's address at its push service, or what a phone's maker calls the phone."""

    id: int
    user_id: int
    kind: int
    token: str
    p256dh: str | None = None
    auth: str | None = None
    app_id: str | None = None


class PushReceivers:
    """The ids of the people who have a device."""

    def __init__(self) -> None:
        self._ids: set[int] = set()

    def load(self, user_ids: Collection[int]) -> None:
        self._ids.update(user_ids)

    def put(self, user_id: int, *, has_device: bool) -> None:
        (self._ids.add if has_device else self._ids.discard)(user_id)

    def __contains__(self, user_id: int) -> bool:
        return user_id in self._ids
