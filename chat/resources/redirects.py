"""Where a page may send somebody on: never to another site, whatever the address bar held."""

from __future__ import annotations

MAX_PATH = 2000


def safe_next(path: str) -> str:
    """`path` where it is a path of ours; the start page instead of anything else."""
    if not path.startswith("/") or path.startswith(("//", "/\\")) or not path.isprintable() or len(path) > MAX_PATH:
        return "/"
    return path
