"""Filing with an office: who files, with whose agency, in which language (R-1 to R-6).

A filing changes no right (R-1). What the office does with it is reported by `procedure.recorded`; that
something was registered is a fact of its own family (`transfer.registered`, `pledge.registered`).
"""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import Field

from ledger.facts.procedures import ProcedureKind, ProcedureRecorded
from ledger.rules.base import Command, Finding, Missing, Procedure, Rule, Said, Stage, hold, refuse
from ledger.rules.common import is_among
from ledger.rules.fields import CommandDay, Digest, Parties, PartySaid, names_of
from ledger.rules.papers import document_for
from ledger.rules.parties import changed_together, required
from ledger.rules.situation import Situation
from ledger.statement.procedures import OPEN_STEPS
from ledger.values.parties import party_id
from ledger.values.rights import parse_right_id

_Sides = Annotated[tuple[PartySaid, ...], Field(max_length=100)]


class FileProcedure(Command):
    """Papers were filed with `office`: by `applicants`, for an act between `grantors` and `grantees`.

    `number` is the acceptance number, or that of the open procedure which is `CURED` or `WITHDRAWN`; a filing
    without one goes under its command id until the office gives one. `language` is that of the papers.
    """

    KIND: ClassVar[str] = "file_procedure"
    command: Literal["file_procedure"]
    office: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_-]{1,30}$")]
    kind: ProcedureKind
    step: Literal["FILED", "CURED", "WITHDRAWN"] = "FILED"
    number: Annotated[str, Field(pattern=r"^[^\s\x00][^\n\x00]{0,119}$")] | None = None
    applicants: Parties
    grantors: _Sides = ()
    grantees: _Sides = ()
    document: Digest | None = None
    language: Literal["zh", "other"] = "zh"
    given_on: CommandDay

    def names(self) -> tuple[str, ...]:
        """Applicants and both sides."""
        return names_of(self.applicants, self.grantors, self.grantees)

    def actors(self) -> tuple[str, ...]:
        """The applicants."""
        return names_of(self.applicants)

    def links(self) -> tuple[str, ...]:
        """Everything of an owner whose name or address changes: its marks must change together (ID-5)."""
        if self.kind != "owner_data_change":
            return ()
        return tuple(f"party:{party_id(party.name)}" for party in self.grantors or self.applicants)

    @property
    def reference(self) -> str:
        """The number the procedure is found by."""
        return self.number or self.command_id


_TWO_SIDED: Final = frozenset(("transfer", "transmission", "pledge", "license_recordal"))


def _sides(command: FileProcedure, situation: Situation, day: str) -> Iterator[Finding]:
    """R-2: an act between two sides names them; who files can else not be judged."""
    if command.step != "FILED" or command.kind not in _TWO_SIDED:
        return
    members = ("grantees",) if command.kind == "transmission" else ("grantors", "grantees")
    for member in members:
        if not getattr(command, member):
            yield refuse("R-2", "FIELD_MISSING", pointer=f"/{member}", field=member)


def _joined(command: FileProcedure, situation: Situation, day: str) -> Iterator[Finding]:
    """R-2: both sides of a trademark transfer or a pledge file together (TMR 31, 70; PPM 3).

    Either side files a license, and the acquirer alone a transmission, each with the written proof (PIR 15,
    87; TMR 32). A patent's transfer is filed by either side with the contract; the rules are silent on more.
    """
    if command.step != "FILED" or command.kind not in _TWO_SIDED:
        return
    applicants = names_of(command.applicants)
    sides = names_of(command.grantors, command.grantees)
    if _is_joint(command):
        missing = [name for name in sides if not is_among(name, applicants)]
    elif command.kind == "transmission":
        acquirers = names_of(command.grantees)
        missing = [] if any(is_among(name, applicants) for name in acquirers) else list(acquirers)
    else:
        missing = [] if any(is_among(name, applicants) for name in sides) else list(sides)
    for name in missing:
        yield refuse("R-2", "JOINT_FILING_REQUIRED", missing=Missing("signature", name), party=name)


def _is_joint(command: FileProcedure) -> bool:
    marks = any(parse_right_id(right).kind == "trademark" for right in command.rights)
    return command.kind == "pledge" or (command.kind == "transfer" and marks)


def _proof(command: FileProcedure, situation: Situation, day: str) -> Iterator[Finding]:
    """R-2: a one-sided filing comes with the document it rests on."""
    if command.step != "FILED" or command.document is not None:
        return
    if command.kind == "transmission":
        missing = Missing("document", command.applicants[0].name)
        yield refuse("R-2", "AUTHORITY_DOCUMENT_MISSING", pointer="/document", missing=missing)
    elif command.kind in {"license_recordal", "open_license"}:
        yield refuse("R-2", "FIELD_MISSING", pointer="/document", field="document")


def _known(command: FileProcedure, situation: Situation, day: str) -> Iterator[Finding]:
    """R-1: what is cured or withdrawn is a procedure that was filed and is open."""
    if command.step == "FILED":
        return
    for right, statement in situation.statements(command.rights):
        known = any(
            each["number"] == command.number
            and each["office"] == command.office
            and each["steps"][-1]["step"] in OPEN_STEPS
            for each in statement.get("procedures", ())
        )
        if not known:
            yield refuse(
                "R-1",
                "REFERENCE_UNKNOWN",
                right=right,
                pointer="/number",
                reference=command.number,
                field="number",
            )


