"""Publish the JSON schema of every command in `docs/commands/`, and the table of commands beside them.

    python -m scripts.export_command_schemas [DIRECTORY]

Writes `<command>.json` for each kind of command, removes those of kinds that are gone, and writes
`README.md`. A form is checked by more than a schema can say: check digits, the calendar, signs.
"""

import inspect
import json
import sys
from pathlib import Path
from typing import Any, Final

from ledger.rules import PROCEDURES
from ledger.rules.base import Command, Procedure

DIRECTORY: Final = Path(__file__).parents[1] / "docs" / "commands"

_PREAMBLE: Final = """# Commands

What can be submitted by `ipledger submit` and `POST /v1/commands`. Each command is an object with \
`command`, its kind, `command_id`, the caller's idempotency key, and the members below; a member nobody \
knows is refused. Amounts are integers of the currency's smallest unit, shares are `[n, d]`, days are \
legal days in Asia/Shanghai, texts are in Unicode normalization form C, and no number has a fraction.

- A list is a JSON array, JSON lines, or `{"atomic": true, "commands": [...]}`. Commands of a list are \
carried out one after the other, those of an atomic list together or not at all.
- The answer is `accepted`, `held` (a named item is missing; the act has no effect until it arrives) or \
`refused`, with all `codes` in order of precedence, `flags`, `reasons` in English and Chinese with their \
JSON pointers, the `positions` of the entries made, and what is `missing`, from whom. Refusals write \
nothing.
- The same `command_id` with the same content is answered with the first answer, and of a held act also \
with what became of it (`now`). Other content is refused (`COMMAND_ID_REUSED`), naming the first member \
that differs. Signatures and confidential values are no part of that comparison.
- `signatures` are detached JWS (RFC 7515 appendix F, RFC 7797) by the parties' registered keys over the \
canonical JSON (RFC 8785) of the command without `signatures` and `confidential`.
- `confidential` holds values by JSON pointer; the entry commits to them and the vault keeps them.
- Over HTTP a bearer token names the principal; `ipledger principal add` makes one.

The files in [examples](examples) are one story, in the order of their names on an empty ledger: \
each is accepted, but for those whose name ends in `held`. \
`for f in docs/commands/examples/*.json; do ipledger submit "$f"; done` tells it. Those in \
[with-a-digest](examples/with-a-digest) come after it and name an entry by its digest, which is another on \
every ledger: `GET /v1/entries/{position}` shows it. Those in [products](examples/products) are each a list \
that tells a whole product on an empty ledger; [PROVENANCE.md](examples/products/PROVENANCE.md) says what \
they are modeled on.

This page and the schemas are written by `python -m scripts.export_command_schemas` from \
`ledger/rules/`.
"""


def schemas() -> dict[str, str]:
    """File name and text of each command's schema."""
    return {f"{kind}.json": _text(_schema(procedure.command)) for kind, procedure in PROCEDURES.items()}


def readme() -> str:
    """The table of commands by family, from their docstrings."""
    families: dict[str, list[Procedure[Any]]] = {}
    for procedure in PROCEDURES.values():
        families.setdefault(_family(procedure.command), []).append(procedure)
    sections = []
    for family, procedures in families.items():
        rows = [
            f"| [{procedure.command.KIND}]({procedure.command.KIND}.json) | {procedure.command.CLASS} "
            f"| {_first_line(procedure.command)} |"
            for procedure in procedures
        ]
        sections += [f"\n## {family}\n", "| command | class | what it does |", "|---|---|---|", *rows]
    return "\n".join([_PREAMBLE.rstrip("\n"), *sections]) + "\n"


def main(directory: Path = DIRECTORY) -> int:
    """Write all."""
    directory.mkdir(parents=True, exist_ok=True)
    written = schemas()
    for path in directory.glob("*.json"):
        if path.name not in written:
            path.unlink()
    for name, text in written.items():
        (directory / name).write_text(text, "utf-8")
    (directory / "README.md").write_text(readme(), "utf-8")
    return 0


def _family(command: type[Command]) -> str:
    return command.__module__.rpartition(".")[2]


def _first_line(command: type[Command]) -> str:
    told = inspect.getdoc(command) or ""
    return " ".join(told.partition("\n\n")[0].split()).replace("|", "\\|")


def _schema(command: type[Command]) -> dict[str, Any]:
    shape = _without_titles(command.model_json_schema(by_alias=True))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{command.KIND}.json",
        **shape,
        "title": command.KIND,
    }


def _without_titles(value: Any) -> Any:
    """A schema without the names that only repeat those of its members."""
    if isinstance(value, dict):
        return {
            name: {key: _without_titles(member) for key, member in inner.items()}
            if name in {"properties", "$defs"}
            else _without_titles(inner)
            for name, inner in value.items()
            if name != "title"
        }
    return [_without_titles(member) for member in value] if isinstance(value, list) else value


def _text(schema: dict[str, Any]) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:2])))
