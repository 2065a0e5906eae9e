"""What setup.cfg cannot say: the browser client in `static/` is installed as `chat/static/`."""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages(include=["chat", "chat.*"]), "chat.static"],
    package_dir={"chat.static": "static"},
    py_modules=["twisted.plugins.chat_plugin"],
)
