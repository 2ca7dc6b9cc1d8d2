"""How an entry counts in statistics: one line a type. A new type needs a line only if it is to be counted.

What is not in the table is exported all the same, counted as nothing, with its member `amount` if it has one.
Nothing here trusts `data`: entries of a later release are exported too, and a member of another shape than
expected is taken as not known.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypeAlias

from ledger.entry import Entry
from ledger.errors import EntryMalformed, InputRejected, UnknownEventType
from ledger.facts import read
from ledger.facts.corrections import EntryCorrected
from ledger.values.dates import day_of, parse_day, parse_moment
from ledger.values.money import EXPONENTS, MINOR_MAX
from ledger.values.parties import party_id

Data: TypeAlias = Mapping[str, Any]
Amount: TypeAlias = tuple[int, str]
"""Minor units and the currency (ISO 4217)."""


@dataclass(frozen=True, slots=True)
class Counting:
    """`act` is the member that names the act, `secured` the one that lists the secured parties."""

    counted_as: str | None
    act: str | None = None
    amount: Callable[[Data], Amount | None] | None = None
    secured: str | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """What statistics need of one entry.

    Entries of one `act` (a pledge's id, say) count as one act; an entry that names none is an act by itself.
    `on` is the day it counts on: of registration, else of legal effect. `answers` is the position of the
    entry that this one corrects or takes back. `whole` is the amount in whole units of its currency, rounded
    down; an amount in a currency that ISO 4217 does not know is none.
    """

    counted_as: str | None
    on: date
    act: str
    minor: int | None
    currency: str | None
    whole: int | None
    secured: tuple[tuple[str, str], ...]
    answers: int | None


def _amount_of(*path: str) -> Callable[[Data], Amount | None]:
    """The amount at a path of members."""

    def amount(data: Data) -> Amount | None:
        value: Any = data
        for member in path:
            value = value.get(member) if isinstance(value, dict) else None
        match value:
            case {"minor": int(minor), "currency": str(currency)} if _is_money(minor, currency):
                return minor, currency
        return None

    return amount


def _first_of(*amounts: Callable[[Data], Amount | None]) -> Callable[[Data], Amount | None]:
    return lambda data: next((found for each in amounts if (found := each(data)) is not None), None)


def _sum_of(items: str, member: str, currency: str, *inside: str) -> Callable[[Data], Amount | None]:
    """The sum of `member` over a list, in the currency beside it."""

    def amount(data: Data) -> Amount | None:
        holder: Any = data
        for name in inside:
            holder = holder.get(name) if isinstance(holder, dict) else None
        match holder:
            case dict() if isinstance(holder.get(items), list):
                parts: list[Any] = [
                    item.get(member) if isinstance(item, dict) else None for item in holder[items]
                ]
                if all(type(part) is int for part in parts) and _is_money(sum(parts), holder.get(currency)):
                    return sum(parts), holder[currency]
        return None

    return amount


def _is_money(minor: int, currency: Any) -> bool:
    return (
        type(minor) is int and 0 <= minor <= MINOR_MAX and isinstance(currency, str) and currency in EXPONENTS
    )


_AMOUNT: Final = _amount_of("amount")
_SECURED: Final = _first_of(_AMOUNT, _amount_of("maximum", "cap"), _amount_of("cap"))

COUNTINGS: Final[Mapping[str, Counting]] = {
    "right.registered": Counting("right"),
    "transfer.contracted": Counting("transfer_contract", "transfer", _amount_of("price")),
    "transfer.registered": Counting("transfer", "transfer"),
    "transmission.claimed": Counting("transmission_claim", "transfer"),
    "transmission.registered": Counting("transmission", "transfer"),
    "judicial_sale.completed": Counting("judicial_sale", "sale", _amount_of("price")),
    "contribution.declared": Counting("contribution", "contribution", _amount_of("subscribed")),
    "license.granted": Counting("license_contract", "license", _amount_of("fee")),
    "license.recorded": Counting("license", "license"),
    "license.offered": Counting("open_license", "license", _amount_of("fee")),
    "open_license.accepted": Counting("open_license_taken", "license", _amount_of("fee")),
    "compulsory_license.granted": Counting("compulsory_license", "license"),
    "license.ended": Counting("license_end", "license"),
    "pledge.contracted": Counting("pledge_contract", "pledge", _SECURED, "pledgees"),
    "pledge.registered": Counting("pledge", "pledge", _SECURED, "pledgees"),
    "pledge.released": Counting("release"),
    "pledge.revoked": Counting("revocation", "pledge"),
    "enforcement.started": Counting("enforcement", "pledge"),
    "freeze.imposed": Counting("freeze", "freeze"),
    "freeze.lifted": Counting("freeze_lifted", "freeze"),
    "suspension.started": Counting("suspension", "suspension"),
    "insolvency.accepted": Counting("insolvency", "insolvency"),
    "invalidation.became_final": Counting("invalidation", "case"),
    "pool.formed": Counting("pool", "pool", _sum_of("tranches", "principal", "currency", "terms")),
    "pool.deal_admitted": Counting("pool_deal", "deal"),
    "pool.closed": Counting("pool_closed", "pool"),
    "loan.recorded": Counting("loan", "loan", _amount_of("principal")),
    "guarantee.given": Counting("guarantee", "loan", _amount_of("limit")),
    "insurance.issued": Counting("insurance", "insurance", _amount_of("insured")),
    "loss.covered": Counting("compensation", amount=_AMOUNT),
    "subsidy.granted": Counting("subsidy", amount=_amount_of("granted")),
    "valuation.reported": Counting("valuation", "valuation", _sum_of("values", "minor", "currency")),
}
"""By event type. An annual report prints contracts and registrations apart, so each has a name of its own."""

_OTHER: Final = Counting(None, amount=_AMOUNT)

NAMES: Final[Mapping[str, tuple[str, str]]] = {
    "right": ("rights registered", "权利登记"),
    "transfer_contract": ("transfer contracts", "转让合同"),
    "transfer": ("transfers registered", "转让登记"),
    "transmission_claim": ("transmissions claimed", "移转申报"),
    "transmission": ("transmissions registered", "移转登记"),
    "judicial_sale": ("judicial sales", "司法拍卖"),
    "contribution": ("contributions in kind", "作价入股"),
    "license_contract": ("license contracts", "许可合同"),
    "license": ("licenses recorded", "许可备案"),
    "open_license": ("open licenses offered", "开放许可声明"),
    "open_license_taken": ("open licenses taken", "开放许可实施"),
    "compulsory_license": ("compulsory licenses", "强制许可"),
    "license_end": ("license recordals cancelled", "许可备案注销"),
    "pledge_contract": ("pledge contracts", "质押合同"),
    "pledge": ("pledges registered", "质押登记"),
    "release": ("releases", "质押解除"),
    "revocation": ("pledge entries revoked", "质押登记撤销"),
    "enforcement": ("enforcements of pledges", "质权实现"),
    "freeze": ("freezes", "查封、冻结"),
    "freeze_lifted": ("freezes lifted", "解除查封、冻结"),
    "suspension": ("suspensions", "程序中止"),
    "insolvency": ("insolvencies", "破产受理"),
    "invalidation": ("invalidations final", "宣告无效生效"),
    "pool": ("pools formed", "资产池设立"),
    "pool_deal": ("deals pooled", "入池交易"),
    "pool_closed": ("pools closed", "资产池终结"),
    "loan": ("loans", "贷款"),
    "guarantee": ("guarantees", "担保"),
    "insurance": ("insurances", "保险"),
    "compensation": ("losses covered", "风险补偿"),
    "subsidy": ("subsidies", "补贴"),
    "valuation": ("valuations", "评估"),
}
"""English and Chinese of everything that is counted."""


def counted(entry: Entry) -> Counted:
    """What statistics need of `entry`; of a correction, what it says the corrected entry should have been."""
    kind, effective_on = entry.type, day_of(parse_moment(entry.effective_at))
    data: Data = entry.data
    answers = _target(entry)
    if kind == EntryCorrected.TYPE:
        kind, data, effective_on = _restated(entry, effective_on)
    counting = COUNTINGS.get(kind, _OTHER)
    amount = counting.amount(data) if counting.amount else None
    named = data.get(counting.act) if counting.act else None
    return Counted(
        counted_as=counting.counted_as,
        on=_day(data.get("registered_on")) or effective_on,
        act=named if isinstance(named, str) else f"entry:{answers or entry.position}",
        minor=amount and amount[0],
        currency=amount and amount[1],
        whole=amount and amount[0] // 10 ** EXPONENTS[amount[1]],
        secured=tuple(_parties(data.get(counting.secured))) if counting.secured else (),
        answers=answers,
    )


def _target(entry: Entry) -> int | None:
    if entry.type not in {"entry.corrected", "entry.retracted", "entry.reversed"}:
        return None
    match entry.data.get("target"):
        case {"position": int(position)} if 1 <= position < entry.position:
            return position
    return None


def _restated(entry: Entry, effective_on: date) -> tuple[str, Data, date]:
    """Type, content and legal day of the entry as corrected."""
    try:
        fact = read(entry)
    except (EntryMalformed, UnknownEventType):
        return entry.type, entry.data, effective_on
    assert isinstance(fact, EntryCorrected)
    return fact.restates, fact.data, _day(fact.restated.effective_on) or effective_on


def _day(text: Any) -> date | None:
    if not isinstance(text, str):
        return None
    try:
        return parse_day(text)
    except InputRejected:
        return None


def _parties(listed: Any) -> Iterator[tuple[str, str]]:
    """Party id and name of each party named in clear, once each."""
    seen = set()
    for party in listed if isinstance(listed, list) else ():
        name = party.get("name") if isinstance(party, dict) else None
        if isinstance(name, str) and name and (identifier := party_id(name)) not in seen:
            seen.add(identifier)
            yield identifier, name
