"""A browser for the walks, and people who use it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.browser.person import Person, start_browser
from tests.support.server import RunningServer


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium, once for a module of walks."""
    with start_browser() as running:
        yield running


@pytest.fixture
def sign_in(browser: Any, demo_server: RunningServer) -> Iterator[Callable[..., Person]]:
    """Signs one of the demo's people in, in a window of their own; all windows close after the walk, and a walk in
    which the page reported an error of its own fails."""
    people: list[Person] = []

    def enter(name: str = "ada", **options: Any) -> Person:
        person = Person(browser, demo_server.url, name, **options)
        people.append(person)
        person.sign_in()
        return person

    yield enter
    for person in people:
        person.close()
    assert [error for person in people for error in person.errors] == []
