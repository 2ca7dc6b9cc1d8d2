"""Corrections: a later act that names an earlier entry by position and digest (K-1 to K-9).

Parties correct what they wrongly stated and take back what no register has taken up; the operator corrects
what was recorded otherwise than its source says; courts and registers reverse by report. The statement
applies what is accepted here (`ledger.statement.amendments`): the corrected entry stays on record.
"""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import Field, PlainValidator, WithJsonSchema

from ledger.entry import EntryClass
from ledger.facts import REGISTRY
from ledger.facts.base import Fact
from ledger.facts.consents import ConsentGiven, ConsentWithdrawn
from ledger.facts.corrections import (
    UNCORRECTABLE,
    EntryCorrected,
    EntryRetracted,
    EntryReversed,
    Target,
)
from ledger.facts.transfers import TransferRegistered, TransmissionRegistered
from ledger.rules.base import PLATFORM, Command, Finding, Missing, Procedure, Rule, Said, Stage, refuse
from ledger.rules.common import is_among
from ledger.rules.fields import Digest, Line, PartySaid, names_of
from ledger.rules.papers import document_for
from ledger.rules.reports import read_fact
from ledger.rules.situation import Situation
from ledger.statement.amendments import improves, own_tags, place_of, root_of, standing
from ledger.statement.base import Recorded
from ledger.statement.reading import Statement, has_ended, holders_on, holdings_on

CORRECTABLE: Final = {
    name: fact for (name, _), fact in REGISTRY.items() if name.partition(".")[0] not in UNCORRECTABLE
}
"""Facts an entry can hold that a correction may restate, by event type."""


def _fact(value: Any) -> Fact:
    return read_fact(value, CORRECTABLE, "an object whose member type is that of the entry corrected")


RestatedFact = Annotated[
    Any,
    PlainValidator(_fact),
    WithJsonSchema(
        {"type": "object", "required": ["type"], "properties": {"type": {"enum": sorted(CORRECTABLE)}}}
    ),
]
"""The whole fact as it should have been recorded: a fact of docs/events with its `type`."""


class CorrectAct(Command):
    """An entry is corrected or taken back.

    `clerical` restates it, `late_report` restates its days alone, `retraction` takes back an unregistered act
    of all in `by`. A `reversal` is for courts and registers, who submit it as a `report`. `by` empty is the
    operator, with `document` as proof from the source; `agreed` are others who signed the correction.
    """

    KIND: ClassVar[str] = "correct_act"
    command: Literal["correct_act"]
    kind: Literal["clerical", "late_report", "retraction", "reversal"]
    target: Target
    fact: RestatedFact | None = None
    by: Annotated[tuple[PartySaid, ...], Field(max_length=100)] = ()
    agreed: Annotated[tuple[PartySaid, ...], Field(max_length=100)] = ()
    reason: Line
    document: Digest | None = None

    @property
    def entry_class(self) -> EntryClass:
        """The parties' word, or the operator's."""
        return EntryClass.PARTY if self.by else EntryClass.OPERATOR

    def names(self) -> tuple[str, ...]:
        """Those who correct or agree."""
        return names_of(self.by, self.agreed)

    def actors(self) -> tuple[str, ...]:
        """The same: each is bound by it."""
        return self.names()

    def links(self) -> tuple[str, ...]:
        """What the restated fact speaks of."""
        return tuple(tag for tag in self._spoken_of() if not tag.startswith(("asset:", "record:")))

    def _spoken_of(self) -> tuple[str, ...]:
        return self.fact.links() if isinstance(self.fact, Fact) else ()


def _targets(
    command: CorrectAct, situation: Situation
) -> Iterator[tuple[str, list[Recorded], Recorded, Recorded]]:
    """Per right that has the target: what is recorded, the target as it counts, and its first entry."""
    for right in command.rights:
        if not situation.knows(right):
            continue
        recorded = situation.rights[right].recorded
        item = standing(recorded, command.target.position)
        if item is not None and item.record.digest == command.target.digest:
            root = standing(recorded, root_of(recorded, item).record.position)
            if root is not None:
                yield right, recorded, item, root


