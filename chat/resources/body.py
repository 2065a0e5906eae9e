"""Bodies and query strings to raw parameters: form, JSON, multipart, alike for every verb, each with its bounds."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl

import orjson
from multipart import MultipartError, MultipartParser, parse_options_header

from chat.errors import JsonableError
from chat.params import MAX_PARAMETERS, Upload, text_values

MAX_PART_BYTES = 1024 * 1024


def query_values(query: bytes) -> dict[str, str | Upload]:
    """The parameters of a query string (or of a form: they are spelled alike)."""
    if not query:
        return {}
    try:
        text = query.decode()
        if "%" not in text and "+" not in text and text.count("&") < MAX_PARAMETERS:
            # Most polls: nothing is quoted.
            return {name: value for name, _, value in (pair.partition("=") for pair in text.split("&") if pair)}
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_PARAMETERS)
    except UnicodeError:
        raise JsonableError("The parameters are not valid UTF-8") from None
    except ValueError:
        raise JsonableError(f"A request has at most {MAX_PARAMETERS} parameters") from None
    return dict(pairs)


def body_values(content_type: str, body: bytes) -> dict[str, str | Upload]:
    """The parameters of a body. An unknown content type is read as a form, as existing clients send none."""
    if not body:
        return {}
    kind, options = parse_options_header(content_type)
    if kind == "application/json":
        return _json_values(body)
    if kind == "multipart/form-data":
        return _multipart_values(body, options.get("boundary", ""))
    try:
        return query_values(body)
    except UnicodeError:
        raise JsonableError("The body is not valid") from None


def _json_values(body: bytes) -> dict[str, str | Upload]:
    try:
        value: Any = orjson.loads(body)
    except (orjson.JSONDecodeError, RecursionError):
        raise JsonableError("The body is not valid JSON") from None
    if not isinstance(value, dict):
        raise JsonableError("A JSON body is an object of parameters")
    if len(value) > MAX_PARAMETERS:
        raise JsonableError(f"A request has at most {MAX_PARAMETERS} parameters")
    return native_values(value)


def native_values(values: Mapping[str, Any]) -> dict[str, str | Upload]:
    """The parameters of a JSON body or of a frame. Raises JsonableError for what is nested beyond all use."""
    try:
        return text_values(values)
    except orjson.JSONEncodeError:
        raise JsonableError("The parameters are nested too deeply") from None


def _multipart_values(body: bytes, boundary: str) -> dict[str, str | Upload]:
    values: dict[str, str | Upload] = {}
    try:
        parser = MultipartParser(
            BytesIO(body), boundary, content_length=len(body), part_limit=MAX_PARAMETERS, strict=True,
            memory_limit=len(body) + 65536, spool_limit=len(body) + 65536)
        for part in parser.parts():
            if part.filename is None:
                if part.size > MAX_PART_BYTES:
                    raise JsonableError(f"Argument \"{part.name[:60]}\" is too large")
                values[part.name] = part.value
            else:
                values[part.name] = Upload(part.filename, part.content_type or "", part.raw)
            part.close()
    except (MultipartError, UnicodeError, ValueError, LookupError) as error:
        raise JsonableError(f"The multipart body is not valid: {str(error)[:200]}") from None
    return values
