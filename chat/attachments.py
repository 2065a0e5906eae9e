"""Reading uploaded files: who may, and what a message's text shows of them.

A file may be read by its owner, and by everyone who may read a message that shows it. A message shows it only where its
sender could read it (see `Mentioned.claimable`), so nobody opens a file to themselves by writing its address.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from chat.database import attachments as sql
from chat.database.attachments import Place, Shown
from chat.database.pool import Database
from chat.directory import Directory
from chat.errors import NotAllowed, NotFound
from chat.markdown.names import UploadedImage
from chat.models import User
from chat.uploaded import Attachment, is_path_id, paths_in

NO_PICTURE = UploadedImage(0, 0)
"""Of an address that is known to show nothing: there is no such file, or it is no picture, or not for the sender."""


class NotReadable(NotAllowed):
    """The file exists, and is not for this person."""

    status = 403

    def __init__(self) -> None:
        super().__init__("You may not see this file: you cannot read a message that it is in.")


class NoSuchFile(NotFound):
    def __init__(self) -> None:
        super().__init__("This file does not exist. It may have been deleted.")


@dataclass(frozen=True, slots=True)
class Mentioned:
    """What a text links to, by path as it is typed."""

    pictures: Mapping[str, UploadedImage] = field(default_factory=dict)
    claimable: Mapping[str, str] = field(default_factory=dict)
    """The path_ids of those files that its sender may show to others."""

    def claims(self, linked: tuple[str, ...]) -> tuple[str, ...]:
        """The path_ids among the paths that the text does link to."""
        return tuple(sorted({self.claimable[path] for path in linked if path in self.claimable}))


class Attachments:
    def __init__(self, database: Database, directory: Directory) -> None:
        self._database = database
        self._directory = directory

    async def readable(self, reader: User, path_id: str) -> Attachment:
        """The file at this path. Raises NoSuchFile, or NotReadable where it is not for `reader`."""
        shown = await sql.shown(self._database, [path_id], reader.id) if is_path_id(path_id) else []
        if not shown:
            raise NoSuchFile
        if not self._may_read(reader, shown[0]):
            raise NotReadable
        return shown[0].attachment

    async def existing(self, path_id: str) -> Attachment:
        """The file at this path, whoever asks. Raises NoSuchFile."""
        used = await sql.by_path(self._database, [path_id]) if is_path_id(path_id) else []
        if not used:
            raise NoSuchFile
        return used[0].attachment

    async def mentioned(self, sender: User, content: str) -> Mentioned:
        """What `sender`'s text links to; no query where it cannot link to any file."""
        typed = paths_in(content)
        if not typed:
            return Mentioned()
        found = {shown.attachment.path_id: shown.attachment
                 for shown in await sql.shown(self._database, sorted({*typed.values()}), sender.id)
                 if self._may_read(sender, shown)}
        return Mentioned(
            {path: _picture(found.get(path_id)) for path, path_id in typed.items()},
            {path: path_id for path, path_id in typed.items() if path_id in found})

    def _may_read(self, reader: User, shown: Shown) -> bool:
        return shown.attachment.owner_id == reader.id or any(
            self._reads_at(reader, place) for place in shown.places)

    def _reads_at(self, reader: User, place: Place) -> bool:
        """As for the message itself (History.may_read)."""
        channel = None if place.channel_id is None else self._directory.channels[place.channel_id]
        if place.received:
            return channel is None or not channel.invite_only or self._directory.is_subscribed(reader.id, channel.id)
        return channel is not None and not channel.is_archived and self._directory.can_read_channel(reader, channel)


def _picture(attachment: Attachment | None) -> UploadedImage:
    if attachment is None or attachment.width is None or attachment.height is None:
        return NO_PICTURE
    return UploadedImage(attachment.width, attachment.height, is_animated=attachment.is_animated)
