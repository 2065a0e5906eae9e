"""SQL of linkifiers and playgrounds."""

from __future__ import annotations

from collections.abc import Sequence

from chat.database.people import Runs
from chat.linkifiers import Linkifier, Playground

SELECT_LINKIFIERS = "SELECT id, pattern, url_template FROM linkifier ORDER BY position, id"
INSERT_LINKIFIER = """INSERT INTO linkifier (pattern, url_template, position)
    SELECT %s, %s, coalesce(max(position), 0) + 1 FROM linkifier
    ON CONFLICT DO NOTHING RETURNING id, pattern, url_template"""
UPDATE_LINKIFIER = "UPDATE linkifier SET pattern = %s, url_template = %s WHERE id = %s"
DELETE_LINKIFIER = "DELETE FROM linkifier WHERE id = %s"
ORDER_LINKIFIERS = """UPDATE linkifier SET position = wanted.position
    FROM unnest(%s::int[]) WITH ORDINALITY AS wanted (id, position) WHERE linkifier.id = wanted.id"""

SELECT_PLAYGROUNDS = "SELECT id, name, pygments_language, url_template FROM playground ORDER BY id"
INSERT_PLAYGROUND = """INSERT INTO playground (name, pygments_language, url_template) VALUES (%s, %s, %s)
    ON CONFLICT DO NOTHING RETURNING id, name, pygments_language, url_template"""
DELETE_PLAYGROUND = "DELETE FROM playground WHERE id = %s"


async def linkifiers(db: Runs) -> list[Linkifier]:
    """In the order in which they are tried."""
    return [Linkifier(*row) for row in await db.query(SELECT_LINKIFIERS)]


async def insert_linkifier(unit: Runs, pattern: str, url_template: str) -> Linkifier | None:
    """The new one, last in order; None where there is one of this pattern."""
    rows = await unit.query(INSERT_LINKIFIER, (pattern, url_template))
    return Linkifier(*rows[0]) if rows else None


async def update_linkifier(unit: Runs, linkifier: Linkifier) -> None:
    """Raises psycopg2's UniqueViolation where another has this pattern."""
    await unit.query(UPDATE_LINKIFIER, (linkifier.pattern, linkifier.url_template, linkifier.id))


async def delete_linkifier(unit: Runs, linkifier_id: int) -> None:
    await unit.query(DELETE_LINKIFIER, (linkifier_id,))


async def order_linkifiers(unit: Runs, ids: Sequence[int]) -> None:
    await unit.query(ORDER_LINKIFIERS, (list(ids),))


async def playgrounds(db: Runs) -> list[Playground]:
    return [Playground(*row) for row in await db.query(SELECT_PLAYGROUNDS)]


async def insert_playground(unit: Runs, name: str, pygments_language: str, url_template: str) -> Playground | None:
    """None where the language has one of this name."""
    rows = await unit.query(INSERT_PLAYGROUND, (name, pygments_language, url_template))
    return Playground(*rows[0]) if rows else None


async def delete_playground(unit: Runs, playground_id: int) -> None:
    await unit.query(DELETE_PLAYGROUND, (playground_id,))
