"""Other sites' pictures, shown under an address of ours: `/external_content/SIGNATURE/HEX`, the address in hexadecimal.

The signature keeps the server from fetching whatever anybody names: only addresses that were in a message are signed.
Owns the form of these addresses; who fetches and keeps the pictures is not known here.
"""

from __future__ import annotations

import hashlib
import hmac
import re

EXTERNAL = "/external_content/"
_SIGNATURE_LENGTH = 40
EXTERNAL_ADDRESS = re.compile(EXTERNAL + r"[0-9a-f]{40}/[0-9a-f]+")


def external_address(url: str, key: str) -> str:
    """Where the picture at `url` is shown; without a key, `url` itself."""
    return f"{EXTERNAL}{_sign(url.encode(), key)}/{url.encode().hex()}" if key else url


def read_external_address(signature: str, hexadecimal: str, key: str) -> str | None:
    """The address of the picture, where we signed it."""
    try:
        url = bytes.fromhex(hexadecimal)
        return url.decode() if hmac.compare_digest(signature.encode(), _sign(url, key).encode()) else None
    except ValueError:
        return None


def _sign(url: bytes, key: str) -> str:
    return hmac.new(key.encode(), url, hashlib.sha256).hexdigest()[:_SIGNATURE_LENGTH]
