"""`/v1/commands`: what somebody wants, or a register says, decided; recorded if accepted or held (N-5)."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool

from api.dependencies import Uncached, ViewsOfApp
from api.principals import Principal, Principals
from api.problems import TokenRequired
from api.schemas.base import Problem
from api.schemas.commands import Answer, Answers
from ledger.errors import InputRejected
from ledger.submission import INPUT_BYTES_MAX, Submissions, read_commands
from projections import Views

router = APIRouter(prefix="/v1/commands", tags=["commands"], dependencies=[Uncached])

_BEARER: Final = "bearer"
_RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    400: {"model": Problem, "description": "JSON_INVALID"},
    401: {"model": Problem, "description": "TOKEN_REQUIRED"},
    413: {"model": Problem, "description": "INPUT_TOO_LARGE, TOO_MANY_COMMANDS"},
    422: {"model": Problem, "description": "LIST_INVALID"},
}
_BODY: Final = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "oneOf": [
                        {"type": "object", "required": ["command", "command_id"]},
                        {"type": "array", "items": {"type": "object"}},
                        {"type": "object", "required": ["commands"]},
                    ]
                }
            },
            "application/x-ndjson": {"schema": {"type": "string"}},
        },
    }
}


def _principal(request: Request) -> Principal:
    """Whose token the request bears (RFC 6750)."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    principals: Principals = request.app.state.principals
    found = principals.of_token(token.strip()) if scheme.lower() == _BEARER and token.strip() else None
    if found is None:
        raise TokenRequired
    return found


PrincipalOfRequest = Annotated[Principal, Depends(_principal)]


@router.post(
    "",
    response_model=Answer | Answers,
    response_model_exclude_unset=True,
    responses=_RESPONSES,
    openapi_extra=_BODY,
    summary="Submit commands",
)
async def submit(views: ViewsOfApp, principal: PrincipalOfRequest, request: Request) -> dict[str, Any]:
    """One command, a list, `{"atomic": true, "commands": […]}`, or JSON lines; docs/commands has the forms.

    A refusal is an answer: the status is 200, and `decision` says what became of each command. Commands of a
    list are carried out one after the other, those of an atomic list together or not at all. A command that
    was recorded before is answered with its first answer; send the same again whenever an answer was lost.
    """
    return await _answered(views, principal, request, dry_run=False)


@router.post(
    "/dry-run",
    response_model=Answer | Answers,
    response_model_exclude_unset=True,
    responses=_RESPONSES,
    openapi_extra=_BODY,
    summary="What would become of commands",
)
async def dry_run(views: ViewsOfApp, principal: PrincipalOfRequest, request: Request) -> dict[str, Any]:
    """The same answers, with the checklist of what is missing, and nothing is written."""
    return await _answered(views, principal, request, dry_run=True)


async def _answered(views: Views, principal: Principal, request: Request, *, dry_run: bool) -> dict[str, Any]:
    raw = await _received(request)
    submissions = Submissions(
        views.store,
        actor=principal.actor,
        permissions=principal.permissions,
        keep=getattr(request.app.state, "keep", None),
        memory=request.app.state.memory,
    )

    def decide() -> dict[str, Any]:
        given = read_commands(raw)
        answers = submissions.dry_run(given) if dry_run else submissions.submit(given)
        return {"decisions": answers} if given.listed else answers[0]

    return await run_in_threadpool(decide)


async def _received(request: Request) -> bytes:
    """The body, unless it is larger than anything that is read.

    Raises:
        InputRejected: INPUT_TOO_LARGE.
    """
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > INPUT_BYTES_MAX:
            raise InputRejected(
                "INPUT_TOO_LARGE",
                f"at most {INPUT_BYTES_MAX} bytes are read; submit in several parts",
                f"最多读取 {INPUT_BYTES_MAX} 字节；请分批提交",
                limit=INPUT_BYTES_MAX,
            )
    return bytes(body)
