"""The members that statements, answers and findings have: others read them by name.

`shapes.json` has for every place of a statement and of an answer the members that stand there always and
those that stand there sometimes. `findings.json` has for every rule and code what a finding always tells. A
new member is added there; one that is taken away or called otherwise breaks whoever reads it.
"""

import json
from pathlib import Path

SHAPES = json.loads(Path(__file__).with_name("shapes.json").read_text("utf-8"))
FINDINGS = json.loads(Path(__file__).with_name("findings.json").read_text("utf-8"))
FREE = ("data", "details", "documents", "pools")
"""Places with members of their own making: what fills a sentence, what a register tells, digests, pools."""


def misshapen(value, place):
    """What is missing or strange in a JSON value that stands at `place` (`statement`, `view.licenses`)."""
    if isinstance(value, list | tuple):
        for part in value:
            yield from misshapen(part, place)
    if not isinstance(value, dict) or not value:
        return
    told = SHAPES.get(place)
    if told is None:
        yield place
        return
    yield from (f"{place} without {name}" for name in told["always"] if name not in value)
    for name, member in value.items():
        if name not in told["always"] and name not in told["sometimes"]:
            yield f"{place} with {name}"
        elif name not in FREE:
            yield from misshapen(member, f"{place}.{name}")


def untold(finding):
    """What findings of this rule and code always tell and this one does not."""
    told = {f"data.{name}" for name, value in finding.data.items() if value is not None}
    told |= {name for name in ("right", "pointer", "missing") if getattr(finding, name) is not None}
    if finding.missing is not None:
        told |= {f"missing.{name}" for name in ("holder", "right") if getattr(finding.missing, name)}
    return sorted(set(FINDINGS.get(f"{finding.rule} {finding.code}", ())) - told)
