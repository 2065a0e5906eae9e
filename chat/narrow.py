"""Narrows: which messages someone wants to see, as a list of terms. Parsing only; no names are looked up here.

A narrow is a JSON list of `{"operator", "operand", "negated"?}` or of legacy `[operator, operand]` pairs. Old names of
operators become today's. Source: the public API description, feature level 278.
"""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from chat.errors import BadNarrow

MAX_TERMS = 30
MAX_OPERAND = 1000

_ALIASES = {
    "stream": "channel", "streams": "channels", "subject": "topic", "pm-with": "dm", "pm_with": "dm",
    "group_pm_with": "group-pm-with",
}
OPERATORS = frozenset({
    "channel", "channels", "topic", "dm", "dm-including", "group-pm-with", "sender", "is", "has", "in", "id", "near",
    "with", "search",
})
_QUEUE_OPERATORS = frozenset({"channel", "topic", "sender", "is"})
_QUEUE_IS = frozenset({"dm", "private", "starred", "unread", "alerted", "mentioned", "resolved"})

Operand = str | int | tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Term:
    operator: str
    operand: Operand
    negated: bool = False


Narrow = tuple[Term, ...]


def parse_narrow(text: str) -> Narrow:
    """The terms of a narrow given as JSON text. Raises BadNarrow for whatever is not one."""
    try:
        value = orjson.loads(text)
    except (orjson.JSONDecodeError, RecursionError):
        raise BadNarrow("the narrow is not valid JSON") from None
    if isinstance(value, dict):  # some clients send {} for "everything"
        value = list(value.values()) if value else []
    if not isinstance(value, list):
        raise BadNarrow("a narrow is a list of terms")
    if len(value) > MAX_TERMS:
        raise BadNarrow(f"a narrow has at most {MAX_TERMS} terms")
    return tuple(_term(item) for item in value)


def parse_queue_narrow(text: str) -> Narrow:
    """The narrow of an event queue: pairs of strings, few operators, no negation."""
    terms = parse_narrow(text)
    for term in terms:
        if term.operator not in _QUEUE_OPERATORS or term.negated:
            raise BadNarrow(f"operator {term.operator} is not supported for event queues")
        if term.operator == "is" and term.operand not in _QUEUE_IS:
            raise BadNarrow(f"is:{term.operand} is not supported for event queues")
    return terms


def _term(item: object) -> Term:
    negated: object = False
    if isinstance(item, dict):
        operator, operand = item.get("operator"), item.get("operand")
        negated = item.get("negated", False)
        if not {"operator", "operand"} <= item.keys():
            raise BadNarrow("a term has an operator and an operand")
    elif isinstance(item, list) and len(item) in (2, 3):
        operator, operand = item[0], item[1]
        negated = item[2] if len(item) == 3 else False
    else:
        raise BadNarrow("a term is an object or a pair")
    if not isinstance(operator, str):
        raise BadNarrow("an operator is a string")
    if not isinstance(negated, bool):
        raise BadNarrow("negated is true or false")
    if operator.startswith("-"):
        operator, negated = operator[1:], not negated
    operator = _ALIASES.get(operator, operator)
    if operator not in OPERATORS:
        raise BadNarrow(f"unknown operator {operator[:60]}")
    return Term(operator, _operand(operator, operand), negated)


def _operand(operator: str, operand: object) -> Operand:
    if isinstance(operand, bool) or operand is None:
        raise BadNarrow(f"invalid operand for {operator}")
    if isinstance(operand, str):
        if len(operand) > MAX_OPERAND or "\x00" in operand:
            raise BadNarrow(f"the operand of {operator} is too long or not printable")
        return operand
    if isinstance(operand, int) and abs(operand) < 2**63:
        return operand
    if isinstance(operand, list) and len(operand) <= MAX_OPERAND:
        if all(isinstance(part, int) and not isinstance(part, bool) and abs(part) < 2**31 for part in operand):
            return tuple(operand)
        if operator == "dm" and all(isinstance(part, str) and len(part) <= MAX_OPERAND for part in operand):
            return tuple(operand)
    raise BadNarrow(f"invalid operand for {operator}")
