"""Parties: registering one, adding to its file, revoking a key; what rules ask of a party (ID-1 to ID-5).

A resident identity number never stands in a command in clear (PV-1, ID-2): it is handed in as the
confidential value `/resident_id`, checked here, and only committed to.
"""

from collections.abc import Iterable, Iterator
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import Field

from ledger.entry import EntryClass
from ledger.errors import InputRejected
from ledger.facts.base import Party
from ledger.facts.parties import Attributes, Identifier, Key, PartyDescribed, PartyKeyRevoked, PartyRegistered
from ledger.facts.transfers import PartyAddressChanged, PartyRenamed
from ledger.rules.base import Command, Finding, Procedure, Rule, Said, Stage, flag, refuse
from ledger.rules.fields import CommandDay, Digest, Line, Name, PartySaid, RightId
from ledger.rules.situation import Situation
from ledger.signatures import read_jwk
from ledger.statement.reading import ENDED_STATUSES, holdings_on, status_on
from ledger.values.identifiers import parse_credit_code, parse_lei, parse_resident_id
from ledger.values.rights import parse_right_id

RESIDENT_ID: Final = "/resident_id"
"""The confidential value a resident identity number is handed in as."""

_NoRights = Annotated[tuple[RightId, ...], Field(max_length=0)]


class IdentifierSaid(Identifier):
    """A number the party goes by; `override` is the scan of its license, where an operator took it (ID-1)."""

    value: Annotated[Line, Field(max_length=60)]
    override: Digest | None = None


class _OfParty(Command):
    rights: _NoRights = ()
    name: Name
    identifiers: Annotated[tuple[IdentifierSaid, ...], Field(max_length=10)] = ()
    attributes: Attributes = Attributes()
    keys: Annotated[tuple[dict[str, Any], ...], Field(max_length=20)] = ()
    """Public keys as JWK (RFC 7517)."""

    def names(self) -> tuple[str, ...]:
        """The party."""
        return (self.name,)

    @property
    def party(self) -> Party:
        """As it stands in an entry."""
        return Party(name=self.name)


class RegisterParty(_OfParty):
    """A party comes on the ledger. With an override of a number's check it is the operator's act."""

    KIND: ClassVar[str] = "register_party"
    command: Literal["register_party"]
    signature_required: bool = False

    @property
    def entry_class(self) -> EntryClass:
        """The operator's word where it accepts a number that fails its check."""
        overridden = any(each.override for each in self.identifiers)
        return EntryClass.OPERATOR if overridden else EntryClass.PARTY


class DescribeParty(_OfParty):
    """More of a party: members given replace earlier ones, keys are added.

    `order` is the written order on which the operator does it where the party itself cannot sign, because it
    lost its last key.
    """

    KIND: ClassVar[str] = "describe_party"
    command: Literal["describe_party"]
    signature_required: bool | None = None
    order: Digest | None = None

    @property
    def entry_class(self) -> EntryClass:
        """The operator's word with an order or an override, else the party's."""
        operator = self.order or any(each.override for each in self.identifiers)
        return EntryClass.OPERATOR if operator else EntryClass.PARTY

    def actors(self) -> tuple[str, ...]:
        """The party: who may add a key could else sign in its name."""
        return () if self.order else (self.name,)


class RevokePartyKey(Command):
    """A key speaks for its party no more, from `revoked_on` on.

    No signature is asked for: the key may be lost, and the act takes power away only.
    """

    KIND: ClassVar[str] = "revoke_party_key"
    command: Literal["revoke_party_key"]
    rights: _NoRights = ()
    name: Name
    kid: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")]
    revoked_on: CommandDay
    reason: Line | None = None

    def names(self) -> tuple[str, ...]:
        """The party."""
        return (self.name,)


# Questions other families ask


def required(
    situation: Situation, party: PartySaid, *fields: str, pointer: str | None = None
) -> Iterator[Finding]:
    """ID-4: attributes the rules of an act depend on are known, from the party's file or the command.

    What is not known is never read as *no*.
    """
    attributes = situation.attributes(party)
    for field in fields:
        if getattr(attributes, field) is None:
            yield refuse("ID-4", "PARTY_ATTRIBUTE_MISSING", pointer=pointer, party=party.name, field=field)


