"""What setup.cfg cannot say: the browser client in `static/` is installed as `chat/static/`, and what production serves
of it is made while building, as `chat/prod_static/`."""

import shutil
import subprocess
import sys
from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent


class BuildWithStatic(build_py):
    """Bundles the browser client where Node and its packages are; without them the client is served as it lies."""

    def run(self):
        super().run()
        folder = Path(self.build_lib, "chat", "prod_static")
        node = shutil.which("node") or str(ROOT / ".venv" / "bin" / "node")
        if (ROOT / "node_modules" / "esbuild").is_dir() and Path(node).exists():
            script = str(ROOT / "scripts" / "build_static.mjs")
            subprocess.run([node, script, str(folder.resolve())], check=True)  # noqa: S603
        else:
            print("THE BROWSER CLIENT IS NOT BUNDLED: `make setup` comes first", file=sys.stderr)  # noqa: T201


setup(
    packages=[*find_packages(include=["chat", "chat.*"]), "chat.static"],
    package_dir={"chat.static": "static"},
    py_modules=["twisted.plugins.chat_plugin"],
    cmdclass={"build_py": BuildWithStatic},
)