def _known(command: CorrectAct, situation: Situation, day: str) -> Iterator[Finding]:
    """K-1: the target stands on each right named, has that digest, and concerns no further right (D).

    A void entry is no target: what is to count again needs the reversal's own retraction or reversal.
    """
    found = {right: item for right, _, item, _ in _targets(command, situation)}
    for right in command.rights:
        if situation.knows(right) and right not in found:
            yield refuse(
                "K-1",
                "TARGET_UNKNOWN",
                right=right,
                pointer="/target",
                reference=str(command.target.position),
            )
    for item in list(found.values())[:1]:
        concerned = _rights_of(item.fact)
        if concerned != set(command.rights):
            yield refuse(
                "K-1", "FIELD_INVALID", pointer="/rights", field="rights", expected=sorted(concerned)
            )


def _rights_of(fact: Fact) -> set[str]:
    return {tag.removeprefix("asset:") for tag in fact.tags() if tag.startswith("asset:")}


def _content(command: CorrectAct, situation: Situation, day: str) -> Iterator[Finding]:
    """K-1: a restatement says the whole fact anew, of the same type and rights, and changes something (D).

    K-8: one that changes nothing else is accepted where it commits to confidential members anew (PIPL 46).
    """
    restates = command.kind in {"clerical", "late_report"}
    if restates and command.fact is None:
        yield refuse("K-1", "FIELD_MISSING", pointer="/fact", field="fact")
    if not restates and command.fact is not None:
        expected = "no fact: what is taken back is not restated"
        yield refuse("K-1", "FIELD_INVALID", pointer="/fact", field="fact", expected=expected)
    if not restates or command.fact is None:
        return
    for right, _, _, root in _targets(command, situation):
        fault = _unlike(command, command.fact, root.fact)
        if fault is not None:
            expected, member = fault
            yield refuse(
                "K-1", "FIELD_INVALID", right=right, pointer=f"/fact{member}", field="fact", expected=expected
            )


def _unlike(command: CorrectAct, fact: Fact, before: Fact) -> tuple[str, str] | None:
    """What is expected of the restated fact instead of what was given, and where; None if it fits."""
    if type(fact) is not type(before):
        return before.TYPE, "/type"
    if _rights_of(fact) != _rights_of(before):
        return ", ".join(sorted(_rights_of(before))), "/rights"
    then, now = before.as_data(), fact.as_data()
    changed = {name for name in then.keys() | now.keys() if then.get(name) != now.get(name)}
    if not changed and not command.confidential:
        return "a content that differs", ""
    if command.kind == "late_report" and not all(_is_day(name) for name in changed):
        return "a late report that changes days alone", ""
    return None


def _is_day(member: str) -> bool:
    return member.endswith(("_on", "_from", "until"))


def _authorised(command: CorrectAct, situation: Situation, day: str) -> Iterator[Finding]:
    """K-2: who may correct or take back (D).

    Cautious reading: one party to an act with several corrects it alone only with proof from the source.
    What a register or court stated is corrected by the operator with such proof, or by their own report.
    """
    for right, recorded, item, root in _targets(command, situation):
        if item.fact.TYPE.partition(".")[0] in UNCORRECTABLE - {"entry"}:
            yield _not_authorised(command, right, command.names())
        elif command.kind == "reversal":
            yield _not_authorised(command, right, command.names(), Missing("authority_document", None, right))
        elif command.kind == "retraction":
            yield from _retraction(command, right, recorded, item)
        elif root.record.authority or _is_recording(root):
            if command.by or command.document is None:
                yield _not_authorised(
                    command, right, command.names(), Missing("authority_document", None, right)
                )
        else:
            yield from _restatement(command, right, root)


