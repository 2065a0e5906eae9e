"""Video calls that a provider is asked to set up. No such provider can be configured here: calls are made with Jitsi
Meet, whose links clients make themselves. Both operations say so, in a sentence that people understand."""

from __future__ import annotations

from typing import Annotated, TypedDict

from msgspec import Meta

from chat.errors import JsonableError
from chat.params import Param, Params
from chat.resources.notes import RequestNotes
from chat.resources.routes import Routes, Who


class CreateBigBlueButtonCall(Params, frozen=True):
    meeting_name: Annotated[Annotated[str, Meta(max_length=1000)], Param(doc="What the call is to be called.")]


class CreateZoomCall(Params, frozen=True):
    is_video_call: Annotated[bool, Param(doc="Whether there are to be pictures, or voices alone.")] = True


class CallWire(TypedDict):
    url: str


class CallsResource:
    routes = Routes("calls")

    @routes.get("/calls/bigbluebutton/create", who=Who.USER, params=CreateBigBlueButtonCall, returns=CallWire,
                summary="Create a BigBlueButton video call", errors=(JsonableError,),
                example={"meeting_name": "castle plans"})
    async def create_big_blue_button_video_call(self, notes: RequestNotes, p: CreateBigBlueButtonCall) -> CallWire:
        """Always refused: this server has no BigBlueButton."""
        raise JsonableError("BigBlueButton is not configured on this server.")

    @routes.post("/calls/zoom/create", who=Who.USER, params=CreateZoomCall, returns=CallWire,
                 summary="Create a Zoom call", errors=(JsonableError,))
    async def create_zoom_call(self, notes: RequestNotes, p: CreateZoomCall) -> CallWire:
        """Always refused: this server is not connected with Zoom."""
        raise JsonableError("Zoom is not configured on this server.")
