"""Addresses by which someone gets no more mails of a kind without signing in: signed, not stored.

An address is for one person and one kind of mail, and lasts: mails are read late. Knows no HTTP.
"""

from __future__ import annotations

import hashlib
import hmac
import re

KINDS = {"missed_messages": "enable_offline_email_notifications", "new_sign_in": "enable_login_emails"}
"""Of mails, with the setting that says whether one gets them."""
_TOKEN = re.compile(r"(\d{1,10})-([0-9a-f]{40})")


class Unsubscribing:
    """Made and read with one key, which `start` is given once it is known."""

    def __init__(self, external_url: str) -> None:
        self._url = external_url
        self._key: bytes | None = None

    def start(self, key: bytes) -> None:
        self._key = key

    def link(self, kind: str, user_id: int) -> str:
        """The page that asks, and by which it is done."""
        return f"{self._url}/unsubscribe/{kind}/{user_id}-{self._sign(kind, user_id)}/"

    def read(self, kind: str, token: str) -> int | None:
        """The person whom an address is for; None where we did not make it."""
        match = _TOKEN.fullmatch(token)
        if match is None or kind not in KINDS:
            return None
        user_id = int(match[1])
        return user_id if hmac.compare_digest(match[2], self._sign(kind, user_id)) else None

    def _sign(self, kind: str, user_id: int) -> str:
        assert self._key is not None
        return hmac.new(self._key, f"unsubscribe/{kind}/{user_id}".encode(), hashlib.sha256).hexdigest()[:40]
