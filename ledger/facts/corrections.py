"""What answers an earlier recording, and what a register reports without saying what it does to the right.

| event | meaning | class | tags |
|---|---|---|---|
| entry.corrected | an entry of this ledger is restated: a clerical error, or a day that was told late (K-2, K-3) | PARTY, OPERATOR, AUTHORITY | asset, party, those of the restated fact |
| entry.retracted | a party act that no register has taken up is taken back by all its parties (K-2) | PARTY | asset, party |
| entry.reversed | a judgment or a register's correction voids an entry (K-2) | AUTHORITY | asset, party |
| recording.corrected | a corrective recording restates an earlier one (K-1, K-2, U-1) | as the corrected one | asset, party |
| recording.noted | something a bank must see but that changes no owner or encumbrance here | AUTHORITY; PARTY for US | asset, party |
"""

from functools import cached_property
from typing import Annotated, Any, ClassVar, Final, Literal, Self

import orjson
from pydantic import Field, model_validator

from ledger.facts.base import Day, Fact, Party, Text, Value
from ledger.facts.documents import Sha256Hex

UNCORRECTABLE: Final = frozenset(("act", "entry", "field", "flags", "seal", "subject"))
"""Kinds of entries that say what this ledger did; a correction of a correction restates the first target."""


class Target(Value):
    """The entry that is answered: where it stands, and the digest `D` that proves which one is meant (K-1)."""

    position: Annotated[int, Field(ge=1, le=2**53 - 1)]
    digest: Sha256Hex


class _OfEntry(Fact):
    """`by` are those who answer the entry; nobody named is this ledger's operator."""

    target: Target
    by: tuple[Party, ...] = ()
    reason: Text
    document: Sha256Hex | None = None
    """The paper it rests on."""
    corrected_on: Day | None = None
    """The day the register or court gives for its correction; never the day of the corrected act."""

    @property
    def effective_on(self) -> str | None:
        """The day of the correction: what it says of the past stands in what it restates."""
        return self.corrected_on

    def parties(self) -> tuple[Party, ...]:
        """Who corrects."""
        return self.by


class EntryCorrected(_OfEntry):
    """The whole content the target should have had, as a fact of the same type.

    It replaces the earlier content on each right of this fact; what was recorded stays on record. `certificate`
    is the register's paper that shows an earlier registration: without it no place in the register improves
    (K-4).
    """

    TYPE: ClassVar[str] = "entry.corrected"
    cause: Literal["clerical", "late_report"]
    restates: Text
    """The type of the target."""
    restates_v: Annotated[int, Field(ge=1)] = 1
    data: dict[str, Any]
    agreed: tuple[Party, ...] = ()
    """Affected parties who signed the correction (K-3)."""
    certificate: Text | None = None

    @cached_property
    def restated(self) -> Fact:
        """The target's content as corrected."""
        from ledger.facts import REGISTRY  # every fact must be defined first

        kind = REGISTRY.get((self.restates, self.restates_v))
        if kind is None or self.restates.partition(".")[0] in UNCORRECTABLE:
            raise ValueError(
                f"{self.restates[:80]}, version {self.restates_v}, is no fact that can be corrected"
            )
        return kind.model_validate_json(orjson.dumps(self.data), strict=True)

    @model_validator(mode="after")
    def _restates_its_rights(self) -> Self:
        spoken_of = {tag.removeprefix("asset:") for tag in self.restated.tags() if tag.startswith("asset:")}
        if not spoken_of.issuperset(self.rights):
            raise ValueError("the restated fact leaves out a right of the correction")
        return self

    def parties(self) -> tuple[Party, ...]:
        """Who corrects, who agreed, and everybody the restated fact names."""
        return (*self.by, *self.agreed, *self.restated.parties())

    def links(self) -> tuple[str, ...]:
        """What the restated fact speaks of."""
        return self.restated.links()


class EntryRetracted(_OfEntry):
    """The parties to the target took it back: it counts no more, from its beginning."""

    TYPE: ClassVar[str] = "entry.retracted"
    REPORTABLE: ClassVar[bool] = False


class EntryReversed(_OfEntry):
    """A court or register voided the target from its beginning; `by` is that authority.

    Later rights of others do not fall with it (K-6): each needs a reversal of its own.
    """

    TYPE: ClassVar[str] = "entry.reversed"


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
