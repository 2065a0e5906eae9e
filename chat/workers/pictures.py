"""The process that opens pictures which people upload: `python -m chat.workers.pictures`.

Reads requests and writes answers as lines of JSON (see chat.line_process). Whatever a picture turns out to be, it can
only cost this process: its memory is limited here, its time by whoever started it. Only formats that browsers show are
opened, and only up to a number of pixels; what is written is on disk (fsync) before it is answered.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import resource
import sys
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
from PIL import Image, ImageDraw, ImageFont, ImageOps, ImageSequence

MEMORY_LIMIT_BYTES = 1024 * 1024 * 1024
FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "AVIF", "BMP")
MAX_SIDE = 32_000
MAX_PIXELS = 80_000_000
"""Of one frame: the largest cameras' pictures, and no more than fits the memory limit."""
MAX_ANIMATED_PIXELS = 400_000_000
MAX_FRAMES = 500
ANIMATION_LIMIT_S = 6.0
MAX_EMOJI_FRAMES = 200
THUMBNAIL_SIZE = (840, 560)
COPY_SIZE = (1680, 1680)
STILL_NAME, ANIMATED_NAME = "840x560.webp", "840x560-anim.webp"
AVATAR_SIDE, MEDIUM_SIDE, EMOJI_SIDE = 100, 500, 64
MAX_PROFILE_BYTES = 64 * 1024


class Refused(Exception):
    """A picture that will not be opened; the text says why, to the person who uploaded it."""


def open_picture(path: str) -> Image.Image:
    """The picture, its pixels not read yet. Raises Refused for what is none, or too large."""
    Image.MAX_IMAGE_PIXELS = None  # ours is the bound
    try:
        image = Image.open(path, formats=FORMATS)
    except (OSError, ValueError, SyntaxError, EOFError, OverflowError) as error:
        raise Refused("This file is not a picture that can be shown.") from error
    if max(image.size) > MAX_SIDE or image.width * image.height > MAX_PIXELS:
        raise Refused("This picture has too many pixels.")
    return image


def is_animated(image: Image.Image) -> bool:
    """Whether it has several frames, few and small enough to work on."""
    if not getattr(image, "is_animated", False):
        return False
    frames = getattr(image, "n_frames", 1)
    return 1 < frames <= MAX_FRAMES and frames * image.width * image.height <= MAX_ANIMATED_PIXELS


def thumbnails(question: dict[str, Any]) -> dict[str, Any]:
    """Write the thumbnails of `source` into `folder`; what the picture measures as it is seen (upright)."""
    image = open_picture(question["source"])
    folder = Path(question["folder"])
    kind, profile = image.format, image.info.get("icc_profile")
    width, height = _upright_size(image)
    animated = is_animated(image)
    folder.mkdir(parents=True, exist_ok=True)
    still = _prepared(image, THUMBNAIL_SIZE)
    still.thumbnail(THUMBNAIL_SIZE)
    extra = {"icc_profile": profile} if profile and len(profile) <= MAX_PROFILE_BYTES else {}
    _save(still, folder / STILL_NAME, format="WEBP", quality=80, **extra)
    if animated:
        animated = _animated_thumbnail(image, folder / ANIMATED_NAME)
    _sync_folder(folder)
    return {"width": width, "height": height, "is_animated": animated, "content_type": Image.MIME[str(kind)]}


def copy(question: dict[str, Any]) -> dict[str, Any]:
    """Write `source` anew to `target`, no larger than a screen; what the original measures as it is seen."""
    image = open_picture(question["source"])
    target = Path(question["target"])
    width, height = _upright_size(image)
    animated = is_animated(image)
    still = _prepared(image, COPY_SIZE)
    still.thumbnail(COPY_SIZE)
    if not (animated and _animated_thumbnail(image, target)):
        _save(still, target, format="WEBP", quality=80)
    return {"width": width, "height": height}


def avatar(question: dict[str, Any]) -> dict[str, Any]:
    """Write `source` as a square, in two sizes."""
    image = open_picture(question["source"])
    whole = _prepared(image, (2 * MEDIUM_SIDE, 2 * MEDIUM_SIDE))
    for target, side in ((question["small"], AVATAR_SIDE), (question["medium"], MEDIUM_SIDE)):
        _save(ImageOps.fit(whole, (side, side), Image.Resampling.LANCZOS), Path(target), format="PNG", optimize=True)
    _sync_folder(Path(question["small"]).parent)
    return {}


def emoji(question: dict[str, Any]) -> dict[str, Any]:
    """Write `source` as an emoji to `target` plus an extension; one that moves gets a still beside it."""
    image = open_picture(question["source"])
    target, kind = Path(question["target"]), image.format
    moves = is_animated(image)
    first = _fit_emoji(image)
    if not moves:
        _save(first, target.with_suffix(".png"), format="PNG", optimize=True)
    else:
        _save(first, target.with_suffix(".still.png"), format="PNG", optimize=True)
        frames, durations = _frames(image, _fit_emoji, MAX_EMOJI_FRAMES)
        options: dict[str, Any] = {"save_all": True, "append_images": frames[1:], "duration": durations,
                                   "loop": image.info.get("loop", 0)}
        if kind == "GIF":
            _save(frames[0], target.with_suffix(".gif"), format="GIF", disposal=2, **options)
        else:
            _save(frames[0], target.with_suffix(".webp"), format="WEBP", quality=80, **options)
    _sync_folder(target.parent)
    extension = ".png" if not moves else ".gif" if kind == "GIF" else ".webp"
    return {"extension": extension, "is_animated": moves}


