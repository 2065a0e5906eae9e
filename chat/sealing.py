"""What must be read again but not lie open in the database: keys of bots, tokens, configuration.

AES-GCM under a secret of the server that is kept in its data folder, so a copy of the database alone gives nothing
away. A sealed text is bound to its place (`where`): moved to another row it does not open. Knows no files and no SQL.
"""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SECRET_BYTES = 32
_NONCE_BYTES = 12


class Seal:
    """Seals texts and opens them again. Raises ValueError for a secret of another length."""

    def __init__(self, secret: bytes) -> None:
        self.use(secret)

    def use(self, secret: bytes) -> None:
        """Go on with another secret: an import brings the one under which its texts were sealed."""
        self._cipher = AESGCM(secret)

    def close(self, text: str, where: str) -> bytes:
        """`text`, sealed for one place."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, text.encode(), where.encode())

    def open(self, sealed: bytes, where: str) -> str | None:
        """The text; None where it was sealed under another secret, for another place, or was changed."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], where.encode()).decode()
        except (InvalidTag, ValueError):
            return None
