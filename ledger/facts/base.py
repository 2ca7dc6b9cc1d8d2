"""What every fact has: the rights it concerns, a stored name and version, and its tags."""

from base64 import b32encode
from datetime import date
from hashlib import sha256
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema

from ledger.values.dates import parse_day
from ledger.values.parties import party_id
from ledger.values.rights import parse_right_id


def _is_day(text: str) -> str:
    parse_day(text)
    return text


def _is_right(text: str) -> str:
    parse_right_id(text)
    return text


Day = Annotated[str, AfterValidator(_is_day), WithJsonSchema({"type": "string", "format": "date"})]
"""A legal date `YYYY-MM-DD`."""

RightRef = Annotated[
    str,
    AfterValidator(_is_right),
    WithJsonSchema({"type": "string", "pattern": "^[A-Z]{2}:[a-z_]+:.{1,60}$"}),
]
"""A right's id, `US:patent:15145443`."""

Text = Annotated[str, Field(min_length=1, max_length=4000)]
_Term = Annotated[int, Field(ge=1, le=1_000_000_000)]


def _is_share(pair: tuple[int, int]) -> tuple[int, int]:
    if pair[0] > pair[1]:
        raise ValueError("a share is at most the whole")
    return pair


Share = Annotated[tuple[_Term, _Term], AfterValidator(_is_share)]
"""An exact fraction `[n, d]` of the whole right, above 0 and at most 1 (N-6)."""


class Value(BaseModel):
    """Plain immutable data; a member the schema does not name is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Amount(Value):
    """Money in integer minor units with its ISO 4217 currency (N-6)."""

    minor: Annotated[int, Field(ge=0, le=2**53 - 1)]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class Party(Value):
    """A party as the source names it; `on` is the day this party signed."""

    name: Annotated[str, Field(min_length=1, max_length=500)]
    share: Share | None = None
    on: Day | None = None


class Fact(Value):
    """One fact about one or more rights.

    `rights` are those whose statement the fact can change; all of them become `asset:` tags.
    """

    TYPE: ClassVar[str]
    VERSION: ClassVar[int] = 1

    rights: Annotated[tuple[RightRef, ...], Field(min_length=1)]

    @property
    def effective_on(self) -> str | None:
        """The legal date of the fact, if the source gives one."""
        members = vars(self)
        return members.get("effective_from") or members.get("registered_on") or members.get("executed_on")

    def parties(self) -> tuple[Party, ...]:
        """Every party named, for the `party:` tags."""
        return ()

    def links(self) -> tuple[str, ...]:
        """Further tags: the license, pledge or freeze spoken of."""
        return ()

    def tags(self) -> tuple[str, ...]:
        """All tags of the fact, sorted and free of repeats."""
        tags = {f"asset:{right}" for right in self.rights}
        tags.update([f"party:{party_id(party.name)}" for party in self.parties()], self.links())
        return tuple(sorted(tags))

    def as_data(self) -> dict[str, Any]:
        """The member `data` of the entry; members that are not known are left out."""
        return self.model_dump(mode="json", exclude_none=True)


def record_id(prefix: str, register: str, number: str) -> str:
    """Id of what a register recorded under `number`: `pld_…`, `lic_…`, `frz_…`, the same on every import."""
    digest = sha256(f"ipledger/record/v1\0{prefix}\0{register}\0{number}".encode()).digest()
    return f"{prefix}_{b32encode(digest[:16]).decode().rstrip('=').lower()}"


def latest(days: list[str | None]) -> str | None:
    """The latest of the days that are known: an instrument binds all when the last has signed."""
    known = [day for day in days if day]
    return max(known, key=date.fromisoformat) if known else None
