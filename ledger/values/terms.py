"""How long a right lasts, and when it must be paid for (domain.md 2.1, A-ID2 to A-ID4).

Every function takes dates that a register or contract states; none takes a number, because a number does
not tell the filing date (A-ID2). A *last day* is the last one in force, until 24:00. Terms of IP rights are
not rolled for holidays (N-4); days by which somebody must act before an office are given unrolled too, and
`ledger.values.calendar.Calendar.roll` moves them where the office would. Terms that would end after 2200 are
refused with `DATE_INVALID` or `TERM_INVALID`.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Final

from ledger.errors import InputRejected
from ledger.values.calendar import add_months
from ledger.values.dates import LATEST, add_years, last_day_of_term
from ledger.values.identifiers import PatentSort
from ledger.values.money import Money, share_of
from ledger.values.statutes import IN_FORCE_SINCE

DAY: Final = timedelta(1)

DESIGN_REFORM: Final = IN_FORCE_SINCE["PL"]
"""Designs filed from this day on last 15 years, earlier ones 10 (PL 2020, art. 42)."""
PATENT_REFORM: Final = date(1993, 1, 1)
"""Patents filed earlier had other terms, some of them extended later; all have ended, none is computed."""
VARIETY_REFORM: Final = IN_FORCE_SINCE["PVR"]
"""The revised PVR (Decree 807) is in force from this day on."""
US_URUGUAY_ROUND: Final = date(1995, 6, 8)
"""Applications filed from this day on last 20 years from filing (35 USC 154(a)(2), (c)(1))."""
US_HAGUE: Final = date(2015, 5, 13)
"""Designs filed from this day on last 15 years from grant, earlier ones 14 (35 USC 173)."""


# Filing dates


def counting_date(
    filed_on: date, *, international_filed_on: date | None = None, parent_filed_on: date | None = None
) -> date:
    """The filing date terms and fees of a Chinese patent count from (A-ID2).

    An international application counts from its international filing date (PIR 119), a divisional one from
    the filing date of the application it was divided out of (PIR 49; itself the international one where
    that was a PCT application). A priority date never starts a term (PIR 12).

    Raises:
        InputRejected: `DATE_ORDER_INVALID`, a date that should be the earlier one is later than `filed_on`.
    """
    for name, earlier in (("international", international_filed_on), ("parent", parent_filed_on)):
        if earlier is not None and earlier > filed_on:
            raise _disordered(name, earlier, filed_on)
    return parent_filed_on or international_filed_on or filed_on


# Terms of Chinese rights


_PATENT_YEARS: Final = {PatentSort.INVENTION: 20, PatentSort.UTILITY_MODEL: 10, PatentSort.DESIGN: 15}


def patent_last_day(sort: PatentSort, filed_on: date, *, compensation_days: int = 0) -> date | None:
    """Last day of a Chinese patent: the one before the anniversary of filing (PL 42, A-ID3).

    `filed_on` is the `counting_date`. `compensation_days` are those granted under PL 42(2) and (3). None
    for a filing before 1993.

    >>> patent_last_day(PatentSort.INVENTION, date(2015, 3, 10))
    datetime.date(2035, 3, 9)
    """
    if filed_on < PATENT_REFORM:
        return None
    years = 10 if sort is PatentSort.DESIGN and filed_on < DESIGN_REFORM else _PATENT_YEARS[sort]
    return _later(last_day_of_term(filed_on, years), compensation_days)


def layout_last_day(
    filed_on: date, *, first_exploited_on: date | None = None, completed_on: date | None = None
) -> date:
    """Last day of a layout design: 10 years, never beyond 15 years from its completion (ICR 12).

    The ten years count from filing or from the first commercial exploitation anywhere in the world,
    whichever is earlier.
    """
    last = last_day_of_term(min(filed_on, first_exploited_on or filed_on), 10)
    return last if completed_on is None else min(last, last_day_of_term(completed_on, 15))


def variety_last_day(granted_on: date, *, woody: bool) -> date:
    """Last day of a plant variety right, counted from grant; `woody` is a vine, forest, fruit or other tree.

    20 and 15 years for rights granted before 2025-06-01 (PVR 2014, art. 34), 25 and 20 for later ones. That
    the revision does not lengthen older rights is the cautious reading [M]: a lender who relies on it is
    never left with a right that has ended.
    """
    years = (25 if woody else 20) if granted_on >= VARIETY_REFORM else (20 if woody else 15)
    return last_day_of_term(granted_on, years)


def authored_work_last_day(last_author_died_on: date | None) -> date | None:
    """Last day of the property rights in a natural person's work or software: life and 50 years (CL 23).

    Of joint authors the last to die counts. The term ends on 31 December; None while an author lives.
    """
    return None if last_author_died_on is None else _end_of_year(last_author_died_on, 50)


def corporate_work_last_day(completed_on: date, published_on: date | None = None) -> date:
    """Last day for a legal person's or audiovisual work or software: 50 years from first publication.

    The term ends on 31 December. A work not published within 50 years of its completion is no longer
    protected (CL 23, SWR 14).

    Raises:
        InputRejected: `DATE_ORDER_INVALID`, published before it was completed.
    """
    unpublished = _end_of_year(completed_on, 50)
    if published_on is None:
        return unpublished
    if published_on < completed_on:
        raise _disordered("completion", completed_on, published_on)
    return _end_of_year(published_on, 50) if published_on <= unpublished else unpublished


# Trademarks


@dataclass(frozen=True, slots=True)
class TrademarkPeriod:
    """One period of a mark, and when it may be renewed (TML 39, 40).

    In force from `first_day` to `last_day`. Renewal may be asked for from `renewable_from` on; after
    `last_day` only in the grace period, which ends with `grace_until`.
    """

    first_day: date
    last_day: date
    renewable_from: date
    grace_until: date

    def state(self, on: date) -> "RenewalState":
        """Where an unrenewed mark stands on a day on or after `first_day`."""
        if on > self.grace_until:
            return RenewalState.NOT_RENEWED
        if on > self.last_day:
            return RenewalState.RENEWAL_GRACE
        return RenewalState.RENEWABLE if on >= self.renewable_from else RenewalState.IN_FORCE


class RenewalState(StrEnum):
    """Where a mark stands in its period."""

    IN_FORCE = "IN_FORCE"
    RENEWABLE = "RENEWABLE"
    RENEWAL_GRACE = "RENEWAL_GRACE"
    NOT_RENEWED = "NOT_RENEWED"


def trademark_period(registered_on: date, *, renewals: int = 0) -> TrademarkPeriod:
    """The period of a Chinese mark after so many renewals: 10 years, each starting the day after the last.

    >>> trademark_period(date(2018, 1, 14)).last_day, trademark_period(date(2018, 1, 14), renewals=1).last_day
    (datetime.date(2028, 1, 13), datetime.date(2038, 1, 13))
    """
    first = registered_on
    for _ in range(_counted(renewals)):
        first = _ten_years(first) + DAY
    last = _ten_years(first)
    return TrademarkPeriod(first, last, add_months(last, -12) + DAY, add_months(last, 6))


# Annual fees


class FeeState(StrEnum):
    """Where one year's fee stands on a day."""

    PAID = "PAID"
    PAYABLE = "PAYABLE"
    LATE = "LATE"
    """Within the late period: the right is in force, but see A-6."""
    LAPSED = "LAPSED"
    """The late period is over: the right has ended as of the due date."""


