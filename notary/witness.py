"""A witness of transparency logs: C2SP tlog-witness, `add-checkpoint`.

It signs a log's checkpoint only if it extends the last one it signed of that log, so that an operator who
shows two histories needs two signatures of it and gets one. It keeps one signed note a log, in a folder that
one process at a time holds, written before the answer is given: killed in between, it knows more than it
told, and never less.

Beside what C2SP asks it compares the `chain` and `map` lines of two checkpoints of one size: the log's root
does not cover the map, and an operator could show two maps of the same log.

    1. Read the request: old size, consistency proof, signed note.           REQUEST_MALFORMED
    2. Know the log by its origin.                                           LOG_UNKNOWN
    3. Verify that the log's key signed the note.                            CHECKPOINT_UNSIGNED
    4. The old size is at most that of the checkpoint.                       OLD_SIZE_TOO_LARGE
    5. The old size is that of the last checkpoint signed.                   OLD_SIZE_DIFFERS
    6. Of one size there is one checkpoint.                                  CHECKPOINT_FORKED
    7. The proof leads from the last root to this one.                       CHECKPOINT_INCONSISTENT
    8. Keep the note; then sign it.
"""

import base64
import binascii
import fcntl
import hashlib
import re
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Final

from notary import merkle
from notary.checkpoints import NOTE_BYTES_MAX, Signature
from notary.cosignatures import CosigningKey, join_lines, split_note
from notary.errors import CheckpointInvalid, ProofInvalid, WitnessRefused
from notary.files import replace_file
from notary.keys import SIGNATURE_SIZE, VerifierKey
from notary.merkle import HASH_SIZE, TREE_SIZE_MAX

PROOF_LINES_MAX: Final = 63
REQUEST_BYTES_MAX: Final = NOTE_BYTES_MAX + (PROOF_LINES_MAX + 2) * 64

_OLD: Final = re.compile(rb"old (0|[1-9][0-9]{0,18})")
_SIZE: Final = re.compile(rb"0|[1-9][0-9]{0,18}")
_EXTENSIONS: Final = (b"chain ", b"map ")
_EVIDENCE_MAX: Final = 1000


@dataclass(frozen=True, slots=True)
class Observed:
    """What a witness looks at in a checkpoint: the first three lines, and what ours add about this state."""

    origin: str
    size: int
    root: bytes
    state: tuple[bytes, ...]


