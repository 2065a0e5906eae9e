"""The server that mail goes out by, as an operator names it: an address like `smtp://name:password@mail.example.com`.

Knows what such an address means, and refuses those that would be unsafe; opens no connection.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit


class Encryption(Enum):
    """When a connection becomes TLS. The value is the address's scheme."""

    STARTTLS = "smtp"
    """Asked for by STARTTLS; a server that does not offer it gets no mail."""
    FROM_THE_START = "smtps"
    NONE = "smtp+plain"
    """For a relay on the same machine or network."""


_PORTS = {Encryption.STARTTLS: 587, Encryption.FROM_THE_START: 465, Encryption.NONE: 25}


@dataclass(frozen=True, slots=True)
class MailServer:
    host: str
    port: int
    encryption: Encryption
    username: str | None = None
    password: str | None = field(default=None, repr=False)


def mail_server(address: str) -> MailServer:
    """What `address` names. Raises ValueError, with a sentence that does not repeat the password."""
    try:
        parts = urlsplit(address)
        scheme, host, port = Encryption(parts.scheme), parts.hostname, parts.port
    except ValueError:
        raise ValueError(f"must begin with {', '.join(kind.value + '://' for kind in Encryption)}, "
                         "then a host and perhaps a port") from None
    if not host or port == 0 or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError("must name a host and perhaps a port, as in smtp://mail.example.com:587")
    username, password = _plain(parts.username), _plain(parts.password)
    if (username is None) != (password is None):
        raise ValueError("must have a name and a password, or neither")
    if password is not None and scheme is Encryption.NONE and not _is_this_machine(host):
        raise ValueError("would send the password unprotected; use smtp:// or smtps://")
    return MailServer(host, port or _PORTS[scheme], scheme, username, password)


def _plain(text: str | None) -> str | None:
    if not text:
        return None
    plain = unquote(text, errors="strict")
    if not plain.isprintable():
        raise ValueError("has a name or password with a character that cannot be sent")
    return plain


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
