"""How services prove that it is they who post: by signing the body, or by showing a secret.

Compared in constant time. What is signed and how is each service's own description.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable
from urllib.parse import parse_qs

import orjson
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from chat.errors import Unauthorized

Header = Callable[[str], str | None]
Signature = Callable[[str, Header, bytes, float], bool]
"""(secret, headers, body, now) -> whether the service that knows the secret sent this."""
MAX_AGE_S = 300
"""Of a signature that says when it was made: older ones may be somebody's recording."""


class WrongSignature(Unauthorized):
    """The bot has a signing secret, and what came is not signed with it."""

    def __init__(self, service: str) -> None:
        super().__init__(f"The signature of {service} is missing or wrong")


def hmac_hex(header: str, prefix: str = "", digest: str = "sha256") -> Signature:
    """The body's HMAC in hexadecimal, after a prefix such as "sha256="."""
    def fits(secret: str, headers: Header, body: bytes, now: float) -> bool:
        given = headers(header) or ""
        return given.startswith(prefix) and same(given[len(prefix):], mac(secret, body, digest).hex())

    return fits


def hmac_base64(header: str, prefix: str = "", digest: str = "sha256") -> Signature:
    """The body's HMAC in base64."""
    def fits(secret: str, headers: Header, body: bytes, now: float) -> bool:
        given = headers(header) or ""
        return given.startswith(prefix) and same(
            given[len(prefix):], base64.b64encode(mac(secret, body, digest)).decode())

    return fits


def hmac_of_several(header: str, prefix: str) -> Signature:
    """Several HMACs in one header, separated by commas, each after a prefix: one of them must fit."""
    def fits(secret: str, headers: Header, body: bytes, now: float) -> bool:
        wanted = mac(secret, body).hex()
        parts = [part.strip() for part in (headers(header) or "").split(",")[:10]]
        return any(part.startswith(prefix) and same(part[len(prefix):], wanted) for part in parts)

    return fits


def hmac_with_time(header: str, time_key: str = "t", mac_key: str = "v1") -> Signature:
    """`t=TIME,v1=HMAC` in one header; what is signed is `TIME.BODY`, and it may not be old."""
    def fits(secret: str, headers: Header, body: bytes, now: float) -> bool:
        pairs = [part.strip().partition("=") for part in (headers(header) or "").split(",")[:20]]
        time = next((value for key, _, value in pairs if key == time_key), "")
        if not re.fullmatch(r"\d{1,12}", time) or abs(now - int(time)) > MAX_AGE_S:
            return False
        wanted = mac(secret, time.encode() + b"." + body).hex()
        return any(key == mac_key and same(value, wanted) for key, _, value in pairs)

    return fits


def hmac_with_time_header(header: str, time_header: str, prefix: str, form: str = "v0:{time}:") -> Signature:
    """The HMAC of a form of the time (in a header of its own) followed by the body; it may not be old."""
    def fits(secret: str, headers: Header, body: bytes, now: float) -> bool:
        given, time = headers(header) or "", headers(time_header) or ""
        if not re.fullmatch(r"\d{1,12}", time) or abs(now - int(time)) > MAX_AGE_S:
            return False
        wanted = mac(secret, form.format(time=time).encode() + body).hex()
        return given.startswith(prefix) and same(given[len(prefix):], wanted)

    return fits


def shown(header: str, prefix: str = "") -> Signature:
    """The secret itself, in a header."""
    def fits(secret: str, headers: Header, body: bytes, now: float) -> bool:
        given = headers(header) or ""
        return given.startswith(prefix) and same(given[len(prefix):], secret)

    return fits


def jwt_of_body(header: str) -> Signature:
    """A JSON Web Token (HS256) whose claim `sha256` is the body's digest."""
    def fits(secret: str, headers: Header, body: bytes, now: float) -> bool:
        head, _, rest = (headers(header) or "").partition(".")
        claims, _, signature = rest.partition(".")
        wanted = base64.urlsafe_b64encode(mac(secret, f"{head}.{claims}".encode())).rstrip(b"=").decode()
        if not same(signature, wanted) or b'"HS256"' not in _decoded(head):
            return False
        try:
            claimed = orjson.loads(_decoded(claims))["sha256"]
        except (ValueError, TypeError, KeyError):
            return False
        return isinstance(claimed, str) and same(claimed, hashlib.sha256(body).hexdigest())

    return fits


def rsa_of_payload(header: str) -> Signature:
    """The RSA signature (SHA-1, as the service makes it) of a form's `payload`; the secret is the public key (PEM)."""
    def fits(secret: str, headers: Header, body: bytes, now: float) -> bool:
        try:
            key = load_pem_public_key(secret.encode())
            signature = base64.b64decode(headers(header) or "", validate=True)
            payload = parse_qs(body, max_num_fields=10).get(b"payload", [b""])[0]
            if not isinstance(key, RSAPublicKey):
                return False
            key.verify(signature, payload, PKCS1v15(), SHA1())  # noqa: S303
        except (ValueError, InvalidSignature, UnsupportedAlgorithm):
            return False
        return True

    return fits


def mac(secret: str, data: bytes, digest: str = "sha256") -> bytes:
    """HMAC."""
    return hmac.new(secret.encode(), data, digest).digest()


def same(given: str, wanted: str) -> bool:
    """In a time that tells nothing of where they differ."""
    return hmac.compare_digest(given.encode(), wanted.encode())


def _decoded(part: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except (binascii.Error, ValueError):
        return b""
