"""Filing a license for recordal 备案 (L-14), each ground of refusal by its own code.

A patent license is filed within three months of its effect; late, the contract stays valid (PIR 15). What
the office would refuse is refused here (LRM 12). The recordal itself is a report (`license.recorded`).
"""

from collections.abc import Iterator
from typing import Any, ClassVar, Final, Literal

from ledger.facts.licenses import LicenseRecordalFiled
from ledger.rules.base import Command, Finding, Missing, Outcome, Procedure, Rule, Said, Stage, flag, refuse
from ledger.rules.common import fees_paid, is_among, not_frozen, pledgee_consents
from ledger.rules.fields import CommandDay, LicenseId, Line, Parties, names_of
from ledger.rules.license_checks import coowners_stand_in_the_way
from ledger.rules.license_conflicts import Proposed, conflicting
from ledger.rules.license_terms import kind_of, license_of
from ledger.rules.situation import Situation
from ledger.statement.grants import WHOLE
from ledger.statement.reading import (
    ENDED_STATUSES,
    Statement,
    holders_on,
    holdings_on,
    last_day_in_force,
    licenses_known,
    pledges_on,
    status_on,
)
from ledger.values.parties import same_party


class FileLicenseRecordal(Command):
    """The license was filed with the office on `filed_on`; `number` is the office's."""

    KIND: ClassVar[str] = "file_license_recordal"
    command: Literal["file_license_recordal"]
    license: LicenseId
    by: Parties
    filed_on: CommandDay
    number: Line | None = None

    @property
    def acted_on(self) -> str | None:
        """The day of filing."""
        return self.filed_on

    def names(self) -> tuple[str, ...]:
        """Who files."""
        return names_of(self.by)

    def actors(self) -> tuple[str, ...]:
        """Who files."""
        return names_of(self.by)

    def links(self) -> tuple[str, ...]:
        """The license, whose further rights are read."""
        return (f"license:{self.license}",)


def _granted(command: FileLicenseRecordal, situation: Situation, day: str) -> Iterator[Finding]:
    """L-14: what is filed is a license contract on the rights named, and has not ended (L-18)."""
    for right, statement in situation.statements(command.rights):
        license_ = license_of(statement, command.license)
        if license_ is None or license_["granted_on"] > command.filed_on:
            yield refuse(
                "L-14", "REFERENCE_UNKNOWN", right=right, pointer="/license", field="/license",
                reference=command.license,
            )  # fmt: skip
        elif license_["ended_on"] is not None and license_["ended_on"] <= day:
            yield refuse(
                "L-18", "ALREADY_ENDED", right=right, pointer="/license", reference=command.license,
                day=license_["ended_on"],
            )  # fmt: skip


def _filed_by_a_side(command: FileLicenseRecordal, situation: Situation, day: str) -> Iterator[Finding]:
    """L-14: a side of the contract files, or whoever owns the right today (PIR 15) [V]."""
    for right, statement, license_ in _licenses(command, situation):
        owners = [holding.name for holding in holdings_on(statement, day)]
        sides = [*license_["licensors"], *license_["licensees"], *owners]
        strangers = [party.name for party in command.by if not is_among(party.name, sides)]
        if strangers:
            yield refuse(
                "L-14",
                "FIELD_INVALID",
                right=right,
                pointer="/by",
                field="/by",
                given=strangers,
                expected=sides,
            )


def _licenses(
    command: FileLicenseRecordal, situation: Situation
) -> Iterator[tuple[str, Statement, dict[str, Any]]]:
    """Right, statement and license, where it is there."""
    for right, statement in situation.statements(command.rights):
        license_ = license_of(statement, command.license)
        if license_ is not None:
            yield right, statement, license_


def _complete(command: FileLicenseRecordal, situation: Situation, day: str) -> Iterator[Finding]:
    """L-14: the contract is at hand, has parties, kind, scope and an end (LRM 8, 9) [S]."""
    for right, _, license_ in _licenses(command, situation):
        needed = {
            "contract": license_["document"],
            "licensor": license_["licensors"] or license_["origin"] == "open_license",
            "licensee": license_["licensees"],
            "scope": license_["scope"],
            "until": license_["until"],
        }
        if license_["origin"] == "open_license":
            # Notice and proof of payment stand for the contract (PIR 87).
            needed["contract"] = True
        lacking = [name for name, told in needed.items() if not told]
        if lacking:
            yield refuse(
                "L-14", "RECORDAL_CONTENT_MISSING", right=right, field=lacking,
                missing=Missing(lacking[0], None, right),
            )  # fmt: skip


