"""The process that reads other people's pages: `python -m chat.workers.pages`.

Reads requests and writes answers as lines of JSON (see chat.line_process). A page can be built so that making a tree
of it takes minutes and gigabytes; here it can only cost this process, whose memory is limited here and whose time is
limited by whoever started it. What a page says of itself leaves as short plain texts and addresses.
"""

from __future__ import annotations

import base64
import codecs
import os
import re
import resource
import sys
import unicodedata
from typing import Any
from urllib.parse import urljoin, urlsplit

import orjson
from selectolax.lexbor import LexborHTMLParser

MEMORY_LIMIT_BYTES = 512 * 1024 * 1024
MAX_TITLE, MAX_DESCRIPTION, MAX_ADDRESS = 160, 300, 1000
MAX_ELEMENTS = 500
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w-]{1,40})", re.IGNORECASE)
_END_OF_HEAD = re.compile(r"</head\b|<body\b", re.IGNORECASE)
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_TITLES = ("og:title", "twitter:title")
_DESCRIPTIONS = ("og:description", "twitter:description", "description")
_IMAGES = ("og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src")


def decoded(body: bytes, charset: str) -> str:
    """The page as text: by its mark, the header, what it says itself; else as UTF-8, and where it is none, Latin."""
    for mark, name in _MARKS:
        if body.startswith(mark):
            return body[len(mark):].decode(name, "replace")
    told = _CHARSET.search(body[:4096])
    for name in (charset, told[1].decode("ascii", "replace") if told else "", "utf-8"):
        try:
            codec = codecs.lookup(name) if name else None
            if codec is not None and codec._is_text_encoding and codec.incrementaldecoder is not None:
                # Not final: the page may have been cut within a letter.
                reader = codecs.getincrementaldecoder("cp1252" if codec.name == "iso8859-1" else codec.name)()
                return reader.decode(body)
        except (LookupError, UnicodeDecodeError):
            continue
    return body.decode("cp1252", "replace")


def plain(text: Any, most: int) -> str:
    """One line of at most so many letters, without what could disturb its surroundings."""
    if not isinstance(text, str):
        return ""
    text = "".join(" " if letter.isspace() else letter for letter in text[:20 * most]
                   if letter.isspace() or unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    text = " ".join(text.split())
    return text if len(text) <= most else text[:most - 1].rstrip() + "…"


def address(found: Any, base: str) -> str:
    """A web address from what a page wrote; "" where that is none."""
    if not isinstance(found, str) or not found.strip() or len(found) > MAX_ADDRESS:
        return ""
    try:
        whole = urljoin(base, found.strip())
        parts = urlsplit(whole)
    except ValueError:
        return ""
    is_usable = parts.scheme in ("http", "https") and parts.hostname and len(whole) <= MAX_ADDRESS
    return whole if is_usable and whole.isprintable() and " " not in whole else ""


def read_page(question: dict[str, Any]) -> dict[str, Any]:
    """What a page says of itself: title, description, an image, and where it has itself described (oEmbed)."""
    tree = LexborHTMLParser(_head(decoded(base64.b64decode(question["body"]), question["charset"])))
    base = question["url"]
    said = _meta(tree)
    title = tree.css_first("title")
    image = next((told for name in _IMAGES if (told := address(said.get(name), base))), "")
    return {
        "title": plain(_first(said, _TITLES) or (title.text() if title is not None else ""), MAX_TITLE),
        "description": plain(_first(said, _DESCRIPTIONS), MAX_DESCRIPTION),
        "image": image or _link(tree, 'link[rel="image_src"]', base),
        "oembed": _link(tree, 'link[type="application/json+oembed"]', base),
    }


def read_oembed(question: dict[str, Any]) -> dict[str, Any]:
    """What a provider says of one of its pages; of a picture, also where that is."""
    try:
        told = orjson.loads(base64.b64decode(question["body"]))
    except orjson.JSONDecodeError:
        return {}
    if not isinstance(told, dict):
        return {}
    base = question["url"]
    is_photo = told.get("type") == "photo"
    by = plain(told.get("author_name"), MAX_TITLE)
    where = plain(told.get("provider_name"), MAX_TITLE)
    return {
        "title": plain(told.get("title"), MAX_TITLE),
        "description": " · ".join(word for word in (by, where) if word),
        "image": (address(told.get("url"), base) if is_photo else "") or address(told.get("thumbnail_url"), base),
    }


def _head(html: str) -> str:
    """The part where a page speaks of itself; where none is marked, what there is."""
    end = _END_OF_HEAD.search(html)
    return html if end is None else html[:end.start()]


def _meta(tree: LexborHTMLParser) -> dict[str, str]:
    """What the page's meta elements say, the first word counting; of many elements only the first."""
    said: dict[str, str] = {}
    for element in tree.css("meta")[:MAX_ELEMENTS]:
        about = element.attributes
        name = (about.get("property") or about.get("name") or "").strip().lower()
        content = about.get("content")
        if name and content and name not in said:
            said[name] = content
    return said


def _first(said: dict[str, str], names: tuple[str, ...]) -> str:
    return next((said[name] for name in names if said.get(name, "").strip()), "")


def _link(tree: LexborHTMLParser, selector: str, base: str) -> str:
    element = tree.css_first(selector)
    return "" if element is None else address(element.attributes.get("href"), base)


JOBS = {"page": read_page, "oembed": read_oembed}


def answer(question: dict[str, Any]) -> dict[str, Any]:
    """The answer to one request; a failure is an answer too."""
    try:
        return {"done": JOBS[question["job"]](question)}
    except Exception as error:
        return {"error": repr(error)[:1000]}


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT_BYTES, MEMORY_LIMIT_BYTES))
    os.nice(5)  # people who write come before pages
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    sink.write(b'{"ready":true}\n')
    sink.flush()
    while line := source.readline():
        sink.write(orjson.dumps(answer(orjson.loads(line))) + b"\n")
        sink.flush()


if __name__ == "__main__":
    main()