@dataclass(frozen=True, slots=True)
class AnnualFee:
    """The fee of one year of a Chinese patent (PIR 115, A-ID4).

    `year` counts from filing, the first being 1. Due by `due_on`, the day that year begins; payable with
    surcharge through `late_until`, six months later. Unpaid then, the right ended on `due_on`,
    retroactively (`lapsed_on`).
    """

    year: int
    due_on: date
    late_until: date

    @property
    def lapsed_on(self) -> date:
        """The day a lapse for this fee takes effect, however much later it is recorded."""
        return self.due_on

    def state(self, on: date, paid_on: date | None = None) -> FeeState:
        """Where the fee stands at the end of a day; a payment after the late period does not count."""
        if paid_on is not None and paid_on <= min(on, self.late_until):
            return FeeState.PAID
        if on <= self.due_on:
            return FeeState.PAYABLE
        return FeeState.LATE if on <= self.late_until else FeeState.LAPSED

    def surcharge_rate(self, paid_on: date) -> Fraction | None:
        """Share of the year's full fee due on top: none in the first month, then 5 % more each month.

        None after the late period. That the first month is free is in the notice on fees, not in PIR [M].
        """
        if paid_on > self.late_until:
            return None
        month = next(month for month in range(7) if paid_on <= add_months(self.due_on, month))
        return Fraction(max(0, month - 1), 20)


def annual_fee(filed_on: date, year: int) -> AnnualFee:
    """The fee of the `year`-th year from the `counting_date`; the second year's is due after one year.

    >>> annual_fee(date(2016, 4, 15), 9)
    AnnualFee(year=9, due_on=datetime.date(2024, 4, 15), late_until=datetime.date(2024, 10, 15))
    """
    due_on = add_months(filed_on, 12 * (year - 1))
    return AnnualFee(year, due_on, add_months(due_on, 6))


def annual_fees(filed_on: date, granted_on: date, last_day: date) -> list[AnnualFee]:
    """The fees due after grant: that of the year of grant was paid at registration (PIR 114).

    Raises:
        InputRejected: `DATE_ORDER_INVALID`, granted before filing.
    """
    if granted_on < filed_on:
        raise _disordered("filing", filed_on, granted_on)
    year = granted_on.year - filed_on.year + 1
    if granted_on < add_years(filed_on, year - 1):
        year -= 1
    fees = []
    while (fee := annual_fee(filed_on, year + 1)).due_on < last_day:
        fees.append(fee)
        year += 1
    return fees


