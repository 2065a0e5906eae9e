"""Small pictures."""

from __future__ import annotations

import io

from PIL import Image


def png(width: int, height: int, colour: str = "teal") -> bytes:
    """A picture of one colour."""
    made = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(made, "PNG")
    return made.getvalue()
