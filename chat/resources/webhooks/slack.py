"""Whatever posts to Slack posts here: incoming webhooks with text, attachments and blocks, and the older form of
outgoing webhooks.

What they send: api.slack.com/messaging/webhooks, api.slack.com/reference/block-kit, api.slack.com/legacy
"""

from __future__ import annotations

from collections.abc import Iterator

from chat.markdown.mrkdwn import markdown_of as markdown
from chat.resources.incoming.payload import AnomalousPayload, Payload
from chat.resources.incoming.service import Notice, Service, always
from chat.resources.incoming.words import block, bold, cut, link, paragraphs

MAX_PARTS = 50


def tell(p: Payload) -> Notice:
    if not isinstance(p.value, dict):
        raise AnomalousPayload("The payload is no message")
    topic = p.text("channel", "").lstrip("#@") or p.text("channel_name", "") or "Slack"
    blocks = list(blocks_of(p.each("blocks")))
    text = markdown(p.text("text", "")) if not blocks else ""
    attached = [attachment(one) for one in p.each("attachments")[:MAX_PARTS]]
    content = paragraphs(text, *blocks, *attached)
    if not content.strip():
        raise AnomalousPayload("The payload has no text, blocks or attachments")
    who = p.text("user_name", "")
    return Notice(topic, f"{bold(who)}: {content}" if who and p.find("team_id") else content)


def blocks_of(blocks: list[Payload]) -> Iterator[str]:
    for one in blocks[:MAX_PARTS]:
        kind = one.text("type", "")
        if kind == "header":
            yield f"### {cut(one.text('text.text', ''))}"
        elif kind == "section":
            fields = "\n".join(f"* {cut(_text(field), 500)}" for field in one.each("fields")[:MAX_PARTS])
            yield paragraphs(_text(one.find("text")), fields)
        elif kind == "divider":
            yield "---"
        elif kind == "context":
            yield " ".join(_element(part) for part in one.each("elements")[:MAX_PARTS])
        elif kind in ("image", "video"):
            url = one.text("image_url", "") or one.text("video_url", "") or one.text("slack_file.url", "")
            yield link(one.text("title.text", "") or one.text("alt_text", "picture"), url)
        elif kind == "actions":
            yield " · ".join(link(_text(part.find("text")) or "open", part.text("url"))
                             for part in one.each("elements")[:MAX_PARTS] if part.find("url"))
        elif kind == "rich_text":
            yield from (_rich(part) for part in one.each("elements")[:MAX_PARTS])
        elif kind == "markdown":
            yield one.text("text", "")


def _text(part: Payload | None) -> str:
    """A text object: markup, or plain."""
    if part is None:
        return ""
    text = part.text("text", "")
    return markdown(text) if part.text("type", "mrkdwn") == "mrkdwn" else text


def _element(part: Payload) -> str:
    return link(part.text("alt_text", "picture"), part.text("image_url", "")) if part.find("image_url") else _text(part)


def _rich(part: Payload) -> str:
    """A part of rich text: a paragraph, a list, a quotation, code."""
    kind, inside = part.text("type", ""), part.each("elements")[:MAX_PARTS]
    if kind == "rich_text_list":
        sign = "1." if part.text("style", "") == "ordered" else "*"
        return "\n".join(f"{sign} {_rich(one)}" for one in inside)
    text = "".join(_run(one) for one in inside)
    if kind == "rich_text_preformatted":
        return block(text)
    return "\n".join(f"> {line}" for line in text.split("\n")) if kind == "rich_text_quote" else text


def _run(part: Payload) -> str:
    kind = part.text("type", "")
    if kind == "link":
        return link(part.text("text", "") or part.text("url", ""), part.text("url", ""))
    if kind == "emoji":
        return f":{part.text('name', '')}:"
    if kind in ("user", "usergroup", "channel", "broadcast"):
        sign = "#" if kind == "channel" else "@"
        return sign + (part.text(f"{kind}_id", "") or part.text("range", ""))
    text = part.text("text", "")
    marks = {"code": "`", "bold": "**", "italic": "*", "strike": "~~"}
    for style, mark in marks.items():
        if text.strip() and part.has(f"style.{style}"):
            text = f"{mark}{text}{mark}"
    return text


def attachment(p: Payload) -> str:
    title = p.text("title", "")
    heading = link(title, p.text("title_link", "")) if title else ""
    author = link(p.text("author_name"), p.text("author_link", "")) if p.find("author_name") else ""
    fields = "\n".join(f"* **{cut(one.text('title', ''))}**: {cut(markdown(one.text('value', '')), 500)}"
                       for one in p.each("fields")[:MAX_PARTS])
    picture = link("picture", p.text("image_url")) if p.find("image_url") else ""
    buttons = " · ".join(link(one.text("text", "open"), one.text("url")) for one in p.each("actions")[:MAX_PARTS]
                         if one.find("url"))
    told = paragraphs(author, f"**{heading}**" if heading and heading[0] != "[" else heading,
                      markdown(p.text("text", "")), fields, *blocks_of(p.each("blocks")), picture, buttons,
                      cut(p.text("footer", "")))
    return paragraphs(markdown(p.text("pretext", "")), told or markdown(p.text("fallback", "")))


SERVICE = Service("slack", "Slack-compatible", always("message"), {"message": tell}, answer=b"ok")
