"""Polls, todo lists and choices: what a message becomes one by, and what people may then do with it.

A widget is the first submessage of its message: JSON of its type and what it begins with. Each vote, option and task
is one more. Clients add them up; nothing here does. Shapes: the public API description, section "Widgets".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

import msgspec
import orjson
from msgspec import Meta

from chat.errors import JsonableError

WIDGET = "widget"
MAX_SUBMESSAGE = 10_000
MAX_SUBMESSAGES = 5_000
"""Of one message."""
MAX_OPTIONS = 100
_BULLET = re.compile(r"^\s*[*+-]\s+")
Text = Annotated[str, Meta(max_length=1000)]
Key = Annotated[str, Meta(min_length=1, max_length=200)]


class Vote(msgspec.Struct, tag="vote", forbid_unknown_fields=True):
    key: Key
    vote: Literal[1, -1]


class NewOption(msgspec.Struct, tag="new_option", forbid_unknown_fields=True):
    option: Annotated[str, Meta(min_length=1, max_length=1000)]
    idx: Annotated[int, Meta(ge=0, le=1000)]


class Question(msgspec.Struct, tag="question", forbid_unknown_fields=True):
    question: Text


class NewTask(msgspec.Struct, tag="new_task", forbid_unknown_fields=True):
    key: Annotated[int, Meta(ge=0, le=1000)]
    task: Annotated[str, Meta(min_length=1, max_length=1000)]
    desc: Text
    completed: bool


class Strike(msgspec.Struct, tag="strike", forbid_unknown_fields=True):
    key: Key


class NewTitle(msgspec.Struct, tag="new_task_list_title", forbid_unknown_fields=True):
    title: Text


_DEEDS: Mapping[str, Any] = {"poll": Vote | NewOption | Question, "todo": NewTask | Strike | NewTitle}
_OF_THE_AUTHOR = (Question, NewTitle)


class Choice(msgspec.Struct, forbid_unknown_fields=True):
    short_name: Annotated[str, Meta(max_length=100)]
    long_name: Text
    reply: Text
    type: Literal["multiple_choice"] = "multiple_choice"


class Choices(msgspec.Struct, forbid_unknown_fields=True):
    heading: Text
    choices: Annotated[list[Choice], Meta(min_length=1, max_length=MAX_OPTIONS)]
    type: Literal["choices"] = "choices"


class ChoiceForm(msgspec.Struct, forbid_unknown_fields=True):
    """What a bot may offer: buttons, each of which answers for the person who presses it."""

    extra_data: Choices
    widget_type: Literal["zform"]


def widget_of(content: str) -> str | None:
    """What a text begins, as JSON: "/poll" and "/todo" at its start, what belongs to them on the same line and the
    following ones. None for other texts."""
    command, _, rest = content.partition("\n")
    word, _, title = command.partition(" ")
    begin = _BEGINNINGS.get(word)
    if begin is None:
        return None
    lines = [_BULLET.sub("", line).strip() for line in rest.split("\n")]
    return _json({"widget_type": word[1:], "extra_data": begin(title.strip(), [line for line in lines if line])})


def _poll(question: str, lines: list[str]) -> dict[str, Any]:
    return {"question": question, "options": lines[:MAX_OPTIONS]}


def _todo(title: str, lines: list[str]) -> dict[str, Any]:
    tasks = [line.partition(":") for line in lines[:MAX_OPTIONS]]
    return {"task_list_title": title, "tasks": [
        {"task": task.strip(), "desc": desc.strip()} for task, _, desc in tasks]}


_BEGINNINGS: Mapping[str, Callable[[str, list[str]], dict[str, Any]]] = {"/poll": _poll, "/todo": _todo}


def check_widget_content(text: str) -> str:
    """The widget that a bot gives its message. Raises JsonableError for what is none."""
    try:
        form = msgspec.json.decode(text, type=ChoiceForm)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise JsonableError(f"Widgets: {error}") from None
    return msgspec.json.encode(form).decode()


def check_deed(widget: str, content: str, *, is_author: bool) -> str:
    """What somebody does with a widget (its first submessage), as it is kept. Raises JsonableError for what cannot
    be done with it, or not by them."""
    kind = _type_of(widget)
    if kind not in _DEEDS:
        raise JsonableError("Nothing can be added to this message")
    try:
        deed = msgspec.json.decode(content, type=_DEEDS[kind])
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise JsonableError(f"Widgets: {error}") from None
    if isinstance(deed, _OF_THE_AUTHOR) and not is_author:
        raise JsonableError("You can't edit a question unless you are the author."
                            if isinstance(deed, Question) else
                            "You can't edit the task list title unless you are the author.")
    return msgspec.json.encode(deed).decode()


def _type_of(widget: str) -> str:
    try:
        return str(orjson.loads(widget)["widget_type"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return ""


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
