"""Clients that only listen: one at a time on a queue, over a WebSocket or by long polls, as a browser does either.

Each message carries its number (`seq=12;`), by which a receiver reports it to the `Delivery` under way.
"""

from __future__ import annotations

import asyncio
import os
import re
import time
from base64 import b64encode
from collections.abc import Sequence
from typing import Any

import orjson

from bench.connection import PREFIX, Connection, Refused

_SEQUENCE = re.compile(rb"seq=(\d+);")
_LAST_ID = re.compile(rb'"id":(\d+)\}\]')
ACK_EVENTS, ACK_S = 50, 1.0


class Delivery:
    """The arrivals of one message after the other; `latencies_s` has one entry an arrival."""

    def __init__(self) -> None:
        self.latencies_s: list[float] = []
        self._sequence = -1
        self._missing = 0
        self._sent_at = 0.0
        self._done: asyncio.Future[None] | None = None

    def expect(self, sequence: int, receivers: int) -> asyncio.Future[None]:
        """The message `sequence` goes out now; done when it has arrived everywhere."""
        self._sequence, self._missing = sequence, receivers
        self._done = asyncio.get_running_loop().create_future()
        self._sent_at = time.perf_counter()
        if not receivers:
            self._done.set_result(None)
        return self._done

    def arrived(self, payload: bytes | bytearray) -> None:
        now = time.perf_counter()
        for number in _SEQUENCE.findall(payload):
            if int(number) == self._sequence:
                self.latencies_s.append(now - self._sent_at)
                self._missing -= 1
                if self._missing == 0 and self._done is not None:
                    self._done.set_result(None)


class Receiver(Connection):
    """Someone with an event queue. `start` registers it and begins to read."""

    def __init__(self, user_id: int, delivery: Delivery) -> None:
        super().__init__(user_id)
        self.delivery = delivery
        self.queue_id = ""
        self.last_event_id = -1

    async def start(self) -> None:
        body = orjson.loads(await self.call(
            "POST", "/register", event_types='["message"]', fetch_event_types="[]", apply_markdown="true"))
        self.queue_id = body["queue_id"]
        self.listen()

    def listen(self) -> None:
        raise NotImplementedError

    def tick(self) -> None:
        """Called every ACK_S."""


class LongPoller(Receiver):
    """Polls; takes what comes; polls again."""

    _polling = False

    def listen(self) -> None:
        self._polling = True
        self._poll()

    def _poll(self) -> None:
        self.transport.write(self.request_bytes(
            "GET", "/events", queue_id=self.queue_id, last_event_id=self.last_event_id))

    def answered(self, status: bytes, body: bytes) -> None:
        if not self._polling:
            super().answered(status, body)
            return
        last = _LAST_ID.findall(body)
        if status != b"200" or not last:
            raise Refused(f"{status.decode()} {body[:300]!r}")
        self.last_event_id = int(last[-1])
        self._poll()
        self.delivery.arrived(body)


class SocketListener(Receiver):
    """Subscribes once, takes frames, acknowledges now and then."""

    _is_upgrading = False
    _is_socket = False
    _acknowledged = -1

    def listen(self) -> None:
        self._is_upgrading = True
        key = b64encode(os.urandom(16)).decode()
        self.transport.write((
            f"GET {PREFIX}/websocket HTTP/1.1\r\n{self.headers}Connection: Upgrade\r\nUpgrade: websocket\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n").encode())

    def data_received(self, data: bytes) -> None:
        if not self._is_upgrading and not self._is_socket:
            super().data_received(data)
            return
        self._received += data
        if self._is_upgrading:
            end = self._received.find(b"\r\n\r\n")
            if end < 0:
                return
            if not self._received.startswith(b"HTTP/1.1 101"):
                raise Refused(f"no socket: {bytes(self._received[:200])!r}")
            del self._received[:end + 4]
            self._is_upgrading, self._is_socket = False, True
            self._send_frame(0x81, orjson.dumps({
                "req_id": "1", "type": "subscribe", "queue_id": self.queue_id, "last_event_id": -1}))
        while self._take_frame():
            pass

    def _take_frame(self) -> bool:
        received = self._received
        if len(received) < 2:
            return False
        size, start = received[1], 2
        if size >= 126:
            start = 4 if size == 126 else 10
            if len(received) < start:
                return False
            size = int.from_bytes(received[2:start], "big")
        if len(received) < start + size:
            return False
        kind, payload = received[0] & 0x0F, received[start:start + size]
        del received[:start + size]
        if kind == 1:
            self._frame(payload)
        elif kind == 9:
            self._send_frame(0x8A, payload)
        elif kind == 8:
            raise Refused(f"the server closed the socket: {bytes(payload)!r}")
        return True

    def _frame(self, payload: bytearray) -> None:
        if not payload.startswith(b'{"type":"events"'):
            if b'"status":200' not in payload:
                raise Refused(bytes(payload[:300]).decode())
            return
        self.last_event_id = int(_LAST_ID.findall(payload)[-1])
        self.delivery.arrived(payload)
        if self.last_event_id - self._acknowledged >= ACK_EVENTS:
            self._acknowledge()

    def tick(self) -> None:
        if self.last_event_id > self._acknowledged:
            self._acknowledge()

    def _acknowledge(self) -> None:
        self._acknowledged = self.last_event_id
        self._send_frame(0x81, b'{"type":"ack","queue_id":"%b","last_event_id":%d}'
                         % (self.queue_id.encode(), self.last_event_id))

    def _send_frame(self, head: int, payload: bytes | bytearray) -> None:
        """A client masks; with a mask of zeros the payload stays as it is."""
        size = len(payload)
        length = bytes((0x80 | size,)) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
        self.transport.write(bytes((head,)) + length + b"\0\0\0\0" + payload)


class Audience:
    """Receivers of one kind, all of them reading."""

    def __init__(self, kind: type[Receiver], port: int) -> None:
        self.delivery = Delivery()
        self.receivers: list[Receiver] = []
        self._kind = kind
        self._port = port
        self._ticking: asyncio.Task[None] | None = None

    async def gather(self, user_ids: Sequence[int]) -> None:
        """Have these people listen."""
        for user_id in user_ids:
            receiver: Any = await self._kind.open(self._port, user_id, self.delivery)
            await receiver.start()
            self.receivers.append(receiver)
        self._ticking = asyncio.create_task(self._tick())

    async def leave(self) -> None:
        """Everyone hangs up and gives up their queue, which would be filled for ten minutes more."""
        if self._ticking is not None:
            self._ticking.cancel()
        for receiver in self.receivers:
            receiver.close()
            last_words: Connection = await Connection.open(self._port, receiver.user_id)
            await last_words.call("DELETE", "/events", queue_id=receiver.queue_id)
            last_words.close()

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(ACK_S)
            for receiver in self.receivers:
                receiver.tick()
