"""Pictures made small: what comes out, and that what is hostile costs little and is refused."""

from __future__ import annotations

import io
import random
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from chat.workers import pictures

STILL, MOVING = "840x560.webp", "840x560-anim.webp"


def draw(path: Path, size: tuple[int, int] = (1200, 600), kind: str = "PNG", mode: str = "RGB", **options: Any) -> Path:
    Image.new(mode, size, options.pop("color", 0)).save(path, kind, **options)
    return path


def moving(path: Path, frames: int = 3, size: tuple[int, int] = (100, 80), kind: str = "GIF") -> Path:
    pages = [Image.new("RGB", size, ("red", "green", "blue")[number % 3]) for number in range(frames)]
    pages[0].save(path, kind, save_all=True, append_images=pages[1:], duration=70, loop=0)
    return path


def thumbnails(source: Path) -> dict[str, Any]:
    return pictures.answer({"job": "thumbnails", "source": str(source), "folder": str(source.parent / "out")})


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "out").iterdir())


class ThumbnailTests:
    @pytest.mark.parametrize(("kind", "mode"), [
        ("PNG", "RGB"), ("PNG", "RGBA"), ("PNG", "P"), ("PNG", "L"), ("PNG", "LA"), ("PNG", "1"), ("PNG", "I;16"),
        ("JPEG", "RGB"), ("JPEG", "CMYK"), ("JPEG", "L"), ("GIF", "P"), ("WEBP", "RGBA"), ("AVIF", "RGB"),
        ("BMP", "RGB")])
    def test_every_format_and_mode(self, tmp_path: Path, kind: str, mode: str) -> None:
        """All formats that browsers show become a WebP that fits."""
        done = thumbnails(draw(tmp_path / "a", kind=kind, mode=mode))["done"]
        assert (done["width"], done["height"], done["is_animated"]) == (1200, 600, False)
        assert done["content_type"] == Image.MIME[kind]
        assert names(tmp_path) == [STILL]
        with Image.open(tmp_path / "out" / STILL) as small:
            assert (small.format, small.size) == ("WEBP", (840, 420))

    def test_small_ones_stay_small(self, tmp_path: Path) -> None:
        thumbnails(draw(tmp_path / "a", size=(30, 20)))
        with Image.open(tmp_path / "out" / STILL) as small:
            assert small.size == (30, 20)

    def test_upright(self, tmp_path: Path) -> None:
        """A picture that a camera took on its side stands, and is measured standing."""
        exif = Image.Exif()
        exif[0x0112] = 6
        done = thumbnails(draw(tmp_path / "a", kind="JPEG", exif=exif))["done"]
        assert (done["width"], done["height"]) == (600, 1200)
        with Image.open(tmp_path / "out" / STILL) as small:
            assert small.size == (280, 560)

    def test_nothing_personal_is_copied(self, tmp_path: Path) -> None:
        """Where a picture was taken does not go into its thumbnail."""
        exif = Image.Exif()
        exif[0x9286] = "at home"
        thumbnails(draw(tmp_path / "a", kind="JPEG", exif=exif))
        with Image.open(tmp_path / "out" / STILL) as small:
            assert not dict(small.getexif())

    def test_transparency_stays(self, tmp_path: Path) -> None:
        for mode, options in (("RGBA", {}), ("P", {"transparency": 0})):
            thumbnails(draw(tmp_path / "a", mode=mode, **options))
            with Image.open(tmp_path / "out" / STILL) as small:
                assert small.mode == "RGBA"
                assert small.getpixel((5, 5))[3] == 0

    @pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
    def test_what_moves(self, tmp_path: Path, kind: str) -> None:
        """An animation has a thumbnail that moves and one that stands."""
        done = thumbnails(moving(tmp_path / "a", kind=kind))["done"]
        assert done["is_animated"]
        assert names(tmp_path) == [MOVING, STILL]
        with Image.open(tmp_path / "out" / MOVING) as small:
            assert small.n_frames == 3
            small.seek(1)
            small.load()
            assert small.info["duration"] == 70

    def test_what_moves_too_long_stands(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """By number of frames, by pixels, and by the time it takes."""
        for name, value in (("MAX_FRAMES", 3), ("MAX_ANIMATED_PIXELS", 10_000), ("ANIMATION_LIMIT_S", -1)):
            with monkeypatch.context() as patch:
                patch.setattr(pictures, name, value)
                assert not thumbnails(moving(tmp_path / "a", frames=4))["done"]["is_animated"]
            assert names(tmp_path) == [STILL]


def png(width: int, height: int, data: bytes) -> bytes:
    """A PNG that claims a size."""
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(data, 9))
            + chunk(b"IEND", b""))


