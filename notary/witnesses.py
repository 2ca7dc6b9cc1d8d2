"""Asking witnesses to cosign seals: `witnesses.toml` in the ledger's home, C2SP tlog-witness.

    required = 1                              # how many cosignatures a seal should have

    [[witness]]
    name = "bank"
    url = "https://witness.bank.example"      # `/add-checkpoint` is appended
    vkey = "witness.bank.example/w1+…+BA…"
    timeout_ms = 10000                        # optional

A witness that is down costs nothing but its cosignature, and is asked again with the next seal. One that has
seen another history says so, and that is the point of it: the refusal is shown and never worked around.
"""

import asyncio
import logging
import threading
import tomllib
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import httpx

from ledger import facts
from ledger.entry import Draft, EntryClass, format_instant, new_salt
from ledger.errors import LedgerError
from ledger.facts.seals import Cosignature, SealCosigned
from ledger.store.database import Store
from ledger.store.requests import AppendRequest, Condition, Stale
from notary.checkpoints import NOTE_BYTES_MAX, Signature, SignedCheckpoint, parse
from notary.cosignatures import (
    Cosigned,
    WitnessKey,
    join_lines,
    parse_witness_key,
    read_lines,
    verify_cosignatures,
)
from notary.errors import CheckpointInvalid, NotaryError, WitnessRefused
from notary.files import READABLE, replace_file
from notary.log import Log
from notary.sealing import ACTOR
from notary.seals import Seal, last_seal, seal_of_size, seal_states

FILE: Final = "witnesses.toml"
CLOCK_TOLERANCE: Final = timedelta(minutes=5)

CONTRADICTIONS: Final = frozenset(("WITNESS_SAW_ANOTHER", "WITNESS_AHEAD"))
"""Refusals by which a witness says that it has seen another history of this ledger, or a longer one."""

_KNOWN: Final = frozenset(("name", "url", "vkey", "timeout_ms"))
_ATTEMPTS: Final = 8
_PAGE_BACK: Final = 1000
_PAGES_BACK: Final = 10
_BACKOFF_MAX: Final = 64

_log = logging.getLogger(__name__)

Consistency = Callable[[int, int], Sequence[bytes]]
"""The proof that the log of the second size extends that of the first."""


@dataclass(frozen=True, slots=True)
class ConfiguredWitness:
    """A witness as the operator knows it; `name` is the operator's own word for it."""

    name: str
    url: str
    key: WitnessKey
    timeout_ms: int = 10_000


@dataclass(frozen=True, slots=True)
class WitnessPolicy:
    """Whom to ask, and how many must answer for a seal to count as witnessed."""

    required: int = 0
    witnesses: tuple[ConfiguredWitness, ...] = ()

    @property
    def keys(self) -> tuple[WitnessKey, ...]:
        """What cosignatures are checked with."""
        return tuple(witness.key for witness in self.witnesses)


@dataclass(frozen=True, slots=True)
class Witnessed:
    """The cosignatures a seal has now, and why some of the witnesses asked gave none."""

    size: int | None
    cosigned: tuple[Cosigned, ...]
    refusals: tuple[tuple[str, NotaryError], ...] = ()


def load_witnesses(home: Path) -> WitnessPolicy:
    """The witnesses configured in `home`; none where there is no file.

    Raises:
        WitnessRefused: WITNESS_MISCONFIGURED, with the reason.
    """
    path = home / FILE
    if not path.exists():
        return WitnessPolicy()
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _misconfigured(str(error)) from error
    if unknown := sorted(settings.keys() - {"required", "witness"}):
        raise _misconfigured(f"unknown setting {', '.join(unknown)}")
    tables = settings.get("witness", [])
    if not isinstance(tables, list):
        raise _misconfigured("witnesses are [[witness]] tables")
    witnesses = tuple(_configured(table) for table in tables)
    required = settings.get("required", len(witnesses))
    if type(required) is not int or not 0 <= required <= len(witnesses):
        raise _misconfigured(f"required is a number from 0 to the {len(witnesses)} witnesses named")
    for what in ("name", "key"):
        if len({getattr(witness, what) for witness in witnesses}) != len(witnesses):
            raise _misconfigured(f"two witnesses have one {what}")
    return WitnessPolicy(required, witnesses)


