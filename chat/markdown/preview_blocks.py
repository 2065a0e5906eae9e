"""The HTML of each kind of preview: a picture, a film, a film on a platform, a page's card.

Owns these elements, under the class names that clients know. Knows nothing of where they go.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement

from chat.markdown.addresses import UPLOADS, upload_path
from chat.markdown.external_images import external_address
from chat.markdown.names import LinkPreview
from chat.markdown.state import RenderState

LOADING_IMAGE = "/static/images/loading.svg"
_YOUTUBE = re.compile(
    r"https?://(?:(?:www\.|m\.|music\.)?youtube(?:-nocookie)?\.com/(?:watch\?(?:[^#\s]*&)?v=|shorts/|embed/|live/)"
    r"|youtu\.be/)([\w-]{11})(?![\w-])")


def film_id(href: str) -> str | None:
    """The id of a film on YouTube, where `href` shows one."""
    match = _YOUTUBE.match(href)
    return match[1] if match is not None else None


def picture(href: str, title: str, state: RenderState) -> Element:
    """A picture that the link leads to."""
    block, anchor = _block("message_inline_image", href, title)
    SubElement(anchor, "img", _image_attributes(href, state))
    return block


def video(href: str, title: str) -> Element:
    block, anchor = _block("message_inline_image message_inline_video", href, title)
    SubElement(anchor, "video", {"preload": "metadata", "src": href})
    return block


def film(href: str, title: str, video_id: str, state: RenderState) -> Element:
    """A still of a film on YouTube."""
    block, anchor = _block("youtube-video message_inline_image", href, title)
    anchor.set("data-id", video_id)
    still = external_address(f"https://i.ytimg.com/vi/{video_id}/mqdefault.jpg", state.external_key)
    SubElement(anchor, "img", {"data-original-dimensions": "320x180", "src": still})
    return block


def card(href: str, preview: LinkPreview, state: RenderState) -> Element:
    """What a page says of itself."""
    block = Element("div", {"class": "message_embed"})
    if preview.image and state.external_key:
        image = external_address(preview.image, state.external_key)
        SubElement(block, "a", {"class": "message_embed_image", "href": href,
                                "style": f'background-image: url("{image}")'})
    data = SubElement(block, "div", {"class": "data-container"})
    title = SubElement(SubElement(data, "div", {"class": "message_embed_title"}), "a",
                       {"href": href, "title": preview.title})
    title.text = preview.title
    if preview.description:
        SubElement(data, "div", {"class": "message_embed_description"}).text = preview.description
    return block


def _block(classes: str, href: str, title: str) -> tuple[Element, Element]:
    block = Element("div", {"class": classes})
    anchor = SubElement(block, "a", {"href": href})
    if title:
        anchor.set("title", title)
    return block, anchor


def _image_attributes(href: str, state: RenderState) -> dict[str, str]:
    path = upload_path(href)
    if path is None:
        return _external_attributes(href, state)
    upload = state.uploaded_images.get(path)
    if upload is None:
        return {"src": path}
    attributes = {"data-original-dimensions": f"{upload.width}x{upload.height}"}
    if not upload.is_ready:
        return attributes | {"class": "image-loading-placeholder", "src": LOADING_IMAGE}
    name = "840x560.webp"
    if upload.is_animated:
        attributes["data-animated"] = "true"
        name = "840x560-anim.webp"
    return attributes | {"src": f"{UPLOADS}thumbnail/{path.removeprefix(UPLOADS)}/{name}"}


def _external_attributes(href: str, state: RenderState) -> dict[str, str]:
    preview = state.link_previews.get(href)
    if preview is None:
        return {"src": external_address(href, state.external_key)}
    attributes = {"src": external_address(preview.image, state.external_key)}
    if preview.width and preview.height:
        attributes["data-original-dimensions"] = f"{preview.width}x{preview.height}"
    return attributes
