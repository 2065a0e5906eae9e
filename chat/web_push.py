"""Web Push as the standards have it: what is said to a browser through its maker's push service.

The text is encrypted for the one browser (RFC 8291, in the coding of RFC 8188), so the push service carries what it
cannot read. We prove who we are by a signed token (VAPID, RFC 8292). Pure functions of keys, bytes and `now`; nothing
is sent here.
"""

from __future__ import annotations

import hashlib
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass
from urllib.parse import urlsplit

import orjson
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

MAX_PLAIN_BYTES = 3000
"""Push services take bodies of 4096 bytes; padding and coding want a part of that."""
TOKEN_LIFETIME_S = 12 * 3600
_RECORD_SIZE = 4096
_PADDED_BYTES = 3052
"""All bodies have one length, which therefore tells nothing."""
_CURVE = ec.SECP256R1()
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@dataclass(frozen=True, slots=True)
class BrowserKeys:
    """A browser's public key (65 bytes, a point) and the secret it shares with us (16 bytes)."""

    p256dh: bytes
    auth: bytes


def browser_keys(p256dh: str, auth: str) -> BrowserKeys:
    """The keys as a browser tells them. Raises ValueError where they are none."""
    keys = BrowserKeys(decode(p256dh), decode(auth))
    if len(keys.auth) != 16:
        raise ValueError("the secret has another length")
    ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, keys.p256dh)
    return keys


def decode(text: str) -> bytes:
    """Base64 in the alphabet of URLs, with or without padding. Raises ValueError."""
    try:
        return urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))
    except Base64Error as error:
        raise ValueError(str(error)) from None


def encode(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def encrypt(plain: bytes, keys: BrowserKeys, *, salt: bytes | None = None,
            key: ec.EllipticCurvePrivateKey | None = None, padded_bytes: int = _PADDED_BYTES) -> bytes:
    """`plain` for one browser, as the body of a request in the coding aes128gcm. `salt` and `key` are fresh unless
    given, which only tests do."""
    assert len(plain) < padded_bytes + 1 < _RECORD_SIZE
    salt = os.urandom(16) if salt is None else salt
    key = ec.generate_private_key(_CURVE) if key is None else key
    ours = public_point(key)
    shared = key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, keys.p256dh))
    secret = _derive(shared, keys.auth, b"WebPush: info\0" + keys.p256dh + ours, 32)
    content_key = _derive(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derive(secret, salt, b"Content-Encoding: nonce\0", 12)
    record = plain + b"\2" + bytes(padded_bytes - len(plain) - 1)
    return (salt + _RECORD_SIZE.to_bytes(4, "big") + bytes([len(ours)]) + ours
            + AESGCM(content_key).encrypt(nonce, record, None))


def _derive(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(secret)


def public_point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


class Vapid:
    """Our name at push services: a key that lasts, made from a seed that `start` is given once it is known."""

    def __init__(self, subject: str) -> None:
        """`subject`: an address at which the operator can be reached, as a URL."""
        self._key: ec.EllipticCurvePrivateKey | None = None
        self._subject = subject
        self.public_key = ""
        """What a browser is given to accept pushes from us alone."""

    def start(self, seed: bytes) -> None:
        number = int.from_bytes(hashlib.sha256(b"vapid" + seed).digest(), "big") % (_ORDER - 1) + 1
        self._key = ec.derive_private_key(number, _CURVE)
        self.public_key = encode(public_point(self._key))

    def authorization(self, endpoint: str, now: float) -> str:
        """The header by which a push to `endpoint` is known as ours, for half a day."""
        assert self._key is not None
        parts = urlsplit(endpoint)
        claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": int(now) + TOKEN_LIFETIME_S, "sub": self._subject}
        signed = f"{encode(orjson.dumps({'typ': 'JWT', 'alg': 'ES256'}))}.{encode(orjson.dumps(claims))}"
        r, s = decode_dss_signature(self._key.sign(signed.encode(), ec.ECDSA(SHA256())))
        signature = encode(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
        return f"vapid t={signed}.{signature}, k={self.public_key}"