def _agency(command: FileProcedure, situation: Situation, day: str) -> Iterator[Finding]:
    """R-3: an applicant without residence or seat in China appoints an agency (PL 18; PPM 7).

    Asked of patents and trademarks; a work's register asks for translations only (CPM 6). Parties from Hong
    Kong, Macao and Taiwan are treated as foreign here too [M].
    """
    asked = [right for right in _chinese(command) if parse_right_id(right).kind in {"patent", "trademark"}]
    for place, applicant in enumerate(command.applicants if asked else ()):
        pointer = f"/applicants/{place}"
        seat = situation.attributes(applicant).seat
        if seat is None:
            yield from required(situation, applicant, "seat", pointer=pointer)
            continue
        if seat == "mainland":
            continue
        yield from required(situation, applicant, "seated_in_china", pointer=pointer)
        if situation.attributes(applicant).seated_in_china is False:
            yield from _appointed(command, applicant.name, asked, situation, day)


def _appointed(
    command: FileProcedure, name: str, rights: list[str], situation: Situation, day: str
) -> Iterator[Finding]:
    for right, statement in situation.statements(rights):
        paper = document_for(statement, "agency_appointment", day, act=command.command_id, party=name)
        if paper is None:
            missing = Missing("agency_appointment", name, right)
            yield hold("R-3", "AGENCY_REQUIRED", missing, party=name)


def _translated(command: FileProcedure, situation: Situation, day: str) -> Iterator[Finding]:
    """R-3: papers in another language come with a Chinese translation (PPM 5, CPM 6)."""
    if command.language == "zh":
        return
    for right, statement in situation.statements(_chinese(command)):
        if document_for(statement, "translation", day, act=command.command_id) is None:
            missing = Missing("translation", command.applicants[0].name, right)
            yield hold("R-3", "TRANSLATION_MISSING", missing, document=command.document or command.reference)


def _chinese(command: FileProcedure) -> list[str]:
    return [right for right in command.rights if parse_right_id(right).office == "CN"]


def _changed_together(command: FileProcedure, situation: Situation, day: str) -> Iterator[Finding]:
    """ID-5: a change of name or address is filed for all trademarks of the owner (TMR 30)."""
    if command.kind != "owner_data_change" or command.step != "FILED":
        return
    for owner in command.grantors or command.applicants:
        yield from changed_together(owner.name, command.rights, situation, day)


def _filed(command: FileProcedure, situation: Situation) -> tuple[Said, ...]:
    fact = ProcedureRecorded(
        rights=command.rights,
        office=command.office,
        number=command.reference,
        kind=command.kind,
        step=command.step,
        on=command.given_on,
        applicants=tuple(party.fact for party in command.applicants),
        grantors=tuple(party.fact for party in command.grantors),
        grantees=tuple(party.fact for party in command.grantees),
        text=command.note,
    )
    return (Said(fact),)


PROCEDURES: Final[tuple[Procedure[Any], ...]] = (
    Procedure(
        FileProcedure,
        (
            (Stage.IDENTITY, _known),
            (Stage.FORM, _sides),
            (Stage.FORM, _proof),
            (Stage.CONSENTS, _joined),
            (Stage.CONSENTS, _agency),
            (Stage.CONSENTS, _translated),
            (Stage.FAMILY, _changed_together),
        ),
        _filed,
    ),
)

RULES: Final = (
    Rule(
        "R-1",
        "one office procedure runs from filing over defects to registration, refusal or withdrawal, then "
        "announcement; every step keeps its own day, and the right never changes at filing",
        "一项登记程序自提交、补正至登记、驳回或者撤回，再至公告；各步骤日期分别保存，权利不因提交而变动",
        "CC 444; PL 10; TML 42",
        "V",
        ("REGISTRY_SEQUENCE_INVALID",),
        home="ledger.statement.procedures:resolve",
    ),
    Rule(
        "R-2",
        "trademark transfers and pledges are filed by both sides, licenses by either with written proof, "
        "transmissions by the acquirer with the document",
        "商标转让与质押由双方共同申请，许可备案由任一方凭书面证明办理，移转由受让人凭文件单独办理",
        "TMR 31-32, 70; PPM 3; PIR 15, 87",
        "V",
        ("JOINT_FILING_REQUIRED", "AUTHORITY_DOCUMENT_MISSING"),
        home="ledger.rules.procedures:_joined",
    ),
    Rule(
        "R-3",
        "an applicant without seat in China appoints an agency; papers are in Chinese or translated",
        "在中国没有住所的申请人须委托代理机构；文件须为中文或者附中文译文",
        "PL 18; PPM 5, 7; CPM 6",
        "V",
        ("AGENCY_REQUIRED", "TRANSLATION_MISSING"),
        home="ledger.rules.procedures:_agency",
    ),
    Rule(
        "R-4",
        "every heading of the register, and the gazette's office corrections, has an event of its own",
        "登记簿所载各事项以及公报更正均有相应的事件",
        "PIR 106-107",
        "V",
        home="ledger.facts:REGISTRY",
    ),
    Rule(
        "R-5",
        "cancellation ends a pledge entry from then on, revocation by the office undoes it as never made: "
        "two events",
        "注销质押登记向后失效，登记机关撤销则视为自始未登记：两种不同的事件",
        "from memory",
        "M",
        home="ledger.facts.pledges:PledgeRevoked",
    ),
    Rule(
        "R-6",
        "a compulsory license is an authority's event, non-exclusive and not sublicensed, of the decision's "
        "scope and time, and conflicts with no exclusive license",
        "强制许可为有权机关事件，非独占、不得分许可，范围与期限依决定，不与独占许可相冲突",
        "PL 60-61",
        "V",
        home="ledger.facts.licenses:CompulsoryLicenseGranted",
    ),
)
