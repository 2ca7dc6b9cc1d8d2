"""What an event announced by CNIPA does to the right, from its code and labelled text.

One reading serves every file that carries these events: CNIPA's own (PRS), lists made from it, and INPADOC.
Where a pledge or license has a registration number, the recording is CNIPA's under that number, so that
sources meet in one recording; what has none is numbered by right, code and day of announcement.

| code | fact |
|---|---|
| PE01, PM01, PC01 | pledge registered, changed (a change of pledgee is an assignment, P-12), released |
| EE01, EM01, EC01 | license recorded, changed, ended |
| TR01, TA01 | transfer |
| CP01, CP02, CP03 | renamed, address changed, either or both |
| PP01, PD01 | freeze imposed, lifted; the lifting does not say which of several |
| IP01, IW01 | invalidity final, in part or in full |
| CF01, CX01, AV01, RR01, GR01 | lapsed, expired, surrendered, restored, granted |

IP01 and IW01 are taken as final. CNIPA registers and announces an invalidation (PL 46) once its decision took
effect, that is after the three months for suit or the judgment that upholds it; only then is the right void
from the beginning (PL 47). A decision still open to suit is not announced under these codes.

CNIPA announced under other codes before 2017, and lists give such an event twice (PB01 and C06, SE01 and
C10, GR01 and C14): old and new code are one recording.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any, Final, Literal

from ledger.facts.base import Fact, Party, record_id
from ledger.facts.corrections import RecordingNoted
from ledger.facts.freezes import FreezeImposed, FreezeLifted
from ledger.facts.licenses import (
    LicenseChanged,
    LicenseEnded,
    LicenseOffered,
    LicenseOfferWithdrawn,
    LicenseRecorded,
)
from ledger.facts.pledges import PledgeAssigned, PledgeChanged, PledgeRegistered, PledgeReleased
from ledger.facts.status import (
    ApplicationEnded,
    InvalidationBecameFinal,
    RightExpired,
    RightGranted,
    RightLapsed,
    RightRenewed,
    RightRestored,
    RightSurrendered,
)
from ledger.facts.transfers import (
    PartyAddressChanged,
    PartyRenamed,
    TransferRegistered,
    TransmissionRegistered,
)
from ledger.registers import cn_labels, inpadoc_codes
from ledger.registers.fields import TEXT_MAX, name_of

REGISTER: Final = "CNIPA"
TWINS: Final = {"C06": "PB01", "C10": "SE01", "C14": "GR01"}
"""Old codes whose events lists repeat under a new one, on the same day and without further content."""

_SEVERAL_A_DAY: Final = ("transfer", "transmission", "renamed", "address_changed", "party_data", "pledge_",
                         "license_", "freeze_")  # fmt: skip
"""Facts of which two may be announced for one right on one day: their numbers carry a digest of the text."""

_OWNER_ITEMS: Final = ("专利权人", "申请人", "共同专利权人", "共同申请人", "姓名", "名称", "权利人")
_NUMBERED: Final = {"PE01": "pledge", "PM01": "pledge", "PC01": "pledge", "PLDC": "pledge",
                    "EE01": "license", "EM01": "license", "EC01": "license", "LICC": "license"}  # fmt: skip
_STAGES: Final = (
    ("ended", ("注销", "解除", "CANCELLATION", "CANCELLED", "DISCHARGE", "REMOVAL")),
    ("changed", ("变更", "CHANGE")),
    ("begun", ("生效", "设立", "ENFORCEMENT", "ENTRY INTO FORCE", "EFFECTIVE", "PRESERVATION")),
)


_Reading = Callable[["CnEvent"], tuple[Fact, ...]]


@dataclass(frozen=True)
class CnEvent:
    """One announced event: right, code, day, and the labelled text CNIPA gives with it."""

    right: str
    code: str
    published_on: str | None
    text: str
    name: str | None = None
    """The event's name as the file gives it."""
    owners: tuple[str, ...] = ()
    """Owners after the event where the file gives them outside the text (INPADOC)."""

    @cached_property
    def canonical_code(self) -> str:
        """The code the event has today, where it had another."""
        return TWINS.get(self.code, self.code)

    @cached_property
    def pairs(self) -> cn_labels.Pairs:
        """The text taken apart."""
        return cn_labels.labelled(self.text)

    @cached_property
    def reference(self) -> str | None:
        """The registration number of the pledge or the recordal number of the license."""
        text = cn_labels.first(self.pairs, "number") if self.code in _NUMBERED else None
        return "".join(text.split())[:100] if text else None

    @cached_property
    def register_number(self) -> str | None:
        """Number of the recording at CNIPA where the pledge or license has one; a change has its day too."""
        if self.reference is None:
            return None
        number = f"{self.code}/{self.reference}"
        if self.code in {"PM01", "EM01", "PLDC", "LICC"}:
            on = cn_labels.day(self.pairs, "changed", "ended", "registered", "recorded") or self.published_on
            number += f"/{on}"
        return number

    @cached_property
    def number(self) -> str:
        """The recording's number, the same whenever the event is met again."""
        if self.register_number:
            return self.register_number
        number = f"{self.right.rpartition(':')[2]}/{self.canonical_code}/{self.published_on}"
        known = inpadoc_codes.look_up("CN", self.code)
        if not (self.pairs or self.owners) or not ((known and known.fact) or "").startswith(_SEVERAL_A_DAY):
            return number
        content = "\n".join([value for _, value in self.pairs] + list(self.owners))
        return f"{number}/{sha256(content.encode()).hexdigest()[:8]}"


