"""Which internet addresses anyone may be reached at, and which are the neighbourhood of this machine.

Owns the classification, and how an operator names networks. Knows addresses as values; it looks nothing up.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_CLOSED_V4 = tuple(IPv4Network(network) for network in (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
    "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
    "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"))
"""The registry of special purposes, without exception."""
_OPEN_V6 = IPv6Network("2000::/3")
_CLOSED_V6 = tuple(IPv6Network(network) for network in ("2001::/23", "2001:db8::/32", "3fff::/20"))
_MAPPED = (IPv6Network("::ffff:0:0/96"), IPv6Network("::/96"), IPv6Network("64:ff9b::/96"))
"""Their last 32 bits are an IPv4 address that is reached through them, or was."""
_6TO4 = IPv6Network("2002::/16")
_ISATAP = (0x00005EFE, 0x02005EFE)


def is_public(address: Address) -> bool:
    """Whether `address` is on the open internet, whatever form it has."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _CLOSED_V4) and address.is_global
    if address.scope_id is not None or int(address) >> 32 & 0xFFFFFFFF in _ISATAP:
        return False
    inside = embedded(address)
    if inside is not None:
        return address not in _MAPPED[1] and is_public(inside)
    return address in _OPEN_V6 and not any(address in network for network in _CLOSED_V6) and address.is_global


def embedded(address: Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 address leads to by its very form."""
    if isinstance(address, IPv4Address):
        return None
    if any(address in network for network in _MAPPED):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    if address in _6TO4:
        return IPv4Address(int(address) >> 80 & 0xFFFFFFFF)
    return None


def is_within(address: Address, networks: Iterable[Network]) -> bool:
    """Whether one of `networks` has it, in the form that counts: an IPv4 address mapped into IPv6 is that address."""
    if isinstance(address, IPv6Address) and address in _MAPPED[0]:
        address = IPv4Address(int(address) & 0xFFFFFFFF)
    return any(address.version == network.version and address in network for network in networks)


def read_address(text: str) -> Address | None:
    """An address as a resolver gives it; None for what is none."""
    try:
        return ip_address(text)
    except ValueError:
        return None


def read_networks(text: str) -> tuple[Network, ...]:
    """Networks as an operator lists them, between commas. Raises ValueError."""
    return tuple(ip_network(word.strip()) for word in text.split(",") if word.strip())
