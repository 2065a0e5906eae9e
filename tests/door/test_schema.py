"""The whole API document against the server: whatever the document allows, and what it does not, is answered within it.

schemathesis makes the requests, from the document alone; looked at are the status, the content type, and the answer
against the schema of its status, down to the codes of errors.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.clients.visitors import ADA, DEADLINE_S, Program
from tests.support.server import RunningServer

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
          response_headers_conformance]
EXAMPLES = {GenerationMode.POSITIVE: 7, GenerationMode.NEGATIVE: 4}
MAX_ADDRESS = 100_000
"""Longer ones are cut off by the server, as by any other."""
ENDS_THE_KEY = {"POST /users/me/api_key/regenerate", "DELETE /users/me", "DELETE /users/{user_id}"}


@pytest.fixture(scope="module")
def document(demo_server: RunningServer) -> dict[str, Any]:
    found: dict[str, Any] = requests.get(demo_server.url + "/api/v1/openapi.json", timeout=DEADLINE_S).json()
    return found


class SchemaTests:
    @pytest.mark.parametrize("mode", list(EXAMPLES), ids=lambda mode: mode.name.lower())
    def test_every_operation(self, demo_server: RunningServer, document: dict[str, Any], mode: GenerationMode) -> None:
        """No failure of the server's, no answer outside its schema."""
        ada = Program(demo_server, ADA)
        statuses: Counter[int] = Counter()
        succeeded: set[str] = set()
        failed: dict[str, str] = {}

        def send(case: schemathesis.Case) -> None:
            assume(len(repr(case.query)) < MAX_ADDRESS)
            case.headers.clear()  # the document has none; broken ones (a length that is no number) are HTTP's business
            answer = case.call(base_url=demo_server.url + "/api/v1", auth=(ADA, ada.key), timeout=DEADLINE_S)
            statuses[answer.status_code] += 1
            if answer.status_code == 200:
                succeeded.add(case.operation.label)
            case.validate_response(answer, checks=CHECKS)

        bounds = settings(max_examples=EXAMPLES[mode], database=None, phases=[Phase.generate],
                          suppress_health_check=list(HealthCheck))
        for found in schemathesis.openapi.from_dict(document).get_all_operations():
            operation = found.ok()
            if operation.label in ENDS_THE_KEY:
                continue
            try:
                bounds(given(operation.as_strategy(generation_mode=mode))(send))()
            except Unsatisfiable:
                # What takes nothing cannot be sent anything wrong.
                assert mode is GenerationMode.NEGATIVE, operation.label
            except Exception as error:
                parts = error.exceptions if isinstance(error, ExceptionGroup) else [error]
                failed[operation.label] = "\n".join(str(part)[:1000] for part in parts)
        assert failed == {}, "\n".join(f"{label}: {words}" for label, words in failed.items())
        assert ada.call("GET", "/users/me").status_code == 200, "the key was good to the end"
        if mode is GenerationMode.POSITIVE:
            assert len(succeeded) > 35, sorted(succeeded)
            assert statuses[200] > sum(statuses.values()) / 4, statuses