def facts(event: CnEvent) -> tuple[Fact, ...]:
    """What the event reports; one that is not understood is noted, flagged where it may touch title."""
    known = inpadoc_codes.look_up("CN", event.canonical_code)
    if known is None:
        return (noted(event, unknown=True),)
    return _READINGS.get(known.fact or "noted", _noted)(event)


def noted(event: CnEvent, *, unknown: bool = False) -> RecordingNoted:
    """The event kept with its code and name."""
    known = inpadoc_codes.look_up("CN", event.canonical_code)
    text = known.description if known else name_of(event.name)
    return RecordingNoted(
        rights=(event.right,),
        code=f"CN/{event.canonical_code}",
        text=text,
        unknown=unknown,
        registered_on=event.published_on,
    )


def _noted(event: CnEvent) -> tuple[Fact, ...]:
    return (noted(event),)


def _flagged(event: CnEvent) -> tuple[Fact, ...]:
    return (noted(event, unknown=True),)


def _parties(event: CnEvent, *fields: cn_labels.Field) -> tuple[Party, ...]:
    return tuple(Party(name=name) for name in cn_labels.people(event.pairs, *fields))


def _pledge(event: CnEvent) -> str:
    return record_id("pld", REGISTER, event.reference or event.number)


def _license(event: CnEvent) -> str:
    return record_id("lic", REGISTER, event.reference or event.number)


def _pledge_registered(event: CnEvent) -> tuple[Fact, ...]:
    registered_on = cn_labels.day(event.pairs, "registered") or event.published_on
    return (
        PledgeRegistered(
            rights=(event.right,),
            pledge=_pledge(event),
            pledgors=_parties(event, "pledgors"),
            pledgees=_parties(event, "pledgees"),
            registered_on=registered_on,
        ),
    )


def _pledge_released(event: CnEvent) -> tuple[Fact, ...]:
    ended_on = cn_labels.day(event.pairs, "ended")
    return (
        PledgeReleased(
            rights=(event.right,),
            pledges=(_pledge(event),) if event.reference else (),
            references=(event.reference,) if event.reference else (),
            releasors=_parties(event, "pledgees"),
            beneficiaries=_parties(event, "pledgors"),
            ended_on=ended_on,
            registered_on=ended_on or event.published_on,
        ),
    )


def _pledge_changed(event: CnEvent) -> tuple[Fact, ...]:
    """A change of pledgee is an assignment of the pledge (P-12); every other item is told as it stands."""
    if event.reference is None:
        return _flagged(event)
    changed_on = cn_labels.day(event.pairs, "changed") or event.published_on
    blocks = _blocks(event)
    pledgees = [block for block in blocks if "质权人" in block.item and block.before and block.after]
    rest = [block for block in blocks if block not in pledgees and not block.is_address]
    found: list[Fact] = []
    if pledgees:
        found.append(
            PledgeAssigned(
                rights=(event.right,),
                pledges=(_pledge(event),),
                references=(event.reference,),
                grantors=tuple(Party(name=name) for block in pledgees for name in block.before),
                grantees=tuple(Party(name=name) for block in pledgees for name in block.after),
                registered_on=changed_on,
            )
        )
    if rest or not found:
        words = _words(rest)
        found.append(
            PledgeChanged(rights=(event.right,), pledge=_pledge(event), registered_on=changed_on, **words)
        )
    return tuple(found)


