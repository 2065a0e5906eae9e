"""A job that was given up, for each example that needs one."""

from __future__ import annotations

from typing import Any

from tests.examples import World


async def given_up(world: World) -> dict[str, Any]:
    ((job_id,),) = await world.owner.app.database.query(
        "INSERT INTO job (queue, payload, not_before, attempts, last_error, failed_at) "
        "VALUES ('embed_links', '{\"urls\": [], \"message_id\": 1, \"content_version\": 0}', now(), 5, 'no', now()) "
        "RETURNING id")
    return {"job_id": job_id}


BEFORE = {
    ("POST", "/jobs/{job_id:int}/retry"): given_up,
    ("DELETE", "/jobs/{job_id:int}"): given_up,
}
