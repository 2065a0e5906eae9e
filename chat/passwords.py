"""Secrets and how they are kept: passwords by argon2 (slow on purpose, so never on the reactor thread), keys and
tokens, which are long and random, by SHA-256.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import string

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""OWASP's argon2id setting of 19 MiB and two passes: little memory for a small machine, slow enough for an attacker."""

_NOBODY = _hasher.hash("nobody has this password")
_LETTERS = string.ascii_letters + string.digits


def hash_password(password: str) -> str:
    """Slow: call it off the reactor thread."""
    return _hasher.hash(password)


def check_password(hashed: str | None, password: str) -> bool:
    """Whether the password fits; takes as long where there is no hash at all. Slow: call it off the reactor thread."""
    try:
        _hasher.verify(hashed or _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    return hashed is not None


def new_api_key() -> str:
    """32 letters and digits, as clients expect of a key."""
    return "".join(secrets.choice(_LETTERS) for _ in range(32))


def new_token() -> str:
    """For sessions and links: 256 bits, safe in URLs and cookies."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> bytes:
    """What is kept of a key or token."""
    return hashlib.sha256(secret.encode()).digest()


def csrf_token(session_token: str) -> str:
    """The token that goes with a session: only who holds the session's cookie can be told it."""
    return hmac.new(session_token.encode(), b"csrf", hashlib.sha256).hexdigest()


def same(left: str, right: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(left.encode(), right.encode())
