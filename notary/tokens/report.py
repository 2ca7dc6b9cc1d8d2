"""What a judgement says: numbered checks with stable codes, and what the token says of itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from notary.errors import Datum
from notary.tokens.codes import CHECKS, CODES, PASSED


class Outcome(StrEnum):
    """Of a check, and of a whole judgement."""

    PASS = "PASS"  # noqa: S105 - an outcome, no password
    FAIL = "FAIL"
    INDETERMINATE = "INDETERMINATE"


@dataclass(frozen=True, slots=True)
class Check:
    """One check of a judgement.

    Attributes:
        number, name: which check, see `notary.tokens.codes.CHECKS`.
        outcome: INDETERMINATE if it could not be made, or was not asked for.
        code: PASSED, or why not.
        required: False if nobody asked for the check (nonce, policy, revocation); it then decides nothing.
        data: what was found and what was expected.
    """

    number: int
    name: str
    outcome: Outcome
    code: str
    required: bool
    data: Mapping[str, Datum]

    @property
    def message_en(self) -> str:
        """The finding in English; for a passed check, what was checked."""
        return _message(self, 0)

    @property
    def message_zh(self) -> str:
        """The finding in Chinese."""
        return _message(self, 1)


@dataclass(frozen=True, slots=True)
class TimestampToken:
    """What a token says, for display. Believe it only as far as the report's checks passed.

    Attributes:
        gen_time: UTC, microseconds.
        accuracy_us: ± microseconds; None if the authority states none.
        hash_name: algorithm of the imprint, or its dotted identifier if it is none of ours.
        tsa_name: the name the token gives its authority, if any.
        signer_certificate: DER; None if it was not found.
        certificates: all certificates (DER) in the token, in its order, also those put there by strangers.
        chain: from the signer certificate to a trusted root (DER); empty if there is none.
    """

    gen_time: datetime
    accuracy_us: int | None
    serial: int
    policy: str
    hash_name: str
    imprint: bytes
    nonce: int | None
    ordering: bool
    tsa_name: str | None
    signer_certificate: bytes | None
    certificates: tuple[bytes, ...]
    chain: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class TokenReport:
    """All checks in order, and the token if it could be read."""

    checks: tuple[Check, ...]
    token: TimestampToken | None

    @property
    def outcome(self) -> Outcome:
        """FAIL if a required check failed, else INDETERMINATE if one could not be made, else PASS."""
        outcomes = {check.outcome for check in self.checks if check.required}
        return next(
            (each for each in (Outcome.FAIL, Outcome.INDETERMINATE) if each in outcomes), Outcome.PASS
        )

    @property
    def accepted(self) -> bool:
        """Did every required check pass?"""
        return self.outcome is Outcome.PASS

    @property
    def leading(self) -> Check | None:
        """The check that decided against the token: the first that failed, else the first not made."""
        decisive = (check for check in self.checks if check.required and check.outcome is self.outcome)
        return None if self.accepted else next(decisive)


def _message(check: Check, language: int) -> str:
    text = CODES[check.code][language] if check.code != PASSED else CHECKS[check.name][language]
    return text.format_map(check.data)
