"""What a reader yields: a report of one record, or the reason one record could not be read."""

from dataclasses import dataclass
from typing import Any

from ledger.entry import EntryClass
from ledger.facts.base import Fact


@dataclass(frozen=True, slots=True)
class Report:
    """One record of a register, read.

    `register` and `number` identify the recording at its source (`USPTO`, `049107/0392`) and do not change
    when the same record is met again in another file. `descriptions` say what the rights are (one
    RightDescribed each, complete as far as this record tells); `facts` what happened to them. `source` is
    the record's exact bytes and `where` its place in the file, for messages.
    """

    register: str
    number: str
    entry_class: EntryClass
    descriptions: tuple[Fact, ...]
    facts: tuple[Fact, ...]
    source: bytes
    media_type: str
    where: str
    names_all_rights: bool = True
    """Its facts name every right of the recording. False where the source speaks of one right at a time:
    that a release does not name another right under the pledge then says nothing about it."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """A record (or a whole file, `where` = "file") that could not be read; nothing of it is imported."""

    where: str
    code: str
    message_en: str
    message_zh: str

    def as_json(self, file: str) -> dict[str, Any]:
        """The form `import --json` prints it in."""
        return {
            "file": file,
            "record": self.where,
            "code": self.code,
            "message": {"en": self.message_en, "zh": self.message_zh},
        }
