"""Drafts."""

from __future__ import annotations

from typing import Annotated, TypedDict

import msgspec
from msgspec import Meta

from chat.actions.drafts import Drafts, WrittenDraft
from chat.errors import NotFound
from chat.params import Params
from chat.personal import MAX_DRAFTS, MAX_TIME, DraftType, DraftWire, draft_wire
from chat.resources.notes import RequestNotes
from chat.resources.routes import Routes, Who


class DraftObject(msgspec.Struct, frozen=True):
    """A draft as clients send it; its id, if it has one, is in the path."""

    type: DraftType
    to: Annotated[list[Annotated[int, Meta(ge=0, le=2**31 - 1)]], Meta(max_length=1000)]
    topic: Annotated[str, Meta(max_length=1000)]
    content: Annotated[str, Meta(max_length=100_000)]
    timestamp: Annotated[int, Meta(ge=0, le=MAX_TIME)] | Annotated[float, Meta(ge=0, le=MAX_TIME)] | None = None

    def written(self) -> WrittenDraft:
        return WrittenDraft(self.type, self.to, self.topic, self.content, self.timestamp)


class CreateDrafts(Params, frozen=True):
    drafts: Annotated[list[DraftObject], Meta(max_length=MAX_DRAFTS)] = []


class EditDraft(Params, frozen=True):
    draft: DraftObject


class DraftsWire(TypedDict):
    count: int
    drafts: list[DraftWire]


class CreatedWire(TypedDict):
    ids: list[int]


class DraftsResource:
    routes = Routes("drafts", {"draft_id": 3})

    def __init__(self, drafts: Drafts) -> None:
        self._drafts = drafts

    @routes.get("/drafts", who=Who.USER, returns=DraftsWire, summary="Get drafts")
    async def get_drafts(self, notes: RequestNotes, p: Params) -> DraftsWire:
        """The caller's drafts, the latest edited last."""
        drafts = [draft_wire(draft) for draft in await self._drafts.of(notes.caller)]
        return {"count": len(drafts), "drafts": drafts}

    @routes.post("/drafts", who=Who.USER, params=CreateDrafts, returns=CreatedWire, summary="Create drafts",
                 example={"drafts": [{"type": "stream", "to": ["{stream_id}"], "topic": "{topic}",
                     "content": "Not finished yet", "timestamp": 1_700_000_000}]})
    async def create_drafts(self, notes: RequestNotes, p: CreateDrafts) -> CreatedWire:
        """Keeps drafts, all or none; their ids are in the order given."""
        return {"ids": await self._drafts.do_create(notes.caller, [draft.written() for draft in p.drafts])}

    @routes.patch("/drafts/{draft_id:int}", who=Who.USER, params=EditDraft, summary="Edit a draft",
                  errors=(NotFound,),
                  example={"draft": {"type": "stream", "to": ["{stream_id}"], "topic": "{topic}",
                      "content": "Nearly finished", "timestamp": 1_700_000_000}})
    async def edit_draft(self, notes: RequestNotes, p: EditDraft, draft_id: int) -> None:
        """Replaces a draft."""
        await self._drafts.do_edit(notes.caller, draft_id, p.draft.written())

    @routes.delete("/drafts/{draft_id:int}", who=Who.USER, summary="Delete a draft", errors=(NotFound,))
    async def delete_draft(self, notes: RequestNotes, p: Params, draft_id: int) -> None:
        """Throws a draft away."""
        await self._drafts.do_delete(notes.caller, draft_id)
