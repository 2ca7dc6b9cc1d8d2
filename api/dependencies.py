"""What routes are given: the ledger's views, and parameters read and bounded."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Final, Literal

from fastapi import Depends, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.follower import Follower
from ledger.values.dates import end_of_day, parse_moment
from projections import Views
from projections.attention_kinds import Role

MOMENT_MAX: Final = 40
POSITION_MAX: Final = 2**63 - 1
PARTY_MAX: Final = 300
SUBJECT_MAX: Final = 80


def _views(request: Request) -> Views:
    views: Views = request.app.state.views
    return views


def _follower(request: Request) -> Follower:
    follower: Follower = request.app.state.follower
    return follower


@dataclass(frozen=True, slots=True)
class Stamping:
    """Names of the time-stamping authorities configured, and how many of them make a seal anchored."""

    names: tuple[str, ...]
    required: int


def _stamping(request: Request) -> Stamping:
    state = request.app.state
    names = tuple(authority.name for authority in getattr(state, "authorities", ()))
    return Stamping(names, getattr(state, "required", 1))


def _uncached(response: Response) -> None:
    """An answer is right when it is given; a cache would give it later."""
    response.headers["Cache-Control"] = "no-store"


ViewsOfApp = Annotated[Views, Depends(_views)]
FollowerOfApp = Annotated[Follower, Depends(_follower)]
StampingOfApp = Annotated[Stamping, Depends(_stamping)]
Uncached = Depends(_uncached)

Right = Annotated[
    str,
    Path(
        max_length=200,
        description="A right's id (`US:patent:15145443`), or any usual way to write one of its numbers "
        "(`US 8,789,601 B2`, `15/145,443`, `ZL201810200002.3`). "
        "权利编号，或其任一号码的通常写法。",
        examples=["US:patent:15145443"],
    ),
]
Party = Annotated[
    str,
    Path(
        min_length=1,
        max_length=PARTY_MAX,
        description="A party's id (`pty_…`), or its name as registers write it. 当事人编号或名称。",
        examples=["中国银行股份有限公司"],
    ),
]
Subject = Annotated[str, Path(min_length=1, max_length=SUBJECT_MAX, description="Its id here. 本账本编号。")]
Position = Annotated[
    int, Path(ge=1, le=POSITION_MAX, description="Position in the ledger, from 1. 条目位置，从 1 起。")
]


class Parameters(BaseModel):
    """Query parameters; one nobody knows is refused, because a misspelled `known_at` must not mean *now*."""

    model_config = ConfigDict(extra="forbid")


class AsKnown(Parameters):
    """How much of the ledger to look at."""

    known_at: str | None = Field(
        None,
        max_length=MOMENT_MAX,
        description="As the ledger knew it at this instant (with zone), or on this day. Default: now. "
        "依该时刻账本所知。",
        examples=["2024-05-01T18:00:00+08:00"],
    )

    def known(self) -> datetime | None:
        """The instant; of a day, its last, so that all of the day is known.

        Raises:
            InputRejected: DATE_INVALID
        """
        if self.known_at is None:
            return None
        moment = parse_moment(_as_sent(self.known_at))
        return moment if isinstance(moment, datetime) else end_of_day(moment)


_AS_OF: Final = Field(
    None,
    max_length=MOMENT_MAX,
    description="The legal position on this day, or on the Shanghai day of this instant. Default: today. "
    "该日的法律状态。",
    examples=["2020-01-01"],
)


class OnDay(Parameters):
    """The day of the legal position; the answer rests on all that is known now."""

    as_of: str | None = _AS_OF

    def day(self) -> date | datetime | None:
        """The day or instant.

        Raises:
            InputRejected: DATE_INVALID
        """
        return None if self.as_of is None else parse_moment(_as_sent(self.as_of))


class BothTimes(AsKnown, OnDay):
    """Both axes of time (N-3)."""


class AsOf(BothTimes):
    """Both axes of time (N-3), and what to show."""

    all: bool = Field(
        default=False, description="Ended encumbrances too, behind the live ones. 含已终止的负担。"
    )


class ExposurePage(OnDay):
    """Whose pledges, from which side, and which part of the rights."""

    side: Literal["creditor", "debtor"] = Field(
        "creditor",
        description="`creditor`: pledges it holds or is entitled to. `debtor`: those it gave, or whose debt "
        "it owes. 作为债权人或作为出质人、债务人。",
    )
    after: str = Field("", max_length=200, description="The previous page's `next`. 上一页的 next。")
    limit: int = Field(100, ge=1, le=500, description="Rights on a page. 每页权利数。")


class PoolsOf(OnDay):
    """Whose pools."""

    party: str | None = Field(
        None,
        min_length=1,
        max_length=PARTY_MAX,
        description="A party's name or id: its pools only. 当事人名称或编号。",
    )


class AttentionPage(PoolsOf):
    """Whose attention, and which part of the feed."""

    role: Role | None = Field(None, description="For whom. Default: everybody. 角色。")
    after: str = Field("", max_length=60, description="The previous page's `next`. 上一页的 next。")
    limit: int = Field(100, ge=1, le=500, description="Items on a page. 每页条数。")


class TimelinePage(AsKnown):
    """Which part of a timeline."""

    after: int = Field(0, ge=0, le=POSITION_MAX, description="The previous page's `next`. 上一页的 next。")
    limit: int = Field(100, ge=1, le=1000, description="Entries on a page. 每页条数。")


class EntryPage(Parameters):
    """Which part of the ledger."""

    after: int = Field(
        0, ge=0, le=POSITION_MAX, description="Entries behind this position. 该位置之后的条目。"
    )
    limit: int = Field(100, ge=1, le=500, description="Entries on a page. 每页条数。")


class SearchPage(Parameters):
    """What to search for."""

    q: str = Field(
        min_length=1,
        max_length=200,
        description="Words of a number, title or party's name; Chinese text matches anywhere, other words "
        "by their beginning. 号码、名称或当事人。",
        examples=["fracturing pump"],
    )
    after: str = Field("", max_length=200, description="The previous page's `next`. 上一页的 next。")
    limit: int = Field(20, ge=1, le=100, description="Rights on a page. 每页条数。")


class Raw(Parameters):
    """Which form of an entry."""

    raw: bool = Field(
        default=False,
        description="The exact bytes that were hashed. `Accept: application/octet-stream` asks for the same. "
        "返回被散列的原始字节。",
    )


def _as_sent(text: str) -> str:
    """An instant whose `+` was read as a space, which is what `+` means in a query."""
    return text.replace(" ", "+") if "T" in text else text
