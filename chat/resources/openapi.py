"""The OpenAPI 3.1 document, made from the declarations of the routes. It says nothing they do not say."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from chat.errors import (
    BodyTooLarge,
    JsonableError,
    NotAllowed,
    NotFound,
    ParameterConfusing,
    ParameterInvalid,
    ParameterMissing,
    RateLimitHit,
    ServiceUnavailable,
    Unauthorized,
)
from chat.resources.descriptions import key_docs, records, wire_words
from chat.resources.routes import Route, Takes, Who

MAX_ID = 2**31 - 1
_COMMON = (JsonableError, ParameterMissing, ParameterInvalid, ParameterConfusing, RateLimitHit, ServiceUnavailable)


def documented_errors(route: Route) -> dict[int, set[str]]:
    """The codes that a route may answer with, by status."""
    errors: set[type[JsonableError]] = {*_COMMON, *route.errors}
    if route.who is not Who.ANYONE:
        errors.add(Unauthorized)
    if route.who not in (Who.ANYONE, Who.USER):
        errors.add(NotAllowed)
    if route.places():
        errors.add(NotFound)
    if route.method not in ("GET", "DELETE"):
        errors.add(BodyTooLarge)
    by_status: dict[int, set[str]] = {}
    for error in errors:
        by_status.setdefault(error.status, set()).add(error.code)
    return dict(sorted(by_status.items()))


def openapi_document(routes: Iterable[Route], server_url: str) -> dict[str, Any]:
    """The document as a JSON object."""
    ordered = sorted(routes, key=lambda route: (route.path, route.method))
    returns = [route.returns for route in ordered if route.returns is not None]
    schemas, components = msgspec.json.schema_components(returns, ref_template="#/components/schemas/{name}")
    by_type = {id(declared): schema for declared, schema in zip(returns, schemas, strict=True)}
    _describe(components, returns)
    paths: dict[str, dict[str, Any]] = {}
    for route in ordered:
        data = by_type.get(id(route.returns)) if route.returns is not None else None
        paths.setdefault(route.template(), {})[route.method.lower()] = _operation(route, data)
    components["Success"] = {
        "type": "object", "required": ["result", "msg"],
        "properties": {
            "result": {"const": "success"}, "msg": {"type": "string"},
            "ignored_parameters_unsupported": {
                "type": "array", "items": {"type": "string"},
                "description": "Names of parameters that were sent and not read."}}}
    components["Error"] = {
        "type": "object", "required": ["result", "msg"],
        "properties": {
            "result": {"const": "error"}, "msg": {"type": "string", "description": "What went wrong, for people."},
            "code": {"type": "string", "description": "What went wrong, for programs."}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Plait", "version": "1", "description": "Team chat. Compatible with the public Zulip "
                 "REST API at feature level 278."},
        "servers": [{"url": server_url + "/api/v1"}],
        "security": [{"basic": []}],
        "tags": [{"name": noun} for noun in sorted({route.noun for route in ordered})],
        "paths": paths,
        "components": {"schemas": components,
                       "securitySchemes": {"basic": {"type": "http", "scheme": "basic",
                                                     "description": "E-mail address and API key."}}},
    }


def _describe(components: dict[str, Any], returns: Iterable[Any]) -> None:
    """Give each key its line."""
    known: dict[str, Any] = {}
    for record in records(returns):
        known.setdefault(record.__name__, record)
        known[f"{record.__module__}.{record.__name__}".replace(".", "_")] = record  # where two have the same name
    words = wire_words()
    for name, component in components.items():
        docs = key_docs(known[name]) if name in known else {}
        for key, schema in component.get("properties", {}).items():
            line = docs.get(key) or words.get(key)
            if line and isinstance(schema, dict):
                schema.setdefault("description", line)


def _operation(route: Route, data: dict[str, Any] | None) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.operation,
        "tags": [route.noun],
        "summary": route.summary,
        "description": f"{' '.join(route.doc.split())}\n\nFor {route.who.value}.".strip(),
        "parameters": [_place(route, name, kind) for name, kind in route.places()],
        "responses": _responses(route, data),
    }
    if route.who is Who.ANYONE:
        operation["security"] = []
    if route.takes is Takes.BODY:
        operation["requestBody"] = {"content": {"application/json": {"schema": {"type": "object"}}}}
    elif route.takes is not Takes.NOTHING:
        operation["requestBody"] = _file(route)
        return operation
    declared = route.declaration.schemas()
    if not declared:
        return operation
    examples = route.example_parameters()
    if route.method in ("GET", "DELETE") or route.takes is Takes.BODY:
        operation["parameters"] += [_query_parameter(entry, examples) for entry in declared]
    else:
        operation["requestBody"] = _form(declared, examples)
    return operation


def _place(route: Route, name: str, kind: str) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 100}
    if kind == "int":
        schema = {"type": "integer", "minimum": 0, "maximum": MAX_ID}
    elif name == "email":
        schema = {"type": "string", "format": "email"}
    place: dict[str, Any] = {"name": name, "in": "path", "required": True, "schema": schema}
    line = wire_words().get(name)
    if line:
        place["description"] = line
    if name in route.samples:
        place["example"] = route.samples[name]
    return place


def _query_parameter(entry: dict[str, Any], examples: dict[str, Any]) -> dict[str, Any]:
    name = entry["name"]
    parameter: dict[str, Any] = {"name": name, "in": "query", "required": entry["required"],
                                 "description": parameter_line(entry)}
    if entry["json"] and not is_plain(entry["schema"]):
        parameter["content"] = {"application/json": {"schema": entry["schema"]}}
        if name in examples:
            parameter["content"]["application/json"]["example"] = examples[name]
        return parameter
    parameter["schema"] = entry["schema"]
    if name in examples:
        parameter["example"] = examples[name]
    return parameter


def parameter_line(entry: dict[str, Any]) -> str:
    """What a parameter is, in one line."""
    return entry["description"] or wire_words().get(entry["name"], "")


def _form(declared: list[dict[str, Any]], examples: dict[str, Any]) -> dict[str, Any]:
    required = [entry["name"] for entry in declared if entry["required"]]
    properties = {entry["name"]: {**entry["schema"], "description": parameter_line(entry)} for entry in declared}
    schema: dict[str, Any] = {"type": "object", "properties": properties}
    if required:
        schema["required"] = required
    encoding = {entry["name"]: {"contentType": "application/json"} for entry in declared
                if entry["json"] and not is_plain(entry["schema"])}
    form: dict[str, Any] = {"schema": schema}
    if encoding:
        form["encoding"] = encoding
    as_json: dict[str, Any] = {"schema": schema}
    if examples:
        as_json["example"] = examples
    return {"required": bool(required), "content": {
        "application/x-www-form-urlencoded": form, "application/json": as_json}}


def _file(route: Route) -> dict[str, Any]:
    """A form with a file; where that may be missing, also a form like all others."""
    part = {"type": "string",
            "contentMediaType": "application/octet-stream" if route.takes is Takes.FILE else "image/*"}
    if route.takes is not Takes.OPTIONAL_PICTURE:
        return {"required": True, "content": {"multipart/form-data": {"schema": {
            "type": "object", "required": ["file"], "properties": {"file": part}}}}}
    body = _form(route.declaration.schemas(), route.example_parameters())
    form = body["content"]["application/x-www-form-urlencoded"]
    with_file = {**form["schema"], "properties": {**form["schema"]["properties"], "file": part}}
    body["content"]["multipart/form-data"] = {**form, "schema": with_file}
    return body


def is_plain(schema: dict[str, Any]) -> bool:
    """Whether the JSON text of such a value is what a form or query would carry anyway."""
    return schema.get("type") in ("integer", "boolean", "number")


def _responses(route: Route, data: dict[str, Any] | None) -> dict[str, Any]:
    success: dict[str, Any] = {"$ref": "#/components/schemas/Success"}
    if data is not None:
        success = {"allOf": [success, data]}
    if route.is_bare:
        success = {"type": "object"}
    responses: dict[str, Any] = {
        "200": {"description": "Success", "content": {"application/json": {"schema": success}}}}
    for status, codes in documented_errors(route).items():
        schema = {"allOf": [{"$ref": "#/components/schemas/Error"}, {
            "required": ["code"], "properties": {"code": {"enum": sorted(codes)}}}]}
        responses[str(status)] = {"description": ", ".join(sorted(codes)),
                                  "content": {"application/json": {"schema": schema}}}
    return responses
