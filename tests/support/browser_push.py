"""A browser's side of Web Push: its keys, and reading what was encrypted for it (RFC 8188, RFC 8291)."""

from __future__ import annotations

import os

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from chat.web_push import BrowserKeys, encode, public_point


class BrowserSide:
    def __init__(self) -> None:
        self._private = ec.generate_private_key(ec.SECP256R1())
        self.keys = BrowserKeys(public_point(self._private), os.urandom(16))

    def subscription(self, endpoint: str) -> dict[str, str]:
        """As the browser tells it to a page."""
        return {"endpoint": endpoint, "p256dh": encode(self.keys.p256dh), "auth": encode(self.keys.auth)}

    def decrypt(self, body: bytes) -> bytes:
        """What was said. Raises InvalidTag where it was not said to this browser."""
        salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        theirs, record = body[21:21 + length], body[21 + length:]
        assert len(record) <= size
        shared = self._private.exchange(
            ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs))
        secret = HKDF(SHA256(), 32, self.keys.auth, b"WebPush: info\0" + self.keys.p256dh + theirs).derive(shared)
        content_key = HKDF(SHA256(), 16, salt, b"Content-Encoding: aes128gcm\0").derive(secret)
        nonce = HKDF(SHA256(), 12, salt, b"Content-Encoding: nonce\0").derive(secret)
        padded = AESGCM(content_key).decrypt(nonce, record, None)
        text, end, padding = padded.rpartition(b"\2")
        assert end and not padding.strip(b"\0")
        return text
