"""Where one's pushes go: browsers, and phones by the two older addresses that the apps know."""

from __future__ import annotations

from typing import Annotated, TypedDict

from msgspec import Meta

from chat.actions.push_devices import PushDevices
from chat.errors import InvalidPushDeviceToken, InvalidRemotePushDeviceToken, JsonableError
from chat.mail import Mailer
from chat.params import Params
from chat.push_devices import MAX_TOKEN, DeviceKind
from chat.resources.notes import RequestNotes
from chat.resources.routes import Routes, Who
from chat.web_push import Vapid

Token = Annotated[str, Meta(max_length=MAX_TOKEN)]


class PushWire(TypedDict):
    public_key: str
    delivers_mail: bool


class AddBrowser(Params, frozen=True):
    endpoint: Annotated[str, Meta(max_length=2000)]
    p256dh: Annotated[str, Meta(max_length=200)]
    auth: Annotated[str, Meta(max_length=100)]


class RemoveBrowser(Params, frozen=True):
    endpoint: Annotated[str, Meta(max_length=2000)]


class PhoneToken(Params, frozen=True):
    token: Token


class ApplePhone(Params, frozen=True):
    token: Token
    appid: Annotated[str, Meta(max_length=200, pattern=r"^[.a-zA-Z0-9-]+$")]


class TestPush(Params, frozen=True):
    token: Token | None = None


_KEYS = {"p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
         "auth": "BTBZMqHH6r4Tts7J_aSIgg"}
_ENDPOINT = "https://push.example.com/send/abc"


class PushResource:
    routes = Routes("push")

    def __init__(self, devices: PushDevices, vapid: Vapid, mailer: Mailer) -> None:
        self._devices = devices
        self._vapid = vapid
        self._mailer = mailer

    @routes.get("/web_push", who=Who.HUMAN, returns=PushWire, summary="Get what pushes to a browser need")
    async def get_web_push(self, notes: RequestNotes, p: Params) -> PushWire:
        """The key by which a browser knows this server's pushes; and whether e-mails leave this server."""
        return {"public_key": self._vapid.public_key, "delivers_mail": self._mailer.delivers}

    @routes.post("/web_push", who=Who.HUMAN, params=AddBrowser, errors=(JsonableError,),
                 summary="Have pushes come to a browser", example={"endpoint": _ENDPOINT, **_KEYS})
    async def add_web_push(self, notes: RequestNotes, p: AddBrowser) -> None:
        """What the browser's `PushManager.subscribe` gave: pushes go there, encrypted with these keys."""
        await self._devices.do_add_browser(notes.caller, p.endpoint, p.p256dh, p.auth)

    @routes.delete("/web_push", who=Who.HUMAN, params=RemoveBrowser, errors=(JsonableError,),
                   summary="Have no more pushes come to a browser", example={"endpoint": _ENDPOINT})
    async def remove_web_push(self, notes: RequestNotes, p: RemoveBrowser) -> None:
        """The opposite."""
        await self._devices.do_remove(notes.caller, DeviceKind.BROWSER, p.endpoint)

    @routes.post("/users/me/android_gcm_reg_id", who=Who.HUMAN, params=PhoneToken, errors=(JsonableError,),
                 summary="Add an FCM registration token", example={"token": "android-token"})
    async def add_fcm_token(self, notes: RequestNotes, p: PhoneToken) -> None:
        """Pushes go to an Android phone of one's own from now on."""
        await self._devices.do_add_phone(notes.caller, DeviceKind.ANDROID, p.token)

    @routes.delete("/users/me/android_gcm_reg_id", who=Who.HUMAN, params=PhoneToken, errors=(JsonableError,),
                   summary="Remove an FCM registration token", example={"token": "android-token"})
    async def remove_fcm_token(self, notes: RequestNotes, p: PhoneToken) -> None:
        """No more pushes go to this phone."""
        await self._devices.do_remove(notes.caller, DeviceKind.ANDROID, p.token)

    @routes.post("/users/me/apns_device_token", who=Who.HUMAN, params=ApplePhone, errors=(JsonableError,),
                 summary="Add an APNs device token", example={"token": "YXBwbGU=", "appid": "org.zulip.Zulip"})
    async def add_apns_token(self, notes: RequestNotes, p: ApplePhone) -> None:
        """Pushes go to an Apple device of one's own from now on."""
        await self._devices.do_add_phone(notes.caller, DeviceKind.APPLE, p.token, p.appid)

    @routes.delete("/users/me/apns_device_token", who=Who.HUMAN, params=PhoneToken, errors=(JsonableError,),
                   summary="Remove an APNs device token", example={"token": "YXBwbGU="})
    async def remove_apns_token(self, notes: RequestNotes, p: PhoneToken) -> None:
        """No more pushes go to this device."""
        await self._devices.do_remove(notes.caller, DeviceKind.APPLE, p.token)

    @routes.post("/mobile_push/test_notification", who=Who.HUMAN, params=TestPush,
                 errors=(InvalidPushDeviceToken, InvalidRemotePushDeviceToken),
                 summary="Send a test notification to mobile device(s)")
    async def test_notify(self, notes: RequestNotes, p: TestPush) -> None:
        """Pushes a test to one's phone of this token, or to all of one's phones."""
        await self._devices.do_test(notes.caller, p.token)