def request_cosignature(
    witness: ConfiguredWitness,
    signed: SignedCheckpoint,
    consistency: Consistency,
    clock: Callable[[], datetime],
    *,
    last_size: int = 0,
) -> Cosigned:
    """A witness's cosignature of a checkpoint, which is checked before it is believed.

    Asks from `last_size`, and once more from the size the witness names if that was not it.

    Raises:
        WitnessRefused: WITNESS_UNREACHABLE, WITNESS_ANSWER_INVALID, WITNESS_CLOCK_AHEAD; WITNESS_AHEAD, it
            has seen more than this checkpoint holds; WITNESS_SAW_ANOTHER, it has seen another history;
            WITNESS_REFUSED with its HTTP status.
        ProofInvalid: the log has no proof from the size the witness names.
    """
    size = signed.checkpoint.size
    old = min(last_size, size)
    for attempt in range(2):
        proof = consistency(old, size) if 0 < old < size else ()
        status, body = _post(witness, _request(old, proof, signed.note))
        if status == httpx.codes.OK:
            return _believed(witness, signed, body, clock())
        if status == httpx.codes.CONFLICT:
            seen = _size(witness, body)
            if seen > size:
                raise _refused(
                    "WITNESS_AHEAD",
                    witness,
                    f"has signed {seen} entries of this log, which shows it only {size}: entries were "
                    "removed, or another ledger runs under this name",
                    f"已签署本日志的 {seen} 条，而现在只出示 {size} 条：有条目被删除，或另有账本使用同一名称",
                )
            if seen != old and attempt == 0:
                old = seen
                continue
            raise _saw_another(witness, size)
        if status == httpx.codes.UNPROCESSABLE_ENTITY:
            raise _saw_another(witness, size)
        break
    raise _refused(
        "WITNESS_REFUSED", witness, f"answered with HTTP status {status}", f"返回 HTTP 状态 {status}"
    )


