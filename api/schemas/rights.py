"""Answers about rights."""

from typing import Any

from pydantic import ConfigDict, Field

from api.schemas.base import Message, Shape


class Owner(Shape):
    """A holder of a share on the day asked about."""

    party: str = Field(description="Id of the normalized name; a name is not an identity.")
    name: str
    share: tuple[int, int] = Field(description="Exact fraction: numerator, denominator.")
    since: str | None
    basis: str = Field(description="The recording it rests on.")
    entry: int = Field(description="Its position in the ledger.")


class Encumbrance(Shape):
    """A pledge, lien, license, open license, freeze or levy."""

    kind: str
    id: str
    holders: list[str]
    grantors: list[str]
    reference: str = Field(description="Its number at the register.")
    register_: str = Field(alias="register")
    executed_on: str | None
    registered_at: str | None = Field(description="None while it is only agreed or applied for (N-9).")
    rank: int | None = Field(description="Among security interests, by day of registration; ties share one.")
    state: str
    detail: str | None
    until: str | None
    ended_at: str | None
    ended_by: str | None
    entries: list[int] = Field(description="Positions it rests on.")


class Flag(Shape):
    """A warning that must be read with the answer."""

    code: str
    entries: list[int]
    message: Message


class Status(Shape):
    """Who owns a right and what encumbers it."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "right": "US:patent:15145443",
                    "names": ["US 15145443 (application)", "US 10000000 (grant)"],
                    "title": "Electric fracturing pump",
                    "status": "IN_FORCE",
                    "as_of": "2024-05-01",
                    "known_at": "2024-05-01T08:00:00.000000Z",
                    "position": 1284,
                    "owners": [
                        {
                            "party": "pty_hunyl2u6wc5cjgmcik4zabffpu",
                            "name": "Example Wells, LLC",
                            "share": [1, 1],
                            "since": "2019-01-02",
                            "basis": "transfer USPTO 048041/0605",
                            "entry": 17,
                        }
                    ],
                    "encumbrances": [
                        {
                            "kind": "pledge",
                            "id": "pld_z2ymvpx4wnqcy",
                            "holders": ["Example Bank, N.A."],
                            "grantors": ["Example Wells, LLC"],
                            "reference": "049107/0392",
                            "register": "USPTO",
                            "executed_on": "2019-05-07",
                            "registered_at": "2019-05-08",
                            "rank": 1,
                            "state": "registered",
                            "detail": None,
                            "until": None,
                            "ended_at": None,
                            "ended_by": None,
                            "entries": [23],
                        }
                    ],
                    "pending": [],
                    "flags": [],
                }
            ]
        },
    )

    right: str
    names: list[str]
    title: str | None
    status: str
    as_of: str = Field(description="The Shanghai day the answer is for.")
    known_at: str = Field(description="Ask again with this and the answer is the same (K-7).")
    position: int = Field(description="The ledger up to this entry was looked at.")
    owners: list[Owner]
    encumbrances: list[Encumbrance]
    pending: list[Encumbrance] = Field(description="Signed, not registered: no rank, no effect on others.")
    flags: list[Flag]


class Encumbrances(Shape):
    """What encumbers a right."""

    right: str
    status: str
    as_of: str
    known_at: str
    position: int
    encumbrances: list[Encumbrance]
    pending: list[Encumbrance]
    flags: list[Flag]


class TimelineEntry(Shape):
    """One entry of a right."""

    position: int
    type: str
    class_: str = Field(alias="class", description="Whose word it is: PARTY, AUTHORITY or OPERATOR.")
    effective_on: str
    registered_on: str | None
    recorded_at: str
    register_: str | None = Field(alias="register")
    number: str | None
    from_: list[str] = Field(alias="from")
    to: list[str]
    data: dict[str, Any]
    summary: Message


class Timeline(Shape):
    """What was recorded of a right, in order of position."""

    right: str
    known_at: str
    position: int
    entries: list[TimelineEntry]
    next: int | None = Field(description="Give it as `after` for the next page.")


class Found(Shape):
    """A right that a search found."""

    right: str
    names: list[str]
    title: str | None
    status: str
    owners: list[str]


class SearchResult(Shape):
    """Rights found, in order of their ids."""

    items: list[Found]
    next: str | None = Field(description="Give it as `after` for the next page.")
    position: int = Field(description="The search reaches up to this entry.")
