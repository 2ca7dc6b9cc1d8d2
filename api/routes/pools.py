"""`/v1/pools`: a securitized pool on a day, and its payment periods with the entries behind each line."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query

from api.dependencies import AsKnown, BothTimes, PoolsOf, Subject, Uncached, ViewsOfApp
from api.schemas.base import Problem
from api.schemas.finance import PeriodDetail, Pool, Pools
from projections import period, pool, pools_on

_UNKNOWN: Final[dict[int | str, dict[str, Any]]] = {404: {"model": Problem, "description": "POOL_UNKNOWN"}}
_PERIODS_MAX: Final = 10_000

router = APIRouter(prefix="/v1/pools", tags=["pools"], dependencies=[Uncached])


@router.get("", response_model=Pools, summary="Pools that live on a day")
def pools_of(views: ViewsOfApp, asked: Annotated[PoolsOf, Query()]) -> dict[str, Any]:
    """All, or those in which `party` is originator, manager, custodian or licensee."""
    return pools_on(views, party=asked.party, as_of=asked.day())


@router.get("/{pool_id}", response_model=Pool, responses=_UNKNOWN, summary="A pool on a day")
def pool_of(views: ViewsOfApp, pool_id: Subject, asked: Annotated[BothTimes, Query()]) -> dict[str, Any]:
    """Structure, tranches, deals, rights, periods, redemptions, the triggers that stand, and cover."""
    return pool(views, pool_id, as_of=asked.day(), known_at=asked.known())


@router.get(
    "/{pool_id}/periods/{number}",
    response_model=PeriodDetail,
    responses={404: {"model": Problem, "description": "POOL_UNKNOWN, PERIOD_UNKNOWN"}},
    summary="A payment period line by line",
)
def period_of(
    views: ViewsOfApp,
    pool_id: Subject,
    number: Annotated[int, Path(ge=1, le=_PERIODS_MAX, description="From 1. 期数，从 1 起。")],
    asked: Annotated[AsKnown, Query()],
) -> dict[str, Any]:
    """Inputs, lines, sources, balances, the entries they rest on, and whether it can be run again (M-12)."""
    return period(views, pool_id, number, known_at=asked.known())
