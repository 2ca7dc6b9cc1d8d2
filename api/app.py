"""The application: routes, problem documents, and the thread that keeps the read tables current."""

import contextlib
from collections.abc import AsyncIterator
from importlib.metadata import version
from typing import Any, Final

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool

from api import problems
from api.follower import Follower
from api.principals import Principals
from api.routes import commands, deposits, entries, finance, health, log, pools, reference, rights
from api.schemas.base import Problem
from ledger.store import Store
from ledger.submission import Memory
from notary.log import Log
from notary.map_store import MapStore
from projections import open_views

_DESCRIPTION: Final = """
Who owns an intellectual property right and what encumbers it, as of a day, as known at an instant.
知识产权的权属与负担：截至某日，依某时所知。

An answer rests on the ledger up to `position`; to ask again with its `known_at` gives the same answer.
Errors are problem documents (RFC 9457) with a stable `code`, in English and Chinese.
"""


def create_app(store: Store) -> FastAPI:
    """The HTTP interface of `store`, which stays the caller's to close after the application has ended.

    Raises:
        StorageUnavailable: the database does not answer.
    """
    app = _Application(
        title="ipledger",
        version=version("ipledger"),
        description=_DESCRIPTION,
        lifespan=_lifespan,
        # Their pages load scripts from elsewhere; `api.routes.reference` serves one that does not.
        docs_url=None,
        redoc_url=None,
        responses={
            422: {"model": Problem, "description": "PARAMETER_INVALID, DATE_INVALID"},
            503: {"model": Problem, "description": "STORAGE_UNAVAILABLE, PROJECTION_BEHIND"},
        },
    )
    app.state.views = open_views(store)
    app.state.follower = Follower(store)
    app.state.log = Log(store)
    app.state.memory = Memory()
    app.state.map = MapStore(store)
    app.state.principals = Principals(None)
    for module in (rights, pools, finance, commands, deposits, entries, log, health, reference):
        app.include_router(module.router)
    problems.install(app)
    return app


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    follower: Follower = app.state.follower
    follower.start()
    try:
        yield
    finally:
        await run_in_threadpool(follower.stop)


class _Application(FastAPI):
    def openapi(self) -> dict[str, Any]:
        """The document, with problems under their own media type."""
        document = super().openapi()
        for path in document["paths"].values():
            for operation in path.values():
                for response in operation["responses"].values():
                    content = response.get("content", {})
                    if (
                        content.get("application/json", {})
                        .get("schema", {})
                        .get("$ref", "")
                        .endswith("/Problem")
                    ):
                        content[problems.MEDIA_TYPE] = content.pop("application/json")
        return document