class Witnesses:
    """Has the seals of one ledger cosigned, and keeps what comes of it."""

    def __init__(
        self, store: Store, home: Path, policy: WitnessPolicy, clock: Callable[[], datetime]
    ) -> None:
        """Copies of the lines are kept in `home/seals`, as `<size>.cosignatures`.

        Raises:
            StorageUnavailable: the database does not answer.
        """
        self.policy = policy
        self._store = store
        self._folder = home / "seals"
        self._clock = clock
        self._log = Log(store)
        self._sizes: dict[str, int] = {}

    def cosign_last(self) -> Witnessed:
        """Ask for the cosignatures the newest seal lacks. Earlier ones need none: it extends them.

        Raises:
            StorageUnavailable: the database does not answer.
            CheckpointInvalid: COSIGNATURE_INVALID, a recorded cosignature is not of its seal.
        """
        seal = last_seal(self._store)
        if seal is None:
            return Witnessed(None, ())
        return self.cosign(seal)

    def cosign(self, seal: Seal) -> Witnessed:
        """Ask for the cosignatures a seal lacks. Raises as `cosign_last`."""
        signed = seal.signed
        size = signed.checkpoint.size
        have = verify_cosignatures(seal.note, cosignature_lines(self._store, size), self.policy.keys)
        known = {each.witness for each in have}
        missing = [witness for witness in self.policy.witnesses if witness.key not in known]
        gained, refusals = self._ask(missing, signed)
        if gained:
            self._record(size, gained)
        cosigned = (*have, *gained)
        if cosigned:
            self._keep(size, cosigned)
        return Witnessed(size, cosigned, refusals)

    def _ask(
        self, witnesses: Sequence[ConfiguredWitness], signed: SignedCheckpoint
    ) -> tuple[tuple[Cosigned, ...], tuple[tuple[str, NotaryError], ...]]:
        """All witnesses at once; one that is slow holds up no other."""
        gained: list[Cosigned] = []
        refusals: list[tuple[str, NotaryError]] = []
        with ThreadPoolExecutor(max_workers=max(1, len(witnesses))) as pool:
            asked = [
                (
                    witness.name,
                    pool.submit(
                        request_cosignature,
                        witness,
                        signed,
                        self._log.consistency,
                        self._clock,
                        last_size=self._sizes.get(witness.name, 0),
                    ),
                )
                for witness in witnesses
            ]
            for name, answer in asked:
                try:
                    gained.append(answer.result())
                except NotaryError as error:
                    refusals.append((name, error))
                else:
                    self._sizes[name] = signed.checkpoint.size
        return tuple(gained), tuple(refusals)

    def _record(self, size: int, gained: Sequence[Cosigned]) -> None:
        """An entry with the new lines, unless another process has just recorded one for this seal."""
        fact = SealCosigned(
            size=size,
            cosignatures=tuple(
                Cosignature(
                    witness=each.witness.name,
                    cosigned_at=format_instant(each.at),
                    line=each.line.line().decode().rstrip("\n"),
                )
                for each in gained
            ),
        )
        names = sha256("\n".join(sorted(str(each.witness) for each in gained)).encode()).hexdigest()
        command_id = f"cosigned:{self._store.origin}:{size}:{names[:32]}"
        draft = Draft(
            type=fact.TYPE,
            type_v=fact.VERSION,
            entry_class=EntryClass.OPERATOR,
            subjects=fact.tags(),
            effective_at=format_instant(min(each.at for each in gained)),
            actor=ACTOR,
            command_id=command_id,
            data=fact.as_data(),
            salt=new_salt(),
        )
        for _ in range(_ATTEMPTS):
            (tag,) = fact.tags()
            last = self._store.reader.last_tagged(tag)
            condition = Condition(tags=(tag,), after=0 if last is None else last.position)
            result = self._store.writer.append(AppendRequest((draft,), condition, command_id))
            if not isinstance(result, Stale):
                return  # recorded, by us or by another process that asked the same witnesses

    def _keep(self, size: int, cosigned: Sequence[Cosigned]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        lines = b"".join(each.line.line() for each in cosigned)
        replace_file(self._folder / f"{size}.cosignatures", lines, READABLE)


def cosignature_lines(store: Store, size: int) -> bytes:
    """Recorded lines of witnesses over the seal of `size` entries, one of each key, as C2SP writes them.

    They are as they were recorded: `verify_cosignatures` says whose they are. May be empty.

    Raises:
        StorageUnavailable: the database does not answer.
        CheckpointInvalid: NOTE_MALFORMED, a recorded line is none.
    """
    lines: dict[tuple[str, bytes], Signature] = {}
    for fact in _recorded(store, size):
        for each in fact.cosignatures:
            for line in read_lines(each.line.encode() + b"\n"):
                lines.setdefault((line.name, line.key_id), line)
    return join_lines(tuple(lines.values()))


def last_cosigned(store: Store, keys: Iterable[WitnessKey]) -> dict[WitnessKey, int]:
    """Of each witness, the size of the newest seal with its sound cosignature, of the newest ten thousand.

    Raises:
        StorageUnavailable: the database does not answer.
    """
    missing, found = set(keys), dict[WitnessKey, int]()
    before: int | None = None
    for _ in range(_PAGES_BACK):
        page = seal_states(store, before=before, limit=_PAGE_BACK) if missing else []
        if not page:
            break
        before = page[-1].position
        cosigned = {
            fact.size
            for stored in store.reader.tagged([f"seal:{state.size}" for state in page])
            if isinstance(fact := facts.read(stored.parse()), SealCosigned)
        }
        for size in sorted(cosigned, reverse=True):
            seal = seal_of_size(store, size) if missing else None
            if seal is not None:
                for key in _sound(store, seal, missing):
                    found[key] = size
                    missing.discard(key)
    return found


def _sound(store: Store, seal: Seal, keys: Iterable[WitnessKey]) -> list[WitnessKey]:
    """Those of `keys` whose recorded line over a seal is sound."""
    try:
        signed = parse(seal.note + cosignature_lines(store, seal.signed.checkpoint.size))
    except CheckpointInvalid:
        return []
    return [key for key in keys if key.cosigned(signed)]


def cosign_continually(witnesses: "Witnesses", *, interval_ms: int, stop: threading.Event) -> None:
    """Have the newest seal cosigned until `stop` is set; what fails is logged and tried again later."""
    pause = interval_ms
    while not stop.wait(pause / 1000):
        try:
            refusals: tuple[tuple[str, NotaryError | LedgerError], ...] = witnesses.cosign_last().refusals
        except (LedgerError, NotaryError) as error:
            refusals = (("–", error),)
        for name, refusal in refusals:
            _log.warning("witness %s: %s: %s", name, refusal.code, refusal.message_en)
        pause = min(pause * 2, interval_ms * _BACKOFF_MAX) if refusals else interval_ms


def _recorded(store: Store, size: int) -> Iterator[SealCosigned]:
    for stored in store.reader.tagged([f"seal:{size}"]):
        fact = facts.read(stored.parse())
        if isinstance(fact, SealCosigned):
            yield fact


def _configured(table: Any) -> ConfiguredWitness:
    if not isinstance(table, dict) or not isinstance(table.get("name"), str) or not table["name"]:
        raise _misconfigured("a witness has no name")
    name = table["name"]
    if unknown := sorted(table.keys() - _KNOWN):
        raise _misconfigured(f"{name}: unknown setting {', '.join(unknown)}")
    timeout_ms = table.get("timeout_ms", 10_000)
    if type(timeout_ms) is not int or timeout_ms <= 0:
        raise _misconfigured(f"{name}: timeout_ms is a positive number")
    try:
        key = parse_witness_key(str(table.get("vkey", "")))
        url = httpx.URL(str(table.get("url", "")))
    except (NotaryError, httpx.InvalidURL) as error:
        raise _misconfigured(f"{name}: {error}") from error
    if url.scheme not in {"http", "https"} or not url.host or url.userinfo:
        raise _misconfigured(f"{name}: its url is not http(s)://host/… without credentials")
    return ConfiguredWitness(name, str(url).rstrip("/"), key, timeout_ms)


def _request(old: int, proof: Sequence[bytes], note: bytes) -> bytes:
    hashes = b"".join(b64encode(each) + b"\n" for each in proof)
    return b"old %d\n" % old + hashes + b"\n" + note


def _post(witness: ConfiguredWitness, request: bytes) -> tuple[int, bytes]:
    try:
        return asyncio.run(_answer(witness, request))
    except (TimeoutError, httpx.HTTPError, OSError) as error:
        raise _refused(
            "WITNESS_UNREACHABLE",
            witness,
            f"cannot be reached or broke off ({type(error).__name__})",
            f"无法连接或中断了连接（{type(error).__name__}）",
        ) from error


async def _answer(witness: ConfiguredWitness, request: bytes) -> tuple[int, bytes]:
    """One attempt, bounded as a whole: a server that sends a byte now and then gains nothing by it."""
    seconds = witness.timeout_ms / 1000
    async with (
        asyncio.timeout(seconds),
        httpx.AsyncClient(timeout=seconds) as client,
        client.stream("POST", f"{witness.url}/add-checkpoint", content=request) as response,
    ):
        body = bytearray()
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > NOTE_BYTES_MAX:
                raise _refused("WITNESS_ANSWER_INVALID", witness, "answered too much", "应答过长")
        return response.status_code, bytes(body)


def _size(witness: ConfiguredWitness, body: bytes) -> int:
    digits = body.removesuffix(b"\n")
    if not digits.isdigit() or len(digits) > 19:
        raise _refused(
            "WITNESS_ANSWER_INVALID", witness, "named no size in its conflict", "冲突应答未给出大小"
        )
    return int(digits)


def _believed(witness: ConfiguredWitness, signed: SignedCheckpoint, body: bytes, now: datetime) -> Cosigned:
    try:
        found = verify_cosignatures(signed.note, body, [witness.key])
    except NotaryError as error:
        raise _refused(
            "WITNESS_ANSWER_INVALID",
            witness,
            f"answered with no sound cosignature: {error.message_en}",
            f"应答中没有有效的联署：{error.message_zh}",
        ) from error
    if not found:
        raise _refused("WITNESS_ANSWER_INVALID", witness, "did not sign with its key", "未以其密钥签署")
    if found[0].at > now + CLOCK_TOLERANCE:
        raise _refused(
            "WITNESS_CLOCK_AHEAD",
            witness,
            f"says it signed at {found[0].at.isoformat()}, which is yet to come",
            f"所称签署时间 {found[0].at.isoformat()} 尚未到来",
        )
    return found[0]


def _saw_another(witness: ConfiguredWitness, size: int) -> WitnessRefused:
    return _refused(
        "WITNESS_SAW_ANOTHER",
        witness,
        f"does not find that this log of {size} entries extends what it has signed: it was shown another "
        "history, or this one was rewritten",
        f"认为这 {size} 条的日志并未延续其签署过的历史：它曾见到另一历史，或本历史已被改写",
    )


def _refused(code: str, witness: ConfiguredWitness, en: str, zh: str) -> WitnessRefused:
    return WitnessRefused(
        code, "The witness {witness} {en}.", "见证方 {witness}{zh}。", witness=witness.name, en=en, zh=zh
    )


def _misconfigured(reason: str) -> WitnessRefused:
    return WitnessRefused(
        "WITNESS_MISCONFIGURED",
        "{file} cannot be used: {reason}.",
        "{file} 的配置不可用：{reason}。",
        file=FILE,
        reason=reason,
    )
