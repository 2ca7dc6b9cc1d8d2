"""What all rules share: the command, the finding, the decision, and the procedure that ties them together.

A *command* says what somebody wants. A *check* is one rule: a generator of findings over a command and the
situation it is decided in. A *procedure* is the list of checks for one kind of command and the facts that
follow when none of them refuses. Everything is pure: time comes with the situation, ids with the command.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Generic, TypeVar

from pydantic import Field

from ledger.entry import EntryClass
from ledger.facts.base import Fact, Value, record_id
from ledger.rules.fields import CommandId, Line, RightId, SignatureSaid

if TYPE_CHECKING:
    from ledger.rules.situation import Situation

PLATFORM: Final = "LEDGER"
"""The register under which acts recorded by this ledger itself are numbered."""


class Command(Value):
    """What a caller submits; every kind adds its members. Unknown members are refused.

    `rights` are those the act is meant to change. `command_id` is the caller's idempotency key and the id of
    the act from then on. `confidential` holds values by JSON pointer that the entry only commits to.
    """

    KIND: ClassVar[str]
    CLASS: ClassVar[EntryClass] = EntryClass.PARTY

    command: str
    command_id: CommandId
    rights: Annotated[tuple[RightId, ...], Field(min_length=1, max_length=1000)]
    confidential: dict[Annotated[str, Field(pattern=r"^(/[^/]{1,60}){1,6}$")], Any] | None = None
    signatures: Annotated[tuple[SignatureSaid, ...], Field(max_length=50)] = ()
    note: Line | None = None
    ledger: Line | None = None
    """The origin of the ledger it is meant for; a signed command names it, so that it counts nowhere else."""

    @property
    def entry_class(self) -> EntryClass:
        """Whose word the facts of this command are (N-1)."""
        return self.CLASS

    @property
    def acted_on(self) -> str | None:
        """The day the act itself bears (signed, given, served), `YYYY-MM-DD`; None where it bears none."""
        members = vars(self)
        return members.get("executed_on") or members.get("given_on")

    def names(self) -> tuple[str, ...]:
        """Names of the parties whose profiles the rules may ask for."""
        return ()

    def actors(self) -> tuple[str, ...]:
        """Names of those whose own act this is: their signatures are asked for where policy demands them."""
        return ()

    def links(self) -> tuple[str, ...]:
        """Tags (`pledge:…`, `license:…`) whose further rights must be read to decide."""
        return ()

    def dossiers(self) -> tuple[str, ...]:
        """Tags (`pool:…`, `case:…`) whose entries must be read whole to decide."""
        return ()

    def creates(self, right: str) -> bool:  # noqa: ARG002  # commands that register rights answer for theirs
        """Whether this command itself brings the right on the ledger."""
        return False

    def new_id(self, prefix: str) -> str:
        """The id of what this command creates where the caller gives none: the same at every repeat."""
        return record_id(prefix, PLATFORM, self.command_id)


class Outcome(StrEnum):
    """What a failed check does (domain.md 0)."""

    REFUSE = "refuse"
    HOLD = "hold"
    FLAG = "flag"


class Stage(IntEnum):
    """The order of checks (N-11): the first failing code leads."""

    IDENTITY = 1
    FORM = 2
    STATUS = 3
    FREEZE = 4
    ENTITLEMENT = 5
    CONSENTS = 6
    CONFLICTS = 7
    FAMILY = 8


@dataclass(frozen=True, slots=True)
class Missing:
    """A consent, document or step that would cure a finding, and whose it is (M-5)."""

    item: str
    """`consent`, `signature`, or a kind of document (`export_certificate`)."""
    holder: str | None = None
    right: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A failed check. `rule` is its number; `data` fills the sentence of `code` (`ledger.reasons`)."""

    rule: str
    code: str
    outcome: Outcome
    right: str | None = None
    pointer: str | None = None
    missing: Missing | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    stage: Stage | None = field(default=None, compare=False)
    """The stage of the check that found it (N-11); None before any rule was asked."""


def refuse(
    rule: str,
    code: str,
    *,
    right: str | None = None,
    pointer: str | None = None,
    missing: Missing | None = None,
    **data: Any,
) -> Finding:
    """The command is rejected; no right changes."""
    return Finding(rule, code, Outcome.REFUSE, right, pointer, missing, data)


def hold(rule: str, code: str, missing: Missing, *, right: str | None = None, **data: Any) -> Finding:
    """The act is stored and waits for `missing`; no right changes until then."""
    return Finding(rule, code, Outcome.HOLD, right or missing.right, None, missing, data)


def flag(
    rule: str, code: str, *, right: str | None = None, missing: Missing | None = None, **data: Any
) -> Finding:
    """The act is accepted, and the warning is told wherever the right is asked about."""
    return Finding(rule, code, Outcome.FLAG, right, None, missing, data)


@dataclass(frozen=True, slots=True)
class Said:
    """A fact that follows from a command; `effective_at` where it is not the fact's own day."""

    fact: Fact
    effective_at: str | None = None
    by: EntryClass | None = None
    """Whose word it is, where it is not the command's."""


C = TypeVar("C", bound=Command)
Check = Callable[[C, "Situation", str], Iterator[Finding]]
"""One rule: findings on a command, in a situation, as of a legal day `YYYY-MM-DD`."""


@dataclass(frozen=True, slots=True)
class Procedure(Generic[C]):
    """How one kind of command is decided: its checks by stage, and what is said when it is accepted."""

    command: type[C]
    checks: tuple[tuple[Stage, Check[C]], ...]
    said: Callable[[C, "Situation"], tuple[Said, ...]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A numbered rule of the law, for docs/rules.md and for the test that every one is covered.

    `mark` is the confidence in the source: V read, S seen secondhand, M from memory, SEED from the project's
    papers, D a design decision. `home` is the dotted name of what implements it; `left_out` says why nothing
    does.
    """

    number: str
    en: str
    zh: str
    source: str
    mark: str
    codes: tuple[str, ...] = ()
    home: str | None = None
    left_out: str | None = None


class Verdict(StrEnum):
    """The answer to a command."""

    ACCEPTED = "accepted"
    HELD = "held"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer with all its reasons in order of precedence, and the facts to record (none if refused)."""

    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    said: tuple[Said, ...] = ()
    until: str | None = None
    """Until when a held act waits."""

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes that refuse or hold, each once, the leading one first."""
        return tuple(dict.fromkeys(each.code for each in self.findings if each.outcome is not Outcome.FLAG))

    @property
    def flags(self) -> tuple[str, ...]:
        """Codes of the warnings, each once."""
        return tuple(dict.fromkeys(each.code for each in self.findings if each.outcome is Outcome.FLAG))

    @property
    def missing(self) -> tuple[Finding, ...]:
        """Findings that name what would cure them."""
        return tuple(each for each in self.findings if each.missing is not None)
