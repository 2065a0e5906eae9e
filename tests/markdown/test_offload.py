"""Risky messages are rendered elsewhere, to the same result, and never longer than their limit."""

from __future__ import annotations

import sys
import time

from hypothesis import given, settings
from twisted.internet import reactor
from twisted.internet.defer import Deferred, ensureDeferred, gatherResults
from twisted.internet.task import LoopingCall
from twisted.trial.unittest import TestCase

from chat.line_process import LineProcess
from chat.markdown.errors import MarkdownFailed, MarkdownTooSlow
from chat.markdown.names import LinkPreview, UploadedImage
from chat.markdown.offload import MAX_WAITING, MarkdownProcess
from chat.markdown.renderer import render
from chat.markdown.risk import is_risky
from chat.markdown.snapshot import from_plain, take_snapshot, to_plain
from tests.markdown.cast import cast, read_corpus
from tests.markdown.test_properties import messages

NAMES = cast()
RISKY = "@**Ada Lovelace** #**general** $$x^2$$ :parrot: #1234 @*backend* @**all** /user_uploads/1/a.png"
DEAF = [sys.executable, "-c", "import sys; print('{}', flush=True); sys.stdin.read()"]
MORTAL = [sys.executable, "-c", "import sys; print('{}', flush=True); sys.stdin.readline()"]


class SnapshotTests:
    @settings(max_examples=200)
    @given(messages)
    def test_a_message_renders_the_same_with_a_snapshot(self, message: str) -> None:
        snapshot = from_plain(to_plain(take_snapshot(message, NAMES)))
        assert render(message, snapshot) == render(message, NAMES)

    def test_the_corpus_renders_the_same_with_a_snapshot(self) -> None:
        for case in read_corpus():
            snapshot = from_plain(to_plain(take_snapshot(case["input"], NAMES)))
            assert render(case["input"], snapshot) == render(case["input"], NAMES)

    def test_a_name_inside_what_looks_like_another_is_found(self) -> None:
        message = "x@*a @*backend*"
        assert render(message, take_snapshot(message, NAMES)).mentioned_group_ids == {11}


class OffloadTests(TestCase):
    def make(self, command: list[str] | None = None, **options: object) -> MarkdownProcess:
        process = MarkdownProcess(reactor, **options)
        if command is not None:
            process._process = LineProcess(reactor, command, max_waiting=MAX_WAITING)
        self.addCleanup(lambda: ensureDeferred(process.stop()))
        return process

    async def test_a_risky_message_renders_as_here(self) -> None:
        assert is_risky(RISKY)
        images = {"/user_uploads/1/a.png": UploadedImage(10, 20)}
        message = RISKY + "\n[a](/user_uploads/1/a.png) :)\n\nhttps://example.com/page"
        previews = {"https://example.com/page": LinkPreview("A page", "And more", "https://example.com/i.png", 10, 20)}
        options = {"translate_emoticons": True, "uploaded_images": images, "link_previews": previews}
        process = self.make()
        process.external_key = "secret"
        rendered = await process.render(message, NAMES, **options)
        assert rendered == render(message, NAMES, external_key="secret", **options)
        assert rendered.mentioned_user_ids == {1}
        assert "message_embed_image" in rendered.html

    async def test_an_ordinary_message_needs_no_process(self) -> None:
        process = self.make(command=["/nonexistent"])
        assert (await process.render("hello *there*", NAMES)).html == "<p>hello <em>there</em></p>"

    async def test_many_at_once_are_each_answered(self) -> None:
        process = self.make()
        sent = [f"$$x_{number}$$" for number in range(20)]
        received = await gatherResults([ensureDeferred(process.render(message, NAMES)) for message in sent])
        assert [rendered.html for rendered in received] == [render(message, NAMES).html for message in sent]

    async def test_what_takes_too_long_is_stopped_and_the_next_is_rendered(self) -> None:
        process = self.make(command=DEAF)
        begun = time.monotonic()
        await self.assertFailure(ensureDeferred(process.render(RISKY, NAMES, limit_s=0.2)), MarkdownTooSlow)
        assert time.monotonic() - begun < 10
        process._process._command = MarkdownProcess(reactor)._process._command
        assert (await process.render("$$x$$", NAMES)).html == render("$$x$$", NAMES).html

    async def test_a_process_that_dies_fails_one_message_only(self) -> None:
        process = self.make(command=MORTAL)
        first = ensureDeferred(process.render(RISKY, NAMES))
        await self.assertFailure(first, MarkdownFailed)
        process._process._command = MarkdownProcess(reactor)._process._command
        assert (await process.render("$$x$$", NAMES)).html == render("$$x$$", NAMES).html

    async def test_a_crowd_is_turned_away(self) -> None:
        process = self.make(command=DEAF)
        crowd = [ensureDeferred(process.render(RISKY, NAMES, limit_s=60)) for _ in range(MAX_WAITING)]
        await self.assertFailure(ensureDeferred(process.render(RISKY, NAMES)), MarkdownTooSlow)
        await process.stop()
        for one in crowd:
            await self.assertFailure(one, MarkdownTooSlow)

    async def test_a_process_goes_when_idle(self) -> None:
        process = self.make(idle_s=0.05)
        await process.render("$$x$$", NAMES)
        worker = process._process._process
        assert worker is not None
        await worker.ended
        assert process._process._process is None
        assert (await process.render("$$y$$", NAMES)).html == render("$$y$$", NAMES).html

    async def test_characters_that_are_no_text_are_refused(self) -> None:
        await self.assertFailure(ensureDeferred(self.make().render("$$x$$ \ud800", NAMES)), MarkdownFailed)

    async def test_the_reactor_goes_on_meanwhile(self) -> None:
        """Messages at the size limit, built to be slow: ticks keep coming, and none waits for 50 ms of work.

        The work is measured in CPU time of the reactor's thread, so that a busy machine does not matter.
        """
        process = self.make()
        await process.render("$$warm$$", NAMES)
        gaps: list[float] = []
        last = [time.thread_time()]

        def tick() -> None:
            gaps.append(time.thread_time() - last[0])
            last[0] = time.thread_time()

        ticking = LoopingCall(tick)
        done: Deferred[None] = ticking.start(0.01)
        for message in ("🎉" * 10_000, "```cpp\n" + "x\n" * 2_000, "$$\\frac{a}{b}$$ " * 600):
            assert is_risky(message)
            await process.render(message[:10_000], NAMES)
        ticking.stop()
        await done
        assert len(gaps) > 5
        assert max(gaps) < 0.05
