"""What a file is by its content, and that nothing which a browser could run is ever shown."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from chat.file_types import disposition, is_inline, kept_name, name_in_links, served_type, sniff


def picture(kind: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (3, 3)).save(file, kind)
    return file.getvalue()


def archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as writer:
        writer.writestr("word/document.xml", "<a/>")
    return file.getvalue()


SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
CASES: list[tuple[bytes, str, str]] = [
    (picture("PNG"), "a.png", "image/png"),
    (picture("JPEG"), "named wrongly.txt", "image/jpeg"),
    (picture("GIF"), "a.html", "image/gif"),
    (picture("WEBP"), "a", "image/webp"),
    (picture("AVIF"), "a.avif", "image/avif"),
    (picture("BMP"), "a.bmp", "image/bmp"),
    (MP4, "a.mp4", "video/mp4"),
    (MP4.replace(b"mp42", b"M4A "), "a.m4a", "audio/mp4"),
    (b"\x1aE\xdf\xa3\x01\x00\x00\x00\x00\x00\x00#B\x86\x81\x01B\xf7\x81\x01B\x82\x84webmB\x87", "a.webm", "video/webm"),
    (b"ID3\x04\x00\x00" + bytes(50), "a.mp3", "audio/mpeg"),
    (b"fLaC\x00\x00", "a.flac", "audio/flac"),
    (b"RIFF\x24\x08\x00\x00WAVEfmt ", "a.wav", "audio/wav"),
    (b"OggS\x00\x02" + bytes(30), "a.ogv", "video/ogg"),
    (b"%PDF-1.7\n", "a.pdf", "application/pdf"),
    (archive(), "a.zip", "application/zip"),
    (archive(), "a.docx", DOCX),
    (archive(), "a.html", "application/zip"),
    (archive(), "a.svg", "application/zip"),
    ("Grüße\n\tund \x1b[1mmehr".encode(), "a.txt", "text/plain"),
    ("\ufeffGrüße".encode(), "a.log", "text/plain"),
    (b"", "empty", "text/plain"),
    (b"import os\n", "a.py", "text/plain"),
    (b"a,b\n1,2\n", "a.csv", "text/csv"),
    (b"Gr\xfc\xdfe", "latin.txt", "application/octet-stream"),
    (b"a\x00b", "a.txt", "application/octet-stream"),
    (b"<html><script>alert(1)</script>", "a.html", "text/html"),
    (b"<html><script>alert(1)</script>", "a.txt", "text/html"),
    (b"<script>alert(1)</script>", "a.html", "text/html"),
    (SVG, "a.svg", "image/svg+xml"),
    (SVG, "a.png", "image/svg+xml"),
    (b"alert(1)", "a.js", "text/javascript"),
    (b"GIF89a=1;alert(1)", "a.js", "text/javascript"),
    (b"body {}", "a.css", "text/css"),
]
SHOWN = {"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp", "video/mp4", "audio/mp4",
         "video/webm", "audio/mpeg", "audio/flac", "audio/wav", "video/ogg", "application/pdf", "text/plain"}


class SniffTests:
    @pytest.mark.parametrize(("content", "name", "expected"), CASES, ids=[f"{name}-{kind}" for _, name, kind in CASES])
    def test_content_decides(self, tmp_path: Path, content: bytes, name: str, expected: str) -> None:
        """Whatever a file is called, its type follows from what is in it; only harmless types are shown."""
        (tmp_path / "file").write_bytes(content)
        found = sniff(tmp_path / "file", name)
        assert found == expected
        assert is_inline(found) == (found in SHOWN)

    def test_the_end_counts_too(self, tmp_path: Path) -> None:
        """What begins as text and goes on as something else is no text; a character cut in two is none either."""
        for end in (b"\x00", b"\xff", "ü".encode()[:1]):
            (tmp_path / "file").write_bytes(b"text " * 50_000 + end)
            assert sniff(tmp_path / "file", "a.txt") == "application/octet-stream"

    @given(content=st.binary(max_size=200) | st.text(max_size=100).map(str.encode), name=st.text(max_size=20))
    def test_anything_has_a_type(self, tmp_path_factory: pytest.TempPathFactory, content: bytes, name: str) -> None:
        """No content and no name fails, and what is sent out never has a type that a browser runs."""
        path = tmp_path_factory.getbasetemp() / "anything"
        path.write_bytes(content)
        sent = served_type(sniff(path, name))
        assert not any(word in sent for word in ("html", "javascript", "css", "+xml", "/xml", "svg"))

    @pytest.mark.parametrize("kind", [
        "text/html", "application/xhtml+xml", "image/svg+xml", "text/xml", "application/xml", "text/javascript",
        "application/javascript", "application/ecmascript", "text/css", "application/wasm", "text/cache-manifest",
        "application/vnd.mozilla.xul+xml", "application/x-shockwave-flash", "multipart/x-mixed-replace", "nonsense"])
    def test_what_runs_is_sent_as_bytes(self, kind: str) -> None:
        assert served_type(kind) == "application/octet-stream"
        assert not is_inline(kind)


class NameTests:
    @pytest.mark.parametrize(("given_name", "kept", "link"), [
        ("report.pdf", "report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd", "passwd"),
        (r"C:\Users\ada\rép ort (1).pdf", "rép ort (1).pdf", "rép-ort-1.pdf"),
        ("日本 語.txt", "日本 語.txt", "日本-語.txt"),
        ("x\u202egnp.exe", "xgnp.exe", "xgnp.exe"),
        ("a\r\nSet-Cookie: b.txt", "aSet-Cookie: b.txt", "aSet-Cookie-b.txt"),
        ("<b>)](x.html", "<b>)](x.html", "b-x.html"),
        ("...", "uploaded-file", "uploaded-file"),
        ("", "uploaded-file", "uploaded-file"),
        ("a/", "uploaded-file", "uploaded-file"),
        (".bashrc", ".bashrc", "bashrc"),
        ("🎉.png", "🎉.png", "png"),
        ("\ud800.txt", "?.txt", "txt"),
        ("x" * 300 + ".png", "x" * 96 + ".png", "x" * 96 + ".png"),
        ("x" * 300, "x" * 100, "x" * 100),
    ])
    def test_names_are_kept(self, given_name: str, kept: str, link: str) -> None:
        """As far as they can be shown, and in links as far as they do not end one."""
        assert kept_name(given_name) == kept
        assert name_in_links(kept) == link

    @given(st.text(max_size=300))
    def test_any_name(self, name: str) -> None:
        kept = kept_name(name)
        assert 0 < len(kept) <= 100
        assert not set(kept) & set("/\\\r\n\0")
        link = name_in_links(kept)
        assert link
        assert not set(link) & set("()[]<>\"' /%#?&")

    def test_headers(self) -> None:
        """A name cannot leave its header, and is there in full for those who read RFC 6266."""
        assert disposition("report.pdf", inline=True) == 'inline; filename="report.pdf"'
        assert disposition('a"b\\c%41.txt', inline=False) == (
            'attachment; filename="a_b_c_41.txt"; filename*=UTF-8\'\'a%22b%5Cc%2541.txt')
        assert disposition("ü.txt", inline=False) == "attachment; filename=\"_.txt\"; filename*=UTF-8''%C3%BC.txt"

    @given(st.text(max_size=100))
    def test_any_header(self, name: str) -> None:
        value = disposition(kept_name(name), inline=False)
        assert value.isascii()
        assert value.isprintable()
        assert value.count('"') == 2
