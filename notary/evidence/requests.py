"""What a package can be asked for, and which claims a package of each kind makes (docs/formats.md 8.1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from notary.evidence.members import Claim


@dataclass(frozen=True, slots=True)
class EntryRequest:
    """One entry."""

    kind: ClassVar[str] = "entry"
    position: int


@dataclass(frozen=True, slots=True)
class RightRequest:
    """A right's whole history with its statement: the long certificate. `right` is a right's id."""

    kind: ClassVar[str] = "right"
    right: str


@dataclass(frozen=True, slots=True)
class StatusRequest:
    """A right's statement, or the absence of any entry of it: the short certificate."""

    kind: ClassVar[str] = "status"
    right: str


@dataclass(frozen=True, slots=True)
class PriorityRequest:
    """The ranks of two encumbrances of a right.

    Attributes:
        first, second: ids of the encumbrances, `pld_…`.
        right: the right's id; needed only where both rest on several rights.
        as_of: the day, `YYYY-MM-DD`; None for the day the seal was stamped.
    """

    kind: ClassVar[str] = "priority"
    first: str
    second: str
    right: str | None = None
    as_of: str | None = None


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """Which of two entries, by position, was recorded first."""

    kind: ClassVar[str] = "priority"
    first: int
    second: int


@dataclass(frozen=True, slots=True)
class DocumentRequest:
    """An entry that commits to a file.

    Attributes:
        sha256: of the file, hex.
        position: of the entry; None for the first that commits to the file.
        attach: whether the file itself goes into the package.
    """

    kind: ClassVar[str] = "document"
    sha256: str
    position: int | None = None
    attach: bool = False


@dataclass(frozen=True, slots=True)
class ConsistencyRequest:
    """That the log of size `second`, which was sealed, extends the log of size `first`."""

    kind: ClassVar[str] = "consistency"
    first: int
    second: int


Request = (
    EntryRequest
    | RightRequest
    | StatusRequest
    | PriorityRequest
    | OrderRequest
    | DocumentRequest
    | ConsistencyRequest
)

_SHAPES: Final[dict[str, tuple[dict[str, type], ...]]] = {
    "entry": ({"position": int},),
    "right": ({"right": str},),
    "status": ({"right": str},),
    "priority": (
        {"right": str, "first": str, "second": str, "as_of": str},
        {"first": int, "second": int},
    ),
    "document": ({"sha256": str, "position": int},),
    "consistency": ({"from": int, "to": int},),
}
"""Of each kind, the members a request has; further ones claim nothing."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A claim a package must make: one of these names, with these members."""

    names: tuple[str, ...]
    members: Mapping[str, Any]

    def fits(self, claim: Claim) -> bool:
        """Is this the claim wanted?"""
        said = claim.model_dump(mode="json", by_alias=True)
        return said["claim"] in self.names and all(
            _named(said.get(name)) == value for name, value in self.members.items()
        )


def wanted_claims(kind: str, request: Mapping[str, Any]) -> tuple[Wanted, ...] | None:
    """The claims a package of this kind makes at least, or None if the request is not one of the kind."""
    fitting = (
        shape
        for shape in _SHAPES[kind]
        if all(type(request.get(name)) is form for name, form in shape.items())
    )
    shape = next(fitting, None)
    if shape is None:
        return None
    request = {name: request[name] for name in shape}
    if "right" in request:
        by_right = {"right": request["right"]}
        history, status = Wanted(("history",), by_right), Wanted(("status",), by_right)
        if kind == "status":
            return (Wanted(("status", "absent"), by_right),)
        return (history, status) if kind == "right" else (Wanted(("priority",), request), history, status)
    names = {"entry": "entry", "document": "document", "consistency": "consistent", "priority": "order"}
    positions = {
        "document": [request.get("position")],
        "priority": [request.get("first"), request.get("second")],
    }
    entries = [Wanted(("entry",), {"position": position}) for position in positions.get(kind, [])]
    return (Wanted((names[kind],), request), *entries)


def _named(value: Any) -> Any:
    """An encumbrance is asked for by its id; its rank is what the claim adds."""
    return value["id"] if isinstance(value, dict) else value