def _retraction(
    command: CorrectAct, right: str, recorded: list[Recorded], item: Recorded
) -> Iterator[Finding]:
    if item.record.authority or _is_recording(item) or _is_registered(item, recorded):
        yield _not_authorised(command, right, command.names(), Missing("authority_document", None, right))
        return
    for name in _acting(item.fact):
        if not is_among(name, _names(command.by)):
            yield _not_authorised(command, right, (name,), Missing("signature", name, right))
    if not command.by:
        yield _not_authorised(command, right, ())


def _restatement(command: CorrectAct, right: str, root: Recorded) -> Iterator[Finding]:
    acting = _acting(root.fact)
    strangers = tuple(name for name in _names(command.by) if not is_among(name, acting))
    if strangers:
        yield _not_authorised(command, right, strangers)
    if command.document is not None:
        return
    bound = [*acting, *(_acting(command.fact) if command.fact is not None else ())]
    for name in dict.fromkeys(bound):
        if not command.by or not is_among(name, command.names()):
            yield _not_authorised(command, right, (name,), Missing("signature", name, right))


def _not_authorised(
    command: CorrectAct, right: str, names: tuple[str, ...], missing: Missing | None = None
) -> Finding:
    return refuse(
        "K-2",
        "CORRECTION_NOT_AUTHORISED",
        right=right,
        pointer="/by",
        missing=missing,
        party=list(names),
        reference=str(command.target.position),
    )


def _names(parties: tuple[PartySaid, ...]) -> tuple[str, ...]:
    return names_of(parties)


def _acting(fact: Fact) -> tuple[str, ...]:
    """Names of those whose act it was: a consent is its giver's alone."""
    if isinstance(fact, ConsentGiven | ConsentWithdrawn):
        return (fact.giver.name,)
    return tuple(dict.fromkeys(party.name for party in fact.parties()))


def _is_recording(item: Recorded) -> bool:
    """An office's recording, also where it is a party's word (U-2)."""
    return item.record.register not in {"", PLATFORM}


def _is_registered(item: Recorded, recorded: list[Recorded]) -> bool:
    """A register has taken the act up: it recorded something of the same pledge, license or transfer."""
    if isinstance(item.fact, ConsentGiven | ConsentWithdrawn):
        return False
    return any(
        (other.record.authority or _is_recording(other))
        and other.record.position > item.record.position
        and _completes(other.fact, item.fact)
        for other in recorded
    )


def _completes(fact: Fact, contract: Fact) -> bool:
    """An entry of the same id; a transfer's entry that names no contract is matched by its acquirers."""
    if own_tags(contract).intersection(fact.links()):
        return True
    if not isinstance(fact, TransferRegistered | TransmissionRegistered):
        return False
    transfer = vars(contract).get("transfer")
    if fact.transfer is not None or transfer is None:
        return transfer is not None and fact.transfer == transfer
    acquiring = [party.name for party in vars(contract).get("grantees") or ()]
    return any(is_among(party.name, acquiring) for party in fact.grantees)


_EVIDENCE: Final = ("authority_document", "register_certificate", "register_extract")


def _backdating(command: CorrectAct, situation: Situation, day: str) -> Iterator[Finding]:
    """K-3: an earlier legal effect needs an authority's paper, or everybody affected signed (D).

    Cautious reading: affected are the parties to the act before and after, the owners of record and whoever
    holds an encumbrance that has not ended. Where the place in the register moves, K-4 asks for more.
    """
    for right, _, _, root in _targets(command, situation):
        fact = command.fact
        if not isinstance(fact, Fact) or improves(fact, root.fact) or not _is_earlier(fact, root.fact):
            continue
        statement = situation.statement(right)
        if any(_paper(statement, kind, day, root.fact) for kind in _EVIDENCE):
            continue
        signed = _signed(command)
        unsigned = [name for name in _affected(fact, root.fact, statement, day) if not is_among(name, signed)]
        if unsigned:
            yield refuse(
                "K-3",
                "BACKDATING_NOT_PROVEN",
                right=right,
                pointer="/fact",
                missing=Missing("authority_document", None, right),
                reference=str(command.target.position),
                day=fact.effective_on,
                party=unsigned,
            )


