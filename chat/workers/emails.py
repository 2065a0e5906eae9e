"""Takes mails from the queue to the mail server; where there is none, into the data folder.

A mail that was refused for good is given up at once and stays visible among the failed jobs. One that could not be sent
now is tried again for about two days. A server that dies in the middle sends the mail again, under the same Message-ID,
by which a reader's program knows it.
"""

from __future__ import annotations

from twisted.logger import Logger

from chat.deferred_work import DeferredWork, Job, JobFailed
from chat.mail import QUEUE
from chat.mail_folder import MailFolder
from chat.smtp import MAIL_TIMEOUT_S, MailDelivery, MailRefused

CONCURRENCY = 4
ATTEMPTS = 60
FIRST_RETRY_S = 30.0
_log = Logger("chat.mail")


class Emails:
    def __init__(self, delivery: MailDelivery | None, folder: MailFolder) -> None:
        self._delivery = delivery
        self._folder = folder

    def serve(self, deferred_work: DeferredWork, *, first_retry_s: float = FIRST_RETRY_S) -> None:
        """Begin to take mails."""
        deferred_work.serve(QUEUE, self.work, concurrency=CONCURRENCY, attempts=ATTEMPTS,
                            timeout_s=MAIL_TIMEOUT_S + 30, first_retry_s=first_retry_s)

    async def work(self, job: Job) -> None:
        """One mail. Raises JobFailed where it is refused for good, MailNotSent where it is worth another try."""
        mail, to = str(job.payload["mail"]).encode("ascii"), str(job.payload["to"])
        if self._delivery is None:
            path = self._folder.put(f"{job.id:09}", mail)
            _log.info("No mail server is set: the mail to {to}, {subject!r}, lies in {path}", to=to,
                      subject=job.payload["subject"], path=str(path))
            return
        try:
            await self._delivery.deliver(str(job.payload["from"]), to, mail)
        except MailRefused as error:
            _log.warn("a mail to {to} was refused: {error}", to=to, error=str(error))
            raise JobFailed(str(error)) from error
        _log.info("a mail to {to} was handed over", to=to)
