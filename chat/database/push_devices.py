"""SQL of the devices that pushes go to, and of the messages they show."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from chat.database.messages import int_array
from chat.database.people import Runs
from chat.push_devices import PushDevice

_DEVICE = "id, user_id, kind, token, p256dh, auth, app_id"
SELECT_RECEIVERS = "SELECT DISTINCT user_id FROM push_device"
SELECT_OF = f"SELECT {_DEVICE} FROM push_device WHERE user_id = ANY(%s::int[]) ORDER BY id"
SELECT_ONE = f"SELECT {_DEVICE} FROM push_device WHERE id = %s"
SELECT_OWNER = "SELECT user_id FROM push_device WHERE kind = %s AND token = %s"
UPSERT = """INSERT INTO push_device (user_id, kind, token, p256dh, auth, app_id) VALUES (%s, %s, %s, %s, %s, %s)
    ON CONFLICT (kind, token) DO UPDATE SET user_id = excluded.user_id, p256dh = excluded.p256dh,
        auth = excluded.auth, app_id = excluded.app_id, created = now()"""
TRIM = """DELETE FROM push_device WHERE user_id = %s AND id NOT IN (
    SELECT id FROM push_device WHERE user_id = %s ORDER BY created DESC, id DESC LIMIT %s)"""
DELETE = "DELETE FROM push_device WHERE user_id = %s AND kind = %s AND token = %s RETURNING 1"
DELETE_ONE = "DELETE FROM push_device WHERE id = %s RETURNING user_id"
COUNT = "SELECT count(*) FROM push_device WHERE user_id = %s"
SELECT_UNREAD = """SELECT reader.id FROM unnest(%(users)s::int[]) AS reader (id)
    LEFT JOIN user_message um ON um.user_id = reader.id AND um.message_id = %(message)s
    WHERE coalesce(um.flags, 0) & 1 = 0 AND EXISTS (SELECT FROM message WHERE id = %(message)s)"""
INSERT_PUSHED = """INSERT INTO pushed_message (user_id, message_id)
    SELECT id, %s FROM unnest(%s::int[]) AS reader (id) ON CONFLICT DO NOTHING"""
TAKE_PUSHED = "DELETE FROM pushed_message WHERE user_id = %s AND message_id = ANY(%s::int[]) RETURNING message_id"
TAKE_ALL_PUSHED = "DELETE FROM pushed_message WHERE user_id = %s RETURNING message_id"


async def receivers(db: Runs) -> list[int]:
    """Ids of the people who have a device."""
    return [user_id for (user_id,) in await db.query(SELECT_RECEIVERS)]


async def devices_of(db: Runs, user_ids: Collection[int]) -> list[PushDevice]:
    return [PushDevice(*row) for row in await db.query(SELECT_OF, (int_array(user_ids),))]


async def device(db: Runs, device_id: int) -> PushDevice | None:
    rows = await db.query(SELECT_ONE, (device_id,))
    return PushDevice(*rows[0]) if rows else None


async def put(unit: Runs, user_id: int, kind: int, token: str, *, p256dh: str | None = None, auth: str | None = None,
              app_id: str | None = None, most: int) -> int | None:
    """Make a device someone's, who then has `most` at most; whose it was before, where that was somebody else."""
    owners = await unit.query(SELECT_OWNER, (kind, token))
    await unit.query(UPSERT, (user_id, kind, token, p256dh, auth, app_id))
    await unit.query(TRIM, (user_id, user_id, most))
    return next((owner for (owner,) in owners if owner != user_id), None)


async def delete(unit: Runs, user_id: int, kind: int, token: str) -> bool:
    """False where they had no such device."""
    return bool(await unit.query(DELETE, (user_id, kind, token)))


async def delete_one(unit: Runs, device_id: int) -> int | None:
    """Whose device it was."""
    rows = await unit.query(DELETE_ONE, (device_id,))
    return rows[0][0] if rows else None


async def has_any(unit: Runs, user_id: int) -> bool:
    ((count,),) = await unit.query(COUNT, (user_id,))
    return bool(count)


async def unread_by(db: Runs, message_id: int, user_ids: Collection[int]) -> list[int]:
    """Those of the people who have not read a message; nobody where it is gone."""
    return [user_id for (user_id,) in await db.query(
        SELECT_UNREAD, {"users": int_array(user_ids), "message": message_id})]


async def insert_pushed(unit: Runs, message_id: int, user_ids: Collection[int]) -> None:
    """Remember that these people's devices show a message."""
    await unit.query(INSERT_PUSHED, (message_id, int_array(user_ids)))


async def take_pushed(unit: Runs, user_id: int, message_ids: Sequence[int] | None) -> list[int]:
    """Those of the messages (None: of all) that someone's devices show; they count as taken down."""
    rows = await (unit.query(TAKE_ALL_PUSHED, (user_id,)) if message_ids is None
                  else unit.query(TAKE_PUSHED, (user_id, int_array(message_ids))))
    return sorted(message_id for (message_id,) in rows)
