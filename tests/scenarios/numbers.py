"""Valid numbers for as many rights as a test needs."""

from ledger.values.rights import cn_check_digit

INVENTION, UTILITY_MODEL, DESIGN = 1, 2, 3


def cn_patent(year, serial, sort=INVENTION):
    """A Chinese application number of thirteen signs with its check sign (A-ID1).

    >>> cn_patent(2015, 100001)
    'CN:patent:201510100001.8'
    """
    digits = f"{year}{sort}{serial:07d}"
    return f"CN:patent:{digits}.{cn_check_digit(digits)}"
