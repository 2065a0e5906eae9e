"""Where the lines about keys come from."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from chat.resources.descriptions import key_docs, records, wire_words


class Inner(TypedDict):
    name: str
    """What it is
    called."""
    plain: int


class Outer(Inner):
    inner: NotRequired[list[Inner] | None]
    """Another one."""


class DescriptionsTests:
    def test_lines_beneath_keys(self) -> None:
        assert key_docs(Inner) == {"name": "What it is called."}
        assert key_docs(Outer) == {"name": "What it is called.", "inner": "Another one."}

    def test_what_a_type_is_made_of(self) -> None:
        assert records([dict[str, Outer | None]]) == {Inner, Outer}

    def test_words_are_in_order(self) -> None:
        """One line a word, so that everybody finds its place."""
        words = wire_words()
        assert list(words) == sorted(words)
        assert all(line.endswith(".") for line in words.values())
