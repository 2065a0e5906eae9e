"""What a file is, by its content, and how it may be shown. Its name decides only between kinds of one content.

Owns the safe list: types that a browser may show in our origin. None of them can run script; everything else is served
for download, and under a type that no browser executes. `sniff` reads the whole file where it may be text: call it off
the reactor thread.
"""

from __future__ import annotations

import codecs
import mimetypes
import re
from pathlib import Path
from urllib.parse import quote

import puremagic

UNKNOWN = "application/octet-stream"
IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp"})
INLINE = IMAGES | {
    "video/mp4", "video/webm", "video/ogg", "audio/mpeg", "audio/mp4", "audio/ogg", "audio/wav", "audio/flac",
    "audio/webm", "audio/aac", "application/pdf", "text/plain"}
_HARMLESS = frozenset({
    "text/csv", "text/calendar", "text/vcard", "application/zip", "application/gzip", "application/x-7z-compressed",
    "application/x-tar", "application/epub+zip", "application/msword", "application/rtf", "video/quicktime",
    "video/x-matroska", "image/tiff", "image/heic"})
_ALIASES = {
    "audio/wave": "audio/wav", "audio/x-wav": "audio/wav", "audio/mp3": "audio/mpeg", "audio/x-flac": "audio/flac",
    "audio/m4a": "audio/mp4", "audio/x-m4a": "audio/mp4", "audio/x-hx-aac-adts": "audio/aac",
    "image/x-ms-bmp": "image/bmp", "image/jpg": "image/jpeg", "application/x-zip-compressed": "application/zip",
    "application/javascript": "text/javascript"}
_names = mimetypes.MimeTypes()  # with no files of the system's, which differ
for _extension, _type in {
        ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        ".odt": "application/vnd.oasis.opendocument.text", ".ods": "application/vnd.oasis.opendocument.spreadsheet",
        ".odp": "application/vnd.oasis.opendocument.presentation", ".apk": "application/vnd.android.package-archive",
        ".epub": "application/epub+zip", ".ics": "text/calendar", ".vcf": "text/vcard", ".ogv": "video/ogg",
        ".oga": "audio/ogg", ".flac": "audio/flac", ".m4a": "audio/mp4"}.items():
    _names.add_type(_type, _extension)
_ACTIVE = re.compile(r"html|xml|svg|script|css|wasm|manifest|swf|flash|java|x-msdownload")
_SURE = 0.3
_ARCHIVE = b"PK\x03\x04"
_HEAD_BYTES = 4096
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_UNSAFE_IN_NAMES = re.compile(r"[^\w.-]+")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
MAX_NAME = 100
NO_NAME = "uploaded-file"


def sniff(path: Path, name: str) -> str:
    """The MIME type of a file that was uploaded under `name`."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    by_name = _by_name(name)
    if head.startswith(_ARCHIVE):  # many documents are archives inside
        return by_name if _is_document(by_name) or by_name == "application/epub+zip" else "application/zip"
    found = _by_signature(head, by_name)
    if found == "application/pdf" or not _is_text(path):
        return found or UNKNOWN
    if found is not None and _ACTIVE.search(found):
        return found
    return by_name if _ACTIVE.search(by_name) or by_name in _HARMLESS else "text/plain"


def is_inline(content_type: str) -> bool:
    """Whether a browser may show such a file rather than save it."""
    return content_type in INLINE


def served_type(content_type: str) -> str:
    """The Content-Type to send: nothing that a page could run or style itself with."""
    if content_type == "text/plain":
        return "text/plain; charset=utf-8"
    if content_type in INLINE or content_type in _HARMLESS:
        return content_type
    return content_type if _is_document(content_type) else UNKNOWN


def disposition(name: str, *, inline: bool) -> str:
    """A Content-Disposition header's value (RFC 6266): for old readers in ASCII, then as the name is."""
    plain = re.sub(r'[^\x20-\x7e]|["\\%]', "_", name)
    value = f'{"inline" if inline else "attachment"}; filename="{plain}"'
    return value if plain == name else f"{value}; filename*=UTF-8''{quote(name, safe='')}"


def kept_name(filename: str) -> str:
    """A file's name as people see it: without folders and what cannot be printed, and not too long."""
    name = _UNPRINTABLE.sub("", re.split(r"[/\\]", filename)[-1]).encode(errors="replace").decode().strip()
    stem, dot, extension = name.rpartition(".")
    if not name.strip("."):
        return NO_NAME
    if len(name) <= MAX_NAME:
        return name
    return stem[:MAX_NAME - 1 - len(extension)] + dot + extension if stem and len(extension) <= 20 else name[:MAX_NAME]


def name_in_links(name: str) -> str:
    """The name as it stands in a file's address: nothing in it that ends a link in a text."""
    stem, dot, extension = name.rpartition(".")
    stem, extension = (_UNSAFE_IN_NAMES.sub("-", part).strip(".-_") for part in (stem, extension))
    return (stem + dot + extension if stem and extension else stem or extension) or NO_NAME


def _is_document(content_type: str) -> bool:
    """Whether it is a format of some program: nothing that a browser would run."""
    return content_type.startswith("application/vnd.") and not content_type.endswith("+xml")


def _by_name(name: str) -> str:
    return _ALIASES.get(found := _names.guess_type(name, strict=False)[0] or UNKNOWN, found)


def _by_signature(head: bytes, by_name: str) -> str | None:
    """What the first bytes say; a short signature counts only where the name says the same."""
    try:
        matches = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return None
    for match in matches:
        found = _ALIASES.get(match.mime_type, match.mime_type)
        if not found:
            continue
        if found in ("video/webm", "video/x-matroska"):
            return "video/webm" if b"webm" in head[:64] else "video/x-matroska"
        if found == "application/ogg":
            return by_name if by_name in ("audio/ogg", "video/ogg") else "audio/ogg"
        if found in ("video/mp4", "audio/mp4"):
            return "audio/mp4" if head[8:11] == b"M4A" else "video/mp4"
        if match.confidence >= _SURE or found == by_name:
            return found
    return None


def _is_text(path: Path) -> bool:
    """Whether all of it is UTF-8 with no control characters but those of text and of terminals' colours."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while data := file.read(65536):
                if _CONTROL.search(decoder.decode(data)):
                    return False
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True