def changed_together(owner: str, rights: Iterable[str], situation: Situation, day: str) -> Iterator[Finding]:
    """ID-5: a change of an owner's name or address names all its trademarks at that office (TMR 30).

    Marks that are not on this ledger cannot be missed; joint marks count, because the regulation speaks of
    the registrant's all [M].
    """
    changed = {right for right in rights if parse_right_id(right).kind == "trademark"}
    offices = {parse_right_id(right).office for right in changed}
    for right in sorted(situation.rights):
        identity = parse_right_id(right)
        if identity.kind != "trademark" or identity.office not in offices or right in changed:
            continue
        statement = situation.statement(right)
        holdings = holdings_on(statement, day)
        owned = any(holding.is_called(owner) for holding in holdings)
        if owned and status_on(statement, day) not in ENDED_STATUSES:
            yield refuse("ID-5", "CHANGE_NOT_BUNDLED", right=right, owner=owner)


# Checks


def _numbers(command: _OfParty, situation: Situation, day: str) -> Iterator[Finding]:
    """ID-1, ID-3: unified social credit codes (GB 32100) and LEIs (ISO 17442) have the right form and check.

    Some early real credit codes fail their check digit: with the scan of the license an operator takes such
    a code, and the party is flagged. A code of another form is never taken.
    """
    parsers: dict[str, Any] = {"uscc": ("ID-1", parse_credit_code), "lei": ("ID-3", parse_lei)}
    for place, each in enumerate(command.identifiers):
        if each.scheme not in parsers:
            continue
        rule, parse = parsers[each.scheme]
        try:
            parse(each.value)
        except InputRejected as error:
            early = each.scheme == "uscc" and error.data["reason"] == "CHECK_DIGIT"
            if early and each.override:
                yield flag(rule, "PARTY_ID_CHECK_OVERRIDDEN", party=command.name, document=each.override)
            else:
                pointer = f"/identifiers/{place}/value"
                yield refuse(
                    rule,
                    "PARTY_ID_INVALID",
                    pointer=pointer,
                    party=command.name,
                    field=pointer,
                    expected=error.data.get("expected") or error.data["reason"],
                )


def _resident_number(command: _OfParty, situation: Situation, day: str) -> Iterator[Finding]:
    """ID-2: a resident identity number (GB 11643) is checked where it is handed in confidentially.

    In clear it is refused before any rule is asked (PII_IN_EVENT). No finding tells what was given.
    """
    given = (command.confidential or {}).get(RESIDENT_ID)
    if given is None:
        return
    pointer = "/confidential/~1resident_id"
    try:
        parse_resident_id(given if isinstance(given, str) else "")
    except InputRejected:
        yield refuse("ID-2", "PARTY_ID_INVALID", pointer=pointer, party=command.name, field=RESIDENT_ID)


def _keys(command: _OfParty, situation: Situation, day: str) -> Iterator[Finding]:
    """E-4: a key is a public one of a kind we verify, and not on the file already."""
    known = situation.profile(command.name)
    kids = {key.kid for key in known.keys} if known else set()
    for place, jwk in enumerate(command.keys):
        pointer = f"/keys/{place}"
        try:
            kid = read_jwk(jwk).kid
        except InputRejected as error:
            yield refuse(
                "E-4",
                "KEY_INVALID",
                pointer=pointer,
                party=command.name,
                field=pointer,
                given=error.data["reason"],
            )
            continue
        if kid in kids:
            yield refuse("E-4", "DUPLICATE_ID", pointer=pointer, reference=kid)
        kids.add(kid)


def _new(command: RegisterParty, situation: Situation, day: str) -> Iterator[Finding]:
    """ID-4: a party has one file."""
    if situation.profile(command.name) is not None:
        yield refuse("ID-4", "DUPLICATE_ID", pointer="/name", reference=command.name)


def _known(command: DescribeParty | RevokePartyKey, situation: Situation, day: str) -> Iterator[Finding]:
    """ID-4: there is a file to add to."""
    if situation.profile(command.name) is None:
        yield refuse("ID-4", "PARTY_UNKNOWN", pointer="/name", party=command.name, field="name")


def _key_in_force(command: RevokePartyKey, situation: Situation, day: str) -> Iterator[Finding]:
    """E-4: the key is on the file and was not revoked before; its end has come."""
    profile = situation.profile(command.name)
    if profile is not None:
        if not any(key.kid == command.kid for key in profile.keys):
            yield refuse("E-4", "REFERENCE_UNKNOWN", pointer="/kid", reference=command.kid, field="kid")
        elif command.kid in profile.revoked:
            revoked_on = profile.revoked[command.kid]
            yield refuse(
                "E-4", "KEY_REVOKED", pointer="/kid", party=command.name, given=command.kid, day=revoked_on
            )
    if command.revoked_on > situation.today:
        yield refuse("N-3", "DATE_IN_FUTURE", pointer="/revoked_on", given=command.revoked_on)


