"""SQL of the one-time links that confirm an address. Tokens are kept as hashes."""

from __future__ import annotations

from chat.database.people import Runs
from chat.ways_in import Confirmation

_COLUMNS = "email, user_id, invitation_id"
DELETE_EXPIRED = "DELETE FROM confirmation WHERE expires < now()"
INSERT = """INSERT INTO confirmation (token_hash, purpose, email, user_id, invitation_id, expires)
    VALUES (%s, %s, %s, %s, %s, now() + %s * interval '1 hour')"""
SELECT = f"SELECT {_COLUMNS} FROM confirmation WHERE token_hash = %s AND purpose = %s AND expires > now()"
USE = f"DELETE FROM confirmation WHERE token_hash = %s AND purpose = %s AND expires > now() RETURNING {_COLUMNS}"
DELETE_OF_USER = "DELETE FROM confirmation WHERE user_id = %s"
DELETE_OF_ADDRESS = "DELETE FROM confirmation WHERE lower(email) = lower(%s)"


async def insert(unit: Runs, token_hash: bytes, purpose: str, confirmation: Confirmation, hours: int) -> None:
    await unit.query(DELETE_EXPIRED)
    await unit.query(INSERT, (token_hash, purpose, confirmation.email, confirmation.user_id,
                              confirmation.invitation_id, hours))


async def find(db: Runs, token_hash: bytes, purpose: str) -> Confirmation | None:
    rows = await db.query(SELECT, (token_hash, purpose))
    return Confirmation(*rows[0]) if rows else None


async def use(unit: Runs, token_hash: bytes, purpose: str) -> Confirmation | None:
    """Spend a link: the same as `find`, but it finds it once."""
    rows = await unit.query(USE, (token_hash, purpose))
    return Confirmation(*rows[0]) if rows else None


async def delete_of_user(unit: Runs, user_id: int) -> None:
    """A person's links: whoever holds one may have it from a mailbox that is no longer theirs."""
    await unit.query(DELETE_OF_USER, (user_id,))


async def delete_of_address(unit: Runs, email: str) -> None:
    await unit.query(DELETE_OF_ADDRESS, (email,))
