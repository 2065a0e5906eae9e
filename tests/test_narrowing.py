"""Any narrow at all: the answer is messages or a refusal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.harness import Client, InProcess, run

NUMBERS = st.integers(-2**63, 2**63 - 1)
TERMS = st.lists(st.one_of(
    st.lists(st.text() | NUMBERS, min_size=0, max_size=4),
    st.fixed_dictionaries({
        "operator": st.sampled_from(["channel", "topic", "dm", "sender", "is", "has", "in", "id", "near", "with",
                                     "search", "dm-including", "channels", "group-pm-with", "-is", "x"]),
        "operand": st.sampled_from(["general", "dm", "starred", "public", "home", "1", "link", "(a & b", "%s", "'"])
        | st.text() | NUMBERS | st.lists(NUMBERS | st.text(), max_size=3) | st.none() | st.booleans(),
    }, optional={"negated": st.booleans()})), max_size=4)


@pytest.fixture(scope="module")
def reader() -> Iterator[Client]:
    """Someone with a message to find."""
    server = InProcess()

    async def start() -> Client:
        await server.start()
        owner = await server.organisation()
        await owner.send("general", "hello")
        return owner

    yield run(start())
    run(server.stop())


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(narrow=TERMS)
def test_any_narrow(reader: Client, narrow: list[Any]) -> None:
    """Whatever terms are sent, the answer is messages or a refusal, never a failure."""
    status, body = run(reader.answer("GET", "/messages", anchor="newest", num_before=2, num_after=2, narrow=narrow))
    assert status in (200, 400), body
