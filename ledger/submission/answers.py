"""Answers: a decision as JSON, kept beside the entries it made, so that a repeat gets the very same one.

A kept answer counts positions from the first entry of its append, because it is written before them.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final, TypeAlias

from ledger import canonical
from ledger.reasons import reason_of
from ledger.rules.base import Decision, Finding, Outcome, Verdict

Answer: TypeAlias = dict[str, Any]
"""`command_id`, `decision`, `codes`, `flags`, `reasons`, `positions`, `missing`, `acts`; `until` if held;
`repeated` and, of a held act, `now` if it is a repeat."""

ANSWER_TYPE: Final = "application/vnd.ipledger.answer+json"


def described(
    command_id: str, decision: Decision, positions: Sequence[int] = (), acts: Iterable[Answer] = ()
) -> Answer:
    """The answer to one command: reasons that refuse or hold first, then warnings, each in its order."""
    findings = sorted(decision.findings, key=lambda each: each.outcome is Outcome.FLAG)
    answer = {
        "command_id": printable(command_id)[:128],
        "decision": decision.verdict.value,
        "codes": list(decision.codes),
        "flags": list(decision.flags),
        "reasons": [_reason(each) for each in findings],
        "positions": list(positions),
        "missing": [
            {
                "code": each.code,
                "item": each.missing.item,
                "holder": each.missing.holder,
                "right": each.missing.right or each.right,
            }
            for each in findings
            if each.missing is not None
        ],
        "acts": list(acts),
    }
    return answer | {"until": decision.until} if decision.until else answer


def refused(command_id: str, findings: Iterable[Finding]) -> Answer:
    """A refusal before any rule was asked."""
    return described(command_id, Decision(Verdict.REFUSED, tuple(findings)))


def moved(answer: Answer, offset: int) -> Answer:
    """The answer with `offset` added to every position."""
    return answer | {
        "positions": [position + offset for position in answer["positions"]],
        "acts": [moved(act, offset) for act in answer["acts"]],
    }


def encoded(answer: Answer) -> bytes:
    """As it is kept."""
    return canonical.encode(answer)


def _reason(finding: Finding) -> dict[str, Any]:
    missing = finding.missing
    told = {
        "right": finding.right,
        "rule": finding.rule,
        "field": finding.pointer,
        "holder": missing.holder if missing else None,
        "document": missing.item if missing else None,
        **finding.data,
    }
    message = reason_of(finding.code).message(told)
    return {
        "code": finding.code,
        "rule": finding.rule,
        "outcome": finding.outcome.value,
        "right": _shown(finding.right),
        "pointer": _shown(finding.pointer),
        "message": {language: printable(text) for language, text in message.items()},
    }


def _shown(text: str | None) -> str | None:
    return None if text is None else printable(text)


def printable(text: str) -> str:
    """Text that every encoder takes: what was sent may hold halves of signs."""
    return text.encode("utf-8", "backslashreplace").decode()
