"""What `ipledger doctor` says of seals, the authorities that stamp them and the witnesses that cosign them.

Each authority and witness is asked now, and told with what the ledger noted of it before. One that fails is
shown; it is grave only where nothing and nobody makes up for it: no authority answers, a seal stays short of
its number for longer than configured, fewer witnesses cosign than required, or one has seen another history.
"""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from ledger.entry import format_instant
from ledger.store.database import Store
from notary.authorities import EMBEDDED, load_anchor_within, load_authorities, load_required
from notary.errors import NotaryError
from notary.health import AuthorityState, authority_states
from notary.log import Log
from notary.sealing import operator_key
from notary.seals import Seal, last_seal, oldest_unanchored
from notary.timestamps import Authority, TokenReceipt, request_token
from notary.witnesses import (
    CONTRADICTIONS,
    ConfiguredWitness,
    WitnessPolicy,
    last_cosigned,
    load_witnesses,
    request_cosignature,
)

Clock = Callable[[], datetime]
T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: fine or not, and what was found, in both languages.

    `grave` says whether not being fine makes `doctor` fail.
    """

    name: str
    ok: bool
    en: str
    zh: str
    grave: bool = True


def notary_checks(home: Path, store: Store, clock: Clock) -> list[Check]:
    """Keys, authorities, seals and witnesses.

    Raises:
        StorageUnavailable: the database does not answer.
    """
    try:
        key = operator_key(home, store.origin)
        authorities = load_authorities(home, clock=clock)
        required, within = load_required(home), load_anchor_within(home)
        policy = load_witnesses(home)
    except NotaryError as error:
        return [Check("keys", ok=False, en=error.message_en, zh=error.message_zh)]
    seal = last_seal(store)
    return [
        Check("keys", ok=True, en=f"operator's key {key.verifier}", zh=f"运营方公钥 {key.verifier}"),
        *_authorities(store, authorities, clock),
        _sealed(store, seal),
        *([] if seal is None else [_anchored(store, required, within, clock())]),
        *_witnesses(store, seal, policy, clock),
    ]


def _authorities(store: Store, authorities: Sequence[Authority], clock: Clock) -> list[Check]:
    noted = {
        state.name: state for state in authority_states(store, (authority.name for authority in authorities))
    }
    answers = _ask_all(authorities, lambda authority: request_token(authority, bytes(32), clock))
    checks = [
        _authority(authority, answer, noted[authority.name])
        for authority, answer in zip(authorities, answers, strict=True)
    ]
    return [*checks, _stamping(answers, [noted[authority.name] for authority in authorities])]


def _authority(authority: Authority, answer: TokenReceipt | NotaryError, state: AuthorityState) -> Check:
    en, zh = _history(state)
    if not isinstance(answer, NotaryError) and answer.unlisted is not None:
        unlisted = answer.unlisted
        en, zh = (
            f"; without revocation list: {unlisted.code}: {unlisted.message_en}{en}",
            f"；未能依吊销列表核验：{unlisted.code}：{unlisted.message_zh}{zh}",
        )
    if isinstance(answer, NotaryError):
        return Check(
            "authority",
            ok=False,
            en=f"{authority.name}: {answer.code}: {answer.message_en}{en}",
            zh=f"{authority.name}：{answer.code}：{answer.message_zh}{zh}",
            grave=False,
        )
    if authority.name == EMBEDDED:
        en, zh = f"; time vouched for by the operator only{en}", f"；时间仅由运营方担保{zh}"
    time = format_instant(answer.gen_time)
    return Check(
        "authority",
        ok=answer.unlisted is None,
        en=f"{authority.name} answers, {time}{en}",
        zh=f"{authority.name} 正常应答，{time}{zh}",
        grave=False,
    )


def _history(state: AuthorityState) -> tuple[str, str]:
    """What was noted when seals were stamped, in both languages."""
    last = None if state.answered_at is None else format_instant(state.answered_at)
    if state.failing_since is None:
        return ("", "") if last is None else (f"; last token {last}", f"；最近一次时间戳：{last}")
    since, times, code = format_instant(state.failing_since), state.failures, state.code
    en = f"; {state.state} for seals since {since}, {times} times, the last {code}; "
    zh = f"；封印请求自 {since} 起失败（{times} 次，最近为 {code}）；"
    return f"{en}last token {last or 'never'}", f"{zh}最近一次时间戳：{last or '从未'}"


def _stamping(answers: Sequence[TokenReceipt | NotaryError], noted: Sequence[AuthorityState]) -> Check:
    """Whether any authority answers now, and answered when the newest seal was tried."""
    answering = sum(not isinstance(answer, NotaryError) for answer in answers)
    failing = [state.failing_since for state in noted if state.failing_since is not None]
    if not answering:
        en, zh = "no authority answers: nothing can be sealed", "没有机构应答：无法封印"
    elif failing and len(failing) == len(noted):
        since = format_instant(max(failing))
        en = f"no authority answered the newest seal, since {since}; run ipledger seal"
        zh = f"自 {since} 起没有机构应答最新封印；请运行 ipledger seal"
    else:
        en = f"{answering} of {len(answers)} authorities answer"
        zh = f"{len(answers)} 家机构中有 {answering} 家应答"
        return Check("authorities", ok=True, en=en, zh=zh)
    return Check("authorities", ok=False, en=en, zh=zh)


def _sealed(store: Store, seal: Seal | None) -> Check:
    head = store.reader.head().position
    if seal is None:
        return Check(
            "seal",
            ok=head == 0,
            en="nothing sealed yet; run ipledger seal",
            zh="尚未封印；请运行 ipledger seal",
        )
    size, since = seal.signed.checkpoint.size, head - (seal.position or 0)
    return Check(
        "seal",
        ok=True,
        en=f"{size} entries sealed, {since} since",
        zh=f"已封印 {size} 条，其后新增 {since} 条",
    )


def _anchored(store: Store, required: int, within: timedelta, now: datetime) -> Check:
    short = oldest_unanchored(store, required=required)
    if short is None:
        return Check(
            "anchored",
            ok=True,
            en=f"the newest seal has the tokens required of {required} authorities",
            zh=f"最新封印已有所要求的 {required} 家机构的时间戳",
        )
    stored = store.reader.entry(short.position)
    assert stored is not None
    recorded = stored.parse().recorded_at
    names = ", ".join(name for name, _ in short.tokens)
    return Check(
        "anchored",
        ok=now - recorded <= within,
        en=f"the seal of {short.size} entries is not anchored since {format_instant(recorded)}: it has "
        f"{names or 'no token'}, {short.missing} of {required} missing; allowed for {within}",
        zh=f"{short.size} 条的封印自 {format_instant(recorded)} 起尚未锚定：已有 {names or '无'}，"
        f"所要求的 {required} 家尚缺 {short.missing} 家；允许时限 {within}",
    )


def _witnesses(store: Store, seal: Seal | None, policy: WitnessPolicy, clock: Clock) -> list[Check]:
    if seal is None or not policy.witnesses:
        return []
    signed, log = seal.signed, Log(store)
    sizes = last_cosigned(store, policy.keys)
    answers = _ask_all(
        policy.witnesses,
        lambda witness: request_cosignature(
            witness, signed, log.consistency, clock, last_size=sizes.get(witness.key, 0)
        ),
    )
    checks = [
        _witness(witness, answer if isinstance(answer, NotaryError) else None, sizes.get(witness.key))
        for witness, answer in zip(policy.witnesses, answers, strict=True)
    ]
    answering = sum(check.ok for check in checks)
    return [
        *checks,
        Check(
            "witnesses",
            ok=answering >= policy.required,
            en=f"{answering} of {len(checks)} witnesses cosign, {policy.required} are required",
            zh=f"{len(checks)} 家见证方中有 {answering} 家联署，要求 {policy.required} 家",
        ),
    ]


def _witness(witness: ConfiguredWitness, error: NotaryError | None, size: int | None) -> Check:
    en = "no cosignature of it recorded" if size is None else f"last cosigned the seal of {size} entries"
    zh = "尚无其联署记录" if size is None else f"最近联署 {size} 条的封印"
    if error is None:
        return Check(
            "witness",
            ok=True,
            en=f"{witness.name} answers; {en}",
            zh=f"{witness.name} 正常应答；{zh}",
            grave=False,
        )
    return Check(
        "witness",
        ok=False,
        en=f"{witness.name}: {error.code}: {error.message_en} {en}",
        zh=f"{witness.name}：{error.code}：{error.message_zh}{zh}",
        grave=error.code in CONTRADICTIONS,
    )


def _ask_all(whom: Iterable[T], ask: Callable[[T], R]) -> list[R | NotaryError]:
    """All at once; one that is slow holds up no other."""

    def answer(each: T) -> R | NotaryError:
        try:
            return ask(each)
        except NotaryError as error:
            return error

    asked = list(whom)
    with ThreadPoolExecutor(max_workers=len(asked)) as pool:
        return list(pool.map(answer, asked))
