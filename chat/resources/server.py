"""What the server says of itself: settings for clients that do not know it yet, emoji names, the API document."""

from __future__ import annotations

from typing import Any, TypedDict

import orjson

from chat.directory import Directory
from chat.emoji import code_to_names
from chat.params import Params
from chat.realm import realm_picture_wire
from chat.resources.notes import RequestNotes
from chat.resources.openapi import openapi_document
from chat.resources.rest import Reply, Rest
from chat.resources.routes import Routes, Who
from chat.settings import Settings
from chat.wire import COMPATIBLE_VERSION, FEATURE_LEVEL


class ServerSettingsWire(TypedDict):
    authentication_methods: dict[str, bool]
    external_authentication_methods: list[dict[str, Any]]
    zulip_version: str
    zulip_merge_base: str
    zulip_feature_level: int
    push_notifications_enabled: bool
    is_incompatible: bool
    email_auth_enabled: bool
    require_email_format_usernames: bool
    realm_url: str
    realm_uri: str
    realm_name: str
    realm_icon: str
    realm_description: str
    realm_web_public_access_enabled: bool


USELESS_CLIENT = "ZulipInvalid"
"""How a client calls itself that no server takes; clients are tried with it."""
_METHODS = ("password", "dev", "email", "ldap", "remoteuser", "github", "azuread", "gitlab", "apple", "google", "saml",
            "openid connect")


class ServerResource:
    routes = Routes("server", {"subdomain": "castle"})

    def __init__(self, directory: Directory, settings: Settings, rest: Rest) -> None:
        self._directory = directory
        self._settings = settings
        self._rest = rest
        self._document: bytes | None = None
        self._emoji: bytes | None = None

    @routes.get("/server_settings", who=Who.ANYONE, returns=ServerSettingsWire, summary="Get server settings")
    async def get_server_settings(self, notes: RequestNotes, p: Params) -> ServerSettingsWire:
        """What a client needs to know before anyone is signed in."""
        organisation = self._directory.organisation
        url = self._settings.external_url
        return {
            "authentication_methods": {method: method in ("password", "email") for method in _METHODS},
            "external_authentication_methods": [],
            "zulip_version": COMPATIBLE_VERSION,
            "zulip_merge_base": COMPATIBLE_VERSION,
            "zulip_feature_level": FEATURE_LEVEL,
            "push_notifications_enabled": self._settings.push_bouncer is not None,
            "is_incompatible": notes.user_agent.startswith(USELESS_CLIENT),
            "email_auth_enabled": True,
            "require_email_format_usernames": True,
            "realm_url": url,
            "realm_uri": url,
            "realm_name": organisation.name if organisation else "",
            "realm_icon": url + realm_picture_wire(self._directory.realm, "icon")["icon_url"],
            "realm_description": "",
            "realm_web_public_access_enabled": False,
        }

    @routes.get("/realm/subdomain/{subdomain}", who=Who.ANYONE, summary="Check whether a subdomain is free")
    async def check_subdomain(self, notes: RequestNotes, p: Params, subdomain: str) -> dict[str, Any]:
        """Tells in `msg` why an organization cannot have this subdomain. It never can: a server has one organization,
        and that has the server's own address."""
        return {"msg": "This server has one organization; it takes no others."}

    @routes.get("/emoji_data.json", who=Who.ANYONE, summary="Get the names of all emoji")
    async def get_emoji_data(self, notes: RequestNotes, p: Params) -> dict[str, Any]:
        """Codes of Unicode emoji, each with its names, the one to show first."""
        if self._emoji is None:
            self._emoji = orjson.dumps({code: list(names) for code, names in code_to_names.items()})
        return {"code_to_names": orjson.Fragment(self._emoji)}

    @routes.get("/openapi.json", who=Who.ANYONE, summary="Get this document", is_bare=True)
    async def get_openapi(self, notes: RequestNotes, p: Params) -> Reply:
        """The OpenAPI 3.1 document of this API, made from the declarations that serve it; without the envelope."""
        if self._document is None:
            self._document = orjson.dumps(openapi_document(self._rest.routes, self._settings.external_url))
        return Reply(200, self._document)