def _right_lives(command: FileLicenseRecordal, situation: Situation, day: str) -> Iterator[Finding]:
    """L-14: not of a right that ended or was declared invalid (LRM 12) [S]."""
    for right, statement, _ in _licenses(command, situation):
        status = status_on(statement, day)
        if status in ENDED_STATUSES:
            yield refuse("L-14", "RECORDAL_RIGHT_ENDED", right=right, status=status)


def _within_term(command: FileLicenseRecordal, situation: Situation, day: str) -> Iterator[Finding]:
    """L-14, L-3: the contract ends with the patent at the latest (LRM 12) [S]; a mark may be renewed."""
    for right, statement, license_ in _licenses(command, situation):
        last, until = last_day_in_force(statement), license_["until"]
        if kind_of(right) != "trademark" and last is not None and until is not None and until > last:
            yield refuse("L-14", "RECORDAL_TERM_EXCEEDS_IP", right=right, until=until, day=last)


def _fees_paid(command: FileLicenseRecordal, situation: Situation, day: str) -> Iterator[Finding]:
    """L-14, A-6: not while the annual fee is late (LRM 12) [S]."""
    for right, statement, _ in _licenses(command, situation):
        for late in fees_paid("L-14", right, statement, day):
            yield refuse("L-14", "RECORDAL_FEE_LATE", right=right, **late.data)


def _unhindered(command: FileLicenseRecordal, situation: Situation, day: str) -> Iterator[Finding]:
    """L-14, L-17: not while frozen or suspended, not even of an earlier license (LRM 12(7)) [S]."""
    for right, statement, _ in _licenses(command, situation):
        for found in not_frozen("L-14", right, statement, day):
            yield refuse("L-14", "RECORDAL_SUSPENDED_OR_FROZEN", right=right, **found.data)


def _entitled(command: FileLicenseRecordal, situation: Situation, day: str) -> Iterator[Finding]:
    """L-14, L-2: the licensor is owner of record, or holds a license that lets it (LRM 12) [S].

    Whoever granted before it sold the right was entitled when it granted, and the license goes on (T-16):
    so owners of record on the day of the contract count too.
    """
    for right, statement, license_ in _licenses(command, situation):
        owners = [*holdings_on(statement, day), *holdings_on(statement, license_["granted_on"])]
        parent = license_of(statement, license_["parent"]) if license_["parent"] else None
        for name in license_["licensors"]:
            if parent is not None:
                entitled = any(same_party(name, own) for own in parent["licensees"])
            else:
                entitled = any(owner.is_called(name) for owner in owners)
            if not entitled:
                yield refuse("L-14", "RECORDAL_GRANTOR_NOT_ENTITLED", right=right, party=name)


def _coowners(command: FileLicenseRecordal, situation: Situation, day: str) -> Iterator[Finding]:
    """L-14, L-11: nothing against the law or agreement on co-ownership (LRM 12) [S]."""
    for right, statement, license_ in _licenses(command, situation):
        if license_["parent"] is not None or license_["origin"] != "contract":
            continue
        for found in coowners_stand_in_the_way(
            right, statement, license_["granted_on"], license_["kind"],
            tuple(license_["licensors"]), tuple(license_["licensees"]),
        ):  # fmt: skip
            told = {name: value for name, value in found.data.items() if name != "right"}
            if found.outcome is Outcome.FLAG:
                yield flag("L-14", "RECORDAL_COOWNER_BREACH", right=right, missing=found.missing, **told)
            else:
                yield refuse("L-14", "RECORDAL_COOWNER_BREACH", right=right, missing=found.missing, **told)


def _pledgees(command: FileLicenseRecordal, situation: Situation, day: str) -> Iterator[Finding]:
    """L-14, L-16: not of a pledged right without the pledgee's consent (LRM 12) [S].

    A license older than the pledge is unaffected (L-16): a pledge registered on the day of the contract or
    before counts.
    """
    for right, statement, license_ in _licenses(command, situation):
        if license_["parent"] is not None or license_["origin"] != "contract":
            continue
        earlier = {
            holder
            for pledge in pledges_on(statement, day)
            if pledge["registered_on"] <= license_["granted_on"]
            for holder in holders_on(pledge, day)
        }
        for found in pledgee_consents(
            "L-14", right, statement, day, "license", to=tuple(license_["licensees"]),
            license_kind=license_["kind"], priced=False,
        ):  # fmt: skip
            if found.data["holder"] in earlier:
                yield refuse(
                    "L-14", "RECORDAL_PLEDGED_WITHOUT_CONSENT", right=right, missing=found.missing,
                    holder=found.data["holder"],
                )  # fmt: skip


