"""Whose word about a client's address counts."""

from __future__ import annotations

import pytest

from chat.resources.addresses import Proxies
from chat.settings import SettingsError, load_settings

INSIDE = Proxies("127.0.0.1, ::1, 10.0.0.0/8")


class ProxiesTests:
    @pytest.mark.parametrize(("peer", "said", "client"), [
        ("203.0.113.7", None, "203.0.113.7"),
        ("203.0.113.7", "192.0.2.1", "203.0.113.7"),
        ("127.0.0.1", None, "127.0.0.1"),
        ("127.0.0.1", "192.0.2.1", "192.0.2.1"),
        ("::1", "2001:db8::5", "2001:db8::5"),
        ("::ffff:127.0.0.1", "192.0.2.1", "192.0.2.1"),
        ("127.0.0.1", "198.51.100.9, 192.0.2.1", "192.0.2.1"),
        ("127.0.0.1", "198.51.100.9, 192.0.2.1, 10.1.2.3", "192.0.2.1"),
        ("127.0.0.1", "10.1.2.3", "10.1.2.3"),
        ("127.0.0.1", "nonsense", "127.0.0.1"),
        ("127.0.0.1", "192.0.2.1, nonsense", "127.0.0.1"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "::ffff:192.0.2.1", "192.0.2.1"),
        ("", "192.0.2.1", ""),
    ])
    def test_client(self, peer: str, said: str | None, client: str) -> None:
        """What trusted servers added counts, from the end of the list; what a client wrote itself never does."""
        assert INSIDE.client(peer, said) == client

    def test_a_long_list(self) -> None:
        """A list without end is not followed to its end."""
        assert INSIDE.client("127.0.0.1", "192.0.2.1," + "10.0.0.1," * 5000 + "10.0.0.2") == "10.0.0.1"

    def test_a_unix_socket(self) -> None:
        """A server that comes by a Unix socket is believed where `unix` is named."""
        assert Proxies("unix").client("", "192.0.2.1") == "192.0.2.1"

    def test_nobody(self) -> None:
        """Where none is named, none is believed."""
        assert Proxies("").client("127.0.0.1", "192.0.2.1") == "127.0.0.1"

    @pytest.mark.parametrize("text", ["localhost", "10.0.0.1/8", "127.0.0.1;::1", "1.2.3"])
    def test_not_an_address(self, text: str) -> None:
        """What is no address is refused when the server starts."""
        with pytest.raises(SettingsError, match="trusted-proxies"):
            load_settings({"trusted_proxies": text}, {})
