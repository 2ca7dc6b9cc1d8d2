"""Publish the JSON schema of every event type in `docs/events/`, and the table of events beside them.

    python -m scripts.export_event_schemas [DIRECTORY]

Writes `<type>.v<version>.json` for each type that has none yet, and `README.md`. A published schema never
changes: where a file says something else, nothing is written and the exit status is 1. Give the fact a new
version instead; only a schema that no release ever carried may be deleted and written anew.
"""

import inspect
import json
import sys
from pathlib import Path
from typing import Any

from ledger import facts
from ledger.facts.base import Fact

DIRECTORY = Path(__file__).parents[1] / "docs" / "events"

_PREAMBLE = """# Events

Every fact an entry can hold, by family. `class` says whose word it is: PARTY (contract, notice, recording \
without examination), AUTHORITY (register, court, gazette), OPERATOR (this ledger). The member `data` of an \
entry follows the schema named; a published schema never changes, a changed fact gets a new version.

This page and the schemas are written by `python -m scripts.export_event_schemas` from `ledger/facts/`.
"""


def schemas() -> dict[str, str]:
    """File name and text of each event type's schema."""
    return {file_name(fact): _text(_schema(fact)) for fact in facts.REGISTRY.values()}


def file_name(fact: type[Fact]) -> str:
    """`pledge.registered.v1.json`."""
    return f"{fact.TYPE}.v{fact.VERSION}.json"


def readme() -> str:
    """The table of events, from the tables that open the files of `ledger/facts/`."""
    sections = []
    for module in facts.MODULES:
        lines = inspect.getdoc(module)
        assert lines is not None
        rows = [line for line in lines.splitlines() if line.startswith("|")]
        versions = {fact.TYPE: file_name(fact) for name, fact in facts.families() if name == _family(module)}
        table = [_with_schema(row, versions) for row in rows]
        sections.append("\n".join([f"## {_family(module)}", "", lines.splitlines()[0], "", *table, ""]))
    return "\n".join([_PREAMBLE, *sections])


def main(directory: Path = DIRECTORY) -> int:
    """Write what is missing; 1 if a published schema would change."""
    changed = [
        name
        for name, text in schemas().items()
        if (path := directory / name).exists() and path.read_text("utf-8") != text
    ]
    if changed:
        print(f"published schemas never change, but these would: {', '.join(changed)}", file=sys.stderr)
        print("give the fact a new VERSION and keep reading the old one", file=sys.stderr)
        return 1
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in schemas().items():
        (directory / name).write_text(text, "utf-8")
    (directory / "README.md").write_text(readme(), "utf-8")
    return 0


def _family(module: Any) -> str:
    return str(module.__name__.rpartition(".")[2])


def _with_schema(row: str, files: dict[str, str]) -> str:
    event = row.split("|")[1].strip()
    if event in files:
        return f"{row} [{files[event]}]({files[event]}) |"
    return f"{row} schema |" if event == "event" else f"{row}---|"


def _schema(fact: type[Fact]) -> dict[str, Any]:
    shape = _without_prose(fact.model_json_schema())
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": file_name(fact),
        "title": f"{fact.TYPE}, version {fact.VERSION}",
        **shape,
    }


def _without_prose(value: Any) -> Any:
    """A schema says the shape; its words may be improved, so they stand in the code and the table."""
    if isinstance(value, dict):
        return {
            name: {key: _without_prose(member) for key, member in inner.items()}
            if name in {"properties", "$defs"}
            else _without_prose(inner)
            for name, inner in value.items()
            if name not in {"title", "description"}
        }
    if isinstance(value, list):
        return [_without_prose(member) for member in value]
    return value


def _text(schema: dict[str, Any]) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:2])))
