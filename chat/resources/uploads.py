"""Uploaded files: sending them up, listing and deleting one's own, links for a minute."""

from __future__ import annotations

from typing import TypedDict

from chat.actions.uploads import Uploads
from chat.attachments import Attachments, NotReadable
from chat.deferreds import Clock
from chat.errors import JsonableError, NotFound, UploadQuota
from chat.params import Params
from chat.resources.notes import RequestNotes
from chat.resources.routes import Routes, Takes, Who
from chat.temporary_links import TemporaryLinks
from chat.uploaded import UPLOADS, AttachmentWire, attachment_wire


class UploadedWire(TypedDict):
    uri: str
    url: str


class LinkWire(TypedDict):
    url: str


class AttachmentsWire(TypedDict):
    attachments: list[AttachmentWire]
    upload_space_used: int


class UploadsResource:
    routes = Routes("uploads", {"attachment_id": 9, "realm_id": 1, "filename": "fe/R2b0c1P6vmG3uV5d/notes.txt"})

    def __init__(self, uploads: Uploads, attachments: Attachments, links: TemporaryLinks, clock: Clock) -> None:
        self._uploads = uploads
        self._attachments = attachments
        self._links = links
        self._clock = clock

    @routes.post("/user_uploads", who=Who.USER, takes=Takes.FILE, returns=UploadedWire, summary="Upload a file",
                 errors=(UploadQuota,))
    async def upload_file(self, notes: RequestNotes, p: Params) -> UploadedWire:
        """Keeps a file. Until a message shows it, it is its owner's alone."""
        with notes.take_file() as file:
            attachment = await self._uploads.do_upload(notes.caller, file)
        return {"uri": attachment.url, "url": attachment.url}

    @routes.get("/user_uploads/{realm_id:int}/{filename:path}", who=Who.USER, returns=LinkWire,
                summary="Get a temporary link to a file", errors=(NotReadable,))
    async def get_file_temporary_url(self, notes: RequestNotes, p: Params, realm_id: int, filename: str) -> LinkWire:
        """An address that gives the file to anyone who has it, for a minute."""
        try:
            attachment = await self._attachments.readable(notes.caller, f"{realm_id}/{filename}")
        except NotFound as error:
            raise JsonableError(error.msg) from None
        return {"url": f"{UPLOADS}temporary/{self._links.make(attachment.path_id, self._clock.seconds())}"}

    @routes.get("/attachments", who=Who.USER, returns=AttachmentsWire, summary="Get own files")
    async def get_attachments(self, notes: RequestNotes, p: Params) -> AttachmentsWire:
        """One's own files, newest first, with the messages that show them."""
        files, space_used = await self._uploads.list_own(notes.caller)
        return {"attachments": [attachment_wire(used.attachment, used.messages) for used in files],
                "upload_space_used": space_used}

    @routes.delete("/attachments/{attachment_id:int}", who=Who.USER, summary="Delete a file")
    async def remove_attachment(self, notes: RequestNotes, p: Params, attachment_id: int) -> None:
        """Deletes one of one's own files. Messages keep their links to it, which lead nowhere then."""
        await self._uploads.do_delete(notes.caller, attachment_id)