# What is said


def _told(command: _OfParty) -> dict[str, Any]:
    return {
        "party": command.party,
        "identifiers": tuple(
            Identifier(scheme=each.scheme, value=each.value, override=each.override)
            for each in command.identifiers
        ),
        "attributes": command.attributes,
        "keys": tuple(_key(jwk) for jwk in command.keys),
    }


def _key(jwk: dict[str, Any]) -> Key:
    key = read_jwk(jwk)
    return Key(kid=key.kid, jwk=key.as_jwk())


def _registered(command: RegisterParty, situation: Situation) -> tuple[Said, ...]:
    fact = PartyRegistered(**_told(command), signature_required=command.signature_required)
    return (Said(fact, situation.today),)


def _described(command: DescribeParty, situation: Situation) -> tuple[Said, ...]:
    fact = PartyDescribed(
        **_told(command), signature_required=command.signature_required, order=command.order
    )
    return (Said(fact, situation.today),)


def _revoked(command: RevokePartyKey, situation: Situation) -> tuple[Said, ...]:
    fact = PartyKeyRevoked(
        party=Party(name=command.name),
        kid=command.kid,
        revoked_on=command.revoked_on,
        reason=command.reason,
    )
    return (Said(fact, command.revoked_on),)


def _renamed_together(
    fact: PartyRenamed | PartyAddressChanged, situation: Situation, day: str
) -> Iterator[Finding]:
    """ID-5: what a register's change of name or address leaves out, as of the day before it took effect."""
    for party in fact.grantors or fact.grantees:
        yield from changed_together(party.name, fact.rights, situation, day)


_OF_NUMBERS: Final = (
    (Stage.FORM, _numbers),
    (Stage.FORM, _resident_number),
    (Stage.FORM, _keys),
)

PROCEDURES: Final[tuple[Procedure[Any], ...]] = (
    Procedure(RegisterParty, ((Stage.IDENTITY, _new), *_OF_NUMBERS), _registered),
    Procedure(DescribeParty, ((Stage.IDENTITY, _known), *_OF_NUMBERS), _described),
    Procedure(RevokePartyKey, ((Stage.IDENTITY, _known), (Stage.IDENTITY, _key_in_force)), _revoked),
)

CONTRADICTIONS: Final = {PartyRenamed: _renamed_together, PartyAddressChanged: _renamed_together}

RULES: Final = (
    Rule(
        "ID-1",
        "a unified social credit code has 18 signs of its alphabet and its check sign; an operator may "
        "accept an early code that fails the check, on the scan of the license",
        "统一社会信用代码为 18 位，字符集与校验位须正确；早期代码校验位不符的，运营方可凭营业执照扫描件放行",
        "GB 32100",
        "S",
        ("PARTY_ID_INVALID", "PARTY_ID_CHECK_OVERRIDDEN"),
        home="ledger.rules.parties:_numbers",
    ),
    Rule(
        "ID-2",
        "a resident identity number is checked with its embedded date and never stored in an entry",
        "公民身份号码须校验（含出生日期），且不得存入任何记录",
        "GB 11643",
        "S",
        ("PARTY_ID_INVALID", "PII_IN_EVENT"),
        home="ledger.rules.parties:_resident_number",
    ),
    Rule(
        "ID-3",
        "an LEI has 20 signs and the remainder 1 modulo 97",
        "LEI 为 20 位，除以 97 余 1",
        "ISO 17442",
        "S",
        ("PARTY_ID_INVALID",),
        home="ledger.rules.parties:_numbers",
    ),
    Rule(
        "ID-4",
        "what rules ask of a party (nationality or seat, state ownership, public welfare, listing) is known, "
        "and what is not known is never read as no",
        "规则所需的当事人属性（国籍或住所、国有、公益、上市等）须已登记；未知不视为否",
        "design decision",
        "D",
        ("PARTY_ATTRIBUTE_MISSING", "PARTY_UNKNOWN"),
        home="ledger.rules.parties:required",
    ),
    Rule(
        "ID-5",
        "a change of name or address is no transfer and the same owner continues; the trademarks of one "
        "owner are changed together",
        "变更名称或者地址不是转让，权利人同一；同一注册人的商标须一并变更",
        "PIR 146; TMR 30",
        "V",
        ("CHANGE_NOT_BUNDLED",),
        home="ledger.rules.parties:changed_together",
    ),
)
