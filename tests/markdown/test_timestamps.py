"""Times as people write them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from chat.markdown.timestamps import read_time


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


READ = [
    ("2026-11-21T15:00:00Z", at(2026, 11, 21, 15)),
    ("2026-11-21T15:00:00+05:30", at(2026, 11, 21, 9, 30)),
    ("2026-11-21T15:00", at(2026, 11, 21, 15)),
    ("2026-11-21", at(2026, 11, 21)),
    ("2026/11/21 3:05 pm", at(2026, 11, 21, 15, 5)),
    ("0", at(1970, 1, 1)),
    ("1700000000.5", datetime(2023, 11, 14, 22, 13, 20, 500_000, tzinfo=UTC)),
    ("Jun 5th 2017, 10:30 PM", at(2017, 6, 5, 22, 30)),
    ("June 5, 2017 at 10:30:15", at(2017, 6, 5, 10, 30, 15)),
    ("5 June 2017 12 am", at(2017, 6, 5)),
    ("5 June 2017 12pm", at(2017, 6, 5, 12)),
    ("Mon 5 Jun 2017 10:30 +0200", at(2017, 6, 5, 8, 30)),
    ("Thursday, 21 Sept 2017 10:30 GMT", at(2017, 9, 21, 10, 30)),
    ("Mon, 05 Jun 2017 10:30:00 -0330", at(2017, 6, 5, 14)),
]
NOT_READ = [
    "", "soon", "June", "5 Jux 2017", "31 June 2017", "5 June 2017 25:00", "5 June 2017 13 pm", "2017-13-01",
    "12345678901234",
    "9" * 60, "0001-01-01T00:00+10:00", "5 June 2017 10:30 +9999", "\u0665 June 2017",
]  # fmt: skip


class ReadTimeTests:
    @pytest.mark.parametrize(("typed", "moment"), READ)
    def test_read(self, typed: str, moment: datetime) -> None:
        assert read_time(typed) == moment

    @pytest.mark.parametrize("typed", NOT_READ)
    def test_not_read(self, typed: str) -> None:
        assert read_time(typed) is None
