"""The authoritative markdown pipeline: one message's source in, safe HTML and what it mentions out.

Owns the composition: Python-Markdown's frame (preprocess, blocks, inline, serialise, postprocess) with
our readers in it and one room a syntax. It asks `MarkdownNames` for everything about the organisation and
does no I/O, so it is called straight from the reactor; what may be slow is told apart beforehand (`risk`)
and rendered elsewhere (`offload`).
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.preprocessors import Preprocessor
from markdown.util import Registry

from chat.markdown import (
    bare_urls,
    breaks,
    channel_links,
    code_blocks,
    code_spans,
    emoji_spans,
    emoticons,
    emphasis,
    escapes,
    fences,
    formulas,
    headings,
    linkifiers,
    links,
    lists,
    mentions,
    paragraphs,
    plain_text,
    previews,
    quotes,
    spoilers,
    tables,
    timestamps,
)
from chat.markdown.blocks import LineParser
from chat.markdown.errors import MarkdownFailed, MarkdownTooSlow
from chat.markdown.inline_reader import OnePassReader
from chat.markdown.names import (
    CustomEmoji,
    Linkifier,
    LinkPreview,
    MarkdownNames,
    MentionedGroup,
    MentionedUser,
    NamedChannel,
    UploadedImage,
)
from chat.markdown.sanitizer import sanitize
from chat.markdown.serializer import escape_text, to_html
from chat.markdown.state import RenderState

__all__ = [
    "CustomEmoji",
    "LinkPreview",
    "Linkifier",
    "MarkdownFailed",
    "MarkdownNames",
    "MarkdownTooSlow",
    "MentionedGroup",
    "MentionedUser",
    "NamedChannel",
    "Rendered",
    "UploadedImage",
    "render",
]

MAX_SOURCE_LENGTH = 100_000
MAX_HTML_LENGTH = 1_000_000

ROOMS = (
    paragraphs,
    quotes,
    lists,
    breaks,
    headings,
    tables,
    fences,
    code_blocks,
    spoilers,
    formulas,
    timestamps,
    escapes,
    code_spans,
    mentions,
    channel_links,
    links,
    bare_urls,
    linkifiers,
    emoji_spans,
    emoticons,
    emphasis,
    plain_text,
    previews,
)


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a message's source means. Mentions are the loud ones; links are those outside of quotes."""

    html: str
    text: str
    mentioned_user_ids: frozenset[int] = frozenset()
    mentioned_group_ids: frozenset[int] = frozenset()
    mentions_channel_wildcard: bool = False
    mentions_topic_wildcard: bool = False
    has_link: bool = False
    has_image: bool = False
    has_attachment: bool = False
    links: tuple[str, ...] = ()
    upload_paths: tuple[str, ...] = ()
    is_me_message: bool = False


class _Cleaner(Preprocessor):
    """Line ends and control characters made regular; nothing typed by a person is lost."""

    _control = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")

    def run(self, lines: list[str]) -> list[str]:
        text = "\n".join(lines).replace("\r\n", "\n").replace("\r", "\n")
        return self._control.sub("\ufffd", text).split("\n")


class ChatMarkdown(Markdown):
    """Python-Markdown with our two readers and our rooms, and nothing of its own syntax."""

    state: RenderState

    def build_parser(self) -> ChatMarkdown:
        self.preprocessors: Registry[Any] = Registry()
        self.inlinePatterns: Registry[Any] = Registry()
        self.treeprocessors: Registry[Any] = Registry()
        self.postprocessors: Registry[Any] = Registry()
        self.parser: LineParser = LineParser(self)
        reader = OnePassReader(self)
        self.preprocessors.register(_Cleaner(self), "clean", 100)
        self.treeprocessors.register(reader, "inline", 20)
        for room in ROOMS:
            room.extend(self)
        self.parser.freeze()
        reader.freeze()
        return self

    def parse(self, source: str, state: RenderState) -> Element:
        """The finished element tree of a message; `state` is filled with what was found."""
        self.state = state
        lines = source.split("\n")
        for preprocessor in self.preprocessors:
            lines = preprocessor.run(lines)
        root = self.parser.parseDocument(lines).getroot()
        assert root is not None
        for treeprocessor in self.treeprocessors:
            treeprocessor.run(root)
        return root


_local = threading.local()


def _instance() -> ChatMarkdown:
    """This thread's renderer: it is expensive to build and keeps state while it works."""
    try:
        md: ChatMarkdown = _local.md
    except AttributeError:
        md = _local.md = ChatMarkdown()
    return md


_PLAIN = re.compile(r"[A-Za-z0-9 ,;!?()'\"=%&\u00a1-\u00a8\u00aa-\u00ad\u00af-\u024f\u0370-\u1fff.-]+")
_NOT_QUITE_PLAIN = re.compile(r"[ -]|[0-9]+\. |.*(?:www\.| $)", re.IGNORECASE)


def _plain_line(content: str) -> Rendered | None:
    """The rendering of a line without any markup, if it is one; the long way gives the same."""
    if _PLAIN.fullmatch(content) is None or _NOT_QUITE_PLAIN.match(content) is not None:
        return None
    return Rendered(html=f"<p>{escape_text(content)}</p>", text=content)


def render(
    content: str,
    names: MarkdownNames,
    *,
    translate_emoticons: bool = False,
    inline_images: bool = True,
    uploaded_images: Mapping[str, UploadedImage] | None = None,
    default_code_language: str = "",
    link_previews: Mapping[str, LinkPreview] | None = None,
    external_key: str = "",
) -> Rendered:
    """The HTML and findings of a message. Raises MarkdownFailed when it is more than a message may be.

    `uploaded_images` tells, by path (`/user_uploads/...`), what is known of pictures the message may show;
    `default_code_language` is that of fenced code with no language behind its fence; `link_previews` what was found
    at links, by their address; `external_key` signs the addresses of other sites' pictures (see `external_images`).
    """
    if len(content) > MAX_SOURCE_LENGTH:
        raise MarkdownFailed("This message is too long to be rendered.")
    if not (translate_emoticons or names.linkifiers) and (plain := _plain_line(content)) is not None:
        return plain
    state = RenderState(names, translate_emoticons, inline_images, uploaded_images or {}, default_code_language,
                        link_previews or {}, external_key)
    return render_in_full(content, state)


def render_in_full(content: str, state: RenderState) -> Rendered:
    """The long way, for every message."""
    root = _instance().parse(content, state)
    html = to_html(root)
    if len(html) > MAX_HTML_LENGTH:
        raise MarkdownFailed("This message becomes too long when it is rendered.")
    uploads = tuple(state.upload_paths)
    return Rendered(
        html=sanitize(html),
        text=state.text,
        mentioned_user_ids=frozenset(state.mentioned_user_ids),
        mentioned_group_ids=frozenset(state.mentioned_group_ids),
        mentions_channel_wildcard=state.mentions_channel_wildcard,
        mentions_topic_wildcard=state.mentions_topic_wildcard,
        has_link=state.has_link,
        has_image=state.has_image,
        has_attachment=bool(uploads),
        links=tuple(state.links),
        upload_paths=uploads,
        is_me_message=content.startswith("/me ") and len(root) == 1 and root[0].tag == "p",
    )
