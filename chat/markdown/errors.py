"""Why a message could not be rendered. Plain exceptions: the action that sends words its own refusal."""

from __future__ import annotations


class MarkdownFailed(Exception):
    """The message can't be rendered; the sentence is fit for its sender."""


class MarkdownTooSlow(MarkdownFailed):
    """Rendering was stopped at its time limit."""
