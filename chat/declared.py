"""Settings as declarations: a record's fields are the table of them, with type, bounds and default; this module reads
such a table. What a field has beyond its type is a `Setting` annotation:

    message_content_edit_limit_seconds: Annotated[int | None, Setting(unlimited=None)] = 600

Owns the making of parameters from a record, and the sparse form that is stored: what differs from the defaults.
It knows no setting.
"""

from __future__ import annotations

import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Literal, TypeVar, cast, get_args, get_origin

import msgspec
from msgspec import UNSET, Meta

from chat.errors import ParameterInvalid
from chat.group_values import GroupUpdate
from chat.params import Param, Params

_NO_LIMIT = object()
_Number = Annotated[int, Meta(ge=1, le=2**31 - 1)]
_Limit = _Number | Literal["unlimited"]


@dataclass(frozen=True, slots=True)
class Setting:
    """What a setting has beyond its type."""

    owners: bool = False
    """Only owners may change it."""
    unlimited: Any = _NO_LIMIT
    """A limit: what the word "unlimited" stands for in the record."""
    group: GroupRule | None = None
    """It says who has a permission."""
    json: bool = False
    """A string that travels as JSON text."""
    own_way: bool = False
    """It is kept with the settings, but has routes of its own and another form on the wire."""


@dataclass(frozen=True, slots=True)
class GroupRule:
    """Which groups a permission can be given to."""

    default: str
    system_only: bool = False
    """It must be one of the groups that follow from roles, and travels as a plain id."""
    nobody: bool = True
    everyone: bool = True
    owners: bool = True
    only: tuple[str, ...] = ()
    """If not empty: these groups alone."""


@dataclass(frozen=True, slots=True)
class Declared:
    """One setting."""

    name: str
    type: Any
    default: Any
    setting: Setting

    @property
    def is_limit(self) -> bool:
        return self.setting.unlimited is not _NO_LIMIT

    def value_of(self, parameter: Any) -> Any:
        """The value that a parameter asks for."""
        return self.setting.unlimited if self.is_limit and parameter == "unlimited" else parameter


R = TypeVar("R", bound=msgspec.Struct)


def declared(record: type[msgspec.Struct]) -> dict[str, Declared]:
    """The table of a record's settings, by name; without those that go their own way."""
    hints = typing.get_type_hints(record, include_extras=True)
    found = (Declared(field.name, hints[field.name], field.default, _setting(hints[field.name]))
             for field in msgspec.structs.fields(record))
    return {one.name: one for one in found if not one.setting.own_way}


def parameters(name: str, table: Mapping[str, Declared], *, omit: frozenset[str] = frozenset(),
               base: type[Params] = Params) -> type[Params]:
    """Parameters to change any of these settings, beside those of `base`; those not sent are UNSET."""
    fields = [(one.name, _parameter(one), UNSET) for one in table.values() if one.name not in omit]
    made: Any = msgspec.defstruct(name, fields, bases=(base,), frozen=True, module=__name__)
    return cast(type[Params], made)


def given(params: Params, table: Mapping[str, Declared]) -> Iterator[tuple[Declared, Any]]:
    """The settings that a request names, with what it asks of them."""
    for name, one in table.items():
        value = getattr(params, name, UNSET)
        if value is not UNSET:
            yield one, one.value_of(value)


def sparse(record: msgspec.Struct) -> dict[str, Any]:
    """What differs from the defaults, as JSON has it."""
    values: dict[str, Any] = msgspec.to_builtins(record)
    defaults: dict[str, Any] = msgspec.to_builtins(type(record)())
    return {name: value for name, value in values.items() if value != defaults[name]}


def whole(record: type[R], stored: Mapping[str, Any]) -> R:
    """The record again. What is stored of settings that there are no more is passed over."""
    return msgspec.convert(stored, record)


def _setting(hint: Any) -> Setting:
    extras = get_args(hint)[1:] if get_origin(hint) is Annotated else ()
    return next((extra for extra in extras if isinstance(extra, Setting)), Setting())


def _limit(name: str, text: str) -> int | str:
    """A number, or the word: as JSON text has it, or bare, as a JSON body has it."""
    if text in ("unlimited", '"unlimited"'):
        return "unlimited"
    try:
        return msgspec.json.decode(text, type=_Number)
    except (msgspec.DecodeError, UnicodeError):
        raise ParameterInvalid(f"Argument \"{name}\" is neither a number above 0 nor \"unlimited\"") from None


def _parameter(one: Declared) -> Any:
    if one.is_limit:
        return Annotated[_Limit, Param(parse=partial(_limit, one.name))]
    if one.setting.group is not None:
        return _Number if one.setting.group.system_only else GroupUpdate
    extras = [extra for extra in (get_args(one.type)[1:] if get_origin(one.type) is Annotated else ())
              if not isinstance(extra, Setting)]
    base = get_args(one.type)[0] if get_origin(one.type) is Annotated else one.type
    if one.setting.json:
        extras.append(Param(json=True))
    return Annotated[(base, *extras)] if extras else base
