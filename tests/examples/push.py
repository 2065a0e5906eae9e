"""Devices that are there to be removed and tried; their bouncer takes everything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chat.push_devices import PushDevice
from chat.resources.push import _ENDPOINT, _KEYS
from tests.examples import Names, World


class Bouncer:
    async def send(self, device: PushDevice, payload: Mapping[str, Any]) -> None:
        pass


async def _devices(world: World) -> Names:
    world.server.app.push_devices._phones = Bouncer()
    await world.owner.call("POST", "/web_push", endpoint=_ENDPOINT, **_KEYS)
    await world.owner.call("POST", "/users/me/android_gcm_reg_id", token="android-token")
    await world.owner.call("POST", "/users/me/apns_device_token", token="YXBwbGU=", appid="org.zulip.Zulip")
    return {}


BEFORE = {("DELETE", "/web_push"): _devices, ("DELETE", "/users/me/android_gcm_reg_id"): _devices,
          ("DELETE", "/users/me/apns_device_token"): _devices, ("POST", "/mobile_push/test_notification"): _devices}