def _is_earlier(fact: Fact, before: Fact) -> bool:
    then, now = before.effective_on, fact.effective_on
    return then is not None and (now is None or now < then)


def _signed(command: CorrectAct) -> list[str]:
    """Who corrects, who signed the paper by a day told, and who signed the command."""
    agreed = [party.name for party in command.agreed if party.signed_on is not None]
    return [*_names(command.by), *agreed, *(each.party for each in command.signatures)]


def _affected(fact: Fact, before: Fact, statement: Statement, day: str) -> list[str]:
    parties = [party.name for party in (*before.parties(), *fact.parties())]
    owners = [holding.name for holding in holdings_on(statement, day)]
    holders = [
        name
        for item in statement["encumbrances"]
        if not has_ended(item, day)
        for name in holders_on(item, day)
    ]
    return list(dict.fromkeys([*parties, *owners, *holders]))


def _rank(command: CorrectAct, situation: Situation, day: str) -> Iterator[Finding]:
    """K-4: no correction improves a place in the register unless its certificate is on file (D)."""
    for right, _, _, root in _targets(command, situation):
        fact = command.fact
        if not isinstance(fact, Fact) or not improves(fact, root.fact):
            continue
        if _paper(situation.statement(right), "register_certificate", day, root.fact) is None:
            yield refuse(
                "K-4",
                "RANK_BACKDATING",
                right=right,
                pointer="/fact/registered_on",
                missing=Missing("register_certificate", None, right),
                reference=str(command.target.position),
                day=place_of(fact),
            )


def _paper(statement: Statement, kind: str, day: str, fact: Fact) -> dict[str, Any] | None:
    """A paper of this kind that speaks of no other act than `fact`."""
    ids = (None, *(tag.partition(":")[2] for tag in fact.links()))
    found = (document_for(statement, kind, day, act=act) for act in ids)
    return next((document for document in found if document is not None), None)


def _said(command: CorrectAct, situation: Situation) -> tuple[Said, ...]:
    common: dict[str, Any] = {
        "rights": command.rights,
        "target": command.target,
        "by": tuple(party.fact for party in command.by),
        "reason": command.reason,
        "document": command.document,
    }
    if command.kind == "retraction":
        return (Said(EntryRetracted(**common), situation.today),)
    fact = command.fact
    assert isinstance(fact, Fact)
    corrected = EntryCorrected(
        **common,
        cause="clerical" if command.kind == "clerical" else "late_report",
        restates=fact.TYPE,
        restates_v=fact.VERSION,
        data=fact.as_data(),
        agreed=tuple(party.fact for party in command.agreed),
        certificate=_certificate(command, situation),
    )
    return (Said(corrected, situation.today),)


def _certificate(command: CorrectAct, situation: Situation) -> str | None:
    """The paper the place in the register rests on, where it improves."""
    for right, _, _, root in _targets(command, situation):
        if isinstance(command.fact, Fact) and improves(command.fact, root.fact):
            paper = _paper(situation.statement(right), "register_certificate", situation.today, root.fact)
            assert paper is not None
            return paper["sha256"] or paper["number"] or f"entry {paper['entries'][0]}"
    return None


def _reported(fact: EntryCorrected | EntryReversed, situation: Situation, day: str) -> Iterator[Finding]:
    """K-1: a reported correction or reversal of what is not there is accepted and flagged (N-2).

    The fold keeps the place in the register unless the correction is that register's own or shows its
    certificate (K-4), so that a court's correction of a date improves no rank by itself.
    """
    for right in fact.rights:
        if not situation.knows(right):
            continue
        item = standing(situation.rights[right].recorded, fact.target.position)
        if item is None or item.record.digest != fact.target.digest:
            yield refuse("K-1", "TARGET_UNKNOWN", right=right, reference=str(fact.target.position))


