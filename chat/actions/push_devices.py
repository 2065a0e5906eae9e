"""Registering the devices that one's pushes go to, and trying one out."""

from __future__ import annotations

from chat import event_types
from chat.bus import Bus
from chat.database import push_devices as sql
from chat.database.pool import Database, Transaction
from chat.errors import InvalidPushDeviceToken, InvalidRemotePushDeviceToken, JsonableError
from chat.models import User
from chat.push_devices import MAX_DEVICES, DeviceKind
from chat.pushes import DeviceGone, PhoneSender, PushNotSent, PushRefused
from chat.web_push import browser_keys


class PushDevices:
    def __init__(self, database: Database, bus: Bus, phones: PhoneSender | None) -> None:
        self._database = database
        self._bus = bus
        self._phones = phones

    async def do_add_browser(self, user: User, endpoint: str, p256dh: str, auth: str) -> None:
        """Have pushes come to a browser. Raises JsonableError where its address or keys cannot be used."""
        if not endpoint.startswith("https://") or not endpoint.isprintable():
            raise JsonableError("The address of the push service must begin with https://")
        try:
            browser_keys(p256dh, auth)
        except ValueError:
            raise JsonableError("The keys of the browser are not valid") from None
        await self._put(user, DeviceKind.BROWSER, endpoint, p256dh=p256dh, auth=auth)

    async def do_add_phone(self, user: User, kind: DeviceKind, token: str, app_id: str | None = None) -> None:
        """Have pushes come to a phone. A token that is there already is somebody's phone with another account: it is
        this person's from now on."""
        await self._put(user, kind, check_token(token), app_id=app_id)

    async def do_remove(self, user: User, kind: DeviceKind, token: str) -> None:
        """Raises JsonableError where the person has no such device."""
        async def write(unit: Transaction) -> None:
            if not await sql.delete(unit, user.id, kind, token):
                raise JsonableError("Token does not exist")
            await self._tell(unit, user.id)

        await self._database.transaction(write, ("push", user.id))

    async def do_test(self, user: User, token: str | None) -> None:
        """Push a test to a person's phone of this token, or to all of them. Raises InvalidPushDeviceToken where they
        have none, InvalidRemotePushDeviceToken where its maker does not know it."""
        phones = [device for device in await sql.devices_of(self._database, [user.id])
                  if device.kind != DeviceKind.BROWSER and token in (None, device.token)]
        if not phones or self._phones is None:
            raise InvalidPushDeviceToken
        for phone in phones:
            try:
                await self._phones.send(phone, {"event": "test", "user_id": user.id})
            except (DeviceGone, PushRefused):
                raise InvalidRemotePushDeviceToken from None
            except PushNotSent as error:
                raise JsonableError("The push bouncer cannot be reached right now") from error

    async def _put(self, user: User, kind: DeviceKind, token: str, *, p256dh: str | None = None,
                   auth: str | None = None, app_id: str | None = None) -> None:
        async def write(unit: Transaction) -> None:
            owner = await sql.put(unit, user.id, kind, token, p256dh=p256dh, auth=auth, app_id=app_id,
                                  most=MAX_DEVICES)
            await self._tell(unit, user.id)
            if owner is not None:
                await self._tell(unit, owner)

        await self._database.transaction(write, ("push", user.id))

    async def forget(self, device_id: int) -> None:
        """A device that is no more, as its maker says."""
        async def write(unit: Transaction) -> None:
            owner = await sql.delete_one(unit, device_id)
            if owner is not None:
                await self._tell(unit, owner)

        await self._database.transaction(write)

    async def _tell(self, unit: Transaction, user_id: int) -> None:
        self._bus.publish(unit, event_types.push_receiver(user_id, has_device=await sql.has_any(unit, user_id)))


def check_token(token: str) -> str:
    """Raises JsonableError for what can be no phone's token."""
    if not token or not token.isascii() or not token.isprintable():
        raise JsonableError("Empty or invalid length token")
    return token
