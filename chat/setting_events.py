"""Events of settings: the organisation's with its linkifiers and playgrounds, people's own, and what new people start
with. As `event_types`, in a room of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from chat.changes import LinkifiersSet, PlaygroundsSet, RealmSet, UserSet, UserSettingsDefaultsSet, UserSettingsSet
from chat.event_types import Event, user_away
from chat.languages import LANGUAGES
from chat.linkifiers import Linkifier, Playground, linkifier_wire, playground_wire
from chat.models import User
from chat.realm import REALM_SETTINGS, Realm, in_update_dict, realm_picture_wire
from chat.user_settings import LEGACY_DISPLAY, LEGACY_NOTIFICATIONS, UserSettings


def realm_setting(realm: Realm, name: str) -> Event:
    """One of the organisation's settings is as `realm` says."""
    value = msgspec.to_builtins(getattr(realm, name))
    if in_update_dict(REALM_SETTINGS[name]):
        body = {"type": "realm", "op": "update_dict", "property": "default", "data": {name: value}}
    else:
        body = {"type": "realm", "op": "update", "property": name, "value": value}
    return Event(body, None, (RealmSet(realm),))


def realm_picture(realm: Realm, name: str) -> Event:
    """The organisation has another icon or logo."""
    return Event({"type": "realm", "op": "update_dict", "property": name, "data": realm_picture_wire(realm, name)},
                 None, (RealmSet(realm),))


def user_setting(user: User, settings: UserSettings, name: str) -> Iterable[Event]:
    """One of a person's own settings is as `settings` say: the event, and its older forms for older clients."""
    value = getattr(settings, name)
    extra = _language(name, value)
    yield Event({"type": "user_settings", "op": "update", "property": name, "value": value, **extra}, (user.id,),
                (UserSettingsSet(user.id, settings),))
    if name == "presence_enabled":
        yield user_away(user.id, away=not value)
    if name in LEGACY_DISPLAY:
        yield _legacy_display(user, name, value, extra)
    elif name in LEGACY_NOTIFICATIONS:
        yield Event({"type": "update_global_notifications", "user": user.email, "notification_name": name,
                     "setting": value}, (user.id,))


def user_timezone(user: User) -> Iterable[Event]:
    """A person is in the time zone that their record says: everyone hears of it."""
    yield Event({"type": "realm_user", "op": "update", "person": {
        "user_id": user.id, "email": user.email, "timezone": user.timezone}}, None, (UserSet(user),))
    yield Event({"type": "user_settings", "op": "update", "property": "timezone", "value": user.timezone}, (user.id,))
    yield _legacy_display(user, "timezone", user.timezone, {})


def user_settings_default(defaults: UserSettings, name: str) -> Event:
    """New people start with another value."""
    return Event({"type": "realm_user_settings_defaults", "op": "update", "property": name,
                  "value": getattr(defaults, name)}, None, (UserSettingsDefaultsSet(defaults),))


def _legacy_display(user: User, name: str, value: Any, extra: dict[str, str]) -> Event:
    return Event({"type": "update_display_settings", "user": user.email, "setting_name": name, "setting": value,
                  **extra}, (user.id,))


def _language(name: str, value: Any) -> dict[str, str]:
    return {"language_name": LANGUAGES[value].name} if name == "default_language" else {}


def linkifiers(found: Sequence[Linkifier]) -> Event:
    """All linkifiers, in order."""
    return Event({"type": "realm_linkifiers", "realm_linkifiers": [linkifier_wire(one) for one in found]}, None,
                 (LinkifiersSet(tuple(found)),))


def playgrounds(found: Sequence[Playground]) -> Event:
    """All code playgrounds."""
    return Event({"type": "realm_playgrounds", "realm_playgrounds": [playground_wire(one) for one in found]}, None,
                 (PlaygroundsSet(tuple(found)),))
