"""SQL of what was found at links, for a while."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from typing import Any

import orjson

from chat.database.people import Runs
from chat.markdown.names import LinkPreview

SELECT = """SELECT extract(epoch FROM expires)::float8, preview FROM url_preview
    WHERE url_hash = %s AND expires > to_timestamp(%s)"""
UPSERT = """INSERT INTO url_preview (url_hash, url, preview, expires) VALUES (%s, %s, %s::jsonb, to_timestamp(%s))
    ON CONFLICT (url_hash) DO UPDATE SET preview = excluded.preview, expires = excluded.expires"""
DELETE_EXPIRED = "DELETE FROM url_preview WHERE expires < to_timestamp(%s)"


async def find(db: Runs, url: str, now: float) -> tuple[float, LinkPreview] | None:
    """What was found at `url` not long ago, and until when that is believed; nothing (an empty preview) is a finding
    too."""
    rows = await db.query(SELECT, (_hash(url), now))
    return (rows[0][0], LinkPreview(**rows[0][1])) if rows else None


async def keep(db: Runs, url: str, preview: LinkPreview, expires: float) -> None:
    told: dict[str, Any] = asdict(preview)
    await db.query(UPSERT, (_hash(url), url, orjson.dumps(told).decode(), expires))


async def delete_expired(db: Runs, now: float) -> None:
    await db.query(DELETE_EXPIRED, (now,))


def _hash(url: str) -> bytes:
    return hashlib.sha256(url.encode()).digest()