def _license_recorded(event: CnEvent) -> tuple[Fact, ...]:
    recorded_on = cn_labels.day(event.pairs, "recorded", "registered") or event.published_on
    return (
        LicenseRecorded(
            rights=(event.right,),
            license=_license(event),
            licensors=_parties(event, "licensors"),
            licensees=_parties(event, "licensees"),
            license_kind=_license_kind(cn_labels.first(event.pairs, "license_kind")),
            registered_on=recorded_on,
        ),
    )


def _license_changed(event: CnEvent) -> tuple[Fact, ...]:
    if event.reference is None:
        return _flagged(event)
    changed_on = cn_labels.day(event.pairs, "changed") or event.published_on
    words = _words([block for block in _blocks(event) if not block.is_address])
    return (
        LicenseChanged(rights=(event.right,), license=_license(event), registered_on=changed_on, **words),
    )


def _license_ended(event: CnEvent) -> tuple[Fact, ...]:
    ended_on = cn_labels.day(event.pairs, "ended")
    return (
        LicenseEnded(
            rights=(event.right,),
            license=_license(event),
            ended_on=ended_on,
            registered_on=ended_on or event.published_on,
        ),
    )


def open_license(right: str) -> str:
    """Id of the open license of a right: a right has at most one at a time."""
    return record_id("lic", "open", right)


def _license_offered(event: CnEvent) -> tuple[Fact, ...]:
    return (
        LicenseOffered(
            rights=(event.right,), license=open_license(event.right), registered_on=event.published_on
        ),
    )


def _license_offer_withdrawn(event: CnEvent) -> tuple[Fact, ...]:
    return (
        LicenseOfferWithdrawn(
            rights=(event.right,), license=open_license(event.right), registered_on=event.published_on
        ),
    )


def _freeze_imposed(event: CnEvent) -> tuple[Fact, ...]:
    return (
        FreezeImposed(
            rights=(event.right,),
            freeze=record_id("frz", REGISTER, event.number),
            effective_from=cn_labels.day(event.pairs, "registered"),
            registered_on=event.published_on,
        ),
    )


def _freeze_lifted(event: CnEvent) -> tuple[Fact, ...]:
    ended_on = cn_labels.day(event.pairs, "ended")
    return (
        FreezeLifted(rights=(event.right,), ended_on=ended_on, registered_on=ended_on or event.published_on),
    )


def _by_text(event: CnEvent) -> tuple[Fact, ...]:
    """PLDC, LICC, RINS cover beginning, change and end: the event's own text decides, else it is flagged."""
    stage = _stage(event)
    known = inpadoc_codes.look_up("CN", event.code)
    reading = _STAGED.get(((known.fact if known else None) or "", stage or ""))
    return reading(event) if reading else _flagged(event)


def _stage(event: CnEvent) -> str | None:
    if cn_labels.first(event.pairs, "ended"):
        return "ended"
    if cn_labels.first(event.pairs, "changed") or any(field == "item" for field, _ in event.pairs):
        return "changed"
    own = event.text.upper()
    said = [stage for stage, words in _STAGES if any(word in own for word in words)]
    return said[0] if len(said) == 1 else None


def _transferred(event: CnEvent) -> tuple[Fact, ...]:
    before, after = _owners(event)
    if not after:
        return _flagged(event)
    known = inpadoc_codes.look_up("CN", event.code)
    effective_from = cn_labels.day(event.pairs, "registered")
    common: dict[str, Any] = {
        "rights": (event.right,),
        "grantors": before,
        "grantees": after,
        "effective_from": effective_from,
        "registered_on": effective_from or event.published_on,
    }
    if known and known.fact == "transmission":
        return (TransmissionRegistered(cause="other", **common),)
    return (TransferRegistered(**common),)


