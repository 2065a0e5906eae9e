"""Finds every text that people read, and brings the catalogues up to date: `make messages`.

Three domains: `errors` (the sentences of JsonableError and its children), `pages` (templates, and `_()` in Python) and
`client` (`t()` and `n()` in the browser's JavaScript). What is new gets an empty entry to be translated, what is gone
loses its own. With `--check` nothing is written; what has no translation is listed.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "chat" / "locale"
DOMAINS = ("pages", "errors", "client")
PLURALS = {
    "ar": (6, "n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5"),
    "de": (2, "n != 1"),
    "zh_Hans": (1, "0"),
}
"""For each folder of catalogues: in the order that CLDR names the forms, as the browser counts them too."""
_WHEN = datetime(2026, 1, 1, tzinfo=UTC)
"""The catalogues' history is the repository's; a date in them would only make merges hard."""

Key = str | tuple[str, str]
Found = dict[Key, set[str]]
"""A text, or a singular with its plural, and the files it is in."""


def found_texts(root: Path = ROOT) -> dict[str, Found]:
    """All texts there are, by domain."""
    found: dict[str, Found] = {domain: {} for domain in DOMAINS}
    modules = {path: ast.parse(path.read_text()) for path in sorted((root / "chat").rglob("*.py"))}
    names = error_names(modules.values())
    for path, tree in modules.items():
        for sentence in error_sentences(tree, names):
            _add(found["errors"], sentence, path, root)
        with path.open("rb") as file:
            for _, function, text, _ in extract_python(file, ["_", "gettext"], [], {}):
                if function and isinstance(text, str) and path.name != "i18n.py":
                    _add(found["pages"], text, path, root)
    for path in sorted((root / "chat" / "templates").rglob("*")):
        if path.suffix in (".html", ".txt"):
            for key in template_texts(path):
                _add(found["pages"], key, path, root)
    for path in sorted((root / "static" / "js").rglob("*.js")):
        for key in client_texts(path.read_text()):
            _add(found["client"], key, path, root)
    return found


def _add(found: Found, key: Key, path: Path, root: Path) -> None:
    found.setdefault(key, set()).add(path.relative_to(root).as_posix())


def template_texts(path: Path) -> Iterator[Key]:
    """The texts of a Jinja2 template."""
    options = {"newstyle_gettext": "true", "trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
    with path.open("rb") as file:
        for _, _, text, _ in babel_extract(file, ("_", "gettext", "ngettext"), [], options):
            if isinstance(text, str):
                yield text
            elif isinstance(text, tuple) and len([part for part in text if isinstance(part, str)]) >= 2:
                yield (text[0], text[1])
            elif isinstance(text, tuple) and isinstance(text[0], str):
                yield text[0]


_STRING = r"""(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')"""
_CLIENT_CALL = re.compile(rf"(?<![\w.$#])(t|n)\(\s*({_STRING})(?:\s*,\s*({_STRING}))?")
_CLIENT_OTHER = re.compile(r"(?<![\w.$#])(?:t|n)\((?!\s*[\"'])[^)\n]{0,60}")
_ESCAPE = re.compile(r"""\\(?:u([0-9a-fA-F]{4})|(.))""")


def client_texts(source: str) -> Iterator[Key]:
    """The texts of a JavaScript module: the strings given to `t` and `n`, wherever in a template they are."""
    for function, one, many in _CLIENT_CALL.findall(source):
        yield (_unquoted(one), _unquoted(many)) if function == "n" else _unquoted(one)


def client_mistakes(source: str) -> list[str]:
    """Calls of `t` and `n` whose text cannot be found, as it is not written there."""
    return [] if "export function t(" in source else _CLIENT_OTHER.findall(source)


def _unquoted(literal: str) -> str:
    return _ESCAPE.sub(
        lambda match: chr(int(match[1], 16)) if match[1] else {"n": "\n", "t": "\t"}.get(match[2], match[2]),
        literal[1:-1])


def error_names(trees: object) -> set[str]:
    """The names of JsonableError and all classes that descend from it."""
    classes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]  # type: ignore[attr-defined]
    names = {"JsonableError"}
    while True:
        more = {node.name for node in classes if any(_name(base) in names for base in node.bases)} - names
        if not more:
            return names
        names |= more


