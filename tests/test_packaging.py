"""The wheel: it holds everything, and its server runs from an empty folder without the checkout."""

from __future__ import annotations

import ast
import configparser
import importlib.metadata
import re
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
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.folders import make_folder, remove_folder
from tests.support.server import ROOT, RunningServer, free_port

PACKED = ("chat", "docs", "scripts", "static", "twisted")


# What comes with a package that we name, as a part of its interface.
BROUGHT_ALONG = {"werkzeug", "zope-interface"}


def declared(section: str, option: str) -> set[str]:
    """The names of the packages that setup.cfg asks for."""
    file = configparser.ConfigParser()
    file.read(ROOT / "setup.cfg")
    return {canonicalize_name(Requirement(line).name) for line in file[section][option].split()}


def undeclared_imports(folders: tuple[str, ...], known: set[str]) -> tuple[int, set[str]]:
    """How many third-party modules the modules in `folders` import, and those that no package of `known` has."""
    packages = importlib.metadata.packages_distributions()
    modules = set()
    for path in (path for folder in folders for path in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                modules |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                modules.add(node.module.split(".")[0])
    modules -= set(sys.stdlib_module_names) | {"chat", "tests", "bench", "scripts"}
    brought = {name: {canonicalize_name(package) for package in packages.get(name, ())} for name in modules}
    return len(modules), {name for name in modules if not brought[name] & (known | BROUGHT_ALONG)}


class DependenciesTests:
    def test_what_the_server_imports_is_declared(self) -> None:
        count, undeclared = undeclared_imports(("chat",), declared("options", "install_requires"))
        assert count > 10
        assert undeclared == set()

    def test_what_tests_import_is_declared(self) -> None:
        known = declared("options", "install_requires") | declared("options.extras_require", "test")
        count, undeclared = undeclared_imports(("tests", "bench"), known)
        assert count > 10
        assert undeclared == set()

    def test_every_package_has_its_version_pinned(self) -> None:
        lines = (ROOT / "constraints.txt").read_text().splitlines()
        pinned = {canonicalize_name(line.split("==")[0]) for line in lines if "==" in line}
        known = declared("options", "install_requires") | declared("options.extras_require", "test")
        assert known - pinned == set()


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
    (source / "node_modules").symlink_to(ROOT / "node_modules")
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
        assert "chat/prod_static/manifest.json" in names
        assert any(re.fullmatch(r"chat/prod_static/js/main-\w{8}\.js\.br", name) for name in names)
        assert not [name for name in names if name.startswith(("tests/", "bench/", "node_modules/"))]

    def test_its_server_runs_from_another_folder(
        self, installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("PYTHONPATH", raising=False)
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
                address = re.search(rb'"(/static/css/tokens-\w{8}\.css)"', page.read())
            assert address, "the page names the files of production"
            with urllib.request.urlopen(server.url + address[1].decode()) as style:
                assert b"--" in style.read()
                assert "immutable" in style.headers["cache-control"]
        assert not list(tmp_path.iterdir()), "nothing is written into the current folder"
