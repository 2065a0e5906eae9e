"""Where a request comes from, when servers stand in front: their word counts only where they are known.

X-Forwarded-For is a list that each server on the way adds to. It is read from its end, for as long as whoever added an
entry is trusted; the first address that is not a trusted proxy's own is the client's.
"""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from typing import Any

from chat.settings import trusted_networks

MAX_HOPS = 16


class Proxies:
    """The servers that an operator named."""

    def __init__(self, trusted: str) -> None:
        self._networks, self._unix = trusted_networks(trusted)

    def is_trusted(self, host: str) -> bool:
        """Whether that peer is one of them; "" is a peer on a Unix socket."""
        if not host:
            return self._unix
        address = _address(host)
        return address is not None and any(address in network for network in self._networks)

    def client(self, peer: str, forwarded_for: str | None) -> str:
        """The client's address."""
        if not forwarded_for or not self.is_trusted(peer):
            return peer
        client = peer
        for entry in reversed(forwarded_for.split(",")[-MAX_HOPS:]):
            address = _address(entry.strip())
            if address is None:
                return client
            client = str(address)
            if not self.is_trusted(client):
                return client
        return client


def host_of(peer: Any) -> str:
    """The address of a Twisted peer; "" for one without, as on a Unix socket."""
    return str(getattr(peer, "host", "") or "")


@lru_cache(4096)
def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped or address
