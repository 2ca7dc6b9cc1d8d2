"""What a verification says: numbered checks with findings, and the package's own words beside them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from ledger.entry import format_instant
from ledger.errors import LedgerError
from notary.checkpoints import Checkpoint
from notary.errors import Datum, NotaryError
from notary.evidence import members
from notary.evidence.codes import CODES, NOT_REACHED
from notary.evidence.members import (
    Claim,
    Manifest,
)
from notary.tokens import Check as TokenCheck
from notary.tokens import TimestampToken
from notary.tokens.report import Outcome

EXIT_CODES: Final = {Outcome.PASS: 0, Outcome.FAIL: 1, Outcome.INDETERMINATE: 3}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a check found. `outcome` is what it makes of the check; PASS for what is only reported."""

    outcome: Outcome
    code: str
    message_en: str
    message_zh: str
    data: dict[str, Datum]


@dataclass(slots=True)
class Check:
    """One numbered check: how many things it looked at, and what it found."""

    number: int
    name: str
    subjects: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def outcome(self) -> Outcome:
        """FAIL if something failed, else INDETERMINATE if something could not be checked, else PASS."""
        return worst(finding.outcome for finding in self.findings)

    def fail(self, code: str, **data: Datum) -> None:
        """Something is not as it must be."""
        self._add(Outcome.FAIL, code, data)

    def leave_open(self, code: str = NOT_REACHED, **data: Datum) -> None:
        """Something could not be checked."""
        self._add(Outcome.INDETERMINATE, code, data)

    def note(self, code: str, **data: Datum) -> None:
        """Something worth knowing."""
        self._add(Outcome.PASS, code, data)

    def refuse(self, error: NotaryError | LedgerError, outcome: Outcome = Outcome.FAIL) -> None:
        """Something is not as it must be, or cannot be checked, as the error says."""
        finding = Finding(outcome, error.code, error.message_en, error.message_zh, _printable(error.data))
        self.findings.append(finding)

    def adopt(self, other: "Check") -> None:
        """Take over what was found of one of several things."""
        self.findings += [finding for finding in other.findings if finding not in self.findings]

    def _add(self, outcome: Outcome, code: str, data: dict[str, Datum]) -> None:
        english, chinese = (text.format_map(data) for text in CODES[code])
        finding = Finding(outcome, code, english, chinese, data)
        if finding not in self.findings:
            self.findings.append(finding)


@dataclass(frozen=True, slots=True)
class JudgedToken:
    """One token of the package: who is said to have given it, the outcome, and what it says."""

    authority: str
    outcome: Outcome
    token: TimestampToken | None


@dataclass(frozen=True, slots=True)
class Report:
    """All checks in order, and what the package says of itself; believe it as far as the checks passed."""

    checks: tuple[Check, ...]
    manifest: Manifest | None
    checkpoint: Checkpoint | None
    tokens: tuple[JudgedToken, ...]
    claims: tuple[tuple[Claim, Outcome], ...]

    @property
    def outcome(self) -> Outcome:
        """Of the package as a whole."""
        return worst(check.outcome for check in self.checks)

    @property
    def exit_code(self) -> int:
        """0 PASS, 1 FAIL, 3 INDETERMINATE."""
        return EXIT_CODES[self.outcome]

    @property
    def failed(self) -> tuple[str, ...]:
        """Names of the checks that failed, in order."""
        return tuple(check.name for check in self.checks if check.outcome is Outcome.FAIL)

    @property
    def not_later_than(self) -> datetime | None:
        """The earliest time a valid token gives: all in the checkpoint existed by then."""
        times = [each.token.gen_time for each in self.tokens if each.outcome is Outcome.PASS and each.token]
        return min(times, default=None)

    def as_json(self) -> dict[str, Any]:
        """For programs; `docs/formats.md` names the checks."""
        time = self.not_later_than
        return {
            "outcome": self.outcome.value,
            "kind": None if self.manifest is None else self.manifest.kind,
            "request": None if self.manifest is None else self.manifest.request,
            "origin": None if self.manifest is None else self.manifest.origin,
            "size": None if self.checkpoint is None else self.checkpoint.size,
            "not_later_than": None if time is None else format_instant(time),
            "claims": [
                {**claim.model_dump(mode="json", by_alias=True), "outcome": outcome.value}
                for claim, outcome in self.claims
            ],
            "checks": [
                {
                    "no": check.number,
                    "code": check.name,
                    "outcome": check.outcome.value,
                    "subjects": check.subjects,
                    "findings": [
                        {
                            "outcome": finding.outcome.value,
                            "code": finding.code,
                            "message": {"en": finding.message_en, "zh": finding.message_zh},
                            "data": finding.data,
                        }
                        for finding in check.findings
                    ],
                }
                for check in self.checks
            ],
        }


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """FAIL if there is one, else INDETERMINATE if there is one, else PASS."""
    found: Sequence[Outcome] = tuple(outcomes)
    order = (Outcome.FAIL, Outcome.INDETERMINATE)
    return next((each for each in order if each in found), Outcome.PASS)


def reasons(said: NotaryError | LedgerError | TokenCheck) -> dict[str, Datum]:
    """What another judgement said, in both languages."""
    return {"reason_en": said.message_en, "reason_zh": said.message_zh}


def shown(value: members.Member) -> str:
    """A claim or leaf for a sentence."""
    return ascii(value.model_dump_json(by_alias=True))[1:-1]


def legible(text: str) -> str:
    """A name of a stranger for a sentence: no control characters, no changes of direction."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in text)


def hex_digest(content: bytes) -> str:
    """SHA-256 in hex."""
    return sha256(content).hexdigest()


def _printable(data: Any) -> dict[str, Datum]:
    return {
        name: value if isinstance(value, str | int | bool | None) else str(value)
        for name, value in data.items()
    }
