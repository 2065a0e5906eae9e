"""Linkifiers and code playgrounds of the organization."""

from __future__ import annotations

from typing import Annotated, TypedDict

from msgspec import Meta

from chat.actions.linkifiers import Linkifiers, Playgrounds
from chat.directory import Directory
from chat.linkifiers import (
    MAX_LANGUAGE_NAME,
    MAX_LINKIFIERS,
    MAX_PLAYGROUND_NAME,
    MAX_URL_TEMPLATE,
    LinkifierWire,
    linkifier_wire,
)
from chat.params import Params
from chat.resources.notes import RequestNotes
from chat.resources.routes import Routes, Who

UrlTemplate = Annotated[str, Meta(min_length=1, max_length=MAX_URL_TEMPLATE)]


class WantedLinkifier(Params, frozen=True):
    pattern: Annotated[str, Meta(min_length=1, max_length=1000)]
    url_template: UrlTemplate


class Order(Params, frozen=True):
    ordered_linkifier_ids: Annotated[list[Annotated[int, Meta(ge=1, le=2**31 - 1)]], Meta(max_length=MAX_LINKIFIERS)]


class AddPlayground(Params, frozen=True):
    name: Annotated[str, Meta(max_length=MAX_PLAYGROUND_NAME)]
    pygments_language: Annotated[str, Meta(max_length=MAX_LANGUAGE_NAME)]
    url_template: UrlTemplate


class LinkifiersWire(TypedDict):
    linkifiers: list[LinkifierWire]


class IdWire(TypedDict):
    id: int


class LinkifiersResource:
    routes = Routes("linkifiers", {"filter_id": 3, "playground_id": 2})

    def __init__(self, linkifiers: Linkifiers, playgrounds: Playgrounds, directory: Directory) -> None:
        self._linkifiers = linkifiers
        self._playgrounds = playgrounds
        self._directory = directory

    @routes.get("/realm/linkifiers", who=Who.USER, returns=LinkifiersWire, summary="Get linkifiers")
    async def get_linkifiers(self, notes: RequestNotes, p: Params) -> LinkifiersWire:
        """All linkifiers, in the order in which they are tried."""
        return {"linkifiers": [linkifier_wire(one) for one in self._directory.linkifiers]}

    @routes.post("/realm/filters", who=Who.ADMINISTRATOR, params=WantedLinkifier, returns=IdWire,
                 summary="Add a linkifier",
                 example={"pattern": "#(?P<id>[0-9]+)", "url_template": "https://tracker.example/issues/{id}"})
    async def add_linkifier(self, notes: RequestNotes, p: WantedLinkifier) -> IdWire:
        """Text of this pattern (in RE2's syntax) becomes a link; the address is an RFC 6570 template of its groups."""
        return {"id": await self._linkifiers.do_add(p.pattern, p.url_template)}

    @routes.patch("/realm/filters/{filter_id:int}", who=Who.ADMINISTRATOR, params=WantedLinkifier,
                  summary="Update a linkifier",
                  example={"pattern": "bug (?P<id>[0-9]+)", "url_template": "https://tracker.example/bugs/{id}"})
    async def update_linkifier(self, notes: RequestNotes, p: WantedLinkifier, filter_id: int) -> None:
        """Changes a linkifier, for messages from now on."""
        await self._linkifiers.do_update(filter_id, p.pattern, p.url_template)

    @routes.patch("/realm/linkifiers", who=Who.ADMINISTRATOR, params=Order, summary="Reorder linkifiers",
                  example={"ordered_linkifier_ids": ["{filter_id}"]})
    async def reorder_linkifiers(self, notes: RequestNotes, p: Order) -> None:
        """Where two fit, the earlier makes the link."""
        await self._linkifiers.do_reorder(p.ordered_linkifier_ids)

    @routes.delete("/realm/filters/{filter_id:int}", who=Who.ADMINISTRATOR, summary="Remove a linkifier")
    async def remove_linkifier(self, notes: RequestNotes, p: Params, filter_id: int) -> None:
        """Messages keep the links that it made."""
        await self._linkifiers.do_remove(filter_id)

    @routes.post("/realm/playgrounds", who=Who.ADMINISTRATOR, params=AddPlayground, returns=IdWire,
                 summary="Add a code playground",
                 example={"name": "Python online", "pygments_language": "Python",
                          "url_template": "https://python.example/?code={code}"})
    async def add_code_playground(self, notes: RequestNotes, p: AddPlayground) -> IdWire:
        """A place where code blocks of a language can be opened."""
        return {"id": await self._playgrounds.do_add(p.name, p.pygments_language, p.url_template)}

    @routes.delete("/realm/playgrounds/{playground_id:int}", who=Who.ADMINISTRATOR,
                   summary="Remove a code playground")
    async def remove_code_playground(self, notes: RequestNotes, p: Params, playground_id: int) -> None:
        """Takes a playground away."""
        await self._playgrounds.do_remove(playground_id)
