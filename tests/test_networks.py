"""Which addresses are anyone's, in all the forms that the same address has."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis.strategies import ip_addresses

from chat.networks import is_public, is_within, read_address, read_networks

CLOSED_V4 = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.1.2.3",
    "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1",
    "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"]
CLOSED_V6 = [
    "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "fec0::1", "ff02::1", "ff0e::1", "2001:db8::1",
    "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "100::1", "64:ff9b:1::1", "3fff::1", "5f00::1",
    "2a00:1450:4001:800:0:5efe:7f00:1"]
OPEN = ["1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.0", "172.32.0.1", "192.0.3.1", "223.255.255.255",
        "2606:4700:4700::1111", "2a00:1450:4001:800::200e"]
WRAPPINGS = ["::ffff:{}", "64:ff9b::{}", "::{}"]


def wrapped_6to4(address: str) -> str:
    number = int(ip_address(address))
    return f"2002:{number >> 16:x}:{number & 0xFFFF:x}::1"


class PublicTests:
    @pytest.mark.parametrize("address", [*CLOSED_V4, *CLOSED_V6])
    def test_closed(self, address: str) -> None:
        assert not is_public(ip_address(address))

    @pytest.mark.parametrize("address", OPEN)
    def test_open(self, address: str) -> None:
        assert is_public(ip_address(address))

    @pytest.mark.parametrize("address", CLOSED_V4)
    @pytest.mark.parametrize("form", WRAPPINGS)
    def test_a_closed_address_wrapped_in_another(self, address: str, form: str) -> None:
        assert not is_public(ip_address(form.format(address)))
        assert not is_public(ip_address(wrapped_6to4(address)))

    def test_an_open_address_wrapped_in_another(self) -> None:
        assert is_public(ip_address("::ffff:8.8.8.8"))
        assert is_public(ip_address("64:ff9b::8.8.8.8"))

    @given(ip_addresses())
    def test_never_what_python_calls_private(self, address: object) -> None:
        """Nor multicast, loopback, link-local, reserved or unspecified."""
        found = ip_address(str(address))
        if is_public(found) and found.version == 4:
            assert found.is_global
            assert not (found.is_private or found.is_multicast or found.is_loopback or found.is_link_local
                        or found.is_reserved or found.is_unspecified)


class AllowedTests:
    def test_lists(self) -> None:
        networks = read_networks("10.1.0.0/16, fd00::/8,192.168.7.7")
        assert is_within(ip_address("10.1.2.3"), networks)
        assert is_within(ip_address("::ffff:10.1.2.3"), networks)
        assert is_within(ip_address("fd12::1"), networks)
        assert is_within(ip_address("192.168.7.7"), networks)
        assert not is_within(ip_address("10.2.0.1"), networks)
        assert read_networks("") == ()

    @pytest.mark.parametrize("text", ["10.1.0.1/16", "everything", "10.0.0.0/33", "*"])
    def test_what_is_no_list(self, text: str) -> None:
        with pytest.raises(ValueError):
            read_networks(text)

    def test_no_address(self) -> None:
        assert read_address("example.com") is None
