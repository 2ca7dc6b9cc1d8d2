"""Errors as problem documents (RFC 9457): one table from code to HTTP status, and nothing said twice.

`detail` is in the language asked for (Accept-Language: zh or en), `message` holds both; the error's own data
stand in `data`. A code's `type` is a URN, because it names a kind of problem and no page.
"""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from ledger.errors import LedgerError
from notary.errors import NotaryError

MEDIA_TYPE: Final = "application/problem+json"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: its HTTP status, and what it is, in English and Chinese."""

    status: int
    en: str
    zh: str


KINDS: Final = {
    "RIGHT_UNKNOWN": Kind(
        404,
        "Not on this ledger; that is not the same as free of encumbrance",
        "本账本中没有该权利；这不等于该权利上没有负担",
    ),
    "RIGHT_AMBIGUOUS": Kind(409, "Several rights go by this number", "该号码对应多项权利"),
    "POOL_UNKNOWN": Kind(404, "No such pool is on this ledger", "本账本中没有该资产池"),
    "PERIOD_UNKNOWN": Kind(404, "The pool has not run that period", "该资产池未运行该期"),
    "LOAN_UNKNOWN": Kind(404, "No such loan is on this ledger", "本账本中没有该贷款"),
    "FUND_UNKNOWN": Kind(404, "No such fund is on this ledger", "本账本中没有该基金"),
    "PLEDGE_UNKNOWN": Kind(
        404,
        "No such pledge is on this ledger; that is not the same as free of encumbrance",
        "本账本中没有该质押；这不等于没有负担",
    ),
    "CURSOR_INVALID": Kind(422, "No place that a page ended at", "不是有效的分页位置"),
    "ENTRY_UNKNOWN": Kind(404, "The ledger has no entry at this position", "账本中没有该位置的条目"),
    "NOT_SEALED": Kind(404, "Nothing was sealed yet", "尚未封印"),
    "LOG_SIZE_UNCOMMITTED": Kind(404, "The log is not that long", "日志未达该大小"),
    "TILE_UNAVAILABLE": Kind(404, "The log has no such tile yet", "日志尚无该数据块"),
    "MAP_SIZE_NOT_SEALED": Kind(404, "The map is proved at seals only", "映射仅可在封印处证明"),
    "MAP_KEY_INVALID": Kind(422, "Not a key of the map", "不是映射的键"),
    "TREE_SIZE_INVALID": Kind(422, "Not the size of a log", "不是有效的日志大小"),
    "LEAF_INDEX_INVALID": Kind(422, "The entry is not in a log of that size", "该大小的日志不含该条目"),
    "TILE_MISSING": Kind(500, "The notary's tables are damaged", "公证表已损坏"),
    "MAP_NODE_MISSING": Kind(500, "The notary's tables are damaged", "公证表已损坏"),
    "MAP_NODE_MALFORMED": Kind(500, "The notary's tables are damaged", "公证表已损坏"),
    "MAP_LEAF_DIFFERS": Kind(500, "The notary's tables are damaged", "公证表已损坏"),
    "JSON_INVALID": Kind(400, "Not JSON that can be read", "无法读取的 JSON"),
    "LIST_INVALID": Kind(422, "Not a list of commands", "不是有效的命令列表"),
    "INPUT_TOO_LARGE": Kind(413, "Too much was sent at once", "一次提交的内容过大"),
    "TOO_MANY_COMMANDS": Kind(413, "Too many commands at once", "一次提交的命令过多"),
    "TOKEN_REQUIRED": Kind(401, "Who writes must be known", "写入须表明身份"),
    "PRINCIPALS_MISCONFIGURED": Kind(500, "The file of principals cannot be read", "提交人文件无法读取"),
    "DEPOSIT_UNKNOWN": Kind(404, "No such file was deposited here", "本账本中没有该文件的存证"),
    "DOCUMENT_MISSING": Kind(422, "Neither a file nor its digest was sent", "既未发送文件，也未提供其摘要"),
    "DIGEST_MISMATCH": Kind(422, "Not the file that was announced", "与声明的文件不符"),
    "DOCUMENT_TOO_LARGE": Kind(413, "Too large to be kept", "文件过大，无法留存"),
    "PII_IN_EVENT": Kind(422, "Personal data may not stand in an entry", "条目不得含有个人信息"),
    "NOT_FOUND": Kind(
        404,
        "Nothing is served at this address; /docs lists those that are",
        "该地址没有内容；可用地址见 /docs",
    ),
    "METHOD_NOT_ALLOWED": Kind(405, "This address is only read", "该地址仅供读取"),
    "DATE_INVALID": Kind(422, "Not a date or instant", "不是有效的日期或时刻"),
    "ASSET_ID_INVALID": Kind(422, "Not the id of a right", "不是有效的权利编号"),
    "PARAMETER_INVALID": Kind(422, "A parameter is unknown or out of bounds", "参数未知或超出范围"),
    "NOT_CANONICAL": Kind(422, "Not in canonical form", "不符合规范格式"),
    "STALE_VERSION": Kind(409, "It has changed since it was read", "读取之后已有变更"),
    "COMMAND_ID_REUSED": Kind(409, "The command id was used for something else", "命令编号已用于其他内容"),
    "REBUILD_RUNNING": Kind(409, "The read tables are being rebuilt", "正在重建查询表"),
    "STORAGE_UNAVAILABLE": Kind(503, "The database does not answer", "数据库无法访问"),
    "PROJECTION_BEHIND": Kind(503, "The read tables are not up to date yet", "查询表尚未更新"),
    "UNKNOWN_EVENT_TYPE": Kind(500, "An entry of a later release", "条目由更新的版本写入"),
    "ENTRY_MALFORMED": Kind(500, "A stored entry cannot be read", "存储的条目无法读取"),
    "CHAIN_BROKEN": Kind(500, "The ledger is not what was written", "账本与写入时不一致"),
    "REASON_UNKNOWN": Kind(500, "A reason of another release", "原因代码出自其他版本"),
    "LEDGER_ERROR": Kind(500, "The ledger could not answer", "账本无法应答"),
    "INTERNAL_ERROR": Kind(
        500, "The server could not answer; its log says why", "服务器无法应答；原因见其日志"
    ),
}
"""Every code a problem document can carry."""

_RETRY_SECONDS: Final = "2"


class EntryUnknown(LedgerError):
    """A position the ledger does not reach."""

    code = "ENTRY_UNKNOWN"

    def __init__(self, position: int) -> None:
        """`position` is what was asked for."""
        super().__init__(
            f"no entry stands at position {position}; positions run from 1 to the head, without gaps",
            f"第 {position} 条不存在；位置从 1 连续编号至账本末条",
            position=position,
        )


class NotServed(LedgerError):
    """An address nothing is served at."""

    code = "NOT_FOUND"

    def __init__(self) -> None:
        """The address stands in the document's `instance`."""
        super().__init__(KINDS[self.code].en, KINDS[self.code].zh)


