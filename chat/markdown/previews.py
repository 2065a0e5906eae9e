"""Inline images: a link to an image or a video is followed by the picture itself.

Owns where previews go (after the paragraph with the link, at the end of the list item; none in quotes)
and their HTML. What an uploaded picture measures is told by the caller; nothing is fetched here.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.treeprocessors import Treeprocessor

from chat.markdown.addresses import UPLOADS, upload_path
from chat.markdown.state import MAX_PREVIEW_LINKS, RenderState

_MEDIA = re.compile(
    r"(?:https?://[^/?#]+|/?user_uploads)/[^?#]*\.(?:(png|jpe?g|gif|webp|bmp|avif)|(mp4|webm|mov|m4v))(?:[?#]|$)",
    re.IGNORECASE,
)
LOADING_IMAGE = "/static/images/loading.svg"
_HOLDERS = frozenset({"p", "li", "h1", "h2", "h3", "h4", "h5", "h6"})


class PreviewAdder(Treeprocessor):
    """Runs after the text is read."""

    def run(self, root: Element) -> None:
        state: RenderState = self.md.state  # type: ignore[attr-defined]  # our Markdown has one
        if state.inline_images and state.has_link:
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
                    container[at : at + 1] = previews if _is_bare_link(child) else [child, *previews]
                    continue
                child.extend(previews)
            if child.tag != "p":
                self.add_below(child, state)

    def previews_of(self, block: Element, state: RenderState) -> list[Element]:
        """The previews for the links in a block's own text."""
        found = []
        for anchor in _anchors(block):
            href = anchor.get("href", "")
            media = _MEDIA.match(href)
            if media is None or href in state.previewed or len(state.previewed) >= MAX_PREVIEW_LINKS:
                continue
            if media.group(1) is not None and _shows_nothing(href, state):
                continue
            state.previewed.add(href)
            state.has_image = state.has_image or media.group(1) is not None
            text = "".join(anchor.itertext())
            found.append(_preview(href, "" if _names_itself(href, text) else text, media.group(1) is not None, state))
        return found


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


def _preview(href: str, title: str, is_image: bool, state: RenderState) -> Element:
    classes = "message_inline_image" if is_image else "message_inline_image message_inline_video"
    block = Element("div", {"class": classes})
    anchor = SubElement(block, "a", {"href": href})
    if title:
        anchor.set("title", title)
    if is_image:
        SubElement(anchor, "img", _image_attributes(href, state))
    else:
        SubElement(anchor, "video", {"preload": "metadata", "src": href})
    return block


def _shows_nothing(href: str, state: RenderState) -> bool:
    """Whether it is known that an upload is no picture: it measures nothing."""
    path = upload_path(href)
    upload = state.uploaded_images.get(path) if path else None
    return upload is not None and upload.width == 0


def _image_attributes(href: str, state: RenderState) -> dict[str, str]:
    path = upload_path(href)
    upload = state.uploaded_images.get(path) if path else None
    if path is None or upload is None:
        return {"src": path or href}
    attributes = {"data-original-dimensions": f"{upload.width}x{upload.height}"}
    if not upload.is_ready:
        return attributes | {"class": "image-loading-placeholder", "src": LOADING_IMAGE}
    name = "840x560.webp"
    if upload.is_animated:
        attributes["data-animated"] = "true"
        name = "840x560-anim.webp"
    return attributes | {"src": f"{UPLOADS}thumbnail/{path.removeprefix(UPLOADS)}/{name}"}


def extend(md: Markdown) -> None:
    md.treeprocessors.register(PreviewAdder(md), "previews", 5)
