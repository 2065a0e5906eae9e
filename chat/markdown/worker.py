"""The process that renders risky messages: `python -m chat.markdown.worker`.

Reads requests and writes answers as lines of JSON, one at a time, in order; a line `{"ready":true}` comes
first. It ends with its input. Its memory is limited; its time is limited by whoever started it.
"""

from __future__ import annotations

import dataclasses
import resource
import sys
from typing import Any

import orjson

from chat.markdown.errors import MarkdownFailed
from chat.markdown.names import LinkPreview, UploadedImage
from chat.markdown.renderer import Rendered, render
from chat.markdown.snapshot import from_plain

MEMORY_LIMIT_BYTES = 768 * 1024 * 1024


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """The answer to one request; a failure is an answer too."""
    images = {path: UploadedImage(*image) for path, image in request["uploaded_images"].items()}
    try:
        rendered = render(
            request["content"],
            from_plain(request["names"]),
            translate_emoticons=request["translate_emoticons"],
            inline_images=request["inline_images"],
            uploaded_images=images,
            default_code_language=request["default_code_language"],
            link_previews={url: LinkPreview(*preview) for url, preview in request["link_previews"].items()},
            external_key=request["external_key"],
        )
    except MarkdownFailed as failure:
        return {"failed": str(failure)}
    except Exception as error:
        return {"error": repr(error)[:1000]}
    return {"rendered": {field.name: _plain(getattr(rendered, field.name)) for field in dataclasses.fields(Rendered)}}


def read_answer(rendered: dict[str, Any]) -> Rendered:
    """The other end's `Rendered`, from what `answer` wrote."""
    sets = {name: frozenset(rendered[name]) for name in ("mentioned_user_ids", "mentioned_group_ids")}
    tuples = {name: tuple(rendered[name]) for name in ("links", "upload_paths")}
    return Rendered(**(rendered | sets | tuples))


def plain_preview(preview: LinkPreview) -> list[Any]:
    """A preview on its way to the other end."""
    return [getattr(preview, field.name) for field in dataclasses.fields(LinkPreview)]


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, frozenset) else value


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT_BYTES, MEMORY_LIMIT_BYTES))
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    sink.write(b'{"ready":true}\n')
    sink.flush()
    while line := source.readline():
        sink.write(orjson.dumps(answer(orjson.loads(line))) + b"\n")
        sink.flush()


if __name__ == "__main__":
    main()
