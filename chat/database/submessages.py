"""SQL of submessages: what was done with a widget."""

from __future__ import annotations

from chat.database.people import Runs
from chat.models import Submessage

_INSERT = """INSERT INTO submessage (message_id, sender_id, msg_type, content)
    SELECT %(message)s, %(sender)s, %(type)s, %(content)s
    WHERE (SELECT count(*) FROM submessage WHERE message_id = %(message)s) < %(most)s RETURNING id"""


async def insert(unit: Runs, submessage: Submessage, message_id: int, most: int) -> int | None:
    """The id of the new submessage; None where the message has as many as one may have."""
    rows = await unit.query(_INSERT, {
        "message": message_id, "sender": submessage.sender_id, "type": submessage.msg_type,
        "content": submessage.content, "most": most})
    return int(rows[0][0]) if rows else None