def _not_twice(command: FileLicenseRecordal, situation: Situation, day: str) -> Iterator[Finding]:
    """L-14: the same contract is recorded once (LRM 12) [S]: the license itself, or one with its paper."""
    for right, statement, license_ in _licenses(command, situation):
        for other in licenses_known(statement):
            same = other["id"] == license_["id"] or (
                license_["document"] is not None and other["document"] == license_["document"]
            )
            recordal = other["recordal"]
            if same and recordal["recorded_on"] is not None and recordal["cancelled_on"] is None:
                yield refuse("L-14", "RECORDAL_DUPLICATE", right=right, number=recordal["number"])


def _no_conflict(command: FileLicenseRecordal, situation: Situation, day: str) -> Iterator[Finding]:
    """L-14, L-5: no conflict with a license that is recorded (LRM 12(10)) [S]."""
    if day != situation.today:
        return
    for right, statement, license_ in _licenses(command, situation):
        scope = license_["scope"] or {**WHOLE, "from": license_["from"]}
        filed = Proposed(
            license_["id"],
            license_["kind"],
            kind_of(right),
            scope,
            tuple(license_["licensors"]),
            license_["parent"],
            tuple(license_["subject_to"]),
            license_["instead_of_own_use"],
        )
        others = [other["reference"] for _, other in conflicting(statement, filed, recorded_only=True)]
        if others:
            yield refuse("L-14", "RECORDAL_CONFLICT", right=right, reference=others)


def _in_time(command: FileLicenseRecordal, situation: Situation, day: str) -> Iterator[Finding]:
    """L-14: later than three months after it took effect is late, and valid (PIR 15) [V]."""
    for right, _, license_ in _licenses(command, situation):
        due_on = license_["recordal"]["due_on"]
        if due_on is not None and command.filed_on > due_on:
            yield flag(
                "L-14", "RECORDAL_OVERDUE", right=right, reference=license_["id"], until=due_on,
                day=command.filed_on,
            )  # fmt: skip


def _filed(command: FileLicenseRecordal, situation: Situation) -> tuple[Said, ...]:
    fact = LicenseRecordalFiled(
        rights=command.rights,
        license=command.license,
        by=tuple(party.fact for party in command.by),
        filed_on=command.filed_on,
        number=command.number,
    )
    return (Said(fact),)


PROCEDURES: Final = (
    Procedure(
        FileLicenseRecordal,
        (
            (Stage.IDENTITY, _granted),
            (Stage.FORM, _complete),
            (Stage.ENTITLEMENT, _filed_by_a_side),
            (Stage.STATUS, _right_lives),
            (Stage.STATUS, _within_term),
            (Stage.STATUS, _fees_paid),
            (Stage.FREEZE, _unhindered),
            (Stage.ENTITLEMENT, _entitled),
            (Stage.CONSENTS, _coowners),
            (Stage.CONSENTS, _pledgees),
            (Stage.CONFLICTS, _not_twice),
            (Stage.CONFLICTS, _no_conflict),
            (Stage.FAMILY, _in_time),
        ),
        _filed,
    ),
)

RULES: Final = (
    Rule(
        "L-14",
        "A patent license is filed for recordal within three months of its effect; late, it stays valid. "
        "It is refused for a right that ended, a licensor without title, content that lacks, a term past "
        "the patent's, a breach of co-ownership, late fees, suspension or freeze, a contract recorded "
        "before, a pledge without consent, a conflict with a recorded license.",
        "专利实施许可合同自生效之日起三个月内备案，逾期不影响合同效力；权利终止或者无效、许可人无权、内容缺失、"
        "超出专利期限、违反共有规定、年费滞纳、中止或者保全、重复备案、出质未经同意、与已备案许可冲突的，不予备案",
        "PIR 15; LRM 12",
        "V/S",
        (
            "RECORDAL_OVERDUE",
            "RECORDAL_RIGHT_ENDED",
            "RECORDAL_GRANTOR_NOT_ENTITLED",
            "RECORDAL_CONTENT_MISSING",
            "RECORDAL_TERM_EXCEEDS_IP",
            "RECORDAL_COOWNER_BREACH",
            "RECORDAL_FEE_LATE",
            "RECORDAL_SUSPENDED_OR_FROZEN",
            "RECORDAL_DUPLICATE",
            "RECORDAL_PLEDGED_WITHOUT_CONSENT",
            "RECORDAL_CONFLICT",
            "CALENDAR_YEAR_MISSING",
        ),
        home="ledger.rules.recordals:_in_time",
    ),
    Rule(
        "L-15",
        "A trademark license that is not recorded is valid between its parties and does not bind a third "
        "party in good faith.",
        "商标使用许可未经备案，在当事人之间有效，但不得对抗善意第三人",
        "TML 43; TMCI 19; CIR 25",
        "V",
        ("NOT_OPPOSABLE",),
        home="ledger.statement.grants:_flags",
    ),
)
