"""Money in integer minor units with its ISO 4217 currency, and the arithmetic of N-6. No floats anywhere.

An amount beyond 2^53−1 minor units is refused, because entries are JSON that any reader must read exactly
(design 4.1). Rates are exact fractions read from decimal text. Interest is rounded once per payment, half
up; what a division leaves over goes to the last part.
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache
from importlib.resources import files
from typing import Final

from ledger.errors import InputRejected

MINOR_MAX: Final = 2**53 - 1
DAYS_OF_YEAR: Final = 365
"""Actual/365 unless the contract says otherwise (N-6)."""


def _exponents() -> dict[str, int]:
    text = files("ledger.values").joinpath("currencies.csv").read_text("utf-8")
    return {row["code"]: int(row["exponent"]) for row in csv.DictReader(text.splitlines())}


EXPONENTS: Final = _exponents()
"""Decimal places of each currency (ISO 4217): CNY has 2, JPY 0, KWD 3."""


@dataclass(frozen=True, slots=True)
class Money:
    """`minor` units of `currency`: `Money(3813699, "CNY")` is 38,136.99.

    Raises:
        InputRejected: `AMOUNT_INVALID`, not an integer; `AMOUNT_TOO_LARGE`; `CURRENCY_UNKNOWN`.
    """

    minor: int
    currency: str

    def __post_init__(self) -> None:
        """Check what came from outside, and what was computed."""
        if type(self.minor) is not int:
            raise _invalid(str(self.minor))
        if abs(self.minor) > MINOR_MAX:
            raise InputRejected(
                "AMOUNT_TOO_LARGE",
                f"the amount has more than {MINOR_MAX} minor units; split it",
                f"金额超过 {MINOR_MAX} 最小货币单位；请拆分",
                max=MINOR_MAX,
            )
        if self.currency not in EXPONENTS:
            shown = str(self.currency)[:20]
            raise InputRejected(
                "CURRENCY_UNKNOWN",
                f"{shown!r} is no currency of ISO 4217; write for example CNY",
                f"{shown!r} 不是 ISO 4217 货币代码；例如 CNY",
                currency=shown,
            )

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other).minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other).minor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.minor < self._same(other).minor

    def __le__(self, other: "Money") -> bool:
        return self.minor <= self._same(other).minor

    def __str__(self) -> str:
        """`38136.99 CNY`."""
        exponent = EXPONENTS[self.currency]
        digits = f"{abs(self.minor):0{exponent + 1}d}"
        sign = "-" if self.minor < 0 else ""
        whole, rest = (digits[:-exponent], "." + digits[-exponent:]) if exponent else (digits, "")
        return f"{sign}{whole}{rest} {self.currency}"

    def _same(self, other: "Money") -> "Money":
        if self.currency != other.currency:
            raise InputRejected(
                "CURRENCY_MISMATCH",
                f"{self.currency} and {other.currency} cannot be reckoned together; convert one of them",
                f"{self.currency} 与 {other.currency} 不能直接相加减；请先换算",
                currencies=[self.currency, other.currency],
            )
        return other


def parse_money(text: str, currency: str) -> Money:
    """`38136.99` or `38,136.99` in major units.

    Raises:
        InputRejected: `AMOUNT_INVALID`, also with more decimals than the currency has; `AMOUNT_TOO_LARGE`;
            `CURRENCY_UNKNOWN`.

    >>> parse_money("38,136.99", "CNY")
    Money(minor=3813699, currency='CNY')
    """
    exponent = EXPONENTS[Money(0, currency).currency]
    match = _AMOUNT.fullmatch(text)
    if match is None or len(match["decimals"] or "") > exponent:
        raise _invalid(text)
    digits = match["whole"].replace(",", "") + (match["decimals"] or "").ljust(exponent, "0")
    return Money(int(match["sign"] + digits), currency)


@lru_cache(maxsize=4096)
def parse_rate(text: str) -> Fraction:
    """A rate per year as text, exact: `5.8%`, `4.20 %`, `0.058`. Without a percent sign it is at most 1.

    Raises:
        InputRejected: `RATE_INVALID`.

    >>> parse_rate("5.8%") == parse_rate("0.058") == Fraction(58, 1000)
    True
    """
    match = _RATE.fullmatch(text)
    rate = Fraction(match["number"]) / (100 if match["percent"] else 1) if match else None
    if rate is None or (rate > 1 and not text.endswith("%")):
        shown = text[:40]
        raise InputRejected(
            "RATE_INVALID",
            f"{shown!r} is no rate: write 5.8% or 0.058",
            f"{shown!r} 不是有效利率：请写作 5.8% 或 0.058",
            text=shown,
        )
    return rate


def half_up(amount: Fraction) -> int:
    """Rounded to the nearest integer, halves away from zero.

    >>> half_up(Fraction(5, 2)), half_up(Fraction(-5, 2)), half_up(Fraction(249, 100))
    (3, -3, 2)
    """
    magnitude = (2 * abs(amount.numerator) + amount.denominator) // (2 * amount.denominator)
    return magnitude if amount >= 0 else -magnitude


def share_of(amount: Money, share: Fraction) -> Money:
    """A fraction of an amount, rounded half up once."""
    return Money(half_up(amount.minor * share), amount.currency)


def interest(
    principal: Money, rate: Fraction, first: date, last: date, *, days_of_year: int = DAYS_OF_YEAR
) -> Money:
    """Interest for the days after `first` up to and including `last`, rounded half up once (N-6).

    `rate` is per year. Nothing accrues where `last` is not after `first`.

    >>> str(interest(Money(600000000, "CNY"), parse_rate("5.8%"), date(2024, 6, 20), date(2024, 7, 30)))
    '38136.99 CNY'
    """
    days = max(0, (last - first).days)
    return share_of(principal, rate * Fraction(days, days_of_year))


def allocate(total: Money, weights: Sequence[int | Fraction]) -> list[Money]:
    """Parts in proportion to `weights`, rounded down; what is left goes to the last that has a weight (N-6).

    The parts always sum to `total`. `total` is not negative; weights are not negative, one at least is
    positive.

    Raises:
        InputRejected: `ALLOCATION_INVALID`.

    >>> [part.minor for part in allocate(Money(100, "CNY"), [1, 1, 1])]
    [33, 33, 34]
    """
    whole = sum(weights, Fraction(0))
    if total.minor < 0 or whole <= 0 or min(weights) < 0:
        raise _indivisible(total)
    parts = [int(total.minor * weight / whole) for weight in weights]
    last = max(place for place, weight in enumerate(weights) if weight)
    parts[last] += total.minor - sum(parts)
    return [Money(part, total.currency) for part in parts]


def pay_in_order(proceeds: Money, ranks: Sequence[Sequence[Money]]) -> tuple[list[list[Money]], Money]:
    """What each claim gets, rank by rank, and what is left over (CC 414, P-24).

    Claims are already limited to what is secured. Claims of one rank share in proportion to their amounts
    when the money does not suffice (P-7), rounded down; the cents left over go one each to the last of them,
    so that none gets more than is owed. Payments and surplus sum to `proceeds`.

    Raises:
        InputRejected: `ALLOCATION_INVALID` for a negative amount, `CURRENCY_MISMATCH`.
    """
    for amount in (proceeds, *(claim for claims in ranks for claim in claims)):
        if amount.minor < 0:
            raise _indivisible(amount)
    left = proceeds
    paid: list[list[Money]] = []
    for claims in ranks:
        due = sum(claims, Money(0, proceeds.currency))
        given = list(claims) if due <= left else _pro_rata(left, claims, due)
        paid.append(given)
        left = left - sum(given, Money(0, proceeds.currency))
    return paid, left


def _pro_rata(left: Money, claims: Sequence[Money], due: Money) -> list[Money]:
    parts = [left.minor * claim.minor // due.minor for claim in claims]
    rounded = [place for place, claim in enumerate(claims) if left.minor * claim.minor % due.minor]
    residue = left.minor - sum(parts)
    for place in rounded[len(rounded) - residue :]:
        parts[place] += 1
    return [Money(part, left.currency) for part in parts]


_AMOUNT: Final = re.compile(
    r"(?P<sign>-?)(?P<whole>[0-9]{1,3}(?:,[0-9]{3}){1,6}|[0-9]{1,18})(?:\.(?P<decimals>[0-9]{1,4}))?"
)
_RATE: Final = re.compile(r"(?P<number>[0-9]{1,4}(?:\.[0-9]{1,12})?)(?P<percent> ?%)?")


def _indivisible(amount: Money) -> InputRejected:
    return InputRejected(
        "ALLOCATION_INVALID",
        "only an amount of zero or more is divided, by weights of zero or more that are not all zero",
        "仅可按非负且不全为零的权重分配非负金额",
        minor=amount.minor,
    )


def _invalid(shown: str) -> InputRejected:
    return InputRejected(
        "AMOUNT_INVALID",
        f"{shown[:40]} is no amount: write digits with at most the decimals of the currency, no exponent",
        f"{shown[:40]} 不是有效金额：请写数字，小数位不得超过该货币的位数",
        text=shown[:40],
    )
