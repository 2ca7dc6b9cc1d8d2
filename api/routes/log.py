"""`/log/`: the Merkle log as a witness or auditor follows it, in the paths of C2SP tlog-tiles, and the map.

Everything below `tile/` never changes once it is there. An entry bundle differs from C2SP's: H(256·N), then
each entry as u32(length) ‖ bytes, because our leaf is the link H(n), to which the bytes lead, and an
entry may be longer than 65,535 bytes.
"""

import re
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import Field

from api.dependencies import POSITION_MAX, Parameters, Uncached, ViewsOfApp
from api.problems import NotServed
from api.schemas.base import Problem
from api.schemas.log import Consistency, Inclusion, MapAnswer
from ledger.entry import ASSET
from notary.errors import ProofInvalid
from notary.log import TILE_WIDTH, Log
from notary.map_store import MapStore, is_mapped
from notary.seals import last_seal

_BYTES: Final = "application/octet-stream"
_FOREVER: Final = {"Cache-Control": "public, max-age=31536000, immutable"}
_TILE: Final = re.compile(
    r"(?P<level>entries|[0-7])/(?P<number>(?:x[0-9]{3}/)*[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)
_NUMBER_SIGNS_MAX: Final = 40

router = APIRouter(prefix="/log", tags=["log"])


def _log(request: Request) -> Log:
    log: Log = request.app.state.log
    return log


def _map(request: Request) -> MapStore:
    found: MapStore = request.app.state.map
    return found


LogOfApp = Annotated[Log, Depends(_log)]
MapOfApp = Annotated[MapStore, Depends(_map)]

_SIZE = Field(None, ge=1, le=POSITION_MAX, description="Entries in the log. Default: all. 日志大小。")


class InclusionOf(Parameters):
    """Which entry, in which log."""

    position: int = Field(ge=1, le=POSITION_MAX, description="Position in the ledger, from 1. 条目位置。")
    size: int | None = _SIZE


class ConsistencyOf(Parameters):
    """Which two logs."""

    from_: int = Field(alias="from", ge=1, le=POSITION_MAX, description="The earlier size. 较早的大小。")
    to: int | None = _SIZE


class MapAt(Parameters):
    """Which map."""

    size: int | None = Field(
        None, ge=1, le=POSITION_MAX, description="A sealed size. Default: that of the newest seal. 封印大小。"
    )


@router.get(
    "/checkpoint",
    response_class=Response,
    responses={
        200: {"content": {"text/plain": {"schema": {"type": "string"}}}},
        404: {"model": Problem, "description": "NOT_SEALED"},
    },
    dependencies=[Uncached],
    summary="The newest sealed checkpoint",
)
def checkpoint(views: ViewsOfApp) -> Response:
    """The signed note (C2SP tlog-checkpoint), exactly as it was stamped."""
    seal = last_seal(views.store)
    if seal is None:
        raise _not_sealed()
    return Response(seal.note, media_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-store"})


@router.get(
    "/tile/{path:path}",
    response_class=Response,
    responses={
        200: {"content": {_BYTES: {"schema": {"type": "string", "format": "binary"}}}},
        404: {"model": Problem, "description": "TILE_UNAVAILABLE, NOT_FOUND"},
    },
    summary="A tile of hashes, or of entries",
)
def tile(
    log: LogOfApp, path: Annotated[str, Path(examples=["0/x001/234", "1/000.p/17", "entries/067"])]
) -> Response:
    """`<level>/<number>[.p/<width>]` or `entries/<number>[.p/<width>]`, the number as `x001/x234/067`."""
    match = _TILE.fullmatch(path)
    if match is None or len(match["number"]) > _NUMBER_SIGNS_MAX:
        raise NotServed
    number = int(re.sub(r"[x/]", "", match["number"]))
    width = int(match["width"] or TILE_WIDTH)
    if tile_path(number) != match["number"] or (match["width"] and width >= TILE_WIDTH):
        raise NotServed  # another way to write a path that is served
    level = match["level"]
    content = log.entries(number, width) if level == "entries" else log.tile(int(level), number, width)
    return Response(content, media_type=_BYTES, headers=_FOREVER)


@router.get(
    "/inclusion",
    response_model=Inclusion,
    responses={404: {"model": Problem, "description": "LOG_SIZE_UNCOMMITTED"}},
    dependencies=[Uncached],
    summary="That an entry is in the log",
)
def inclusion(views: ViewsOfApp, log: LogOfApp, asked: Annotated[InclusionOf, Query()]) -> dict[str, Any]:
    """The audit path of RFC 9162 section 2.1.3; provable as soon as the entry is committed."""
    size = asked.size or views.store.reader.head().position
    proof = log.inclusion(asked.position, size)
    return {
        "position": asked.position,
        "size": size,
        "previous": log.link(asked.position - 1).hex(),
        "link": log.link(asked.position).hex(),
        "root": log.root(size).hex(),
        "inclusion": [hash_.hex() for hash_ in proof],
    }


@router.get(
    "/consistency",
    response_model=Consistency,
    responses={404: {"model": Problem, "description": "LOG_SIZE_UNCOMMITTED"}},
    dependencies=[Uncached],
    summary="That one log extends another",
)
def consistency(views: ViewsOfApp, log: LogOfApp, asked: Annotated[ConsistencyOf, Query()]) -> dict[str, Any]:
    """The consistency proof of RFC 9162 section 2.1.4."""
    to = asked.to or views.store.reader.head().position
    proof = log.consistency(asked.from_, to)
    return {
        "from": {"size": asked.from_, "root": log.root(asked.from_).hex()},
        "to": {"size": to, "root": log.root(to).hex()},
        "proof": [hash_.hex() for hash_ in proof],
    }


@router.get(
    "/map/{key:path}",
    response_model=MapAnswer,
    responses={404: {"model": Problem, "description": "MAP_SIZE_NOT_SEALED, NOT_SEALED"}},
    dependencies=[Uncached],
    summary="What the map says of a right, party or pool, and that it says nothing else",
)
def map_of(
    views: ViewsOfApp,
    found: MapOfApp,
    key: Annotated[str, Path(max_length=300, examples=["US:patent:15145443", "party:pty_…"])],
    asked: Annotated[MapAt, Query()],
) -> dict[str, Any]:
    """A proof of presence with what the leaf is made of, or of absence, under the map root of a seal."""
    size = asked.size
    if size is None:
        seal = last_seal(views.store)
        if seal is None:
            raise _not_sealed()
        size = seal.signed.checkpoint.size
    proof = found.prove(key if is_mapped(key) else ASSET + key, size)
    return {"size": size, "root": proof.root.hex(), **proof.as_json()}


def tile_path(number: int) -> str:
    """A tile's number as C2SP writes it in a path.

    >>> tile_path(1234067), tile_path(7)
    ('x001/x234/067', '007')
    """
    groups = [f"{number % 1000:03d}"]
    while number := number // 1000:
        groups.insert(0, f"x{number % 1000:03d}")
    return "/".join(groups)


def _not_sealed() -> ProofInvalid:
    return ProofInvalid("NOT_SEALED", "Nothing was sealed yet.", "尚未封印。")
