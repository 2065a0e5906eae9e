"""Links to a file that work without signing in, for a minute: signed, not stored. Knows no people, reads no files."""

from __future__ import annotations

import hashlib
import hmac
import re

from chat.uploaded import new_path_id

LIFETIME_S = 60
_TOKEN = re.compile(r"([A-Za-z0-9]{24})-([0-9a-f]{1,12})-([0-9a-f]{64})")


class TemporaryLinks:
    """Made and read with one key, which `start` is given once it is known."""

    def __init__(self) -> None:
        self._key: bytes | None = None

    def start(self, key: bytes) -> None:
        self._key = key

    def make(self, path_id: str, now: float) -> str:
        """What stands for the file at `path_id` in such a link: a token, and the file's name."""
        _, _, token, name = path_id.split("/")
        expires = f"{int(now) + LIFETIME_S:x}"
        return f"{token}-{expires}-{self._sign(expires, path_id)}/{name}"

    def read(self, token: str, name: str, now: float) -> str | None:
        """The path_id that was meant, where the link was made for it within the last minute."""
        match = _TOKEN.fullmatch(token)
        if match is None:
            return None
        path_id = new_path_id(match[1], name)
        is_valid = now <= int(match[2], 16) <= now + LIFETIME_S and hmac.compare_digest(
            match[3], self._sign(match[2], path_id))
        return path_id if is_valid else None

    def _sign(self, expires: str, path_id: str) -> str:
        assert self._key is not None
        return hmac.new(self._key, f"{expires}/{path_id}".encode(), hashlib.sha256).hexdigest()
