"""Procedures before offices, each with its steps (R-1). They change no right: only registration does."""

from typing import Any, Final

from ledger.facts.base import Fact
from ledger.facts.procedures import ProcedureRecorded
from ledger.statement.base import Flag, Recorded, names, of_kinds

_KINDS: Final[frozenset[type[Fact]]] = frozenset((ProcedureRecorded,))

_FOLLOWING: Final[dict[str | None, tuple[str, ...]]] = {
    None: ("FILED",),
    "FILED": ("DEFECT_NOTICED", "REGISTERED", "REFUSED", "WITHDRAWN"),
    "DEFECT_NOTICED": ("CURED", "REFUSED", "WITHDRAWN"),
    "CURED": ("DEFECT_NOTICED", "REGISTERED", "REFUSED", "WITHDRAWN"),
    "REGISTERED": ("ANNOUNCED",),
    "REFUSED": (),
    "WITHDRAWN": (),
    "ANNOUNCED": (),
}
"""What may follow a step (R-1). A step told twice, by the applicant and by the office, is one."""

_ORDER: Final = ("FILED", "DEFECT_NOTICED", "CURED", "REGISTERED", "REFUSED", "WITHDRAWN", "ANNOUNCED")
OPEN_STEPS: Final = frozenset(("FILED", "DEFECT_NOTICED", "CURED"))


def resolve(recorded: list[Recorded]) -> tuple[dict[str, list[dict[str, Any]]], list[Flag]]:
    """R-1: `procedures` in order of filing, absent where none; and a flag for each step out of sequence."""
    procedures: dict[tuple[str, str], dict[str, Any]] = {}
    for item in of_kinds(recorded, _KINDS):
        assert isinstance(item.fact, ProcedureRecorded)
        _take(procedures, item, item.fact)
    found = list({id(each): each for each in procedures.values()}.values())
    flags: list[Flag] = []
    for procedure in found:
        procedure["steps"].sort(key=lambda step: (step["on"], _ORDER.index(step["step"]), step["entry"]))
        flags += _out_of_sequence(procedure)
    return ({"procedures": found} if found else {}), flags


def shown(statement: dict[str, Any], day: str) -> dict[str, list[dict[str, Any]]]:
    """`procedures` that are open on a day, each with the steps taken by then; absent where none is."""
    found = []
    for procedure in statement.get("procedures", ()):
        steps = [step for step in procedure["steps"] if step["on"] <= day]
        if steps and steps[-1]["step"] in OPEN_STEPS:
            found.append({**procedure, "steps": steps, "state": steps[-1]["step"]})
    return {"procedures": found} if found else {}


def _take(procedures: dict[tuple[str, str], dict[str, Any]], item: Recorded, fact: ProcedureRecorded) -> None:
    key = (fact.office, fact.number)
    known = procedures.get(key)
    if known is None and fact.filed_as is not None:
        known = procedures.get((fact.office, fact.filed_as))
    if known is None:
        known = {
            "office": fact.office,
            "kind": fact.kind,
            "applicants": [],
            "grantors": [],
            "grantees": [],
            "steps": [],
            "entries": [],
        }
    procedures[key] = known
    known["number"] = fact.number
    for member in ("applicants", "grantors", "grantees"):
        known[member] = known[member] or names(getattr(fact, member))
    step = {"step": fact.step, "on": fact.on, "by_authority": item.record.authority}
    known["steps"].append({**step, "entry": item.record.position})
    known["entries"] += item.entries


def _out_of_sequence(procedure: dict[str, Any]) -> list[Flag]:
    flags = []
    before: str | None = None
    for step in procedure["steps"]:
        if step["step"] != before and step["step"] not in _FOLLOWING[before]:
            data = {"number": procedure["number"], "status": step["step"]}
            flags.append(Flag("REGISTRY_SEQUENCE_INVALID", (step["entry"],), since=step["on"], data=data))
        before = step["step"]
    return flags
