"""Answers about pools, loans, funds, pledges and what a party has at stake; amounts are minor units."""

from typing import Any

from pydantic import Field

from api.schemas.base import Message, Shape


class _OnDay(Shape):
    as_of: str = Field(description="The Shanghai day the answer is for.")
    known_at: str | None = Field(description="Ask again with this and the answer is the same (K-7).")
    position: int = Field(description="The ledger up to this entry was looked at.")


class Due(Shape):
    """An amount due on a day."""

    on: str
    minor: int


class Tranche(Shape):
    """A class of securities, by rank."""

    rank: int
    name: str
    rate: str | None = Field(description="Per year; None takes what is left.")
    initial: int
    principal: int = Field(description="Still owed.")
    unpaid_interest: int
    next: Due | None = Field(description="The next scheduled principal.")


class Deal(Shape):
    """A licensee's deal in a pool."""

    deal: str
    licensee: str
    state: str = Field(
        description="`pooled`, `coming`, or how it left: redeemed, substituted, cleaned_up, closed."
    )
    rights: list[str]
    principal: int
    rate: str
    outstanding: int
    interest: int = Field(description="Accrued and unpaid.")
    collected: int
    next_installment: Due | None
    overdue: dict[str, Any] | None = Field(
        description="The oldest instalment unpaid, and what is unpaid in all."
    )
    notified_on: str | None = Field(description="When the debtor learned of the sale (S-7).")
    out_on: str | None
    entries: list[int]


class Pooled(Shape):
    """A right in a pool."""

    right: str
    deal: str
    pooled: bool
    status: str | None
    value: dict[str, Any] | None = Field(description="The report that counts on the day (V-2).")
    frozen: bool
    pledges: list[str]


class Line(Shape):
    """A payment of a period."""

    item: str
    tranche: str | None
    due: int
    paid: int
    unpaid: int


class Draw(Shape):
    """Money a period took from a source."""

    source: str
    available: int
    drawn: int


class Period(Shape):
    """A payment period."""

    number: int
    first: str
    last: str
    collections: int
    taxes: int
    fees: int
    accelerated: bool
    lines: list[Line]
    draws: list[Draw]
    paid: int
    principal: list[int] = Field(description="Of each tranche, after it.")
    reserve: int
    retained: int
    entries: list[int]


class Standing(Shape):
    """A trigger that stands against a pool."""

    id: str = Field(description="The same for the same event, for ever.")
    code: str
    since: str
    deals: list[str]
    right: str | None
    entries: list[int]
    message: Message


class Cover(Shape):
    """Value over principal (S-15)."""

    value: int
    added: int
    outstanding: int
    percent: int | None
    percent_wanted: int
    holds: bool
    entries: list[int]


class Pool(_OnDay):
    """A pool on a day."""

    pool: str
    name: str
    structure: str
    state: str = Field(description="NOT_FORMED, FORMED, ESTABLISHED, ACCELERATED, CLEANED_UP or CLOSED.")
    currency: str
    originator: str
    manager: str
    initial: int
    issued: int | None
    outstanding: int
    reserve: int
    tranches: list[Tranche]
    deals: list[Deal]
    rights: list[Pooled]
    periods: list[Period]
    redemptions: list[dict[str, Any]]
    substitutions: list[dict[str, Any]]
    triggers: list[Standing]
    cover: Cover


class PeriodDetail(Period):
    """A payment period, with what it rests on."""

    pool: str
    currency: str
    inflow: list[dict[str, Any]] = Field(description="Receipts shared out, with entries; they sum up.")
    before: dict[str, Any]
    after: dict[str, Any]
    rests_on: dict[str, list[int]]
    reproduced: bool = Field(description="The waterfall, run again on the entries before, gives the same.")


class PoolListed(Shape):
    """A pool in a list."""

    pool: str
    name: str
    structure: str
    manager: str
    originator: str
    currency: str
    outstanding: int
    deals: int
    rights: int


class Pools(_OnDay):
    """Pools that live on a day."""

    party: str | None
    items: list[PoolListed]


class Loan(_OnDay):
    """A loan: interest, default, cover, recovery."""

    loan: str
    lender: str
    borrower: str
    currency: str
    principal: int
    state: str = Field(description="RUNNING, DUE or DEFAULTED.")
    pledges: list[str]
    interest_paid: int
    loss: int
    covered_total: int
    uncovered: int
    recovered_total: int
    refunds: dict[str, int] = Field(description="What of the recoveries is due back, by payer (G-4).")
    entries: list[int]


