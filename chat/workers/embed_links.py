"""The queue `embed_links`: messages are sent without previews of their links, which are looked up and added here.

A message (or an edit) with links causes a job, in its own transaction. The job finds out what is behind each link,
renders the same text again with that, and hands the result to the edits (`update_message` with `rendering_only`). Doing
it twice does nothing the second time; a text that was edited meanwhile has a job of its own, and this one ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from twisted.internet.defer import Deferred, FirstError, gatherResults

from chat.actions.edits import Edits
from chat.actions.sending import Addressed, CheckedMessage, Sending
from chat.database import edits as edits_sql
from chat.database.pool import Database, Transaction
from chat.deferred_work import DeferredWork, Job, NewJob
from chat.deferreds import shielded
from chat.directory import Directory
from chat.events.message_updates import MessageUpdate
from chat.markdown.names import LinkPreview
from chat.markdown.preview_blocks import film_id
from chat.markdown.previews import is_picture
from chat.url_preview import NOTHING, UrlPreviews

QUEUE = "embed_links"
AT_ONCE = 64
MAX_LINKS = 10
"""Of one message: that many are looked up."""
MAX_URL = 1000
LIMIT_S = 120.0


class EmbedLinks:
    def __init__(self, database: Database, directory: Directory, sending: Sending, edits: Edits, previews: UrlPreviews,
                 deferred_work: DeferredWork) -> None:
        self._database = database
        self._directory = directory
        self._sending = sending
        self._edits = edits
        self._previews = previews
        self._deferred_work = deferred_work
        deferred_work.serve(QUEUE, self.work, concurrency=AT_ONCE, attempts=5, timeout_s=LIMIT_S)

    def jobs_of(self, checked: CheckedMessage, _: Addressed) -> Iterable[NewJob]:
        """What a message causes."""
        return self._jobs(checked.rendered.links, 0)

    async def enqueue_for_update(self, unit: Transaction, update: MessageUpdate) -> None:
        """What an edit causes."""
        jobs = self._jobs(update.rendered.links, update.message.content_version, message_id=update.message.id)
        await self._deferred_work.enqueue(unit, *jobs)

    async def work(self, job: Job) -> None:
        """Add previews to a message, where there are any."""
        message_id, version = job.payload["message_id"], job.payload["content_version"]
        found = await self._look(job.payload["urls"])
        if all(preview == NOTHING for url, preview in found.items() if not is_picture(url)) and not any(
                map(is_picture, found)):
            return
        source = await edits_sql.source(self._database, message_id)
        if source is None or source.content_version != version:
            return
        sender = self._directory.users[source.sender_id]
        rendered, _ = await self._sending.rendered(sender, source.content, link_previews=found)
        await shielded(self._edits.do_update_embedded_data(message_id, version, rendered.html))

    def _jobs(self, links: Sequence[str], version: int, **payload: int) -> list[NewJob]:
        urls = [url for url in links if self._is_wanted(url)][:MAX_LINKS]
        return [NewJob(QUEUE, {"urls": urls, "content_version": version, **payload})] if urls else []

    def _is_wanted(self, url: str) -> bool:
        realm = self._directory.realm
        if len(url) > MAX_URL or not self._previews.is_elsewhere(url):
            return False
        if is_picture(url):
            return bool(realm.inline_image_preview)
        if self._previews.is_known_for_nothing(url) or (realm.inline_image_preview and film_id(url)):
            return False
        return bool(realm.inline_url_embed_preview)

    async def _look(self, urls: Sequence[str]) -> dict[str, LinkPreview]:
        looking = [Deferred.fromCoroutine(self._previews.preview(url)) for url in urls]
        try:
            return dict(zip(urls, await gatherResults(looking, consumeErrors=True), strict=True))
        except FirstError as error:
            raise error.subFailure.value from None  # type: ignore[misc]
