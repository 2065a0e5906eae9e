"""Collecting uploaded files that nothing shows: never sent, or of messages that were all deleted.

A file goes when it was found unused at a round, and at no round since then used, for AGE_S. So who uploads a file has
that long to send it, and who takes a message back as long to send its file again.
"""

from __future__ import annotations

from functools import partial

from chat.actions.uploads import Uploads
from chat.database import attachments as sql
from chat.database.pool import Database
from chat.deferreds import Clock

PERIOD_S = 600.0
FIRST_S = 120.0
AGE_S = 14 * 24 * 3600
LOOKED_AT = 500
"""Files that one round looks at; the next goes on after them."""


class UnusedFiles:
    def __init__(self, database: Database, uploads: Uploads, clock: Clock) -> None:
        self._database = database
        self._uploads = uploads
        self._clock = clock
        self._after = 0

    async def do_collect(self, now: float | None = None) -> int:
        """Look at the next files, from the first again after the last; how many were deleted."""
        now = self._clock.seconds() if now is None else now
        looked = await self._database.transaction(partial(
            sql.mark_unused, after=self._after, limit=LOOKED_AT, now=now, before=now - AGE_S))
        self._after = looked[-1][0] if len(looked) == LOOKED_AT else 0
        count = 0
        for attachment_id, is_old in looked:
            if is_old and await self._uploads.do_delete_unused(attachment_id):
                count += 1
        return count
