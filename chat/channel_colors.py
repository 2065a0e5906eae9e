"""Colours that channels get in turn."""

from __future__ import annotations

from chat.models import Channel

PALETTE = (
    "#0f8b8d", "#4c6ef5", "#d9480f", "#2b8a3e", "#ae3ec9", "#c2255c", "#5c940d", "#1971c2", "#e67700", "#6741d9",
    "#087f5b", "#a61e4d", "#3b5bdb", "#868e96", "#0b7285", "#9c36b5", "#2f9e44", "#e8590c", "#7048e8", "#1098ad",
    "#c92a2a", "#66a80f", "#364fc7", "#495057",
)


def color_of(channel: Channel) -> str:
    """The one that a new subscriber sees a channel in."""
    return PALETTE[channel.id % len(PALETTE)]