def error_sentences(tree: ast.AST, names: set[str]) -> Iterator[str]:
    """The sentences that errors are made with in a module, values as `{name}`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and _name(node.func) in names:
            yield from _sentences(node.args[0])
        if isinstance(node, ast.ClassDef) and node.name in names:
            for inner in ast.walk(node):
                if isinstance(inner, ast.Call) and inner.args and _is_super_init(inner.func):
                    yield from _sentences(inner.args[0])
                if isinstance(inner, ast.FunctionDef) and inner.name == "__init__":
                    for default in inner.args.defaults:
                        yield from _sentences(default)


def _is_super_init(function: ast.expr) -> bool:
    return isinstance(function, ast.Attribute) and function.attr == "__init__"


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _sentences(node: ast.expr) -> Iterator[str]:
    """What an expression can be: a constant, an f-string, a sum of them, one or another of them."""
    if isinstance(node, ast.IfExp):
        yield from _sentences(node.body)
        yield from _sentences(node.orelse)
        return
    places: list[str] = []
    text = _joined(node, places)
    if text is not None and " " in text.strip():
        yield text


def _joined(node: ast.expr, places: list[str]) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _joined(node.left, places), _joined(node.right, places)
        if left is None and right is None:
            return None
        return (left or _place(node.left, places)) + (right or _place(node.right, places))
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else _place(part.value, places)  # type: ignore[attr-defined]
            for part in node.values)
    return None


def _place(node: ast.expr, places: list[str]) -> str:
    name = _name(node.func if isinstance(node, ast.Call) else node) or "value"
    places.append(name.lower())
    count = places.count(name.lower())
    return "{" + name.lower() + (str(count) if count > 1 else "") + "}"


def catalogue_file(folder: str, domain: str) -> Path:
    return LOCALE / folder / "LC_MESSAGES" / f"{domain}.po"


def updated(folder: str, domain: str, found: Found) -> Catalog:
    """A catalogue with exactly the texts that were found, and the translations that it had."""
    path = catalogue_file(folder, domain)
    known = {}
    if path.exists():
        with path.open("rb") as file:
            known = {_key(message.id): message.string for message in read_po(file, locale=folder) if message.id}
    count, rule = PLURALS[folder]
    made = Catalog(locale=folder, domain=domain, project="Plait", version="1", fuzzy=False, creation_date=_WHEN,
                   revision_date=_WHEN, last_translator="Plait", language_team="Plait",
                   msgid_bugs_address="Plait", header_comment=f"# Plait: {domain}. Kept by `make messages`.")
    made._num_plurals, made._plural_expr = count, rule
    for key in sorted(found, key=lambda key: key if isinstance(key, str) else key[0]):
        empty: str | tuple[str, ...] = "" if isinstance(key, str) else ("",) * count
        made.add(key, known.get(_key(key), empty), [(file, 0) for file in sorted(found[key])])
    return made


def _key(message_id: object) -> Key:
    return message_id if isinstance(message_id, str) else tuple(message_id)  # type: ignore[arg-type,return-value]


def written(catalogue: Catalog) -> bytes:
    """A catalogue as it lies on disk."""
    out = BytesIO()
    write_po(out, catalogue, width=110, include_lineno=False, ignore_obsolete=True)
    return out.getvalue()


def missing(folder: str, domain: str, found: Found) -> list[Key]:
    """The texts that have no translation into a language."""
    entries = {_key(message.id): message.string for message in updated(folder, domain, found) if message.id}
    return [key for key, string in entries.items() if not string or not all(string)]


def main(arguments: list[str]) -> int:
    found = found_texts()
    left = 0
    for folder in PLURALS:
        for domain in DOMAINS:
            lacking = missing(folder, domain, found[domain])
            left += len(lacking)
            if "--check" in arguments:
                for key in lacking:
                    print(f"{folder} {domain}: {key}")
                continue
            path = catalogue_file(folder, domain)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(written(updated(folder, domain, found[domain])))
            print(f"{folder} {domain}: {len(found[domain])} texts, {len(lacking)} to be translated")
    return 1 if left and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
