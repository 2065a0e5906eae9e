"""The wheel: it holds everything, and its server runs from an empty folder without the checkout."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.folders import make_folder, remove_folder
from tests.support.server import ROOT, RunningServer, free_port

PACKED = ("chat", "docs", "static", "twisted")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from a copy, so that the checkout gets no build folders."""
    source = tmp_path_factory.mktemp("source")
    ignore = shutil.ignore_patterns("__pycache__", "*.egg-info", "dropin.cache")
    for name in PACKED:
        shutil.copytree(ROOT / name, source / name, ignore=ignore)
    for path in ROOT.iterdir():
        if path.is_file():
            shutil.copy(path, source)
    target = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(target)]
    done = subprocess.run([*command, str(source)], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = target.glob("*.whl")
    return built


@pytest.fixture
def installed(wheel: Path) -> Iterator[Path]:
    """The bin folder of an environment that has the wheel, and our packages but not our checkout."""
    folder = make_folder()
    venv.create(folder / "venv", symlinks=True)
    python = folder / "venv" / "bin" / "python"
    theirs = sysconfig.get_path("purelib", vars={"base": str(folder / "venv")})
    # A folder that is put on the path has its own .pth files, ours for the checkout among them, not read.
    Path(theirs, "packages.pth").write_text(sysconfig.get_path("purelib") + "\n")
    with zipfile.ZipFile(wheel) as archive:  # what pip does, less the network and the seconds
        archive.extractall(theirs)
    twistd = folder / "venv" / "bin" / "twistd"
    twistd.write_text(f"#!{python}\nfrom twisted.scripts.twistd import run\nrun()\n")
    twistd.chmod(0o755)
    yield twistd.parent
    remove_folder(folder)


class WheelTests:
    def test_it_holds_what_a_server_needs(self, wheel: Path) -> None:
        with zipfile.ZipFile(wheel) as archive:
            names = set(archive.namelist())
        assert "twisted/plugins/chat_plugin.py" in names
        assert "twisted/__init__.py" not in names
        assert "twisted/plugins/__init__.py" not in names
        for pattern in ("chat/**/*.py", "chat/**/*.sql", "chat/**/*.html", "chat/**/*.json"):
            for path in ROOT.glob(pattern):
                assert path.relative_to(ROOT).as_posix() in names
        for path in (ROOT / "static").rglob("*"):
            if path.is_file():
                assert f"chat/{path.relative_to(ROOT).as_posix()}" in names
        assert any(name.startswith("chat/static/vendor/") for name in names), "`make setup` comes first"
        assert not [name for name in names if name.startswith(("tests/", "bench/", "node_modules/"))]

    def test_its_server_runs_from_another_folder(self, installed: Path, tmp_path: Path) -> None:
        where = subprocess.run(
            [installed / "python", "-c", "import chat; print(chat.__file__)"],
            cwd=tmp_path, check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip
        assert where.startswith(str(installed.parent)), "the checkout is out of sight"
        data = installed.parent.parent / "data"
        server = RunningServer(
            data, ["--demo"], port=free_port(), owns_data=False, twistd=installed / "twistd", folder=tmp_path
        )
        with server:
            server.start()
            with urllib.request.urlopen(f"{server.url}/login/") as page:
                assert page.status == 200
            with urllib.request.urlopen(f"{server.url}/static/css/tokens.css") as style:
                assert style.read() == (ROOT / "static" / "css" / "tokens.css").read_bytes()
        assert not list(tmp_path.iterdir()), "nothing is written into the current folder"
