"""SQL of drafts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chat.database.messages import int_array
from chat.database.people import Runs
from chat.personal import Draft

_DRAFT = """id, user_id, type, recipients, topic, content, floor(extract(epoch FROM last_edited))::bigint"""
SELECT = f"SELECT {_DRAFT} FROM draft WHERE user_id = %s ORDER BY last_edited, id"
COUNT = "SELECT count(*) FROM draft WHERE user_id = %s"
INSERT = f"""INSERT INTO draft (user_id, type, recipients, topic, content, last_edited)
    VALUES (%s, %s, %s::int[], %s, %s, to_timestamp(%s)) RETURNING {_DRAFT}"""
UPDATE = f"""UPDATE draft SET type = %s, recipients = %s::int[], topic = %s, content = %s,
        last_edited = to_timestamp(%s)
    WHERE user_id = %s AND id = %s RETURNING {_DRAFT}"""
DELETE = "DELETE FROM draft WHERE user_id = %s AND id = %s RETURNING 1"


async def drafts(db: Runs, user_id: int) -> list[Draft]:
    """A person's drafts, the latest edited last."""
    return [_draft(row) for row in await db.query(SELECT, (user_id,))]


async def count(db: Runs, user_id: int) -> int:
    ((number,),) = await db.query(COUNT, (user_id,))
    return int(number)


async def insert(unit: Runs, draft: Draft) -> Draft:
    """The draft with the id it got; the given id counts for nothing."""
    (row,) = await unit.query(INSERT, (draft.user_id, *_values(draft)))
    return _draft(row)


async def update(unit: Runs, draft: Draft) -> Draft | None:
    """None where the person has no such draft."""
    rows = await unit.query(UPDATE, (*_values(draft), draft.user_id, draft.id))
    return _draft(rows[0]) if rows else None


async def delete(unit: Runs, user_id: int, draft_id: int) -> bool:
    """False where the person has no such draft."""
    return bool(await unit.query(DELETE, (user_id, draft_id)))


def _values(draft: Draft) -> tuple[object, ...]:
    return draft.type, int_array(draft.recipients), draft.topic, draft.content, draft.timestamp


def _draft(row: Sequence[Any]) -> Draft:
    draft_id, user_id, kind, recipients, topic, content, timestamp = row
    return Draft(draft_id, user_id, kind, tuple(recipients), topic, content, timestamp)
