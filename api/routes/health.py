"""`/healthz` and `/readyz`: for whoever restarts the process, and whoever sends it requests."""

from datetime import timedelta
from typing import Any, Final

from fastapi import APIRouter

from api.dependencies import FollowerOfApp, Uncached, ViewsOfApp
from api.schemas.base import Problem
from api.schemas.entries import Health, Readiness
from ledger.entry import format_instant
from projections import ProjectionBehind

LAG_MAX: Final = timedelta(minutes=5)
"""How old the first entry not projected may be; a bulk import is allowed to run ahead for a while."""

router = APIRouter(tags=["operation"], dependencies=[Uncached])


@router.get("/healthz", response_model=Health, summary="Does the process answer")
def healthz() -> dict[str, Any]:
    """Says nothing of the database: restarting this process would not mend that."""
    return {"status": "ok"}


@router.get(
    "/readyz",
    response_model=Readiness,
    responses={503: {"model": Problem, "description": "STORAGE_UNAVAILABLE, PROJECTION_BEHIND"}},
    summary="Can questions be answered",
)
def readyz(views: ViewsOfApp, follower: FollowerOfApp) -> dict[str, Any]:
    """Ready if the database answers and the read tables follow the ledger."""
    # A connection of its own: it fails at once, where the pool would wait for the server to come back.
    views.store.database.connect().close()
    progress = views.progress()
    if progress.waiting_since is not None:
        waiting = views.store.clock() - progress.waiting_since
        if follower.stopped_at == progress.position + 1 or waiting > LAG_MAX:
            raise ProjectionBehind(progress.position, progress.head) from follower.stopped_by
    return {
        "status": "ready",
        "origin": views.store.origin,
        "head": progress.head,
        "position": progress.position,
        "lag": progress.lag,
        "generation": progress.generation,
        "waiting_since": None if progress.waiting_since is None else format_instant(progress.waiting_since),
    }
