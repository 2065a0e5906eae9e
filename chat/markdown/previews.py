"""Previews: a link to a picture, a film or a page is followed by a view of it.

Owns which links get one and where it goes (after the paragraph with the link, at the end of the list item; none in
quotes). What an uploaded picture measures and what was found at a link is told by the caller; nothing is fetched here.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.treeprocessors import Treeprocessor

from chat.markdown.addresses import upload_path
from chat.markdown.preview_blocks import card, film, film_id, picture, video
from chat.markdown.state import MAX_CARDS, MAX_PREVIEW_LINKS, RenderState

_MEDIA = re.compile(
    r"(?:https?://[^/?#]+|/?user_uploads)/[^?#]*\.(?:(png|jpe?g|gif|webp|bmp|avif)|(mp4|webm|mov|m4v))(?:[?#]|$)",
    re.IGNORECASE,
)
_HOLDERS = frozenset({"p", "li", "h1", "h2", "h3", "h4", "h5", "h6"})


def is_picture(href: str) -> bool:
    """Whether `href` looks like a picture's address."""
    media = _MEDIA.match(href)
    return media is not None and media.group(1) is not None


class PreviewAdder(Treeprocessor):
    """Runs after the text is read."""

    def run(self, root: Element) -> None:
        state: RenderState = self.md.state  # type: ignore[attr-defined]  # our Markdown has one
        if state.has_link and (state.inline_images or state.link_previews):
            self.add_below(root, state)

    def add_below(self, container: Element, state: RenderState) -> None:
        """Add previews after and inside the blocks of `container`."""
        for child in list(container):
            if child.tag == "blockquote" or child.tag.startswith("raw-"):
                continue
            if child.tag in _HOLDERS:
                previews = self.previews_of(child, state)
                if previews and child.tag != "li":
                    at = list(container).index(child)
                    stays = not _is_bare_link(child) or _is_card(previews[0])
                    container[at : at + 1] = [child, *previews] if stays else previews
                    continue
                child.extend(previews)
            if child.tag != "p":
                self.add_below(child, state)

    def previews_of(self, block: Element, state: RenderState) -> list[Element]:
        """The previews for the links in a block's own text."""
        found = []
        for anchor in _anchors(block):
            href = anchor.get("href", "")
            if href in state.previewed or len(state.previewed) >= MAX_PREVIEW_LINKS:
                continue
            text = "".join(anchor.itertext())
            preview = _preview(href, "" if _names_itself(href, text) else text, state)
            if preview is not None:
                state.previewed.add(href)
                found.append(preview)
        return found


def _preview(href: str, title: str, state: RenderState) -> Element | None:
    if state.inline_images:
        media = _media(href, title, state)
        if media is not None:
            return media
    told = state.link_previews.get(href)
    if told is None or not told.title or state.cards >= MAX_CARDS:
        return None
    state.cards += 1
    return card(href, told, state)


def _media(href: str, title: str, state: RenderState) -> Element | None:
    """A picture or a film, where that is what the link leads to."""
    told = state.link_previews.get(href)
    media = _MEDIA.match(href)
    if media is None:
        video_id = film_id(href)
        if video_id is not None:
            return film(href, title, video_id, state)
        return picture(href, title, state) if told is not None and told.image and not told.title else None
    if media.group(1) is None:
        # Films of other sites would tell them who watches; we show none in their place.
        return None if state.external_key and upload_path(href) is None else video(href, title)
    if _is_known_for_nothing(href, state):
        return None
    state.has_image = True
    return picture(href, title, state)


def _is_known_for_nothing(href: str, state: RenderState) -> bool:
    """Whether it is known that what looks like a picture is none."""
    path = upload_path(href)
    if path is None:
        told = state.link_previews.get(href)
        return told is not None and not told.image
    upload = state.uploaded_images.get(path)
    return upload is not None and upload.width == 0


def _anchors(block: Element) -> list[Element]:
    if block.tag != "li":
        return [anchor for anchor in block.iter("a") if "class" not in anchor.attrib]
    direct = [child for child in block if child.tag not in _HOLDERS | {"ul", "ol", "blockquote", "table", "div"}]
    return [anchor for child in direct for anchor in child.iter("a") if "class" not in anchor.attrib]


def _names_itself(href: str, text: str) -> bool:
    return text == href or ("/" in text and text.endswith(href))


def _is_bare_link(block: Element) -> bool:
    """Whether a paragraph is one address and nothing else."""
    if block.tag != "p" or len(block) != 1 or block.text or block[0].tag != "a" or (block[0].tail or "").strip():
        return False
    return _names_itself(block[0].get("href", ""), block[0].text or "")


def _is_card(block: Element) -> bool:
    return block.get("class") == "message_embed"


def extend(md: Markdown) -> None:
    md.treeprocessors.register(PreviewAdder(md), "previews", 5)
