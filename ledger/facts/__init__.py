"""Floor 1: what can be said. Frozen events in the past tense, with stored names and schema versions.

A stored name never follows a class or module name, so moving code cannot change history. `read` turns an
entry into its fact and stops at a type or version this release does not know.
"""

from collections.abc import Iterator

import orjson
from pydantic import ValidationError

from ledger.entry import Entry
from ledger.errors import EntryMalformed, InputRejected, UnknownEventType
from ledger.facts import (
    acts,
    claims,
    consents,
    contributions,
    corrections,
    documents,
    enforcement,
    freezes,
    funding,
    insolvency,
    licenses,
    openings,
    parties,
    pledges,
    pools,
    procedures,
    registrations,
    seals,
    status,
    transfers,
    valuations,
)
from ledger.facts.base import Fact

MODULES = (
    registrations,
    transfers,
    licenses,
    pledges,
    claims,
    enforcement,
    freezes,
    insolvency,
    status,
    procedures,
    corrections,
    documents,
    consents,
    valuations,
    contributions,
    funding,
    pools,
    acts,
    parties,
    openings,
    seals,
)
"""The files of this floor, in the order they are read."""

REGISTRY: dict[tuple[str, int], type[Fact]] = {
    (fact.TYPE, fact.VERSION): fact
    for module in MODULES
    for fact in vars(module).values()
    if isinstance(fact, type) and issubclass(fact, Fact) and "TYPE" in vars(fact)
}
"""Every stored event type and version this release can read: every register heading has its own (R-4)."""


def read(entry: Entry) -> Fact:
    """The fact an entry holds.

    Raises:
        UnknownEventType: the type or version is not in `REGISTRY`; reading stops at its position.
        EntryMalformed: `data` is not what the schema of that type says.
    """
    fact = REGISTRY.get((entry.type, entry.type_v))
    if fact is None:
        raise UnknownEventType(entry.type, entry.type_v, entry.position)
    try:
        return fact.model_validate_json(orjson.dumps(entry.data), strict=True)
    except ValidationError as error:
        raise EntryMalformed(f"{entry.type}: {_reason(error)}", entry.position) from error
    except InputRejected as error:
        raise EntryMalformed(f"{entry.type}: {error.message_en}", entry.position) from error


def _reason(error: ValidationError) -> str:
    """The first thing wrong with `data`: where, and why."""
    first = error.errors(include_url=False, include_input=False)[0]
    return f"{'/'.join(['data', *map(str, first['loc'])])}: {first['msg']}"


def families() -> Iterator[tuple[str, type[Fact]]]:
    """Pairs of file name and fact type, in the order of the files."""
    for module in MODULES:
        name = module.__name__.rpartition(".")[2]
        for fact in vars(module).values():
            if isinstance(fact, type) and issubclass(fact, Fact) and "TYPE" in vars(fact):
                yield name, fact