class Witness:
    """One witness of one or more logs; safe to share between threads."""

    def __init__(
        self,
        key: CosigningKey,
        logs: Iterable[VerifierKey],
        folder: Path,
        clock: Callable[[], datetime],
    ) -> None:
        """`folder` holds what was signed last. Losing it makes the witness believe anything once more.

        Raises:
            WitnessRefused: WITNESS_STATE_UNUSABLE, the folder cannot be used or a file in it is damaged;
                WITNESS_RUNNING, another process holds it.
        """
        self.key = key
        self._logs: dict[str, list[VerifierKey]] = {}
        for log in logs:
            self._logs.setdefault(log.name, []).append(log)
        self._folder = folder
        self._clock = clock
        self._locks = {origin: threading.Lock() for origin in self._logs}
        self._held = _hold(folder)
        try:
            self._last = {origin: self._load(origin) for origin in self._logs}
        except BaseException:
            self._held.close()
            raise

    def close(self) -> None:
        """Let another process hold the folder."""
        self._held.close()

    def add_checkpoint(self, request: bytes) -> bytes:
        """The witness's signature line over the checkpoint in a request.

        Raises:
            WitnessRefused: with the code of the step that failed; steps 5 and 6 carry the `size` last signed.
        """
        old, proof, note = _read_request(request)
        observed, text, signatures = _read_checkpoint(note)
        line = self._checked_signature(observed, text, signatures)
        if old > observed.size:
            raise WitnessRefused(
                "OLD_SIZE_TOO_LARGE",
                "The old size {old} is larger than the checkpoint's, {size}.",
                "旧大小 {old} 大于检查点的大小 {size}。",
                old=old,
                size=observed.size,
            )
        with self._locks[observed.origin]:
            last = self._last[observed.origin]
            self._check_extends(last, observed, old, proof, note)
            kept = text + b"\n" + join_lines([line])
            if last is None or last.size < observed.size:
                self._keep(self._path(observed.origin), kept)
                self._last[observed.origin] = observed
            return self.key.cosign(text, self._clock()).line()

    def _checked_signature(
        self, observed: Observed, text: bytes, signatures: Iterable[Signature]
    ) -> Signature:
        """The line by which the log itself signed the text."""
        keys = self._logs.get(observed.origin)
        if keys is None:
            raise WitnessRefused(
                "LOG_UNKNOWN",
                "The log {origin} is none of those witnessed here.",
                "日志 {origin} 不在本见证方的见证范围内。",
                origin=observed.origin[:300],
            )
        known = {(key.name, key.key_id): key for key in keys}
        for line in signatures:
            key = known.get((line.name, line.key_id))
            if (
                key is not None
                and len(line.signature) == SIGNATURE_SIZE
                and key.verifies(line.signature, text)
            ):
                return line
        raise WitnessRefused(
            "CHECKPOINT_UNSIGNED",
            "The log {origin} did not sign this checkpoint.",
            "该检查点没有日志 {origin} 的有效签名。",
            origin=observed.origin,
        )

    def _check_extends(
        self, last: Observed | None, observed: Observed, old: int, proof: list[bytes], note: bytes
    ) -> None:
        size = 0 if last is None else last.size
        if old != size:
            raise WitnessRefused(
                "OLD_SIZE_DIFFERS",
                "The last checkpoint signed of {origin} has the size {size}, not {old}.",
                "{origin} 上次签署的检查点大小为 {size}，而非 {old}。",
                origin=observed.origin,
                size=size,
                old=old,
            )
        if last is not None and observed.size == size:
            if (observed.root, observed.state) != (last.root, last.state):
                self._keep_evidence(observed, note)
                raise WitnessRefused(
                    "CHECKPOINT_FORKED",
                    "Another checkpoint of {origin} of size {size} was signed before: the log shows two.",
                    "此前已签署 {origin} 大小为 {size} 的另一检查点：该日志出示了两个不同版本。",
                    origin=observed.origin,
                    size=size,
                )
            old_root = last.root
        else:
            old_root = b"" if last is None else last.root
        try:
            _verify_extension(old, old_root, observed, proof)
        except ProofInvalid as error:
            self._keep_evidence(observed, note)
            raise WitnessRefused(
                "CHECKPOINT_INCONSISTENT",
                "The checkpoint of size {size} is not shown to extend that of size {old}: {reason}",
                "大小为 {size} 的检查点未能证明其延续大小为 {old} 的检查点：{reason_zh}",
                size=observed.size,
                old=old,
                reason=error.message_en,
                reason_zh=error.message_zh,
            ) from error

    def _path(self, origin: str) -> Path:
        return self._folder / f"{hashlib.sha256(origin.encode()).hexdigest()}.checkpoint"

    def _load(self, origin: str) -> Observed | None:
        path = self._path(origin)
        try:
            note = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unusable(path, error.strerror or str(error)) from error
        try:
            observed, text, signatures = _read_checkpoint(note)
            if observed.origin != origin:
                raise _unusable(path, "it is of another log")
            self._checked_signature(observed, text, signatures)
        except WitnessRefused as error:
            raise _unusable(path, error.message_en) from error
        return observed

    def _keep(self, path: Path, note: bytes) -> None:
        try:
            path.parent.mkdir(exist_ok=True)
            replace_file(path, note)
        except OSError as error:
            raise _unusable(path, error.strerror or str(error)) from error

    def _keep_evidence(self, observed: Observed, note: bytes) -> None:
        """Keep a signed note that was not signed again: two notes that contradict each other prove a fork."""
        folder = self._folder / "refused"
        path = folder / f"{observed.size}-{hashlib.sha256(note).hexdigest()[:16]}.checkpoint"
        if not path.exists() and sum(1 for _ in folder.glob("*.checkpoint")) < _EVIDENCE_MAX:
            self._keep(path, note)