def _party_data(event: CnEvent) -> tuple[Fact, ...]:
    """CP01, CP02, CP03: name, address or both; the blocks of the text say which."""
    before, after = _owners(event)
    known = inpadoc_codes.look_up("CN", event.code)
    on = cn_labels.day(event.pairs, "registered") or event.published_on
    if after and before != after:
        return (PartyRenamed(rights=(event.right,), grantors=before, grantees=after, registered_on=on),)
    if after or (known and known.fact == "address_changed") or _only_addresses(event):
        return (PartyAddressChanged(rights=(event.right,), grantees=after, registered_on=on),)
    return _flagged(event)


def _granted(event: CnEvent) -> tuple[Fact, ...]:
    on = event.published_on
    return (RightGranted(rights=(event.right,), effective_from=on, registered_on=on),)


def _lapsed(event: CnEvent, cause: Literal["fee", "other"]) -> tuple[Fact, ...]:
    """A lapse for fees counts from the due date the text states, not from its announcement (A-ID4)."""
    ended_on = cn_labels.day(event.pairs, "terminated", "abandoned")
    return (
        RightLapsed(
            rights=(event.right,), cause=cause, effective_from=ended_on, registered_on=event.published_on
        ),
    )


def _invalidated(event: CnEvent, scope: Literal["full", "part"]) -> tuple[Fact, ...]:
    decision = cn_labels.first(event.pairs, "decision")
    decided_on = cn_labels.day(event.pairs, "decided")
    text = " ".join(part for part in (decision, decided_on) if part)
    return (
        InvalidationBecameFinal(
            rights=(event.right,), scope=scope, registered_on=event.published_on, text=text[:TEXT_MAX] or None
        ),
    )


def _invalidated_by_text(event: CnEvent) -> tuple[Fact, ...]:
    own = event.text.upper()
    partly, wholly = ("部分" in own or "PARTIAL" in own), ("全部" in own or "FULL" in own or "WHOLE" in own)
    if partly == wholly:
        return _flagged(event)
    return _invalidated(event, "part" if partly else "full")


def _expired(event: CnEvent) -> tuple[Fact, ...]:
    ended_on = cn_labels.day(event.pairs, "terminated")
    return (RightExpired(rights=(event.right,), effective_from=ended_on, registered_on=event.published_on),)


def _surrendered(event: CnEvent, *, partly: bool) -> tuple[Fact, ...]:
    given_up_on = cn_labels.day(event.pairs, "abandoned")
    return (
        RightSurrendered(
            rights=(event.right,), partly=partly, effective_from=given_up_on, registered_on=event.published_on
        ),
    )


def _ended(event: CnEvent, cause: Literal["refused", "withdrawn"]) -> tuple[Fact, ...]:
    on = cn_labels.day(event.pairs, "abandoned")
    return (
        ApplicationEnded(
            rights=(event.right,), cause=cause, effective_from=on, registered_on=event.published_on
        ),
    )


@dataclass(frozen=True, slots=True)
class _Block:
    """One changed item: its name, and what stood before and after."""

    item: str
    before: tuple[str, ...]
    after: tuple[str, ...]

    @property
    def is_address(self) -> bool:
        return "地址" in self.item and not any(word in self.item for word in ("名称", "姓名"))


def _blocks(event: CnEvent) -> list[_Block]:
    """The triples 变更事项, 变更前, 变更后 in order; a triple may lack its item or either side."""
    blocks: list[_Block] = []
    item, before, after = "", None, None
    for field, value in event.pairs:
        if (
            field == "item"
            or (field == "before" and before is not None)
            or (field == "after" and after is not None)
        ):
            if before is not None or after is not None:
                blocks.append(_block(item, before, after))
                before = after = None
            item = value if field == "item" else item
        before = value if field == "before" else before
        after = value if field == "after" else after
    if before is not None or after is not None:
        blocks.append(_block(item, before, after))
    return blocks


def _block(item: str, before: str | None, after: str | None) -> _Block:
    sides = [cn_labels.people([("item", side or "")], "item") for side in (before, after)]
    return _Block(name_of(item) or "", sides[0], sides[1])


