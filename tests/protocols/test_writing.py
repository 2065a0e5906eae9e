"""Frames reach the peer whole and in order, whichever way they take to the system."""

from __future__ import annotations

import socket
from typing import Any

from twisted.internet.tcp import Connection
from twisted.internet.testing import MemoryReactor
from twisted.trial.unittest import SynchronousTestCase

from chat.protocols.websocket import ChatSocket


class WritingTests(SynchronousTestCase):
    """A socket of ours on one end of a real pair of sockets; the reactor is played by hand."""

    def setUp(self) -> None:
        ours, self.peer = socket.socketpair()
        for one in (ours, self.peer):
            one.setblocking(False)
            self.addCleanup(one.close)
        self.reactor = MemoryReactor()
        self.connection = Connection(ours, None, self.reactor)
        self.connection.connected = True
        self.socket = ChatSocket()
        self.socket.transport = self.connection
        self.socket.state = ChatSocket.STATE_OPEN
        self.socket._is_plain = True

    def read(self) -> bytes:
        """What has arrived."""
        got = []
        while True:
            try:
                got.append(self.peer.recv(1 << 20))
            except BlockingIOError:
                return b"".join(got)
            if not got[-1]:
                return b"".join(got)

    def fill(self) -> list[bytes]:
        """Frames until the system takes no more and some wait; their payloads."""
        payloads: list[bytes] = []
        while not self.waiting():
            payloads.append(b"%d" % len(payloads) * 20_000)
            self.socket._write_frame(payloads[-1])
        return payloads

    def waiting(self) -> bool:
        return self.connection in self.reactor.getWriters()

    def test_at_once(self) -> None:
        """Where nothing waits a frame is there without a turn of the reactor."""
        self.socket._write_frame(b"hello")
        self.assertEqual(self.read(), b"\x81\x05hello")
        self.assertFalse(self.waiting())

    def test_a_full_socket(self) -> None:
        """What the system does not take waits, and what is written meanwhile waits behind it."""
        payloads = self.fill()
        for number in range(3):
            payloads.append(b"late %d" % number)
            self.socket._write_frame(payloads[-1])
        got = b""
        while self.waiting():
            got += self.read()
            self.assertIsNone(self.connection.doWrite())
        got += self.read()
        self.assertEqual(_payloads(got), payloads)

    def test_at_once_again(self) -> None:
        """A socket that was full and is empty again is written to at once."""
        self.fill()
        while self.waiting():
            self.read()
            self.connection.doWrite()
        self.read()
        self.socket._write_frame(b"hello")
        self.assertEqual(self.read(), b"\x81\x05hello")

    def test_the_peer_is_gone(self) -> None:
        """The transport is left to find out and to tell, as with every other write."""
        self.peer.close()
        self.socket._write_frame(b"hello")
        self.assertTrue(self.waiting())
        self.assertIsInstance(self.connection.doWrite(), Exception)

    def test_a_closed_transport(self) -> None:
        self.connection.connected = False
        self.socket._write_frame(b"hello")
        self.assertEqual(self.read(), b"")
        self.assertFalse(self.waiting())


def _payloads(stream: Any) -> list[bytes]:
    """The payloads of unmasked text frames."""
    payloads, place = [], 0
    while place < len(stream):
        size, start = stream[place + 1], place + 2
        if size >= 126:
            start = place + (4 if size == 126 else 10)
            size = int.from_bytes(stream[place + 2:start], "big")
        payloads.append(stream[start:start + size])
        place = start + size
    return payloads
