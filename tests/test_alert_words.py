"""Alert words: whole words, whoever's, in one pass that nobody's words can make slow."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from chat.alert_words import MAX_STEPS, AlertWords

TEXTS = st.text(alphabet="ab .-\n", max_size=30)


def index(**words: list[str]) -> AlertWords:
    made = AlertWords()
    for name, theirs in words.items():
        made.put(int(name[1:]), theirs)
    return made


class MatchTests:
    def test_whole_words(self) -> None:
        words = index(u1=["cat"])
        for text in ("cat", "a CAT!", "(Cat)", "**cat**", "the\ncat\nsat", "cat's", "black-cat", "cat, dog"):
            assert words.people_alerted(text) == {1}, text
        for text in ("", "catalogue", "concat", "cat_food", "cat9", "c a t", "kat"):
            assert words.people_alerted(text) == set(), text

    def test_phrases(self) -> None:
        """A phrase is found whatever white space is between its words, and only whole."""
        words = index(u1=["release the kraken"])
        assert words.people_alerted("please Release\n  the Kraken now") == {1}
        assert words.people_alerted("release the krakens") == set()
        assert words.people_alerted("release the release the kraken") == {1}

    def test_words_with_signs(self) -> None:
        words = index(u1=["C++"], u2=["@support"], u3=["on-call"], u4=["10.0.0.1"])
        assert words.people_alerted("I like c++.") == {1}
        assert words.people_alerted("I like c+") == set()
        assert words.people_alerted("hello @Support!") == {2}
        assert words.people_alerted("support") == set()
        assert words.people_alerted("who is on-call?") == {3}
        assert words.people_alerted("at http://10.0.0.1/") == {4}
        assert words.people_alerted("at 10.0.0.11") == set()

    def test_other_scripts(self) -> None:
        """Accents count however they are encoded, and marks belong to their word."""
        assert index(u1=["café"]).people_alerted("le cafe\u0301 noir") == {1}
        assert index(u1=["cafe"]).people_alerted("le cafe\u0301 noir") == set()
        assert index(u1=["STRASSE"]).people_alerted("die Straße") == {1}
        assert index(u1=["हिन"]).people_alerted("हिन्दी") == set()
        assert index(u1=["🎉"]).people_alerted("done 🎉🎉") == {1}

    def test_everyone_is_found(self) -> None:
        words = index(u1=["deploy"], u2=["Deploy", "deploy now"], u3=["now"], u4=["later"])
        assert words.people_alerted("deploy now") == {1, 2, 3}

    def test_changes(self) -> None:
        """Words come and go, one person's without another's, even where two of them are found alike."""
        words = index(u1=["a b", "a"], u2=["a b"])
        words.put(1, ["a"])
        assert words.people_alerted("a b") == {1, 2}
        words.put(2, [])
        assert words.people_alerted("b a") == {1}
        words.put(1, ["re-do", "re - do"])
        words.put(1, ["re - do"])
        assert words.people_alerted("re-do") == {1}
        words.put(1, ["re-do", "re - do"])
        words.put(1, [])
        assert words.people_alerted("re-do a b") == set()
        assert words.of(1) == ()

    @given(st.lists(st.text(alphabet="ab.-", min_size=1, max_size=6), max_size=6), TEXTS)
    def test_as_the_plain_way_finds_them(self, phrases: list[str], text: str) -> None:
        """The index finds what looking for each phrase by itself finds."""
        words = AlertWords()
        for number, phrase in enumerate(phrases):
            words.put(number, [phrase])

        def spaced(parts: list[str]) -> str:
            return " " + " ".join(parts) + " "

        def split(of: str) -> list[str]:
            return re.findall(r"\w+|[^\w\s]", of)

        expected = {number for number, phrase in enumerate(phrases) if spaced(split(phrase)) in spaced(split(text))}
        assert words.people_alerted(text) == expected

    def test_what_is_made_to_be_slow(self) -> None:
        """A text and words made for each other cost no more than the limit, and ordinary texts are not cut off."""
        words = index(u1=["a," * 50], u2=["needle"])
        assert words.people_alerted("a," * (MAX_STEPS // 200) + " needle") >= {1, 2}
        assert words.people_alerted("lorem ipsum, " * 5000 + "needle") == {2}
        tree_steps = _count_steps(words, "a," * 50_000)
        assert tree_steps < MAX_STEPS * 1.1


def _count_steps(words: AlertWords, text: str) -> int:
    """How many nodes of the tree were looked at."""
    steps = 0

    class Counting(dict):  # type: ignore[type-arg]
        def get(self, *args: object) -> object:
            nonlocal steps
            steps += 1
            return super().get(*args)

    def wrap(node: object) -> None:
        node.children = Counting(node.children)  # type: ignore[attr-defined]
        for child in node.children.values():  # type: ignore[attr-defined]
            wrap(child)

    wrap(words._root)
    words.people_alerted(text)
    return steps
