"""What the keys of answers mean, in one line each.

A key is described where it is declared, by the line of text beneath it (as attributes are everywhere in this code):

    class SentWire(TypedDict):
        id: int
        \"\"\"The message's id.\"\"\"

Words that mean the same wherever they stand are described once, in `chat/data/wire_words.txt`. Parameters have
`Param(doc=...)`, and the same words where they have none.
"""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
import types
import typing
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec

_WORDS = Path(__file__).resolve().parent.parent / "data" / "wire_words.txt"


@cache
def wire_words() -> Mapping[str, str]:
    """The words that mean the same everywhere."""
    lines = (_WORDS.read_text()).splitlines()
    return dict(line.split(": ", 1) for line in lines if line and not line.startswith("#"))


def key_docs(declared: Any) -> dict[str, str]:
    """The lines beneath the keys of a TypedDict (or msgspec Struct), those of its bases too."""
    try:
        (tree,) = ast.parse(textwrap.dedent(inspect.getsource(declared))).body
    except (OSError, TypeError, SyntaxError, ValueError):
        return {}
    found: dict[str, str] = {}
    if not isinstance(tree, ast.ClassDef):
        return found
    there = vars(sys.modules[declared.__module__])
    for base in tree.bases:  # a TypedDict does not remember them before Python 3.12
        above = there.get(base.id) if isinstance(base, ast.Name) else None
        if _is_record(above):
            found.update(key_docs(above))
    for statement, following in pairwise(tree.body):
        if (isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
                and isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant)
                and isinstance(following.value.value, str)):
            found[statement.target.id] = " ".join(following.value.value.split())
    return found


def records(annotations: Iterable[Any]) -> set[Any]:
    """All TypedDicts and Structs that types are made of."""
    found: set[Any] = set()
    waiting = list(annotations)
    while waiting:
        annotation = waiting.pop()
        if not _is_record(annotation):
            waiting.extend(_parts(annotation))
        elif annotation not in found:
            found.add(annotation)
            waiting.extend(typing.get_type_hints(annotation, include_extras=True).values())
    return found


def _parts(annotation: Any) -> Iterable[Any]:
    if typing.get_origin(annotation) is None and not isinstance(annotation, types.UnionType):
        return ()
    return [part for part in typing.get_args(annotation) if not isinstance(part, str | int)]


def _is_record(annotation: Any) -> bool:
    return typing.is_typeddict(annotation) or (
        isinstance(annotation, type) and issubclass(annotation, msgspec.Struct) and annotation is not msgspec.Struct)
