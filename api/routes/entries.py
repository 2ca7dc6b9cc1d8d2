"""`/v1/entries` and `/v1/seals`: the ledger itself, entry by entry, for whoever keeps a copy or checks it."""

from base64 import b64encode
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Query, Request, Response

from api.dependencies import EntryPage, Position, Raw, StampingOfApp, Uncached, ViewsOfApp
from api.problems import EntryUnknown
from api.schemas.base import Problem
from api.schemas.entries import Entries, Entry, Seals
from ledger import facts
from ledger.entry import format_instant
from ledger.facts.seals import SERIES, SealAnchored, SealCosigned, SealRecorded
from ledger.store import StoredEntry
from notary.health import authority_states
from notary.seals import seal_states

_BYTES: Final = "application/octet-stream"
_STATE: Final = ("state", "required", "missing", "anchored_by")

router = APIRouter(prefix="/v1", tags=["ledger"])


@router.get("/entries", response_model=Entries, dependencies=[Uncached], summary="The ledger, page by page")
def entries(views: ViewsOfApp, page: Annotated[EntryPage, Query()]) -> dict[str, Any]:
    """A change feed without gaps: ask again with `next`, and nothing is missed or met twice."""
    head = views.store.reader.head().position
    found = [_entry(stored) for stored in views.store.reader.entries(page.after, upto=head, limit=page.limit)]
    return {"entries": found, "next": found[-1]["position"] if found else page.after, "head": head}


@router.get(
    "/entries/{position}",
    response_model=Entry,
    responses={
        200: {"content": {_BYTES: {"schema": {"type": "string", "format": "binary"}}}},
        404: {"model": Problem, "description": "ENTRY_UNKNOWN"},
    },
    summary="One entry",
)
def entry(
    views: ViewsOfApp, request: Request, response: Response, position: Position, form: Annotated[Raw, Query()]
) -> Any:
    """What stands at a position, or with `raw` the exact bytes that were hashed. It never changes."""
    stored = views.store.reader.entry(position)
    if stored is None:
        raise EntryUnknown(position)
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept"}
    if form.raw or _BYTES in request.headers.get("accept", ""):
        digest = b64encode(stored.digest).decode()
        headers |= {"ETag": f'"{stored.digest.hex()}"', "Repr-Digest": f"sha-256=:{digest}:"}
        return Response(stored.raw, media_type=_BYTES, headers=headers)
    response.headers.update(headers)
    return _entry(stored)


@router.get("/seals", response_model=Seals, dependencies=[Uncached], summary="The seals")
def seals(views: ViewsOfApp, stamping: StampingOfApp, page: Annotated[EntryPage, Query()]) -> dict[str, Any]:
    """Signed checkpoints in order of position, each with all its tokens, also those that came later.

    Beside them, how each time-stamping authority last answered: a seal short of its number says why here.
    """
    reader = views.store.reader
    found = [_seal(stored) for stored in reader.tagged([SERIES], after=page.after, limit=page.limit)]
    by_size = {seal["size"]: seal for seal in found}
    for stored in reader.tagged([f"seal:{size}" for size in by_size], after=page.after) if found else ():
        fact = facts.read(stored.parse())
        if isinstance(fact, SealAnchored):
            by_size[fact.size]["tokens"] += [token.model_dump() for token in fact.tokens]
        elif isinstance(fact, SealCosigned):
            by_size[fact.size]["cosignatures"] += [given.model_dump() for given in fact.cosignatures]
    if found:
        upto = found[-1]["position"] + 1
        states = seal_states(views.store, required=stamping.required, before=upto, limit=len(found))
        for seal, state in zip(reversed(found), states, strict=True):
            seal |= {name: value for name, value in state.as_json().items() if name in _STATE}
    return {
        "seals": found,
        "next": found[-1]["position"] if found else page.after,
        "authorities": [
            state.as_json() | {"configured": state.name in stamping.names}
            for state in authority_states(views.store, stamping.names)
        ],
    }


def _entry(stored: StoredEntry) -> dict[str, Any]:
    return {
        "position": stored.position,
        "digest": stored.digest.hex(),
        "link": stored.link.hex(),
        "entry": orjson.loads(stored.raw),
    }


def _seal(stored: StoredEntry) -> dict[str, Any]:
    recorded = stored.parse()
    fact = facts.read(recorded)
    assert isinstance(fact, SealRecorded)
    return {
        "position": recorded.position,
        "recorded_at": format_instant(recorded.recorded_at),
        "size": fact.size,
        "checkpoint": fact.checkpoint,
        "tokens": [token.model_dump() for token in fact.tokens],
        "cosignatures": [],
    }