def surcharge(fee: AnnualFee, amount: Money, paid_on: date) -> Money | None:
    """The surcharge on a year's full fee of `amount` paid on a day; None after the late period."""
    rate = fee.surcharge_rate(paid_on)
    return None if rate is None else share_of(amount, rate)


# United States


@dataclass(frozen=True, slots=True)
class MaintenanceFee:
    """A US maintenance fee: payable from, without surcharge until, with surcharge until (35 USC 41(b)).

    Unpaid, the patent expires at the end of `grace_until`; it is not retroactive.
    """

    payable_from: date
    due_on: date
    grace_until: date


def us_patent_last_day(
    earliest_filed_on: date,
    granted_on: date,
    *,
    adjustment_days: int = 0,
    disclaimed_after: date | None = None,
) -> date:
    """Last day of a US utility or plant patent (35 USC 154(a)(2)); a US term includes the anniversary itself.

    `earliest_filed_on` is the earliest non-provisional filing it claims the benefit of. `adjustment_days`
    are those of 154(b) and 156. A terminal disclaimer ends it with `disclaimed_after`. Filed before
    1995-06-08, it lasts 17 years from grant if that is longer (154(c)(1)).
    """
    last = add_years(earliest_filed_on, 20)
    if earliest_filed_on < US_URUGUAY_ROUND:
        last = max(last, add_years(granted_on, 17))
    last = _later(last, adjustment_days)
    return last if disclaimed_after is None else min(last, disclaimed_after)


def us_design_last_day(filed_on: date, granted_on: date) -> date:
    """Last day of a US design patent: 15 years from grant, 14 if filed before 2015-05-13 (35 USC 173)."""
    return add_years(granted_on, 15 if filed_on >= US_HAGUE else 14)


def us_maintenance_fees(granted_on: date) -> list[MaintenanceFee]:
    """The three fees of a US utility patent, due 3.5, 7.5 and 11.5 years after grant; designs have none."""
    due = (42, 90, 138)
    return [
        MaintenanceFee(
            add_months(granted_on, months - 6),
            add_months(granted_on, months),
            add_months(granted_on, months + 6),
        )
        for months in due
    ]


def us_trademark_period(registered_on: date, *, renewals: int = 0) -> TrademarkPeriod:
    """The period of a US mark: 10 years, renewable in the last one and 6 months after (15 USC 1058, 1059).

    The declaration of use between the fifth and sixth year is a duty of its own and not computed here.
    """
    start = add_years(registered_on, 10 * _counted(renewals))
    last = add_years(registered_on, 10 * (renewals + 1))
    first = start + DAY if renewals else registered_on
    return TrademarkPeriod(first, last, add_months(last, -12), add_months(last, 6))


def us_authored_work_last_day(last_author_died_on: date | None) -> date | None:
    """Life and 70 years, to 31 December, for works made since 1978 (17 USC 302(a), 305)."""
    return None if last_author_died_on is None else _end_of_year(last_author_died_on, 70)


def us_work_for_hire_last_day(created_on: date, published_on: date | None = None) -> date:
    """95 years from publication or 120 from creation, the earlier, to 31 December (17 USC 302(c), 305)."""
    unpublished = _end_of_year(created_on, 120)
    return unpublished if published_on is None else min(unpublished, _end_of_year(published_on, 95))


def _ten_years(first: date) -> date:
    return last_day_of_term(first, 10)


def _counted(renewals: int) -> int:
    if not 0 <= renewals <= 40:
        raise InputRejected(
            "TERM_INVALID",
            f"{renewals} renewals of ten years are more than any mark has had; count them again",
            f"续展次数 {renewals} 有误；请核对",
            renewals=renewals,
        )
    return renewals


def _end_of_year(day: date, years: int) -> date:
    return date(day.year + years, 12, 31)


def _later(day: date, days: int) -> date:
    if not 0 <= days <= (LATEST - day).days:
        raise InputRejected(
            "TERM_INVALID",
            f"a term cannot be extended by {days} days; give the days the office granted",
            f"期限不能延长 {days} 天；请填写主管机关批准的天数",
            days=days,
        )
    return day + timedelta(days)


def _disordered(name: str, earlier: date, later: date) -> InputRejected:
    return InputRejected(
        "DATE_ORDER_INVALID",
        f"the date of {name}, {earlier}, must not be after {later}; check both",
        f"日期顺序有误：{earlier} 不应晚于 {later}；请核对",
        which=name,
        earlier=earlier.isoformat(),
        later=later.isoformat(),
    )
