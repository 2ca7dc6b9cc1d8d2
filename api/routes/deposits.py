"""`/v1/deposits`: files deposited by upload or by digest, and their timestamp certificates (J-4)."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from api.dependencies import Parameters, Uncached, ViewsOfApp
from api.problems import DepositUnknown
from api.schemas.base import Problem
from api.schemas.deposits import Deposited
from ledger.errors import InputRejected
from ledger.store import Store
from ledger.store.database import utc_now
from notary.certificates import certificate
from notary.deposits import (
    DEFAULT_MEDIA_TYPE,
    Deposit,
    Deposits,
    Digesting,
    Document,
    FileDigest,
    check_keepable,
)
from notary.timestamps import Authority
from projections import Views, resolve_right

ACTOR: Final = "http"
"""The principal of requests to an interface that authenticates nobody."""

router = APIRouter(prefix="/v1/deposits", tags=["deposits"])


class DepositOptions(Parameters):
    """What is said of the file beside its bytes."""

    title: str | None = Field(None, max_length=4000, description="What people call it. 标题。")
    right: list[str] = Field(
        default_factory=list, max_length=100, description="Rights it is deposited for. 所涉权利。"
    )
    keep: bool = Field(default=False, description="Keep the bytes too, up to 64 MiB. 留存文件。")
    sha256: str | None = Field(
        None,
        pattern="^[0-9a-f]{64}$",
        description="With no body: the digest to deposit. With a body: what its digest must be. 摘要。",
    )
    size: int | None = Field(
        None, ge=0, le=2**53 - 1, description="In bytes; needed without a body. 字节数。"
    )


Sha256 = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="The file's SHA-256, hex. 文件摘要。")]


def _authorities(request: Request) -> Sequence[Authority]:
    """Whose tokens certificates believe; without any, no certificate names a time."""
    known: Sequence[Authority] = getattr(request.app.state, "authorities", ())
    return known


AuthoritiesOfApp = Annotated[Sequence[Authority], Depends(_authorities)]


@router.post(
    "",
    response_model=Deposited,
    status_code=201,
    responses={
        200: {"model": Deposited, "description": "The file had been deposited before."},
        404: {"model": Problem, "description": "RIGHT_UNKNOWN"},
        413: {"model": Problem, "description": "DOCUMENT_TOO_LARGE"},
    },
    openapi_extra={
        "requestBody": {
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
        }
    },
    summary="Deposit a file",
)
async def deposit(
    views: ViewsOfApp,
    authorities: AuthoritiesOfApp,
    request: Request,
    response: Response,
    options: Annotated[DepositOptions, Query()],
) -> dict[str, Any]:
    """The body is the file, of any size; it is digested as it comes. Or send its `sha256` and `size` only.

    The file's media type is the request's Content-Type. A file deposited before is answered with its first
    deposit.
    """
    digest, content = await _received(request, options)
    media_type = request.headers.get("content-type") or DEFAULT_MEDIA_TYPE

    def record() -> dict[str, Any]:
        rights = _rights(views, options.right)
        document = Document(digest, media_type, options.title, rights=rights)
        made = Deposits(views.store, utc_now).deposit(document, ACTOR, content=content)
        return _shown(views.store, made, authorities)

    shown = await run_in_threadpool(record)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Location"] = f"/v1/deposits/{digest.sha256}"
    if shown["known"]:
        response.status_code = 200
    return shown


@router.get(
    "/{sha256}",
    response_model=Deposited,
    responses={404: {"model": Problem, "description": "DEPOSIT_UNKNOWN"}},
    dependencies=[Uncached],
    summary="The certificate of a file",
)
def find(views: ViewsOfApp, authorities: AuthoritiesOfApp, sha256: Sha256) -> dict[str, Any]:
    """Whether a file was deposited, since when at the latest, and who vouches for that."""
    found = Deposits(views.store, utc_now).find(sha256)
    if found is None:
        raise DepositUnknown(sha256)
    return _shown(views.store, found, authorities)


async def _received(request: Request, options: DepositOptions) -> tuple[FileDigest, bytes | None]:
    """The digest of the body as it streams by, and the bytes if they are to be kept.

    Raises:
        InputRejected: DOCUMENT_MISSING, DOCUMENT_TOO_LARGE, DIGEST_MISMATCH.
    """
    digesting = Digesting()
    kept = bytearray()
    async for piece in request.stream():
        digesting.update(piece)
        if options.keep:
            kept += piece
            check_keepable(len(kept))
    digest = digesting.result()
    if digest.size == 0:
        if options.sha256 is None or options.size is None or options.keep:
            raise InputRejected(
                "DOCUMENT_MISSING",
                "send the file as the body, or its sha256 and size; what is not sent cannot be kept",
                "请以请求正文发送文件，或提供 sha256 与 size；未发送的文件无法留存",
            )
        return FileDigest(options.sha256, options.size), None
    if options.sha256 not in {None, digest.sha256} or options.size not in {None, digest.size}:
        raise InputRejected(
            "DIGEST_MISMATCH",
            f"the body's SHA-256 is {digest.sha256} over {digest.size} bytes, "
            "which is not what was announced",
            f"请求正文的 SHA-256 为 {digest.sha256}，共 {digest.size} 字节，与声明不符",
            sha256=digest.sha256,
            size=digest.size,
        )
    return digest, bytes(kept) if options.keep else None


def _rights(views: Views, notations: list[str]) -> tuple[str, ...]:
    return tuple(resolve_right(views, notation) for notation in notations)


def _shown(store: Store, made: Deposit, authorities: Sequence[Authority]) -> dict[str, Any]:
    return {"known": made.known, "certificate": certificate(store, made, authorities, utc_now())}
