"""What a push says and how it leaves: to a browser by Web Push, to a phone through a bouncer.

A bouncer is a server of the phone app's makers, which alone may speak to Google's and Apple's services: it is given the
device and what to say, as JSON. Who gets a push, and when, is not known here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import urlsplit

import orjson

from chat.deferreds import Clock
from chat.outbound import Fetched, Outbound, OutboundError, OutboundRefused
from chat.push_devices import DeviceKind, PushDevice
from chat.web_push import MAX_PLAIN_BYTES, Vapid, browser_keys, encrypt

TIMEOUT_S = 20.0
BROWSER_TTL_S = 24 * 3600
"""How long a push service keeps what it cannot deliver yet."""


class DeviceGone(Exception):
    """There is no such device any more: forget it."""


class PushRefused(Exception):
    """This push will never be taken."""


class PushNotSent(Exception):
    """Not now; worth another try."""


class PhoneSender(Protocol):
    """Speaks to phones."""

    async def send(self, device: PushDevice, payload: Mapping[str, Any]) -> None:
        """Raises DeviceGone, PushRefused or PushNotSent."""


class BrowserSender:
    def __init__(self, outbound: Outbound, vapid: Vapid, clock: Clock) -> None:
        self._outbound = outbound
        self._vapid = vapid
        self._clock = clock

    async def send(self, device: PushDevice, payload: Mapping[str, Any], *, urgency: str = "high",
                   topic: str | None = None) -> None:
        """`topic`: a later push of the same one takes this one's place where it was not delivered yet. Raises
        DeviceGone, PushRefused or PushNotSent."""
        headers = {
            "Authorization": self._vapid.authorization(device.token, self._clock.seconds()),
            "Content-Encoding": "aes128gcm", "Content-Type": "application/octet-stream",
            "TTL": str(BROWSER_TTL_S), "Urgency": urgency, **({"Topic": topic} if topic else {})}
        body = encrypt(plain_bytes(payload), browser_keys(device.p256dh or "", device.auth or ""))
        answer = await _post(self._outbound, device.token, headers, body)
        if answer.status in (404, 410):
            raise DeviceGone
        _check(answer)


class HttpBouncer:
    """Phones by a bouncer at `url`: POST {"device": {...}, "payload": {...}}, answered with 200, with 404 or 410 for a
    device that is gone."""

    def __init__(self, outbound: Outbound, url: str, realm_url: str) -> None:
        self._outbound = outbound
        self._url = url
        self._realm_url = realm_url

    async def send(self, device: PushDevice, payload: Mapping[str, Any]) -> None:
        kind = "apns" if device.kind == DeviceKind.APPLE else "fcm"
        said = {"realm_url": self._realm_url, "payload": payload,
                "device": {"kind": kind, "token": device.token, "app_id": device.app_id}}
        answer = await _post(self._outbound, self._url, {"Content-Type": "application/json"}, orjson.dumps(said))
        if answer.status in (404, 410):
            raise DeviceGone
        _check(answer)


def plain_bytes(payload: Mapping[str, Any]) -> bytes:
    """As JSON, its `content` cut to what a push can hold."""
    plain = orjson.dumps(payload)
    content = str(payload.get("content", ""))
    while len(plain) > MAX_PLAIN_BYTES and content:
        content = content[:len(content) * 3 // 4]
        plain = orjson.dumps({**payload, "content": content + "…", "content_truncated": True})
    return plain


async def _post(outbound: Outbound, url: str, headers: Mapping[str, str], body: bytes) -> Fetched:
    try:
        return await outbound.fetch("POST", url, headers=headers, body=body, max_bytes=20_000, timeout_s=TIMEOUT_S,
                                    max_redirects=0)
    except OutboundRefused as error:
        raise PushRefused(str(error)) from error
    except OutboundError as error:
        raise PushNotSent(str(error)) from error


def _check(answer: Fetched) -> None:
    if 200 <= answer.status < 300:
        return
    told = f"{urlsplit(answer.url).hostname} answered with {answer.status}"
    if answer.status in (408, 425, 429) or answer.status >= 500:
        raise PushNotSent(told)
    raise PushRefused(told)
