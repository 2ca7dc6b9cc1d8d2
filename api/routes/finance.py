"""`/v1/loans`, `/v1/funds`, `/v1/pledges`, `/v1/parties`, `/v1/attention`: what banks and platforms ask."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query

from api.dependencies import (
    AttentionPage,
    BothTimes,
    ExposurePage,
    Party,
    Subject,
    Uncached,
    ViewsOfApp,
)
from api.schemas.base import Problem
from api.schemas.finance import Attention, Exposure, Fund, Loan, Pledge
from projections import attention, exposure, fund, loan, pledge

router = APIRouter(prefix="/v1", dependencies=[Uncached])


def _unknown(code: str) -> dict[int | str, dict[str, Any]]:
    return {404: {"model": Problem, "description": code}}


_CURSOR: Final[dict[int | str, dict[str, Any]]] = {
    422: {"model": Problem, "description": "PARAMETER_INVALID, DATE_INVALID, CURSOR_INVALID"}
}


@router.get(
    "/loans/{loan_id}",
    response_model=Loan,
    responses=_unknown("LOAN_UNKNOWN"),
    tags=["loans"],
    summary="A loan: interest, default, cover, recovery",
)
def loan_of(views: ViewsOfApp, loan_id: Subject, asked: Annotated[BothTimes, Query()]) -> dict[str, Any]:
    """As its dossier tells it on a day."""
    return loan(views, loan_id, as_of=asked.day(), known_at=asked.known())


@router.get(
    "/funds/{fund_id}",
    response_model=Fund,
    responses=_unknown("FUND_UNKNOWN"),
    tags=["loans"],
    summary="A compensation fund: balance and what caps leave",
)
def fund_of(views: ViewsOfApp, fund_id: Subject, asked: Annotated[BothTimes, Query()]) -> dict[str, Any]:
    """Of each bank its exposure, what it was paid, and what the schemes in force leave it (G-3)."""
    return fund(views, fund_id, as_of=asked.day(), known_at=asked.known())


@router.get(
    "/pledges/{pledge_id}",
    response_model=Pledge,
    responses=_unknown("PLEDGE_UNKNOWN"),
    tags=["pledges"],
    summary="One pledge over all its rights",
)
def pledge_of(views: ViewsOfApp, pledge_id: Subject, asked: Annotated[BothTimes, Query()]) -> dict[str, Any]:
    """Perfection by right (B-4), what it secures (B-5), loan to value (B-6), readiness to enforce (B-13)."""
    return pledge(views, pledge_id, as_of=asked.day(), known_at=asked.known())


@router.get(
    "/parties/{party}/exposure",
    response_model=Exposure,
    tags=["pledges"],
    summary="All pledges of a party",
)
def exposure_of(views: ViewsOfApp, party: Party, page: Annotated[ExposurePage, Query()]) -> dict[str, Any]:
    """As creditor, or as who pledged or owes, over all rights (B-3, B-6); nothing found is an answer too."""
    return exposure(views, party, side=page.side, as_of=page.day(), after=page.after, limit=page.limit)


@router.get(
    "/attention",
    response_model=Attention,
    responses=_CURSOR,
    tags=["attention"],
    summary="What needs attention on a day",
)
def attention_of(views: ViewsOfApp, page: Annotated[AttentionPage, Query()]) -> dict[str, Any]:
    """A feed with stable ids: fees, freezes, valuations, deadlines, limitation, triggers of pools."""
    return attention(
        views, role=page.role, party=page.party, as_of=page.day(), after=page.after, limit=page.limit
    )
