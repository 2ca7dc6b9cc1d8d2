"""Every reason a decision can carry, one table: code, rule, what is wrong, what to do.

A file for each family of rules. The order here means nothing: a decision orders its reasons by the stage
of the check that found them (N-11). Codes are spelled as the specification spells them and stay stable.
"""

from collections.abc import Iterable
from typing import Final

from ledger.errors import LedgerError
from ledger.reasons import (
    corrections,
    form,
    freezes,
    funding,
    licenses,
    pledges,
    privacy,
    rights,
    securitization,
    submission,
    transfers,
)
from ledger.reasons.base import Reason

__all__ = ["REASONS", "Reason", "ReasonUnknown", "reason_of"]


class ReasonUnknown(LedgerError):
    """A code that stands in no table: a decision of another release, or our own misspelling."""

    code = "REASON_UNKNOWN"

    def __init__(self, given: str) -> None:
        """`given` is the code as it was asked for."""
        super().__init__(
            f"no reason {given!r} is known to this release; look for it in the release that gave it",
            f"本版本没有原因代码 {given!r}；请在给出该代码的版本中查阅",
            given=given,
        )


def merged(families: Iterable[Iterable[Reason]]) -> dict[str, Reason]:
    """One table by code; a code given twice is our own mistake and stops the import."""
    table: dict[str, Reason] = {}
    for family in families:
        for reason in family:
            assert reason.name not in table, f"{reason.name} stands twice among the reasons"
            table[reason.name] = reason
    return table


REASONS: Final[dict[str, Reason]] = merged(
    (
        form.REASONS,
        submission.REASONS,
        rights.REASONS,
        transfers.REASONS,
        licenses.REASONS,
        pledges.REASONS,
        freezes.REASONS,
        corrections.REASONS,
        privacy.REASONS,
        securitization.REASONS,
        funding.REASONS,
    )
)


def reason_of(code: str) -> Reason:
    """The reason of an emitted code; what follows a colon is its field (`PLEDGE_FIELD_MISSING:debt_period`).

    Raises:
        ReasonUnknown: no table has the code.
    """
    name, _, _ = code.partition(":")
    try:
        return REASONS[name]
    except KeyError:
        raise ReasonUnknown(code) from None
