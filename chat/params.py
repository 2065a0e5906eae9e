"""Parameters of requests: declared once as a `Params` class, read and refused here in one wording for all.

The wire's rule: a string parameter travels as it is, everything else as JSON text; the same declaration also reads JSON
bodies and WebSocket frames, whose values arrive native and are brought into that form by `as_text`. Bounds are
`msgspec.Meta` annotations; an alias or a spelling of its own is a `Param` annotation:

    class SendMessage(Params):
        topic: Annotated[str | None, Meta(max_length=1000), Param(alias="subject")] = None
        to: Annotated[list[int] | str, Param(parse=read_recipients)]

A declaration knows its JSON schema, from which the API document is made.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import msgspec
import orjson
from msgspec import Meta

from chat.errors import ParameterConfusing, ParameterInvalid, ParameterMissing

MAX_PARAMETERS = 200


@dataclass(frozen=True, slots=True)
class Param:
    """What a parameter has beyond its type: another name, text of its own form, words for the document."""

    alias: str | None = None
    parse: Callable[[str], Any] | None = None
    json: bool = False
    """A string that travels as JSON text, quotes and all (bare text is taken too)."""
    doc: str = ""
    example: Any = None


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a multipart body, held in memory (bodies are bounded at the door)."""

    filename: str
    content_type: str
    data: bytes


Raw = Mapping[str, "str | Upload"]
"""Parameters as they came: name to text."""


class Params(msgspec.Struct, frozen=True):
    """Base of every declaration of parameters: required fields first, those with a default are optional."""


class NoParams(Params, frozen=True):
    """For routes that read none."""


UserId = Annotated[int, Meta(ge=1, le=2**31 - 1)]
MessageId = Annotated[int, Meta(ge=0, le=2**31 - 1)]
ChannelId = Annotated[int, Meta(ge=1, le=2**31 - 1)]
ShortText = Annotated[str, Meta(max_length=1000)]
EmailText = Annotated[str, Meta(max_length=254)]

P = TypeVar("P", bound=Params)


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    type: Any
    param: Param
    is_text: bool
    required: bool

    def read(self, text: str) -> Any:
        """The value of `text`, checked; raises ParameterInvalid in the one wording."""
        if "\x00" in text or (not self.is_text and "\\u0000" in text):
            raise ParameterInvalid(f"Argument \"{self.name}\" may not contain a NUL character")
        if self.param.parse is not None:
            return self.param.parse(text)
        try:
            if self.is_text:
                return msgspec.convert(self._unquoted(text) if self.param.json else text, self.type)
            return msgspec.json.decode(text, type=self.type)
        except msgspec.ValidationError as error:
            raise ParameterInvalid(f"Argument \"{self.name}\" is not valid: {error}") from None
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            raise ParameterInvalid(f"Argument \"{self.name}\" is not valid JSON.") from None

    @staticmethod
    def _unquoted(text: str) -> str:
        if text.startswith('"'):
            value = orjson.loads(text) if _is_json(text) else text
            return value if isinstance(value, str) else text
        return text


def _is_json(text: str) -> bool:
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True


def as_text(value: Any) -> str:
    """A native JSON value in the wire's form: strings as they are, the rest as JSON text."""
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def text_values(values: Mapping[str, Any]) -> dict[str, str | Upload]:
    """The parameters of a JSON body or frame as `Raw`. A null counts as absent."""
    return {name: as_text(value) for name, value in values.items() if value is not None}


class Declaration(typing.Generic[P]):
    """A compiled `Params` class: reads raw parameters into it and describes itself."""

    def __init__(self, params: type[P]) -> None:
        self.params = params
        hints = typing.get_type_hints(params, include_extras=True)
        self.fields = tuple(
            _compile(info.name, hints[info.name], info.required) for info in msgspec.structs.fields(params))
        self.names = frozenset(
            name for field in self.fields for name in (field.name, field.param.alias) if name)

    def read(self, raw: Raw) -> P:
        """The parameters, every bound checked. Raises the Parameter* errors; unknown names are not our concern."""
        values: dict[str, Any] = {}
        for field in self.fields:
            name, alias = field.name, field.param.alias
            text = raw.get(name)
            if alias is not None and alias in raw:
                if text is not None:
                    raise ParameterConfusing(name, alias)
                text = raw[alias]
            if text is None:
                if field.required:
                    raise ParameterMissing(name)
                continue
            if isinstance(text, Upload):
                raise ParameterInvalid(f"Argument \"{name}\" may not be a file")
            values[name] = field.read(text)
        return self.params(**values)

    def ignored(self, raw: Raw) -> list[str]:
        """Names that were sent but that this route does not read, sorted."""
        return sorted(name for name in raw if name not in self.names)

    def schemas(self) -> list[dict[str, Any]]:
        """One entry a parameter for the API document: name, required, whether JSON text, schema."""
        described = []
        for field in self.fields:
            entry: dict[str, Any] = {
                "name": field.name, "required": field.required, "json": not field.is_text,
                "description": field.param.doc, "schema": _schema(field.type)}
            if field.param.example is not None:
                entry["example"] = field.param.example
            if field.param.alias:
                entry["alias"] = field.param.alias
            described.append(entry)
        return described


def _compile(name: str, annotation: Any, required: bool) -> _Field:
    param = Param()
    if get_origin(annotation) is Annotated:
        base, *extras = get_args(annotation)
        param = next((extra for extra in extras if isinstance(extra, Param)), param)
        metas = tuple(extra for extra in extras if not isinstance(extra, Param))
        annotation = Annotated[(base, *metas)] if metas else base
    return _Field(name, annotation, param, _is_text(annotation), required)


def _is_text(annotation: Any) -> bool:
    """Whether values of this type travel as they are: str, and choices among strings, or those or None."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _is_text(get_args(annotation)[0])
    if origin is Literal:
        return all(isinstance(choice, str) for choice in get_args(annotation))
    if origin in (Union, types.UnionType):
        members = [member for member in get_args(annotation) if member is not type(None)]
        return bool(members) and all(_is_text(member) for member in members)
    return annotation is str


def _schema(annotation: Any) -> dict[str, Any]:
    (schema,), _ = msgspec.json.schema_components([annotation])
    return schema