class TokenRequired(LedgerError):
    """A request that writes, without a token that is known here (RFC 6750)."""

    code = "TOKEN_REQUIRED"

    def __init__(self) -> None:
        """Which it was, none or a wrong one, is not told."""
        super().__init__(
            "send a bearer token of this ledger: Authorization: Bearer …; the operator gives one out by "
            "ipledger principal add",
            "请提供本账本的访问令牌（Authorization: Bearer …）；令牌由运营方以 ipledger principal add 发放",
        )


class DepositUnknown(LedgerError):
    """A file of which no deposit is on this ledger."""

    code = "DEPOSIT_UNKNOWN"

    def __init__(self, sha256: str) -> None:
        """`sha256` is what was asked for."""
        super().__init__(
            f"no file of SHA-256 {sha256} was deposited on this ledger",
            f"本账本中没有 SHA-256 为 {sha256} 的文件存证",
            sha256=sha256,
        )


class ParameterInvalid(LedgerError):
    """A parameter that is unknown, missing, or outside what it may be."""

    code = "PARAMETER_INVALID"

    def __init__(self, faults: list[dict[str, str]]) -> None:
        """`faults` name each `parameter` and its `reason`."""
        listed = "; ".join(f"{fault['parameter']}: {fault['reason']}" for fault in faults)
        super().__init__(
            f"the request cannot be understood: {listed}", f"请求参数有误：{listed}", faults=faults
        )