class HostileTests:
    @pytest.mark.parametrize("content", [
        b"", b"no picture", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7", b"%!PS-Adobe-3.0 EPSF-3.0\n",
        b"\x89PNG\r\n\x1a\n", b"GIF89a", b"\xff\xd8\xff\xe0", b"RIFF\xff\xff\xff\xffWEBPVP8 ",
        png(100_000, 100_000, b""), png(40_000, 10, b""),
        png(20_000, 20_000, bytes(1000)), png(2**31 - 1, 2**31 - 1, b""),
        b"GIF89a\xff\xff\xff\xff\x80\x00\x00" + bytes(6) + b",\x00\x00\x00\x00\xff\xff\xff\xff\x00\x02\x02L\x01\x00;",
    ], ids=str)
    def test_refused(self, tmp_path: Path, content: bytes) -> None:
        """What is no picture, or claims to be a huge one, is refused with a sentence, and leaves nothing."""
        (tmp_path / "a").write_bytes(content)
        answer = thumbnails(tmp_path / "a")
        assert set(answer) == {"refused"}, answer
        assert answer["refused"].endswith(".")
        assert not list(tmp_path.glob("out/*"))

    def test_formats_that_are_programs(self, tmp_path: Path) -> None:
        """Only the formats that browsers show are opened, whatever else could be."""
        for kind in ("TIFF", "PPM", "ICO", "TGA"):
            assert "refused" in thumbnails(draw(tmp_path / "a", size=(10, 10), kind=kind))

    @settings(max_examples=60)
    @given(kind=st.sampled_from(["PNG", "JPEG", "GIF", "WEBP", "BMP"]), seed=st.integers(0, 2**32))
    def test_damaged(self, tmp_path_factory: pytest.TempPathFactory, kind: str, seed: int) -> None:
        """Bytes changed at random, or the end cut off, never bring the worker down."""
        chance = random.Random(seed)
        file = io.BytesIO()
        Image.effect_noise((40, 30), 50).convert("RGB").save(file, kind)
        content = bytearray(file.getvalue())
        for _ in range(chance.randint(1, 8)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        path = tmp_path_factory.getbasetemp() / "damaged"
        path.write_bytes(content[:chance.randint(1, len(content))])
        for job in ("thumbnails", "avatar", "emoji"):
            target = str(path.parent / "damaged-out")
            answer = pictures.answer({"job": job, "source": str(path), "folder": target, "target": target,
                                      "small": target + "s", "medium": target + "m"})
            assert set(answer) <= {"done", "refused", "error"}

    def test_memory(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def out_of_memory(*_: object) -> None:
            raise MemoryError

        monkeypatch.setattr(Image.Image, "thumbnail", out_of_memory)
        assert "memory" in thumbnails(draw(tmp_path / "a"))["refused"]


class AvatarTests:
    def test_squares(self, tmp_path: Path) -> None:
        """Two sizes, cut to the middle."""
        source = tmp_path / "a"
        image = Image.new("RGB", (900, 300), "red")
        image.paste("blue", (300, 0, 600, 300))
        image.save(source, "PNG")
        answer = pictures.answer({"job": "avatar", "source": str(source), "small": str(tmp_path / "s.png"),
                                  "medium": str(tmp_path / "m.png")})
        assert answer == {"done": {}}
        for name, side in (("s.png", 100), ("m.png", 500)):
            with Image.open(tmp_path / name) as made:
                assert made.size == (side, side)
                red, _, blue = zip(*(made.getpixel((x, side // 2)) for x in (0, side // 2, side - 1)), strict=True)
                assert max(red) < 64
                assert min(blue) > 192


class EmojiTests:
    def make(self, source: Path) -> Any:
        return pictures.answer({"job": "emoji", "source": str(source), "target": str(source.parent / "e")})["done"]

    def test_one_that_stands(self, tmp_path: Path) -> None:
        """All of the picture is seen, on transparent ground."""
        assert self.make(draw(tmp_path / "a", size=(200, 100), color="red")) == {
            "extension": ".png", "is_animated": False}
        with Image.open(tmp_path / "e.png") as made:
            assert made.size == (64, 64)
            assert made.getpixel((32, 2))[3] == 0
            assert made.getpixel((32, 32)) == (255, 0, 0, 255)

    @pytest.mark.parametrize(("kind", "extension"), [("GIF", ".gif"), ("WEBP", ".webp"), ("PNG", ".webp")])
    def test_one_that_moves(self, tmp_path: Path, kind: str, extension: str) -> None:
        """It moves on, and has a still for those who do not like that."""
        assert self.make(moving(tmp_path / "a", kind=kind)) == {"extension": extension, "is_animated": True}
        with Image.open(tmp_path / f"e{extension}") as made:
            assert (made.size, made.n_frames) == ((64, 64), 3)
        with Image.open(tmp_path / "e.still.png") as still:
            assert (still.size, still.format) == ((64, 64), "PNG")


class InitialsTests:
    def make(self, tmp_path: Path, initials: str) -> Image.Image:
        target = tmp_path / "i.png"
        answer = pictures.answer({"job": "initials", "initials": initials, "hue": 137, "side": 100,
                                  "target": str(target)})
        assert answer == {"done": {}}
        with Image.open(target) as image:
            return image.convert("RGB")

    def test_letters(self, tmp_path: Path) -> None:
        """Letters, with or without accents, in white on a colour."""
        ada, other = self.make(tmp_path, "AL"), self.make(tmp_path, "ÅL")
        assert ada.tobytes() == other.tobytes()
        assert ada.getpixel((0, 0)) != (255, 255, 255)
        assert (255, 255, 255) in {color for _, color in ada.getcolors(10_000) or []}

    def test_letters_that_the_font_lacks(self, tmp_path: Path) -> None:
        """A pattern, the same on both sides, another for other letters."""
        one, two = self.make(tmp_path, "李"), self.make(tmp_path, "王")
        assert one.tobytes() != two.tobytes()
        for x in range(100):
            assert one.getpixel((x, 30)) == one.getpixel((99 - x, 30)) or x % 14 in (0, 1, 13)
