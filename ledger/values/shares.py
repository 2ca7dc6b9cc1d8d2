"""Exact shares: fractions written `[n, d]`, never floats (rule N-6)."""

from fractions import Fraction
from typing import Final

WHOLE: Final = Fraction(1)


def as_pair(share: Fraction) -> list[int]:
    """`1/2` as `[1, 2]`."""
    return [share.numerator, share.denominator]


def from_pair(pair: list[int]) -> Fraction:
    """`[1, 2]` as `1/2`; raises ValueError or ZeroDivisionError for anything that is no share in (0, 1]."""
    numerator, denominator = pair
    share = Fraction(numerator, denominator)
    if not 0 < share <= 1:
        raise ValueError(f"{pair} is not a share between 0 and 1")
    return share
