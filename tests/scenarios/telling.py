"""Words to tell a scenario in: a story is a list of steps, read aloud as given, when, then.

    S02 = Story(
        "S02",
        "title passes when the register enters the transfer",
        on("2024-03-01"),
        given(patent(P2, A)),
        when(transfer(P2, A, B)),
        on("2024-03-28"),
        when(transferred(P2, A, B, on="2024-03-28")),
        then(P2, "2024-03-15", owners=[A], transfers=[B]),
        then(P2, "2024-03-28", owners=[B]),
    )

A story knows nothing of how it is played (`tests.scenarios.players`).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class On:
    """From here on it is noon of this Shanghai day."""

    day: str


@dataclass(frozen=True)
class Say:
    """A command, the whole answer it gets, and members of the facts that are recorded."""

    command: dict[str, Any]
    decision: str = "accepted"
    codes: tuple[str, ...] = ()
    flags: tuple[str, ...] | None = ()
    missing: tuple[str, ...] | None = None
    frees: tuple[str, ...] = ()
    says: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Ask:
    """A question about a right on a day, as known at the end of another day, now if none is given."""

    right: str
    as_of: str
    known: str | None
    ended: bool
    expected: dict[str, Any]


@dataclass(frozen=True)
class Reckon:
    """A figure worked out from statements: `function(statement_of)` gives `expected`."""

    function: Callable[[Callable[[str], dict[str, Any]]], Any]
    expected: Any


@dataclass(frozen=True)
class EntryOf:
    """Stands in a command for position and digest of a right's entry of a type, the last or the nth."""

    right: str
    type: str
    nth: int = -1


class Story:
    """A scenario of the specification: its number, its sentence, its steps, and the ranks to be proven."""

    def __init__(self, number, sentence, *steps, ranked=()):
        """`ranked` has pairs of pledges to prove the order of: right, first, second, day."""
        self.number, self.sentence, self.ranked = number, sentence, ranked
        self.steps = tuple(each for step in steps for each in (step if isinstance(step, tuple) else (step,)))
        assert isinstance(self.steps[0], On)

    def __repr__(self):
        return self.number

    @property
    def quotes_entries(self):
        """Whether a command names an entry by its digest, which differs from ledger to ledger."""
        return any(isinstance(step, Say) and "target" in step.command for step in self.steps)


def on(day):
    return On(day)


def given(*commands):
    """What is so before the story begins: accepted, whatever the warnings."""
    return tuple(Say(command, flags=None) for command in commands)


def when(command, *codes, decision=None, flags=(), missing=None, frees=(), says=None):
    """Accepted without a warning, or with the `flags` named; `codes` are those of a refusal, in order."""
    found = decision or ("refused" if codes else "accepted")
    return Say(
        command, found, codes, flags if flags is None else tuple(flags), missing, tuple(frees), says or {}
    )


def held(command, *codes, missing=None):
    return Say(command, "held", codes, (), missing)


def then(right, as_of, *, known=None, ended=False, **expected):
    """What is answered; the questions are those of `QUESTIONS`, or JSON pointers in `shows` and `holds`."""
    return Ask(right, as_of, known, ended, expected)


def reckoned(function, expected):
    return Reckon(function, expected)


def at(value, pointer):
    """The value at a JSON pointer."""
    for token in pointer.split("/")[1:]:
        value = value[int(token)] if isinstance(value, list) else value[token]
    return value


def names(parties):
    return [party["name"] for party in parties]


QUESTIONS = {
    "owners": lambda answer: names(answer["owners"]),
    "shares": lambda answer: {each["name"]: each["share"] for each in answer["owners"]},
    "status": lambda answer: answer["status"],
    "transfers": lambda answer: [
        name for each in answer.get("transfer_pending", ()) for name in names(each["grantees"])
    ],
    "ranks": lambda answer: {each["reference"]: each["rank"] for each in answer["encumbrances"]},
    "states": lambda answer: {each["reference"]: each["state"] for each in answer["encumbrances"]},
    "pending": lambda answer: [each["state"] for each in answer["pending"]],
    "licenses": lambda answer: [each["id"] for each in answer.get("licenses", ())],
    "flags": lambda answer: [each["code"] for each in answer["flags"]],
}
"""What can be asked of an answer, by the word used in `then`."""
