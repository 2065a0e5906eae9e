"""SQL of the token by which event queues that were saved fit this database (chat.events.saved)."""

from __future__ import annotations

from chat.database.people import Runs

NAME = "saved_queues"
PUT = """INSERT INTO secret (name, value) VALUES (%s, %s)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value"""
SPEND = "DELETE FROM secret WHERE name = %s RETURNING value"


async def put_token(db: Runs, token: bytes) -> None:
    await db.query(PUT, (NAME, token))


async def spend_token(db: Runs) -> bytes | None:
    """The token, which is gone from now on; None where there is none."""
    rows = await db.query(SPEND, (NAME,))
    return bytes(rows[0][0]) if rows else None
