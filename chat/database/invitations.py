"""SQL of invitations."""

from __future__ import annotations

from typing import Any

from chat.database.people import Runs
from chat.ways_in import Invitation, NewInvitation

_COLUMNS = """id, email, link_token, inviter_id, role, channel_ids, with_defaults, tells_inviter,
    floor(extract(epoch FROM created))::int, floor(extract(epoch FROM expires))::int"""
_OPEN = "(expires IS NULL OR expires > now())"
INSERT = f"""INSERT INTO invitation (token_hash, link_token, email, inviter_id, role, channel_ids, with_defaults,
        tells_inviter, expires)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, now() + %s * interval '1 minute') RETURNING {_COLUMNS}"""
SELECT_OPEN = f"SELECT {_COLUMNS} FROM invitation WHERE {_OPEN} AND (inviter_id = %s OR %s) ORDER BY id"
SELECT_BY_TOKEN = f"SELECT {_COLUMNS} FROM invitation WHERE token_hash = %s AND {_OPEN}"
SELECT_BY_ID = f"SELECT {_COLUMNS} FROM invitation WHERE id = %s AND {_OPEN}"
RENEW = f"""UPDATE invitation SET token_hash = %s, created = now(), expires = now() + (expires - created)
    WHERE id = %s AND email IS NOT NULL RETURNING {_COLUMNS}"""
DELETE = "DELETE FROM invitation WHERE id = %s RETURNING 1"
DELETE_OF_ADDRESS = f"DELETE FROM invitation WHERE lower(email) = lower(%s) RETURNING {_COLUMNS}"
DELETE_OF_INVITER = "DELETE FROM invitation WHERE inviter_id = %s RETURNING 1"
COUNT_TODAY = "SELECT count(*) FROM invitation WHERE email IS NOT NULL AND created > now() - interval '1 day'"


async def insert_invitation(unit: Runs, token_hash: bytes, new: NewInvitation, *, inviter_id: int,
                            email: str | None = None, link_token: str | None = None) -> Invitation:
    (row,) = await unit.query(INSERT, (
        token_hash, link_token, email, inviter_id, new.role, list(new.channel_ids), new.with_defaults,
        new.tells_inviter, new.expires_minutes))
    return _invitation(row)


async def open_invitations(db: Runs, inviter_id: int, *, everyones: bool) -> list[Invitation]:
    """Those that still let somebody in: one person's, or all."""
    return [_invitation(row) for row in await db.query(SELECT_OPEN, (inviter_id, everyones))]


async def by_token(db: Runs, token_hash: bytes) -> Invitation | None:
    rows = await db.query(SELECT_BY_TOKEN, (token_hash,))
    return _invitation(rows[0]) if rows else None


async def by_id(db: Runs, invitation_id: int) -> Invitation | None:
    rows = await db.query(SELECT_BY_ID, (invitation_id,))
    return _invitation(rows[0]) if rows else None


async def renew(unit: Runs, invitation_id: int, token_hash: bytes) -> Invitation | None:
    """As if it had been sent now, under a new token; the old one is worth nothing any more."""
    rows = await unit.query(RENEW, (token_hash, invitation_id))
    return _invitation(rows[0]) if rows else None


async def delete(unit: Runs, invitation_id: int) -> bool:
    return bool(await unit.query(DELETE, (invitation_id,)))


async def delete_of_address(unit: Runs, email: str) -> list[Invitation]:
    """All invitations of an address, whose owner is here now."""
    return [_invitation(row) for row in await unit.query(DELETE_OF_ADDRESS, (email,))]


async def delete_of_inviter(unit: Runs, inviter_id: int) -> bool:
    """All that someone sent: whether there were any."""
    return bool(await unit.query(DELETE_OF_INVITER, (inviter_id,)))


async def sent_today(db: Runs) -> int:
    ((count,),) = await db.query(COUNT_TODAY)
    return int(count)


def _invitation(row: tuple[Any, ...]) -> Invitation:
    values = list(row)
    values[5] = tuple(values[5])
    return Invitation(*values)
