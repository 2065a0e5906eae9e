"""The load driver runs from end to end, and its meter counts what it should."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from bench import links
from bench.meter import Meter
from bench.page import page
from bench.report import GOALS, table
from bench.scenarios import Figures
from tests.support.server import ROOT

_BURN_S = 0.3
_BURNING = f"import time\nwhile time.process_time() < {_BURN_S}: pass"


class MeterTests:
    def test_children_that_ended_count(self) -> None:
        """The time of a process that has ended and been waited for stays in its parent's sum."""
        before = Meter(os.getpid()).cpu_s()
        subprocess.run([sys.executable, "-c", _BURNING], check=True)
        assert (Meter(os.getpid()).cpu_s() - before).total >= _BURN_S - 0.02

    def test_children_that_run_count(self) -> None:
        """The time and the memory of a grandchild are in the sum while it lives."""
        parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {_BURNING + chr(10) + 'input()'!r}])"
        with subprocess.Popen([sys.executable, "-c", parent], stdin=subprocess.PIPE) as process:
            meter = Meter(process.pid)
            deadline = time.monotonic() + 30
            while meter.cpu_s().total < _BURN_S:
                assert time.monotonic() < deadline
                time.sleep(0.02)
            assert meter.memory_kb().total > 2 * 3000
            process.communicate(b"\n")

    def test_postgres_is_told_apart(self, tmp_path: Path) -> None:
        """A descendant named postgres is the database, whatever its program."""
        named = tmp_path / "postgres"
        named.symlink_to("/bin/sleep")
        with subprocess.Popen([named, "60"]) as process:
            try:
                # Between fork and exec the child is still called what we are.
                deadline = time.monotonic() + 30
                while not (held := Meter(os.getpid()).memory_kb()).database:
                    assert time.monotonic() < deadline
                assert held.server > held.database
            finally:
                process.kill()


class BenchTests:
    def test_everything_is_measured(self, tmp_path: Path) -> None:
        """A small organisation, few repetitions: every scenario leaves its figures, and the table shows every goal."""
        record = tmp_path / "record.json"
        done = subprocess.run(
            [sys.executable, "-m", "bench", "--people", "12", "--receivers", "10", "--large", "15", "--crowd", "20",
             "--queues", "40", "--rounds", "1", "--scale", "0.01", "--settle", "0.2", "--name", "a test",
             "--json", str(record)],
            cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        recorded = json.loads(record.read_text())
        figures = recorded["figures"]
        assert set(figures) == {"idle", "send", "websocket", "long_poll", "history", "register", "idle_after",
                                "register_large", "send_large", "idle_large", "crowd_websocket", "crowd_long_poll",
                                "crowd_presence", "crowd_presence_older_form", "crowd_queues"}
        assert figures["crowd_queues"]["queues"] == 40
        assert "40 event queues" in page(recorded)
        for goal in GOALS:
            assert goal.value in figures[goal.scenario]
            assert goal.title in done.stdout
        for name in ("send", "websocket", "long_poll", "history", "register"):
            assert 0 < figures[name]["p50_ms"] <= figures[name]["p99_ms"]
        assert figures["idle"]["mb_server"] > 10
        assert figures["idle"]["mb_database"] > 1
        assert recorded["machine"]["name"] == "a test"
        assert recorded["people"] == 12

    def test_what_misses_its_goal_is_marked(self) -> None:
        lines = table([Figures("send", {"cpu_ms": 2.5}), Figures("history", {"cpu_ms": 1.0})]).splitlines()
        assert [line.endswith("ABOVE") for line in lines[1:3]] == [True, False]

    def test_the_page_says_what_was_recorded(self) -> None:
        """docs/performance.md holds the tables of the newest record, word for word."""
        newest = max((json.loads(file.read_text()) for file in (ROOT / "bench" / "results").glob("*.json")),
                     key=lambda recorded: recorded["taken"])
        assert page(newest) in (ROOT / "docs" / "performance.md").read_text()

    def test_the_page_says_what_links_cost(self) -> None:
        record = json.loads((ROOT / "bench" / "results" / "links" / "2-cores.json").read_text())
        assert links.page(record["figures"]) in (ROOT / "docs" / "performance.md").read_text()
