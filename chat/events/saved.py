"""Event queues over a restart: a file in the data folder, written when the server ends in good order.

What is in the file fits the database only while nothing has changed there since. So the file and the database are given
one random token at the end, and whoever opens the database next spends it: a server that finds another token, or none
(after a crash, a restored backup, a command that worked meanwhile), lets the file lie, and clients register anew.

A queue whose client would have been given up in the meantime does not come back, nor does that of a closed account.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
from twisted.logger import Logger

from chat.directory import Directory
from chat.events.queue import EventQueue, QueueOptions
from chat.events.queues import EventQueues

FILE_NAME = "event-queues"
FORMAT = 1
MAX_BYTES = 256 * 1024 * 1024
"""Of events in the file; queues that would add more are left out."""
_log = Logger("chat.events")


class _Queue(msgspec.Struct, array_like=True):
    id: str
    user_id: int
    options: QueueOptions
    next_id: int
    pruned: int
    bodies: list[int]
    """Places in the file's list: an event is written once for all queues it is in."""


class _File(msgspec.Struct):
    format: int
    token: bytes
    saved_at: float
    bodies: list[bytes]
    queues: list[_Queue]


def save(queues: EventQueues, folder: Path, token: bytes) -> int:
    """Write all queues into the data folder; how many they are. They take no more events."""
    queues.freeze()
    places: dict[int, int] = {}
    file, size = _File(FORMAT, token, queues.now(), [], []), 0
    for queue in queues:
        if queue.lost or size > MAX_BYTES:
            continue
        for body in queue.bodies:
            if id(body) not in places:
                places[id(body)] = len(file.bodies)
                file.bodies.append(body)
                size += len(body)
        file.queues.append(_Queue(queue.id, queue.user_id, queue.options, queue.next_id, queue.pruned,
                                  [places[id(body)] for body in queue.bodies]))
    _write(folder / FILE_NAME, msgspec.msgpack.encode(file))
    return len(file.queues)


def restore(queues: EventQueues, directory: Directory, folder: Path, token: bytes | None) -> int:
    """Take the queues from the data folder where they fit the database, which gave `token`; how many they are.
    The file is gone then."""
    path = folder / FILE_NAME
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return 0
    path.unlink()
    try:
        file = msgspec.msgpack.decode(data, type=_File)
    except msgspec.DecodeError:
        _log.warn("the saved event queues are of another version: clients register anew")
        return 0
    if file.format != FORMAT or token is None or file.token != token:
        _log.info("the saved event queues do not fit the database: clients register anew")
        return 0
    count, now = 0, queues.now()
    for saved in file.queues:
        user = directory.user_by_id(saved.user_id)
        if user is None or not user.is_active or not 0 <= now - file.saved_at <= saved.options.lifespan_s:
            continue
        queues.take_back(EventQueue.restored(
            saved.id, saved.user_id, saved.options, now, next_id=saved.next_id, pruned=saved.pruned,
            bodies=[file.bodies[place] for place in saved.bodies]))
        count += 1
    return count


def _write(path: Path, data: bytes) -> None:
    """All of it or nothing."""
    draft = path.with_suffix(".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