PROCEDURES: Final = (
    Procedure(
        CorrectAct,
        (
            (Stage.IDENTITY, _known),
            (Stage.FORM, _content),
            (Stage.ENTITLEMENT, _authorised),
            (Stage.FAMILY, _backdating),
            (Stage.FAMILY, _rank),
        ),
        _said,
    ),
)

CONTRADICTIONS: Final = {EntryCorrected: _reported, EntryReversed: _reported}

RULES: Final = (
    Rule(
        "K-1",
        "no entry is edited or deleted; corrections, retractions and reversals are new entries that name "
        "their target by position and digest",
        "任何记录均不得修改或删除；更正、撤回与撤销均为新的记录，并以位置与摘要值指明其对象",
        "design decision",
        "D",
        ("TARGET_UNKNOWN",),
        home="ledger.rules.corrections:_known",
    ),
    Rule(
        "K-2",
        "a clerical error is corrected by the submitter, or by the operator with proof from the source; a "
        "party act is retracted by all its parties while unregistered; else an authority reverses it",
        "笔误由原提交人更正，或者由运营方凭来源证明更正；当事人行为在登记前由全体当事人撤回；其他情形由有权机关撤销",
        "design decision",
        "D",
        ("CORRECTION_NOT_AUTHORISED", "ENTRY_VOIDED"),
        home="ledger.rules.corrections:_authorised",
    ),
    Rule(
        "K-3",
        "a correction moves legal effect to an earlier day only with an authority's evidence or the "
        "signatures of all affected; the time of recording never moves",
        "更正仅凭有权机关的证据或者全体受影响当事人的签署方可将法律效力提前；记录时间不得改动",
        "design decision",
        "D",
        ("BACKDATING_NOT_PROVEN",),
        home="ledger.rules.corrections:_backdating",
    ),
    Rule(
        "K-4",
        "rank and priority never improve through a correction unless the register itself shows the earlier "
        "time",
        "除登记机关自身载明更早时间外，顺位与优先权不因更正而提升",
        "design decision",
        "D",
        ("RANK_BACKDATING",),
        home="ledger.rules.corrections:_rank",
    ),
    Rule(
        "K-5",
        "of several corrections of one target the latest accepted counts; a correction can be corrected; "
        "corrections in a circle count for nothing",
        "同一对象有多次更正的，以最后被接受者为准；更正本身亦可更正；循环更正均不生效",
        "design decision",
        "D",
        ("CORRECTION_CYCLE",),
        home="ledger.statement.amendments:_answers",
    ),
    Rule(
        "K-6",
        "a void act does not void later rights of others: they are listed, and each falls only by an "
        "authority's own act",
        "无效行为不当然导致他人后续权利无效：该等权利予以列明，仅因有权机关各自的处理而消灭",
        "CC 155, 311 by analogy",
        "V",
        ("DEPENDS_ON_VOID",),
        home="ledger.statement.amendments:_dependants",
    ),
    Rule(
        "K-7",
        "what was answered as of T, as known at K, is reproduced exactly for ever, with its flags",
        "截至 T、以 K 时所知作出的答复及其提示，永远可以完全重现",
        "design decision",
        "D",
        (),
        home="ledger.statement:fold",
    ),
    Rule(
        "K-8",
        "corrected personal data is a new commitment; the old one stays and its key is destroyed on erasure",
        "更正个人信息以新的承诺值取代；原承诺值保留，其密钥在删除时销毁",
        "PIPL 46",
        "V",
        ("PII_IN_EVENT",),
        home="ledger.rules.corrections:_content",
    ),
    Rule(
        "K-9",
        "payments, distributions and sales that were carried out are never rewritten by a correction; they "
        "are flagged for claims between the parties",
        "已经履行的付款、分配与出售不因更正而改写；予以提示，由当事人之间另行主张",
        "design decision",
        "D",
        ("EXECUTED_STANDS",),
        home="ledger.statement.amendments:_stands",
    ),
)
"""Corrections as specified."""
