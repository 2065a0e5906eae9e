"""Rendering of many messages, in processes beside this one.

What was rendered elsewhere is used again where it can be: after our sanitizer it is as safe as our own. Messages that
show files are rendered here, as their addresses are others.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from html import escape
from multiprocessing import get_context

from chat.commands.imports.names import ImportedNames
from chat.markdown.errors import MarkdownFailed
from chat.markdown.names import UploadedImage
from chat.markdown.renderer import render
from chat.markdown.sanitizer import sanitize

_CHUNK = 250


@dataclass(frozen=True, slots=True)
class Rendering:
    html: str
    has_link: bool
    has_image: bool
    upload_paths: tuple[str, ...] = ()
    mentioned: frozenset[int] = frozenset()


class Renderers:
    """As many processes as there are cores; they know the names and the pictures."""

    def __init__(self, names: ImportedNames, pictures: dict[str, UploadedImage]) -> None:
        self._pool = ProcessPoolExecutor(
            os.cpu_count(), mp_context=get_context("forkserver"), initializer=_learn, initargs=(names, pictures))

    def render(self, texts: Sequence[tuple[str, str | None]]) -> list[Rendering]:
        """(markdown, HTML made elsewhere) of each message to its rendering."""
        return list(self._pool.map(_render, texts, chunksize=_CHUNK))

    def close(self) -> None:
        """End the processes."""
        self._pool.shutdown(wait=True, cancel_futures=True)


_known: tuple[ImportedNames, dict[str, UploadedImage]] | None = None
"""Of a rendering process: set once when it starts."""


def _learn(names: ImportedNames, pictures: dict[str, UploadedImage]) -> None:
    global _known  # noqa: PLW0603
    _known = (names, pictures)


def _render(text: tuple[str, str | None]) -> Rendering:
    content, html = text
    if html is not None:
        html = sanitize(html)
        return Rendering(html, has_link="<a " in html, has_image="<img" in html and "message_inline_image" in html)
    assert _known is not None
    names, pictures = _known
    try:
        rendered = render(content, names, uploaded_images=pictures)
    except MarkdownFailed:
        return Rendering(f"<pre>{escape(content)}</pre>", has_link=False, has_image=False)
    return Rendering(rendered.html, rendered.has_link, rendered.has_image, rendered.upload_paths,
                     rendered.mentioned_user_ids)
