"""The floors of docs/architecture.md hold, and the tool that says so would notice if they did not."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LINT_IMPORTS = Path(sys.executable).parent / "lint-imports"


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINT_IMPORTS, "--no-cache", "--config", str(ROOT / "setup.cfg")],
        cwd=folder, check=False, capture_output=True, text=True, env={"PYTHONPATH": str(folder)},
    )  # fmt: skip


class FloorsTests:
    def test_every_module_imports_only_from_lower_floors(self) -> None:
        done = lint_imports(ROOT)
        assert done.returncode == 0, done.stdout

    def test_an_import_from_a_higher_floor_is_noticed(self, tmp_path: Path) -> None:
        shutil.copytree(ROOT / "chat", tmp_path / "chat", ignore=shutil.ignore_patterns("__pycache__"))
        with (tmp_path / "chat" / "settings.py").open("a") as settings:
            settings.write("\nimport chat.database.migrate\n")
        done = lint_imports(tmp_path)
        assert done.returncode == 1
        assert "chat.settings is not allowed to import chat.database" in done.stdout

    def test_a_module_without_a_floor_is_noticed(self, tmp_path: Path) -> None:
        shutil.copytree(ROOT / "chat", tmp_path / "chat", ignore=shutil.ignore_patterns("__pycache__"))
        (tmp_path / "chat" / "newcomer.py").touch()
        done = lint_imports(tmp_path)
        assert done.returncode == 1
        assert "newcomer" in done.stdout
