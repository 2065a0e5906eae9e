"""The OpenAPI 3.1 document, made from the declarations of the routes. It says nothing they do not say."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from chat.errors import (
    JsonableError,
    ParameterConfusing,
    ParameterInvalid,
    ParameterMissing,
    Unauthorized,
)
from chat.resources.routes import Route, Takes, Who

_COMMON = (ParameterMissing, ParameterInvalid, ParameterConfusing)


def openapi_document(routes: Iterable[Route], server_url: str) -> dict[str, Any]:
    """The document as a JSON object."""
    ordered = sorted(routes, key=lambda route: (route.path, route.method))
    returns = [route.returns for route in ordered if route.returns is not None]
    schemas, components = msgspec.json.schema_components(returns, ref_template="#/components/schemas/{name}")
    by_type = {id(declared): schema for declared, schema in zip(returns, schemas, strict=True)}
    paths: dict[str, dict[str, Any]] = {}
    for route in ordered:
        data = by_type.get(id(route.returns)) if route.returns is not None else None
        paths.setdefault(route.template(), {})[route.method.lower()] = _operation(route, data)
    components["Success"] = {
        "type": "object", "required": ["result", "msg"],
        "properties": {
            "result": {"const": "success"}, "msg": {"type": "string"},
            "ignored_parameters_unsupported": {"type": "array", "items": {"type": "string"}}}}
    components["Error"] = {
        "type": "object", "required": ["result", "msg"],
        "properties": {"result": {"const": "error"}, "msg": {"type": "string"}, "code": {"type": "string"}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Plait", "version": "1", "description": "Team chat. Compatible with the public Zulip "
                 "REST API at feature level 278."},
        "servers": [{"url": server_url + "/api/v1"}],
        "security": [{"basic": []}],
        "paths": paths,
        "components": {"schemas": components,
                       "securitySchemes": {"basic": {"type": "http", "scheme": "basic",
                                                     "description": "E-mail address and API key."}}},
    }


def _operation(route: Route, data: dict[str, Any] | None) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.operation,
        "summary": route.summary,
        "description": f"{' '.join(route.doc.split())}\n\nFor {route.who.value}.".strip(),
        "parameters": [
            {"name": name, "in": "path", "required": True,
             "schema": {"type": "integer", "minimum": 0} if kind == "int" else {"type": "string"}}
            for name, kind in route.places()],
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
    if route.method in ("GET", "DELETE") or route.takes is Takes.BODY:
        operation["parameters"] += [_query_parameter(entry) for entry in declared]
    else:
        operation["requestBody"] = _form(declared)
    return operation


def _query_parameter(entry: dict[str, Any]) -> dict[str, Any]:
    parameter: dict[str, Any] = {"name": entry["name"], "in": "query", "required": entry["required"]}
    if entry["description"]:
        parameter["description"] = entry["description"]
    if entry["json"] and not _is_plain(entry["schema"]):
        parameter["content"] = {"application/json": {"schema": entry["schema"]}}
    else:
        parameter["schema"] = entry["schema"]
    return parameter


def _form(declared: list[dict[str, Any]]) -> dict[str, Any]:
    required = [entry["name"] for entry in declared if entry["required"]]
    properties = {
        entry["name"]: {**entry["schema"], **({"description": entry["description"]} if entry["description"] else {})}
        for entry in declared}
    schema: dict[str, Any] = {"type": "object", "properties": properties}
    if required:
        schema["required"] = required
    encoding = {entry["name"]: {"contentType": "application/json"} for entry in declared
                if entry["json"] and not _is_plain(entry["schema"])}
    form: dict[str, Any] = {"schema": schema}
    if encoding:
        form["encoding"] = encoding
    return {"required": bool(required), "content": {
        "application/x-www-form-urlencoded": form, "application/json": {"schema": schema}}}


def _file(route: Route) -> dict[str, Any]:
    """A form with a file; where that may be missing, also a form like all others."""
    part = {"type": "string",
            "contentMediaType": "application/octet-stream" if route.takes is Takes.FILE else "image/*"}
    if route.takes is not Takes.OPTIONAL_PICTURE:
        return {"required": True, "content": {"multipart/form-data": {"schema": {
            "type": "object", "required": ["file"], "properties": {"file": part}}}}}
    body = _form(route.declaration.schemas())
    form = body["content"]["application/x-www-form-urlencoded"]
    with_file = {**form["schema"], "properties": {**form["schema"]["properties"], "file": part}}
    body["content"]["multipart/form-data"] = {**form, "schema": with_file}
    return body


def _is_plain(schema: dict[str, Any]) -> bool:
    """Whether the JSON text of such a value is what a form or query would carry anyway."""
    return schema.get("type") in ("integer", "boolean", "number")


def _responses(route: Route, data: dict[str, Any] | None) -> dict[str, Any]:
    success: dict[str, Any] = {"$ref": "#/components/schemas/Success"}
    if data is not None:
        success = {"allOf": [success, data]}
    responses: dict[str, Any] = {
        "200": {"description": "Success", "content": {"application/json": {"schema": success}}}}
    errors: list[type[JsonableError]] = [*_COMMON, *route.errors]
    if route.who is not Who.ANYONE:
        errors.append(Unauthorized)
    by_status: dict[int, set[str]] = {}
    for error in errors:
        by_status.setdefault(error.status, set()).add(error.code)
    for status, codes in sorted(by_status.items()):
        responses[str(status)] = {
            "description": ", ".join(sorted({"BAD_REQUEST", *codes} if status == 400 else codes)),
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}}
    return responses