class Cap(Shape):
    """What a scheme still allows a bank."""

    scheme: str
    policy: str = Field(description="The version in force: scheme, document, first day.")
    cap: int
    left: int


class Bank(Shape):
    """A bank of a fund."""

    name: str
    exposure: int
    paid: int
    caps: list[Cap]


class Fund(_OnDay):
    """A compensation fund: balance, and what each bank's caps leave."""

    fund: str
    manager: str
    currency: str
    initial: int
    paid: int
    balance: int
    banks: list[Bank]
    entries: list[int]


class Covered(Shape):
    """Loan to value (V-3, B-6)."""

    secured: dict[str, Any] | None
    senior: list[dict[str, Any]]
    values: list[dict[str, Any]] = Field(description="By right: the report used, those ignored and why.")
    value: int
    currency: str | None
    ratio: tuple[int, int] | None = Field(description="Exact; None without a value or with unknown amounts.")
    percent: str | None


class PerfectedRight(Shape):
    """A right under a pledge."""

    right: str
    office: str | None
    reference: str | None
    registered_on: str | None
    rank: int | None
    state: str
    code: str | None = Field(description="Why it is not registered.")


class Pledge(_OnDay):
    """One pledge over all its rights."""

    pledge: str
    contract: str | None
    perfection: str = Field(description="FULL, PARTIAL or NONE (B-4).")
    rights: list[PerfectedRight]
    pledgors: list[str]
    debtor: str | None
    of_record: list[str]
    entitled: list[str]
    secured: dict[str, Any] | None = Field(description="What it secures now (B-5).")
    determined: dict[str, Any] | None
    cover: Covered
    discharges: list[dict[str, Any]]
    licenses: list[dict[str, Any]] = Field(description="Older ones survive a judicial sale (B-12).")
    enforcement: dict[str, Any] = Field(description="Due, limitation, stays, begun, expected (B-13).")
    warnings: list[dict[str, Any]]


class Exposed(Covered):
    """A pledge of a party, whole."""

    pledge: str
    pledgors: list[str]
    debtor: str | None
    third_party: bool | None = Field(description="Given for another's debt; None where nobody told.")


class ExposedRight(Shape):
    """A pledge on one right."""

    right: str
    status: str
    pledge: str
    rank: int | None
    reference: str
    registered_on: str
    secured: dict[str, Any] | None
    valuation: dict[str, Any]
    entries: list[int]


class Exposure(_OnDay):
    """What a party has at stake in pledges."""

    party: str
    names: list[str]
    side: str
    items: list[ExposedRight]
    next: str | None = Field(description="Give it as `after` for the next page.")
    pending: list[dict[str, Any]] = Field(description="Agreed, not registered: no pledge (N-9).")
    pledges: list[Exposed]
    totals: dict[str, Any]


class Licenses(_OnDay):
    """The licenses on a right, and what is free."""

    right: str
    status: str
    licenses: list[dict[str, Any]] = Field(description="Sublicenses behind theirs, a `level` deeper (M-3).")
    free_scope: dict[str, Any] = Field(description="What can still be licensed (M-2).")
    open_license: dict[str, Any] | None


class Freezes(_OnDay):
    """The queue of freezes on a right."""

    right: str
    status: str
    live: list[dict[str, Any]]
    waiting: list[dict[str, Any]] = Field(description="In order of service (J-10).")
    unserved: list[dict[str, Any]]
    suspensions: list[dict[str, Any]]
    insolvencies: list[dict[str, Any]]


class Calendar(_OnDay):
    """The dates of a right."""

    right: str
    status: str
    expires_on: str | None
    fees: list[dict[str, Any]] = Field(description="Not settled, and to come (B-9).")
    terms: list[dict[str, Any]] = Field(description="Days the right outlasts the debt (B-10).")
    pending: list[dict[str, Any]] = Field(description="Acts that wait, with their deadlines (M-9).")


class ToAttend(Shape):
    """Something that needs attention."""

    id: str = Field(description="Stable: of code, subject and first day.")
    code: str
    since: str | None
    due_on: str | None
    until: str | None = Field(description="The first day on which it needs none any more.")
    right: str | None
    pool: str | None
    subject: str
    message: Message
    roles: list[str]
    entries: list[int]


class Attention(_OnDay):
    """A page of the feed, the oldest first."""

    role: str | None
    party: str | None
    items: list[ToAttend]
    next: str | None = Field(description="Give it as `after` for the next page.")
