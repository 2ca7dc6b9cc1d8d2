"""`/v1/rights`: who owns a right, what encumbers it, and what was recorded of it."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query

from api.dependencies import AsOf, BothTimes, Right, SearchPage, TimelinePage, Uncached, ViewsOfApp
from api.schemas.base import Problem
from api.schemas.finance import Calendar, Freezes, Licenses
from api.schemas.rights import Encumbrances, SearchResult, Status, Timeline
from projections import calendar, freezes, licenses, search, status, timeline

_PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    404: {"model": Problem, "description": "RIGHT_UNKNOWN: which is not *free of encumbrance*"},
    409: {"model": Problem, "description": "RIGHT_AMBIGUOUS: `data.candidates` names the rights"},
}

router = APIRouter(prefix="/v1/rights", tags=["rights"], dependencies=[Uncached])


@router.get("", response_model=SearchResult, summary="Find rights by number, title or party")
def find_rights(views: ViewsOfApp, page: Annotated[SearchPage, Query()]) -> dict[str, Any]:
    """Rights of which the numbers, title or parties hold every word of `q`."""
    return search(views, page.q, after=page.after, limit=page.limit)


@router.get(
    "/{right:path}/encumbrances",
    response_model=Encumbrances,
    responses=_PROBLEMS,
    summary="What encumbers a right",
)
def encumbrances_of(views: ViewsOfApp, right: Right, asked: Annotated[AsOf, Query()]) -> dict[str, Any]:
    """Pledges, licenses and freezes in order of registration, security interests with their rank."""
    answer = status(views, right, as_of=asked.day(), known_at=asked.known(), include_ended=asked.all)
    members = ("right", "status", "as_of", "known_at", "position", "encumbrances", "pending", "flags")
    return {member: answer[member] for member in members}


@router.get(
    "/{right:path}/timeline",
    response_model=Timeline,
    responses=_PROBLEMS,
    summary="What was recorded of a right",
)
def timeline_of(views: ViewsOfApp, right: Right, page: Annotated[TimelinePage, Query()]) -> dict[str, Any]:
    """Every entry of a right, in order of position."""
    return timeline(views, right, known_at=page.known(), after=page.after, limit=page.limit)


@router.get(
    "/{right:path}/licenses",
    response_model=Licenses,
    responses=_PROBLEMS,
    summary="The licenses on a right, and what is free",
)
def licenses_of(views: ViewsOfApp, right: Right, asked: Annotated[AsOf, Query()]) -> dict[str, Any]:
    """The tree (M-3), the scope that can still be licensed (M-2), and the open license if there is one."""
    return licenses(views, right, as_of=asked.day(), known_at=asked.known(), include_ended=asked.all)


@router.get(
    "/{right:path}/freezes",
    response_model=Freezes,
    responses=_PROBLEMS,
    summary="The queue of freezes on a right",
)
def freezes_of(views: ViewsOfApp, right: Right, asked: Annotated[BothTimes, Query()]) -> dict[str, Any]:
    """The live one, those that wait in order of service, suspensions and insolvencies (J-10)."""
    return freezes(views, right, as_of=asked.day(), known_at=asked.known())


@router.get(
    "/{right:path}/calendar",
    response_model=Calendar,
    responses=_PROBLEMS,
    summary="The dates of a right",
)
def calendar_of(views: ViewsOfApp, right: Right, asked: Annotated[BothTimes, Query()]) -> dict[str, Any]:
    """Fees to come and open (B-9), term against debt (B-10), acts that wait with their deadlines (M-9)."""
    return calendar(views, right, as_of=asked.day(), known_at=asked.known())


@router.get(
    "/{right:path}",
    response_model=Status,
    responses=_PROBLEMS,
    summary="Who owns a right and what encumbers it",
)
def status_of(views: ViewsOfApp, right: Right, asked: Annotated[AsOf, Query()]) -> dict[str, Any]:
    """The answer on a day, as known at an instant; never older than the right's last entry."""
    return status(views, right, as_of=asked.day(), known_at=asked.known(), include_ended=asked.all)
