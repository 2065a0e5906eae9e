"""The mails that an application without a mail server has written, as a program of mail would show them."""

from __future__ import annotations

import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path


def mails(data: Path) -> list[EmailMessage]:
    """All of them, the oldest first."""
    files = sorted((data / "mail").glob("*.eml"))
    return [message_from_bytes(file.read_bytes(), policy=default) for file in files]  # type: ignore[misc]


def part(mail: EmailMessage, kind: str) -> str:
    """Its "plain" or "html" part."""
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def link_in(mail: EmailMessage) -> str:
    """The path of the first link that leads to a one-time page."""
    match = re.search(r"https?://[^/\s]+(/(?:join|reset|confirm)/[\w-]+/)", part(mail, "plain"))
    assert match is not None, part(mail, "plain")
    return match[1]
