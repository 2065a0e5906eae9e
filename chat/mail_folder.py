"""Mails where there is no mail server: each a file in the data folder, for the operator (and for tests) to open.

The newest MAX_FILES are kept. Readable by the server's account alone: a mail may hold a link that signs someone in.
"""

from __future__ import annotations

import os
from pathlib import Path

MAX_FILES = 1000


class MailFolder:
    def __init__(self, data: Path) -> None:
        self.path = data / "mail"

    def put(self, name: str, mail: bytes) -> Path:
        """Keep a mail as NAME.eml; the same name again replaces it."""
        self.path.mkdir(mode=0o700, exist_ok=True)
        target, partial = self.path / f"{name}.eml", self.path / f".{name}.partial"
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(mail)
        partial.rename(target)
        self._trim()
        return target

    def _trim(self) -> None:
        files = sorted(self.path.glob("*.eml"))
        for file in files[:-MAX_FILES]:
            file.unlink(missing_ok=True)
