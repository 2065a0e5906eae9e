"""What one rendering has learned so far.

Owns the per-message findings that rooms report (mentions, links, uploads). It knows no syntax and no HTML.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from chat.markdown.names import LinkPreview, MarkdownNames, UploadedImage

MAX_PREVIEW_LINKS = 24
MAX_CARDS = 5


@dataclass(slots=True)
class RenderState:
    """Filled in by the rooms while one message is rendered, then read once by the renderer."""

    names: MarkdownNames
    translate_emoticons: bool = False
    inline_images: bool = True
    uploaded_images: Mapping[str, UploadedImage] = field(default_factory=dict)
    default_code_language: str = ""
    link_previews: Mapping[str, LinkPreview] = field(default_factory=dict)
    external_key: str = ""
    text: str = ""
    mentioned_user_ids: set[int] = field(default_factory=set)
    mentioned_group_ids: set[int] = field(default_factory=set)
    mentions_channel_wildcard: bool = False
    mentions_topic_wildcard: bool = False
    has_link: bool = False
    has_image: bool = False
    links: dict[str, None] = field(default_factory=dict)
    upload_paths: dict[str, None] = field(default_factory=dict)
    linkified: int = 0
    previewed: set[str] = field(default_factory=set)
    cards: int = 0
    quote_depth: int = 0

    def note_link(self, url: str) -> None:
        """Remember a web link, unless it is quoted: a quote is not where its links deserve a preview."""
        self.has_link = True
        if not self.quote_depth and len(self.links) < MAX_PREVIEW_LINKS and url.startswith(("http://", "https://")):
            self.links.setdefault(url)
