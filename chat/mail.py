"""Mail: a finished letter is made here, written as a job in the unit of writing that causes it, sent after its commit.

    await mailer.send(unit, "ann@example.com", "reset_password", {"name": ..., "link": ..., "hours": 24})

So a mail is sent if and only if what it tells of took place. What has to be in a template's words: chat.letters. How it
is delivered: chat.workers.emails.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Any
from urllib.parse import urlsplit

from chat.database.pool import Transaction
from chat.deferred_work import DeferredWork, NewJob
from chat.deferreds import Clock
from chat.directory import Directory
from chat.errors import JsonableError
from chat.letters import Letters
from chat.passwords import new_token

QUEUE = "mail"
MAX_ADDRESS = 254
_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)
_POLICY = SMTP.clone(linesep="\n", max_line_length=78, cte_type="7bit")


class NoMailAddress(JsonableError):
    """Nothing can be sent to this address."""

    def __init__(self) -> None:
        super().__init__("Mail cannot be sent to this address.")


class Mailer:
    def __init__(self, deferred_work: DeferredWork, directory: Directory, clock: Clock, letters: Letters, *,
                 sender: str, delivers: bool) -> None:
        """`sender` is the address mails come from, as `Name <address>` or bare; `delivers`: there is a mail server."""
        self._deferred_work = deferred_work
        self._directory = directory
        self._clock = clock
        self._letters = letters
        self._sender_name, address = parseaddr(sender)
        self._sender = mail_address(address)
        self.delivers = delivers
        """Whether mails leave this server. If not they lie in its data folder, and who waits for one must be told."""

    async def send(self, unit: Transaction, to: str, template: str, words: Mapping[str, Any], *, language: str = "en",
                   to_name: str = "", reply_to: str | None = None, unsubscribe: str | None = None,
                   conversation: str | None = None) -> None:
        """Write a mail in `unit`; it is sent after the commit. Raises NoMailAddress where `to` is none.

        Mails of one `conversation` (a name for it) are shown as one thread by the reader's program. `unsubscribe` is
        the address of a page to get no more of them, which also takes the one click of RFC 8058.
        """
        mail = self.make(to, template, words, language=language, to_name=to_name, reply_to=reply_to,
                         unsubscribe=unsubscribe, conversation=conversation)
        await self._deferred_work.enqueue(unit, mail)

    def make(self, to: str, template: str, words: Mapping[str, Any], *, language: str = "en", to_name: str = "",
             reply_to: str | None = None, unsubscribe: str | None = None, conversation: str | None = None
             ) -> NewJob:
        """The job that `send` would write."""
        address = mail_address(to)
        organisation = self._directory.organisation
        name = organisation.name if organisation else "Plait"
        letter = self._letters.write(
            template, {"organisation": name, "url": self._directory.external_url, **words}, language)
        message = EmailMessage(_POLICY)
        message["From"] = _address(self._sender_name or name, self._sender)
        message["To"] = _address(to_name, address)
        message["Subject"] = letter.subject
        message["Date"] = format_datetime(datetime.fromtimestamp(self._clock.seconds(), UTC))
        message["Message-ID"] = f"<{new_token()}@{self._host}>"
        message["Auto-Submitted"] = "auto-generated"
        if reply_to is not None:
            message["Reply-To"] = _address("", mail_address(reply_to))
        if conversation is not None:
            message["In-Reply-To"] = message["References"] = f"<{conversation}@{self._host}>"
        if unsubscribe is not None:
            message["List-Unsubscribe"] = f"<{unsubscribe}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message.set_content(letter.text)
        message.add_alternative(letter.html, subtype="html")
        return NewJob(QUEUE, {"from": self._sender, "to": address, "subject": letter.subject,
                              "mail": message.as_bytes().decode("ascii")})

    @property
    def no_reply(self) -> str:
        """The address mails come from, which nobody reads."""
        return self._sender

    @property
    def _host(self) -> str:
        return host_name(self._directory.external_url)


def host_name(url: str) -> str:
    """Of an address, in ASCII."""
    return (urlsplit(url).hostname or "localhost").encode("idna").decode()


def default_sender(external_url: str) -> str:
    """Where mails come from unless the operator says otherwise."""
    host = host_name(external_url)
    return f"noreply@{host}" if _DOMAIN.fullmatch(host) else "noreply@localhost"


def mail_address(address: str) -> str:
    """The address as SMTP takes it, its domain in ASCII. Raises NoMailAddress."""
    local_part, at, domain = address.strip().rpartition("@")
    try:
        domain = domain.encode("idna").decode()
    except UnicodeError:
        raise NoMailAddress from None
    made = f"{local_part}@{domain}"
    if not at or len(made) > MAX_ADDRESS or len(local_part) > 64:
        raise NoMailAddress
    if not _LOCAL_PART.fullmatch(local_part) or not _DOMAIN.fullmatch(domain):
        raise NoMailAddress
    return made


def _address(name: str, address: str) -> Address:
    """With the name as a header may have it."""
    return Address("".join(letter if letter.isprintable() else " " for letter in name)[:100].strip(),
                   addr_spec=address)
