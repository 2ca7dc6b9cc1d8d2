"""Commands in their order, each decided on what the ones before it leave; and held acts decided again (N-10).

When a command or report is accepted, every act held on its rights is put to the same rules once more. It is
activated when they accept it, dropped when nothing is missing any more and they refuse it, and left waiting
otherwise.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from ledger.entry import EntryClass, Source
from ledger.facts.acts import ActActivated, ActDropped, ActHeld, ActSigned, DetachedSignature
from ledger.facts.base import Party
from ledger.rules.base import PLATFORM, Command, Decision, Finding, Outcome, Said, Verdict, refuse
from ledger.rules.decide import decide
from ledger.rules.fields import SignatureSaid, SourceSaid
from ledger.rules.form import Procedures, Submitted, parse, read_json
from ledger.rules.signing import signature_findings
from ledger.rules.situation import Situation
from ledger.signatures import Signature, kid_of
from ledger.statement import State, held_acts


@dataclass(frozen=True, slots=True)
class Ruling:
    """The decision on one act, and the class and act id its facts are recorded under."""

    act: str
    entry_class: EntryClass
    decision: Decision
    source: Source | None = None
    """Of what is recorded: the report's own, or this ledger's with the digest of the command."""
    command: Command | None = None


def rule_on(
    submitted: Submitted, situation: Situation, procedures: Procedures
) -> tuple[list[Ruling], Situation]:
    """The decision on a command, those on acts it sets free, and the situation they leave."""
    command = submitted.command
    found = signature_findings(submitted, situation)
    decision = decide(procedures[command.command], command, situation)
    if any(each.outcome is Outcome.REFUSE for each in found):
        decision = Decision(Verdict.REFUSED, (*found, *decision.findings))
    if decision.verdict is Verdict.REFUSED:
        return [Ruling(command.command_id, command.entry_class, decision, command=command)], situation
    if command.signatures:
        decision = _signed(submitted, situation, decision)
    source = source_of(submitted)
    ruling = Ruling(command.command_id, command.entry_class, decision, source, command)
    situation = situation.after(decision.said, command.entry_class, source)
    rulings = [ruling]
    if decision.verdict is Verdict.ACCEPTED:
        for freed in _freed(_concerned(decision), situation, procedures):
            rulings.append(freed)
            assert freed.source is not None
            situation = situation.after(freed.decision.said, freed.entry_class, freed.source)
    return rulings, situation


def source_of(submitted: Submitted) -> Source:
    """Where the facts of a command come from: its register, or the command itself by its digest (E-1)."""
    said = getattr(submitted.command, "source", None)
    digest = sha256(submitted.text.encode()).hexdigest()
    if isinstance(said, SourceSaid):
        return Source(said.registry, said.number, said.digest or digest, said.media_type)
    return Source(PLATFORM, submitted.command.command_id, digest, "application/json")


def rule_on_all(
    values: list[Any], situation: Situation, procedures: Procedures, *, atomic: bool
) -> list[list[Ruling]]:
    """Rulings per command of a list. In an atomic one, all are refused as soon as one is not accepted."""
    found: list[list[Ruling]] = []
    for value in values:
        submitted = value if isinstance(value, Submitted) else parse(value, procedures)
        if isinstance(submitted, Submitted):
            rulings, situation = rule_on(submitted, situation, procedures)
        else:
            rulings = [ill_formed(value, submitted)]
        found.append(rulings)
    if atomic and not all(map(_has_effect, found)):
        culprit = next(rulings[0].act for rulings in found if not _has_effect(rulings))
        return [aborted(rulings, culprit) for rulings in found]
    return found


def ill_formed(value: Any, findings: tuple[Finding, ...]) -> Ruling:
    """The refusal of what is no command."""
    given = value.get("command_id") if isinstance(value, dict) else None
    return Ruling(str(given or ""), EntryClass.PARTY, Decision(Verdict.REFUSED, findings))


def aborted(rulings: list[Ruling], culprit: str) -> list[Ruling]:
    """The refusal of a command of an atomic list in which the command `culprit` has no effect (L-10)."""
    first = rulings[0]
    if first.decision.verdict is Verdict.REFUSED:
        return [first]
    findings = (refuse("L-10", "BATCH_ABORTED", reference=culprit), *first.decision.findings)
    return [Ruling(first.act, first.entry_class, Decision(Verdict.REFUSED, findings), command=first.command)]


def _has_effect(rulings: list[Ruling]) -> bool:
    return rulings[0].decision.verdict is Verdict.ACCEPTED


def _signed(submitted: Submitted, situation: Situation, decision: Decision) -> Decision:
    command = submitted.command
    fact = ActSigned(
        rights=command.rights,
        act=command.command_id,
        command=submitted.text,
        signatures=tuple(_kept(each, situation) for each in command.signatures),
    )
    return Decision(decision.verdict, decision.findings, (*decision.said, Said(fact)), decision.until)


def _kept(signature: SignatureSaid, situation: Situation) -> DetachedSignature:
    """A signature that was verified, with the key it was verified by."""
    profile = situation.profile(signature.party)
    kid = kid_of(Signature(signature.protected, signature.signature))
    assert profile is not None
    key = profile.key(kid, situation.today)
    assert key is not None
    return DetachedSignature(
        party=Party(name=signature.party),
        kid=kid,
        jwk=key.jwk,
        protected=signature.protected,
        signature=signature.signature,
    )


def _concerned(decision: Decision) -> list[str]:
    return list(dict.fromkeys(right for said in decision.said for right in said.fact.rights))


def _freed(rights: list[str], situation: Situation, procedures: Procedures) -> Iterator[Ruling]:
    """N-10: held acts on `rights` that are now accepted or refused, in the order they were submitted."""
    waiting: dict[str, dict[str, Any]] = {}
    told = [right for right in rights if situation.knows(right) and _was_held(situation.rights[right])]
    for right in told:
        for held in held_acts(situation.rights[right]):
            if held["state"] == "held" and situation.today <= held["until"]:
                waiting.setdefault(held["act"], held)
    for held in sorted(waiting.values(), key=lambda each: each["entries"][0]):
        submitted = parse(read_json(held["command"]), procedures)
        if not isinstance(submitted, Submitted):
            continue
        again = decide(procedures[submitted.command.command], submitted.command, situation)
        fact = _end_of_waiting(submitted.command, again, situation)
        if fact is not None:
            said = (*again.said, Said(fact, situation.today))
            decision = Decision(again.verdict, again.findings, said)
            source = source_of(submitted)
            ruling = Ruling(held["act"], submitted.command.entry_class, decision, source, submitted.command)
            situation = situation.after(said, ruling.entry_class, source)
            yield ruling


def _was_held(state: State) -> bool:
    """Whether any act was ever held on the right: most have none, and need no statement to say so."""
    return any(type(item.fact) is ActHeld for item in state.recorded)


def _end_of_waiting(
    command: Command, again: Decision, situation: Situation
) -> ActActivated | ActDropped | None:
    if again.verdict is Verdict.ACCEPTED:
        return ActActivated(rights=command.rights, act=command.command_id, on=situation.today)
    if any(each.outcome is Outcome.HOLD for each in again.findings):
        return None
    return ActDropped(
        rights=command.rights,
        act=command.command_id,
        cause="refused",
        codes=again.codes,
        on=situation.today,
    )