def initials(question: dict[str, Any]) -> dict[str, Any]:
    """Write the picture of a person who has none to `target`: initials on a colour, or a pattern of their own."""
    side = int(question["side"])
    image = Image.new("RGB", (side, side), f"hsl({int(question['hue']) % 360}, 45%, 42%)")
    draw = ImageDraw.Draw(image)
    text = _plain_letters(question["initials"])
    if text:
        font = ImageFont.load_default(side * 0.42)
        draw.text((side / 2, side / 2), text, fill="white", font=font, anchor="mm")
    else:
        _draw_pattern(draw, side, question["initials"])
    _save(image, Path(question["target"]), format="PNG", optimize=True)
    _sync_folder(Path(question["target"]).parent)
    return {}


def _plain_letters(text: str) -> str:
    """The letters as the built-in font has them; "" where it lacks any of them."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    return plain if plain.isascii() and plain.isalnum() else ""


def _draw_pattern(draw: ImageDraw.ImageDraw, side: int, seed: str) -> None:
    """Five by five squares, the same left and right."""
    bits, cell = hashlib.sha256(seed.encode()).digest(), side / 7
    for row in range(5):
        for column in range(3):
            if bits[row * 3 + column] & 1:
                for place in {column, 4 - column}:
                    left, top = (1 + place) * cell, (1 + row) * cell
                    draw.rectangle((left, top, left + cell - 1, top + cell - 1), fill="white")


def _upright_size(image: Image.Image) -> tuple[int, int]:
    turned = image.getexif().get(0x0112) in (5, 6, 7, 8)
    return (image.height, image.width) if turned else image.size


def _prepared(image: Image.Image, wanted: tuple[int, int]) -> Image.Image:
    """The first frame with its pixels, upright, in RGB or RGBA. A JPEG much larger than wanted is read smaller."""
    if image.format == "JPEG":
        image.draft("RGB", (2 * max(wanted), 2 * max(wanted)))
    try:
        image.load()
        upright = ImageOps.exif_transpose(image)
    except (OSError, ValueError, SyntaxError, EOFError, ArithmeticError, IndexError, KeyError) as error:
        raise Refused("This picture is damaged.") from error
    return _plain_mode(upright)


def _plain_mode(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I") or image.mode == "F":  # 16 or 32 bits a pixel
        return image.convert("F").point(lambda value: value * (1 / 256)).convert("L").convert("RGB")
    if image.mode in ("RGB", "RGBA"):
        return image.copy()
    transparent = image.mode in ("LA", "PA", "La", "RGBa") or "transparency" in image.info
    return image.convert("RGBA" if transparent else "RGB")


def _fit_emoji(image: Image.Image) -> Image.Image:
    return ImageOps.pad(_prepared(image, (EMOJI_SIDE, EMOJI_SIDE)).convert("RGBA"), (EMOJI_SIDE, EMOJI_SIDE),
                        Image.Resampling.LANCZOS, color=(0, 0, 0, 0))


def _animated_thumbnail(image: Image.Image, path: Path) -> bool:
    """Whether it could be made within its limits; without it the picture stands still until it is opened."""
    def smaller(frame: Image.Image) -> Image.Image:
        small = _plain_mode(frame).convert("RGBA")
        small.thumbnail(THUMBNAIL_SIZE)
        return small

    try:
        frames, durations = _frames(image, smaller, MAX_FRAMES)
        _save(frames[0], path, format="WEBP", save_all=True, append_images=frames[1:], duration=durations,
              loop=image.info.get("loop", 0), quality=70, method=2)
    except Refused:
        return False
    return True


def _frames(image: Image.Image, shape: Callable[[Image.Image], Image.Image], most: int
            ) -> tuple[list[Image.Image], list[int]]:
    """The frames, each shaped, and how long each is shown (ms). Raises Refused where there are too many."""
    until = time.monotonic() + ANIMATION_LIMIT_S
    frames, durations = [], []
    try:
        for frame in ImageSequence.Iterator(image):
            frames.append(shape(frame))
            durations.append(min(max(int(frame.info.get("duration", 100)), 20), 60_000))
            if len(frames) > most or time.monotonic() > until:
                raise Refused("This animation is too long.")
    except (OSError, ValueError, SyntaxError, EOFError, ArithmeticError, IndexError, KeyError) as error:
        raise Refused("This picture is damaged.") from error
    return frames, durations


def _save(image: Image.Image, path: Path, **options: Any) -> None:
    """Whole or not at all, and on disk."""
    partial = path.with_name(path.name + ".part")
    try:
        with partial.open("wb") as file:
            image.save(file, **options)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            partial.unlink()
        raise


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


JOBS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "thumbnails": thumbnails, "copy": copy, "avatar": avatar, "emoji": emoji, "initials": initials}


def answer(question: dict[str, Any]) -> dict[str, Any]:
    """The answer to one request; a refusal is an answer too."""
    try:
        return {"done": JOBS[question["job"]](question)}
    except Refused as refusal:
        return {"refused": str(refusal)}
    except MemoryError:
        return {"refused": "This picture needs too much memory."}
    except Exception as error:
        return {"refused": "This picture cannot be read.", "error": repr(error)[:1000]}


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT_BYTES, MEMORY_LIMIT_BYTES))
    os.nice(5)  # people who write come before pictures
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    sink.write(b'{"ready":true}\n')
    sink.flush()
    while line := source.readline():
        sink.write(orjson.dumps(answer(orjson.loads(line))) + b"\n")
        sink.flush()


if __name__ == "__main__":
    main()
