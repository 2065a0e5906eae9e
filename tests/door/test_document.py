"""The API document: it is valid, it tells the truth about who may call what, and it names what clients send."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.clients.visitors import ADA, ALAN, DEADLINE_S, GRACE, Browser, Program
from tests.support.server import RunningServer

Operation = dict[str, Any]


@pytest.fixture(scope="module")
def document(demo_server: RunningServer) -> dict[str, Any]:
    answer = requests.get(demo_server.url + "/api/v1/openapi.json", timeout=DEADLINE_S)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, Operation]]:
    """(verb, path, operation) of everything in the document."""
    for path, verbs in document["paths"].items():
        for verb, operation in verbs.items():
            yield verb.upper(), path, operation


def example_path(path: str, operation: Operation) -> str:
    """The path with its places filled."""
    for parameter in operation["parameters"]:
        if parameter["in"] == "path":
            value = {"integer": "1", "string": ALAN}[parameter["schema"]["type"]]
            path = path.replace(f"{{{parameter['name']}}}", value)
    assert "{" not in path
    return path


def parameters_of(operation: Operation) -> dict[str, bool]:
    """Names of the parameters, and whether each is required."""
    named = {parameter["name"]: parameter.get("required", False) for parameter in operation["parameters"]
             if parameter["in"] == "query"}
    body = operation.get("requestBody", {}).get("content", {}).get("application/x-www-form-urlencoded")
    if body is not None:
        required = body["schema"].get("required", [])
        named |= {name: name in required for name in body["schema"]["properties"]}
    return named


class DocumentTests:
    def test_is_valid(self, document: dict[str, Any]) -> None:
        """It is OpenAPI 3.1 in every respect that a validator knows."""
        OpenAPIV31SpecValidator(document).validate()
        assert document["openapi"].startswith("3.1")

    def test_is_for_this_server(self, demo_server: RunningServer, document: dict[str, Any]) -> None:
        """It says where the server is, and that only its own routes count."""
        assert document["servers"] == [{"url": document["servers"][0]["url"]}]
        assert document["servers"][0]["url"].endswith("/api/v1")

    def test_every_operation_is_described(self, document: dict[str, Any]) -> None:
        """Each has a name of its own, a summary, words, and answers for success and failure."""
        found = list(operations(document))
        assert len({operation["operationId"] for _, _, operation in found}) == len(found) > 30
        for verb, path, operation in found:
            assert operation["summary"], (verb, path)
            assert len(operation["description"]) > 20, (verb, path)
            assert {"200", "400"} <= set(operation["responses"]), (verb, path)

    def test_every_verb_is_served(self, demo_server: RunningServer, document: dict[str, Any]) -> None:
        """OPTIONS of every path gives the verbs that the document has, and no others."""
        for path, verbs in document["paths"].items():
            operation = next(iter(verbs.values()))
            answer = requests.options(
                demo_server.url + "/api/v1" + example_path(path, operation), timeout=DEADLINE_S)
            allowed = {verb.strip() for verb in answer.headers["allow"].split(",")} - {"HEAD", "OPTIONS"}
            assert allowed == {verb.upper() for verb in verbs}, path

    def test_who_may(self, demo_server: RunningServer, document: dict[str, Any]) -> None:
        """Without credentials every operation is refused with 401 at both doors, but for those it says need none."""
        for verb, path, operation in operations(document):
            for prefix in ("/api/v1", "/json"):
                answer = requests.request(
                    verb, demo_server.url + prefix + example_path(path, operation), timeout=DEADLINE_S)
                if operation.get("security") == []:
                    assert answer.status_code in (200, 400), (verb, path)
                else:
                    assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHORIZED"), (verb, path)
                    assert "401" in operation["responses"]

    def test_every_write_needs_its_token(self, demo_server: RunningServer, document: dict[str, Any]) -> None:
        """Whatever is no GET is refused to a session without its CSRF token, before anything else is looked at."""
        browser, count = Browser(demo_server, ALAN), 0
        for verb, path, operation in operations(document):
            if verb != "GET":
                count += 1
                for headers in ({}, {"X-CSRFToken": "x" * 64}):
                    answer = browser.session.request(
                        verb, demo_server.url + "/json" + example_path(path, operation), headers=headers,
                        timeout=DEADLINE_S)
                    assert (answer.status_code, answer.json()["code"]) == (403, "CSRF_FAILED"), (verb, path)
        assert count > 50

    def test_administrators_only(self, demo_server: RunningServer, document: dict[str, Any]) -> None:
        """What is for administrators is refused to a member at both doors, whatever parameters they send."""
        alan = (Program(demo_server, ALAN), Browser(demo_server, ALAN))
        for verb, path, operation in operations(document):
            if "For administrators" in operation["description"] or "For owners" in operation["description"]:
                for visitor in alan:
                    answer = visitor.call(verb, example_path(path, operation))
                    assert (answer.status_code, answer.json()["code"]) == (400, "UNAUTHORIZED_PRINCIPAL"), (verb, path)

    def test_required_parameters(self, demo_server: RunningServer, document: dict[str, Any]) -> None:
        """What it calls required is missed when it is absent; what it does not call so is not."""
        ada, grace, alan = (Program(demo_server, email) for email in (ADA, GRACE, ALAN))
        for verb, path, operation in operations(document):
            required = [name for name, needed in parameters_of(operation).items() if needed]
            if verb == "GET" or required:  # others might do something
                words = operation["description"]
                caller = ada if "For owners" in words else grace if "administrators" in words else alan
                answer = caller.call(verb, example_path(path, operation)).json()
                if required:
                    assert (answer["code"], answer.get("var_name")) == ("REQUEST_VARIABLE_MISSING", required[0]), (
                        verb, path, answer)
                else:
                    assert answer.get("code") != "REQUEST_VARIABLE_MISSING", (verb, path)

    def test_returned_keys(self, demo_server: RunningServer, document: dict[str, Any]) -> None:
        """What GETs without parameters return is what their schema says, key by key."""
        alan = Program(demo_server, ALAN)
        for verb, path, operation in operations(document):
            if verb != "GET" or any(parameters_of(operation).values()) or path == "/openapi.json":
                continue
            answer = alan.call("GET", example_path(path, operation)).json()
            schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
            declared = properties_of(document, schema)
            if answer["result"] == "success" and declared - {"result", "msg"} != {"ignored_parameters_unsupported"}:
                assert set(answer) <= declared, path


def properties_of(document: dict[str, Any], schema: dict[str, Any]) -> set[str]:
    """All top-level keys that a schema knows."""
    if "$ref" in schema:
        return properties_of(document, document["components"]["schemas"][schema["$ref"].split("/")[-1]])
    names = set(schema.get("properties", {}))
    for part in schema.get("allOf", []):
        names |= properties_of(document, part)
    return names
