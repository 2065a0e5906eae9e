"""Answers in the reader's language: what stays English, and what does not."""

from __future__ import annotations

import requests

from chat.i18n import translate_refusal
from chat.languages import LANGUAGES
from tests.clients.visitors import DEADLINE_S
from tests.support.server import RunningServer


class RefusalTests:
    def test_a_refusal_is_in_the_language_asked_for(self, demo_server: RunningServer) -> None:
        """Only the sentence is; what programs read is the same in all languages."""
        url = demo_server.url + "/api/v1/users/me"
        english = requests.get(url, timeout=DEADLINE_S).json()
        for header, language in (("de-DE,de;q=0.9,en;q=0.1", "de"), ("fr", "en"), ("x" * 5000, "en")):
            answer = requests.get(url, headers={"Accept-Language": header}, timeout=DEADLINE_S).json()
            assert answer == {**english, "msg": translate_refusal(LANGUAGES[language], english["msg"])}
        assert "Nicht angemeldet" in requests.get(
            url, headers={"Accept-Language": "de"}, timeout=DEADLINE_S).json()["msg"]