def _verify_extension(old: int, old_root: bytes, observed: Observed, proof: list[bytes]) -> None:
    """Steps 6 and 7 for the Merkle tree; a log of size 0 is extended by any, without a proof."""
    if old == 0 and observed.size == 0 and observed.root != merkle.root([]):
        raise ProofInvalid(
            "CONSISTENCY_ROOT_MISMATCH",
            "The root of a log without entries is {expected}, not {found}.",
            "空日志的根应为 {expected}，实为 {found}。",
            expected=merkle.root([]),
            found=observed.root,
        )
    if old == 0:
        if proof:
            raise ProofInvalid(
                "PROOF_LENGTH_INVALID",
                "Nothing is proved from size 0, but there are {length} hashes.",
                "自大小 0 起无需证明，却给出了 {length} 个散列值。",
                length=len(proof),
            )
    else:
        merkle.verify_consistency(
            size1=old, root1=old_root, size2=observed.size, root2=observed.root, proof=proof
        )


def _read_request(request: bytes) -> tuple[int, list[bytes], bytes]:
    """Old size, proof hashes, and the note."""
    if len(request) > REQUEST_BYTES_MAX:
        raise _malformed("it is too large", "过大")
    head, separator, note = request.partition(b"\n\n")
    lines = head.split(b"\n")
    match = _OLD.fullmatch(lines[0])
    if not separator or match is None:
        raise _malformed(
            "it does not begin with an old size and end in a note", "首行不是旧大小，或缺少检查点"
        )
    if len(lines) - 1 > PROOF_LINES_MAX:
        raise _malformed("its proof is too long", "证明过长")
    return int(match[1]), [_hash(line) for line in lines[1:]], note


def _read_checkpoint(note: bytes) -> tuple[Observed, bytes, tuple[Signature, ...]]:
    """What is observed, the signed text, and the signature lines of any C2SP checkpoint."""
    try:
        text, signatures = split_note(note)
        origin, size, root, *extensions = text[:-1].split(b"\n")
        name = origin.decode()
    except (CheckpointInvalid, ValueError) as error:  # a UnicodeDecodeError is one
        raise _malformed("it holds no signed checkpoint", "其中没有签名的检查点") from error
    if not name or not _SIZE.fullmatch(size) or int(size) > TREE_SIZE_MAX or not all(extensions):
        raise _malformed("its checkpoint is not of the form of C2SP tlog-checkpoint", "检查点格式不符")
    state = tuple(sorted(line for line in extensions if line.startswith(_EXTENSIONS)))
    return Observed(name, int(size), _hash(root), state), text, signatures


def _hash(line: bytes) -> bytes:
    try:
        decoded = base64.b64decode(line, validate=True)
    except (binascii.Error, ValueError):
        decoded = b""
    if len(decoded) != HASH_SIZE or base64.b64encode(decoded) != line:
        raise _malformed("a hash is not 32 bytes in base64", "散列值不是 32 字节的 base64")
    return decoded


def _hold(folder: Path) -> IO[bytes]:
    """The lock of a witness's folder, for as long as the file is open."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        held = (folder / "lock").open("wb")
    except OSError as error:
        raise _unusable(folder, error.strerror or str(error)) from error
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        held.close()
        raise WitnessRefused(
            "WITNESS_RUNNING",
            "Another witness runs on {folder}; two of them would sign two histories.",
            "另有见证方正在使用 {folder}；两个见证方可能签署两个不同的历史。",
            folder=str(folder),
        ) from error
    return held


def _malformed(reason_en: str, reason_zh: str) -> WitnessRefused:
    return WitnessRefused(
        "REQUEST_MALFORMED",
        "This is no add-checkpoint request: {reason_en}.",
        "这不是有效的 add-checkpoint 请求：{reason_zh}。",
        reason_en=reason_en,
        reason_zh=reason_zh,
    )


def _unusable(path: Path, reason: str) -> WitnessRefused:
    return WitnessRefused(
        "WITNESS_STATE_UNUSABLE",
        "The witness's record {path} cannot be used: {reason}. Put its backup back; without it the witness "
        "would believe anything once more.",
        "见证方记录 {path} 无法使用：{reason}。请恢复其备份；没有它，见证方会重新相信任何历史。",
        path=str(path),
        reason=reason,
    )
