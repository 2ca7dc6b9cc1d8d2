"""What answers an earlier recording, and what a register reports without saying what it does to the right.

| event | meaning | class | tags |
|---|---|---|---|
| recording.corrected | a corrective recording restates an earlier one (K-1, K-2, U-1) | as the corrected one | asset, party |
| recording.noted | something a bank must see but that changes no owner or encumbrance here | AUTHORITY; PARTY for US | asset, party |
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ledger.facts.base import Day, Fact, Party, Text


class RecordingCorrected(Fact):
    """A later recording restates an earlier one at the same register.

    `corrects` is the number of the recording corrected, normalized, or None where the text names none. The
    restated content replaces the earlier on each right of this fact; the earlier one stays on record.
    """

    TYPE: ClassVar[str] = "recording.corrected"
    corrects: Text | None = None
    restates: Literal["transfer", "transmission", "rename", "pledge", "release", "license"] | None = None
    """What the earlier recording was, if the text says; else it is taken from the earlier recording."""
    grantors: tuple[Party, ...] = ()
    grantees: tuple[Party, ...] = ()
    executed_on: Day | None = None
    registered_on: Day | None = None
    text: Text | None = None

    @property
    def effective_on(self) -> str | None:
        """As of the corrected deed."""
        return self.executed_on or self.registered_on

    def parties(self) -> tuple[Party, ...]:
        """Both sides."""
        return self.grantors + self.grantees


class RecordingNoted(Fact):
    """A recorded event kept for whoever asks about the right, with the register's code and words."""

    TYPE: ClassVar[str] = "recording.noted"
    code: Annotated[str, Field(min_length=1, max_length=200)]
    text: Text | None = None
    unknown: bool = False
    """The reader does not know this kind of event: it is flagged wherever the right is asked about."""
    grantors: tuple[Party, ...] = ()
    grantees: tuple[Party, ...] = ()
    executed_on: Day | None = None
    registered_on: Day | None = None

    def parties(self) -> tuple[Party, ...]:
        """Both sides."""
        return self.grantors + self.grantees
