"""The API's reference as pages show it: one `Entry` an operation, made from its declaration and from the document.

Examples are complete: what they say can be put into a shell or a file as it stands. Knows no HTML.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from chat.resources.descriptions import wire_words
from chat.resources.openapi import documented_errors, is_plain, parameter_line
from chat.resources.routes import Route, Takes

MAX_DEPTH = 3
EMAIL, KEY = "EMAIL_ADDRESS", "API_KEY"
_SAMPLE_FILES = {Takes.FILE: "notes.txt", Takes.PICTURE: "picture.png", Takes.OPTIONAL_PICTURE: "picture.png"}


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    kind: str
    line: str
    place: str
    """In the path, the form or query, or a file."""
    is_required: bool
    example: str = ""


@dataclass(frozen=True, slots=True)
class Key:
    """One key of an answer; keys of objects within it have a greater depth."""

    name: str
    kind: str
    line: str
    depth: int


@dataclass(frozen=True, slots=True)
class Entry:
    """All that is said of an operation."""

    operation: str
    noun: str
    method: str
    path: str
    summary: str
    doc: str
    who: str
    parameters: list[Parameter]
    keys: list[Key]
    errors: list[tuple[int, list[str]]]
    curl: str
    python: str


def entries(routes: Iterable[Route], document: Mapping[str, Any], url: str) -> dict[str, Entry]:
    """Every operation's entry, by its name."""
    return {route.operation: _entry(route, document, url) for route in routes}


def curl_example(route: Route, url: str, email: str = EMAIL, key: str = KEY,
                 names: Mapping[str, Any] | None = None) -> str:
    """A request as a shell sends it."""
    lines = [f"curl -sS{'G' if route.method == 'GET' else ''} -X {route.method} "
             f"{shlex.quote(f'{url}/api/v1{route.example_path(names)}')}", f"-u {shlex.quote(f'{email}:{key}')}"]
    lines += [f"--data-urlencode {shlex.quote(f'{name}={_text(value)}')}"
              for name, value in route.example_parameters(names).items()] if route.takes not in _SAMPLE_FILES else [
        f"-F {shlex.quote(f'{name}={_text(value)}')}" for name, value in route.example_parameters(names).items()]
    if route.takes in _SAMPLE_FILES:
        lines.append(f"-F file=@{_SAMPLE_FILES[route.takes]}")
    return " \\\n    ".join(lines)


def python_example(route: Route, names: Mapping[str, Any] | None = None) -> str:
    """The same with the package zulip."""
    parameters = route.example_parameters(names)
    arguments = [repr(route.example_path(names).lstrip("/")), f'method="{route.method}"']
    lines = ["import zulip", "", 'client = zulip.Client(config_file="zuliprc")']
    if parameters:
        lines += ["request = " + _literal(parameters)]
        arguments.append("request=request")
    call = "result = client.call_endpoint({})"
    if route.takes in _SAMPLE_FILES:
        lines.append(f'with open("{_SAMPLE_FILES[route.takes]}", "rb") as file:')
        call = "    " + call
        arguments.append("files=[file]")
    return "\n".join([*lines, call.format(", ".join(arguments).replace("'", '"')), "print(result)"])


def _entry(route: Route, document: Mapping[str, Any], url: str) -> Entry:
    operation = document["paths"][route.template()][route.method.lower()]
    answer = operation["responses"]["200"]["content"]["application/json"]["schema"]
    return Entry(
        route.operation, route.noun, route.method, route.template(), route.summary, " ".join(route.doc.split()),
        route.who.value, _parameters(route), _keys(answer, document, 0, ()),
        [(status, sorted(codes)) for status, codes in documented_errors(route).items()],
        curl_example(route, url), python_example(route))


def _parameters(route: Route) -> list[Parameter]:
    found = [Parameter(name, "integer" if kind == "int" else "string", wire_words().get(name, ""), "in the path", True,
                       str(route.samples.get(name, ""))) for name, kind in route.places()]
    examples = route.example_parameters()
    for entry in route.declaration.schemas():
        name = entry["name"]
        found.append(Parameter(
            name, _kind(entry["schema"]), parameter_line(entry), "JSON" if entry["json"] and not is_plain(
                entry["schema"]) else "", entry["required"],
            _text(examples[name]) if name in examples else ""))
    if route.takes in _SAMPLE_FILES:
        what = "A picture." if "picture" in route.takes.value else "The file."
        found.append(Parameter("file", "file", what, "part of a multipart body",
                               route.takes is not Takes.OPTIONAL_PICTURE))
    return found


def _keys(schema: Mapping[str, Any], document: Mapping[str, Any], depth: int, above: tuple[str, ...]) -> list[Key]:
    """The keys of a schema, those of what they hold after each."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        if name in above or name in ("Success", "Error"):
            return []
        return _keys(document["components"]["schemas"][name], document, depth, (*above, name))
    found: list[Key] = []
    for part in (*schema.get("allOf", ()), *schema.get("anyOf", ())):
        found += _keys(part, document, depth, above)
    for name, inner in schema.get("properties", {}).items():
        if depth or name not in ("result", "msg", "ignored_parameters_unsupported"):
            found.append(Key(name, _kind(inner), inner.get("description", ""), depth))
            if depth < MAX_DEPTH:
                found += _keys({key: value for key, value in inner.items() if key != "description"}, document,
                               depth + 1, above)
    for inner in (schema.get("items"), schema.get("additionalProperties")):
        if isinstance(inner, Mapping):
            found += _keys(inner, document, depth, above)
    return found


def _kind(schema: Mapping[str, Any]) -> str:
    """What values look like, in a few words."""
    if "$ref" in schema:
        return "object"
    if "enum" in schema or "const" in schema:
        return " | ".join(json.dumps(value) for value in schema.get("enum", [schema.get("const")]))
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(_kind(part) for part in schema["anyOf"]))
    kind = schema.get("type", "anything")
    if isinstance(kind, list):
        return " | ".join(kind)
    if kind == "array":
        inner = schema.get("items")
        return f"list of {_plural(_kind(inner))}" if isinstance(inner, Mapping) and inner else "list"
    if kind == "object" and isinstance(schema.get("additionalProperties"), Mapping):
        return f"object of {_plural(_kind(schema['additionalProperties']))}"
    return str(kind)


def _plural(kind: str) -> str:
    return kind if " " in kind or kind == "anything" else kind + "s"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _literal(value: Any, indent: str = "") -> str:
    """A Python literal, a line an entry."""
    if isinstance(value, dict) and value:
        inner = indent + "    "
        body = "".join(f"{inner}{json.dumps(key)}: {_literal(part, inner)},\n" for key, part in value.items())
        return "{\n" + body + indent + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_literal(part, indent) for part in value) + "]"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)
