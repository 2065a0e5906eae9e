"""The table of emoji."""

from __future__ import annotations

import re

import pytest

from chat.emoji import EMOTICONS, characters, code_of, code_to_names, is_emoji, name_to_code

KNOWN = {
    "thumbs_up": "1f44d", "+1": "1f44d", "thumbs_down": "1f44e", "-1": "1f44e", "smile": "1f642", "tada": "1f389",
    "heart": "2764", "octopus": "1f419", "working_on_it": "1f6e0", "rocket": "1f680", "eyes": "1f440", "check": "2705",
    "joy": "1f602", "100": "1f4af", "france": "1f1eb-1f1f7", "one": "0031-20e3", "wave": "1f44b", "pray": "1f64f",
    "question": "2753", "slight_smile": "1f642", "party_popper": "1f389", "white_check_mark": "2705", "shrug": "1f937",
}  # fmt: skip


class EmojiTests:
    def test_names_people_type_are_there(self) -> None:
        assert {name: name_to_code.get(name) for name in KNOWN} == KNOWN

    def test_codes_and_names_are_well_formed(self) -> None:
        for code, names in code_to_names.items():
            assert re.fullmatch(r"[0-9a-f]{4,6}(-[0-9a-f]{4,6})*", code)
            assert "fe0f" not in code.split("-")
            assert names
            for name in names:
                assert re.fullmatch(r"[a-z0-9_+-]{1,60}", name), name
                assert name_to_code[name] == code, name

    def test_no_name_is_given_twice(self) -> None:
        names = [name for names in code_to_names.values() for name in names]
        assert len(names) == len(set(names)) == len(name_to_code)

    def test_every_emoji_is_recognised_as_typed(self) -> None:
        def is_recognised(typed: str) -> bool:
            return any(map(is_emoji, (typed, typed + "\ufe0f", typed[0] + "\ufe0f" + typed[1:])))

        assert [code for code in code_to_names if not is_recognised(characters(code))] == []

    def test_ordinary_characters_are_no_emoji(self) -> None:
        for text in ("a", "1", "#", "©", "™", "❤", "↔", "👍🏽", "🎉🎉", "", "日"):
            assert not is_emoji(text), text

    @pytest.mark.parametrize("typed", ["❤️", "🎉", "👩‍💻", "🇫🇷", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"])
    def test_emoji_as_typed_have_their_code(self, typed: str) -> None:
        code = code_of(typed)
        assert code is not None
        assert characters(code).replace("\ufe0f", "") == typed.replace("\ufe0f", "")

    def test_emoticons_are_emoji(self) -> None:
        assert all(name in name_to_code for name in EMOTICONS.values())