def _owners(event: CnEvent) -> tuple[tuple[Party, ...], tuple[Party, ...]]:
    """Owners before and after, co-owners included; addresses are passed over."""
    blocks = [block for block in _blocks(event) if _is_owner_item(block.item)]
    before = [name for block in blocks for name in block.before]
    after = [name for block in blocks for name in block.after]
    before += cn_labels.people(event.pairs, "owner_before", "coowner_before")
    after += cn_labels.people(event.pairs, "owner_after", "coowner_after")
    after = after or list(event.owners)
    return (
        tuple(Party(name=name) for name in dict.fromkeys(before)),
        tuple(Party(name=name) for name in dict.fromkeys(after)),
    )


def _is_owner_item(item: str) -> bool:
    """`专利权人`, or no item at all: what stands before and after is then a holder (变更前权利人)."""
    return not item or ("地址" not in item and any(word in item for word in _OWNER_ITEMS))


def _only_addresses(event: CnEvent) -> bool:
    blocks = _blocks(event)
    return bool(blocks) and all(block.is_address for block in blocks)


def _words(blocks: list[_Block]) -> dict[str, Any]:
    """The register's words for several changed items as one: facts of one kind are one to a recording."""
    words = {
        "item": ";".join(block.item for block in blocks if block.item),
        "before": ";".join("、".join(block.before) for block in blocks if block.before),
        "after": ";".join("、".join(block.after) for block in blocks if block.after),
    }
    return {name: text[:TEXT_MAX] for name, text in words.items() if text}


def _license_kind(text: str | None) -> Literal["exclusive", "sole", "ordinary"] | None:
    """独占 excludes the owner too, 排他 all but the owner, 普通 nobody (L-6)."""
    words = (text or "").upper()
    if "独占" in words or "EXCLUSIVE" in words:
        return "exclusive"
    if "排他" in words or "SOLE" in words:
        return "sole"
    return "ordinary" if any(word in words for word in ("普通", "COMMON", "ORDINARY", "GENERAL")) else None


_STAGED: Final[dict[tuple[str, str], _Reading]] = {
    ("pledge_by_text", "begun"): _pledge_registered,
    ("pledge_by_text", "changed"): _pledge_changed,
    ("pledge_by_text", "ended"): _pledge_released,
    ("license_by_text", "begun"): _license_recorded,
    ("license_by_text", "changed"): _license_changed,
    ("license_by_text", "ended"): _license_ended,
    ("freeze_by_text", "begun"): _freeze_imposed,
    ("freeze_by_text", "ended"): _freeze_lifted,
}

_READINGS: Final[dict[str, _Reading]] = {
    "noted": _noted,
    "flagged": _flagged,
    "pledge_registered": _pledge_registered,
    "pledge_changed": _pledge_changed,
    "pledge_released": _pledge_released,
    "pledge_by_text": _by_text,
    "license_recorded": _license_recorded,
    "license_changed": _license_changed,
    "license_ended": _license_ended,
    "license_by_text": _by_text,
    "license_offered": _license_offered,
    "license_offer_withdrawn": _license_offer_withdrawn,
    "freeze_imposed": _freeze_imposed,
    "freeze_lifted": _freeze_lifted,
    "freeze_by_text": _by_text,
    "transfer": _transferred,
    "transmission": _transferred,
    "renamed": _party_data,
    "address_changed": _party_data,
    "party_data": _party_data,
    "granted": _granted,
    "lapsed": lambda event: _lapsed(event, "other"),
    "lapsed_fee": lambda event: _lapsed(event, "fee"),
    "restored": lambda event: (RightRestored(rights=(event.right,), registered_on=event.published_on),),
    "renewed": lambda event: (RightRenewed(rights=(event.right,), registered_on=event.published_on),),
    "expired": _expired,
    "surrendered": lambda event: _surrendered(event, partly=False),
    "surrendered_partly": lambda event: _surrendered(event, partly=True),
    "invalidated": lambda event: _invalidated(event, "full"),
    "invalidated_partly": lambda event: _invalidated(event, "part"),
    "invalidated_by_text": _invalidated_by_text,
    "application_withdrawn": lambda event: _ended(event, "withdrawn"),
    "application_refused": lambda event: _ended(event, "refused"),
}