def install(app: FastAPI) -> None:
    """Let every error leave `app` as a problem document."""
    app.add_exception_handler(LedgerError, _ledger_error)
    app.add_exception_handler(NotaryError, _ledger_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _internal_error)


def problem(request: Request, error: LedgerError | NotaryError) -> JSONResponse:
    """The document for `error`, in the language the request prefers.

    A code without a kind of its own is an input's: it is answered 422.
    """
    kind = KINDS.get(error.code, KINDS["PARAMETER_INVALID"])
    language = preferred_language(request.headers.get("accept-language", ""))
    headers = {"Content-Language": language, "Vary": "Accept-Language", "Cache-Control": "no-store"}
    if kind.status == KINDS["STORAGE_UNAVAILABLE"].status:
        headers["Retry-After"] = _RETRY_SECONDS
    if kind.status == KINDS["TOKEN_REQUIRED"].status:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(
        {
            "type": f"urn:ipledger:problem:{error.code.lower().replace('_', '-')}",
            "title": kind.zh if language == "zh" else kind.en,
            "status": kind.status,
            "detail": error.message_zh if language == "zh" else error.message_en,
            "instance": request.url.path,
            "code": error.code,
            "message": {"en": error.message_en, "zh": error.message_zh},
            "data": _plain(dict(error.data)),
        },
        status_code=kind.status,
        headers=headers,
        media_type=MEDIA_TYPE,
    )


def preferred_language(header: str) -> str:
    """`zh` or `en`, whichever an Accept-Language header (RFC 9110, section 12.5.4) gives more weight.

    >>> preferred_language("de, zh-CN;q=0.9, en;q=0.5"), preferred_language("*"), preferred_language("zh;q=x")
    ('zh', 'en', 'en')
    """
    weights = {"en": 0.0, "zh": 0.0}
    for item in header[:1000].split(","):
        name, _, parameter = item.partition(";")
        language = name.strip().lower().partition("-")[0]
        if language in weights:
            weights[language] = max(weights[language], _weight(parameter))
    return "zh" if weights["zh"] > weights["en"] else "en"


def _weight(parameter: str) -> float:
    if not parameter.strip():
        return 1.0
    try:
        return float(parameter.partition("=")[2])
    except ValueError:
        return 0.0


def _ledger_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, LedgerError | NotaryError)
    answer = problem(request, error)
    if answer.status_code >= KINDS["INTERNAL_ERROR"].status:
        _log.error("%s %s: %s: %s", request.method, request.url.path, error.code, error)
    return answer


def _validation_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    faults = [
        {"parameter": ".".join(str(part) for part in fault["loc"][1:])[:100], "reason": fault["msg"]}
        for fault in error.errors()
    ]
    return problem(request, ParameterInvalid(faults))


def _http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = "METHOD_NOT_ALLOWED" if error.status_code == KINDS["METHOD_NOT_ALLOWED"].status else "NOT_FOUND"
    answer = problem(request, _of_kind(code))
    answer.headers.update(error.headers or {})
    return answer


def _internal_error(request: Request, error: Exception) -> JSONResponse:
    _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return problem(request, _of_kind("INTERNAL_ERROR"))


def _of_kind(code: str) -> LedgerError:
    kind = KINDS[code]
    error = LedgerError(kind.en, kind.zh)
    error.code = code  # type: ignore[misc]  # these are the framework's errors, without a class of ours
    return error


def _plain(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in data.items()}
