"""SQL of the browsers that people have signed in with."""

from __future__ import annotations

from chat.database.people import Runs

NOTE = """WITH known AS (SELECT count(*) AS number FROM known_browser WHERE user_id = %(user)s),
    added AS (INSERT INTO known_browser (user_id, browser) VALUES (%(user)s, sha256(convert_to(%(browser)s, 'UTF8')))
        ON CONFLICT DO NOTHING RETURNING 1)
    SELECT known.number, (SELECT count(*) FROM added) FROM known"""


async def note(unit: Runs, user_id: int, user_agent: str) -> bool:
    """Remember a browser; whether it is one more beside others."""
    ((number, added),) = await unit.query(NOTE, {"user": user_id, "browser": user_agent.replace("\0", "")})
    return bool(number and added)
