"""From what was typed to a command: every fault of form at once, each with its JSON pointer (RFC 6901).

Unknown members, unreadable signs, days out of range, amounts that are no integers, and personal identifiers
in clear (PV-1) are all found before any rule is asked.
"""

import json
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ledger import canonical
from ledger.errors import NotCanonical
from ledger.personal import find_personal
from ledger.rules.base import Command, Finding, Procedure, refuse

COMMAND_BYTES_MAX: Final = 200_000

Procedures: TypeAlias = dict[str, Procedure[Any]]


@dataclass(frozen=True, slots=True)
class Submitted:
    """A well-formed command, and the canonical text its signatures are over."""

    command: Command
    text: str


def read_json(text: str | bytes) -> Any:
    """The value of a JSON text that says nothing twice.

    Raises:
        ValueError: not JSON (RFC 8259), a member named twice, a number that is no integer.
    """
    return json.loads(text, object_pairs_hook=_members, parse_float=_no_float, parse_constant=_no_float)


def parse(value: Any, procedures: Procedures) -> Submitted | tuple[Finding, ...]:
    """The command a JSON value says, or everything that is wrong with its form."""
    if not isinstance(value, dict):
        return (refuse("N-11", "JSON_INVALID", pointer="", expected="an object with the member command"),)
    procedure = procedures.get(value["command"]) if isinstance(value.get("command"), str) else None
    if procedure is None:
        given = str(value.get("command"))[:60]
        return (refuse("N-11", "COMMAND_UNKNOWN", pointer="/command", given=given),)
    try:
        signed = {name: told for name, told in value.items() if name not in _UNSIGNED}
        text = canonical.encode(signed)
        whole = text if len(signed) == len(value) else canonical.encode(value)
    except NotCanonical as error:
        return _not_canonical(error, value, procedure)
    if len(whole) > COMMAND_BYTES_MAX:
        return (refuse("N-11", "COMMAND_TOO_LARGE", pointer="", limit=COMMAND_BYTES_MAX),)
    found = [
        refuse("PV-1", "PII_IN_EVENT", pointer=each.pointer, kind=each.kind)
        for each in dict.fromkeys(find_personal(signed))
    ]
    try:
        command = procedure.command.model_validate_json(whole, strict=True)
    except ValidationError as error:
        errors = error.errors(include_url=False)
        found = [_fault(each, value) for each in errors if not _follows(each, errors)] + found
        return tuple(found)
    return tuple(found) or Submitted(command, text.decode())


def _not_canonical(
    error: NotCanonical, value: dict[str, Any], procedure: Procedure[Any]
) -> tuple[Finding, ...]:
    """A number that readers do not keep exact, or half a sign: with every other fault of form."""
    at = error.data["pointer"]
    own = refuse(
        "N-6", "FIELD_INVALID", pointer=at, field=at, given="a number", expected=error.data["reason"]
    )
    try:
        procedure.command.model_validate_json(json.dumps(value), strict=True)
    except ValidationError as others:
        errors = others.errors(include_url=False)
        found = [_fault(each, value) for each in errors if each["type"] != "json_invalid"]
        told = {each.pointer for each in found}
        return tuple(found) if at in told else (own, *found)
    except RecursionError:
        return (own,)
    return (own,)


_UNSIGNED: Final = frozenset(("signatures", "confidential"))
_CODES: Final = {"missing": "FIELD_MISSING", "extra_forbidden": "FIELD_UNKNOWN"}


def _follows(error: ErrorDetails, errors: list[ErrorDetails]) -> bool:
    """A list is too short only because its members were refused, each for a reason of its own."""
    if error["type"] != "too_short":
        return False
    loc = error["loc"]
    return any(len(other["loc"]) > len(loc) and other["loc"][: len(loc)] == loc for other in errors)


def _fault(error: ErrorDetails, value: Any) -> Finding:
    pointer = "".join(f"/{_token(step)}" for step in _existing(error["loc"], value))
    if error["type"] == "ledger":
        told = dict(error.get("ctx", {}))
        code = told.pop("code")
        pointer = str(told.pop("field", pointer))
        return refuse("N-11", code, pointer=pointer, field=pointer, **_named(told))
    code = _CODES.get(error["type"], "FIELD_INVALID")
    given = _given(error["input"])
    return refuse("N-11", code, pointer=pointer, field=pointer, given=given, expected=_expected(error))


_SHAPES: Final = (
    ({"string_type", "string_sub_type"}, "a text"),
    ({"int_type", "int_parsing", "int_from_float"}, "a whole number"),
    ({"bool_type", "bool_parsing"}, "a truth value"),
    ({"list_type", "tuple_type", "set_type", "frozen_set_type"}, "a list"),
    ({"dict_type", "model_type", "dataclass_type", "model_attributes_type"}, "an object"),
)
_BOUNDS: Final = {
    "too_short": ("min_length", "at least {} members"),
    "too_long": ("max_length", "at most {} members"),
    "greater_than_equal": ("ge", "a number of at least {}"),
    "less_than_equal": ("le", "a number of at most {}"),
    "greater_than": ("gt", "a number above {}"),
    "less_than": ("lt", "a number below {}"),
    "literal_error": ("expected", "one of {}"),
    "enum": ("expected", "one of {}"),
}


def _expected(error: ErrorDetails) -> str:
    """What belongs there, in words that `ledger.reasons.words` says in Chinese."""
    kind = error["type"]
    if kind in _BOUNDS:
        name, phrase = _BOUNDS[kind]
        bound = str(error.get("ctx", {}).get(name)).replace(" or ", ", ").replace("'", "")
        return phrase.format(bound)
    return next((phrase for kinds, phrase in _SHAPES if kind in kinds), error["msg"])


def _given(value: Any) -> str:
    """A value as it was given, or in a word what kind of thing it is."""
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list | tuple):
        return "a list"
    return json.dumps(value, ensure_ascii=False)[:60]


def _named(told: dict[str, Any]) -> dict[str, Any]:
    """Data under names that do not collide with a finding's own."""
    return {name: data for name, data in told.items() if name not in {"rule", "code", "right", "pointer"}}


def _existing(loc: tuple[int | str, ...], value: Any) -> list[int | str]:
    """The steps of a location that are members of the input; pydantic names union branches in between."""
    steps: list[int | str] = []
    here = value
    for place, step in enumerate(loc):
        if isinstance(here, dict) and (step in here or place == len(loc) - 1):
            steps.append(step)
            here = here.get(step) if isinstance(step, str) else None
        elif isinstance(here, list) and isinstance(step, int) and step < len(here):
            steps.append(step)
            here = here[step]
    return steps


def _token(step: int | str) -> str:
    return str(step).replace("~", "~0").replace("/", "~1")


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is named twice")
    return members


def _no_float(text: str) -> Any:
    raise ValueError(f"{text[:40]} is no integer; amounts are integers of minor units, shares are [n, d]")
