"""What can go wrong with the read tables; the ledger itself is untouched by any of it.

LedgerError
├── ProjectionBehind   the read tables do not yet hold what was asked about
├── RebuildRunning     another process is rebuilding them
├── PoolUnknown        no pool of that id is on the ledger
├── PeriodUnknown      the pool has not run that payment period
├── LoanUnknown        no loan of that id is on the ledger
├── FundUnknown        no fund of that id is on the ledger
├── PledgeUnknown      no pledge of that id is on the ledger
└── CursorInvalid      `after` is not a place that a page ended at
"""

from typing import Final

from ledger.errors import LedgerError


class ProjectionBehind(LedgerError):
    """The read tables end before the ledger does, and the question cannot be answered without the rest."""

    code = "PROJECTION_BEHIND"

    def __init__(self, position: int, head: int) -> None:
        """`position` is the last entry projected, `head` the last entry of the ledger."""
        super().__init__(
            f"the read tables end at position {position}, the ledger at {head}; "
            "ask again in a moment, and if this lasts run: ipledger doctor",
            f"查询表更新至第 {position} 条，账本已至第 {head} 条；"
            "请稍后重试，若持续如此请运行：ipledger doctor",
            position=position,
            head=head,
        )


class RebuildRunning(LedgerError):
    """A rebuild was asked for while another one runs."""

    code = "REBUILD_RUNNING"

    def __init__(self) -> None:
        """There is nothing to name: one ledger, one rebuild."""
        super().__init__(
            "another process is rebuilding the read tables of this ledger; let it finish or stop it",
            "另一进程正在重建本账本的查询表；请等待其完成或将其停止",
        )


class PoolUnknown(LedgerError):
    """A pool that was not formed on this ledger, as far as it is known then."""

    code = "POOL_UNKNOWN"

    def __init__(self, pool: str) -> None:
        """`pool` is the id asked for."""
        super().__init__(
            f"no pool {_shown(pool)} is on this ledger; a pool's id begins with pol_",
            f"本账本中没有资产池 {_shown(pool)}；资产池编号以 pol_ 开头",
            pool=_shown(pool),
        )


class PeriodUnknown(LedgerError):
    """A payment period that was not run."""

    code = "PERIOD_UNKNOWN"

    def __init__(self, pool: str, number: int, last: int) -> None:
        """`last` is the number of the last period run, 0 before the first."""
        super().__init__(
            f"pool {pool} has run {last} payment periods; there is no period {number}",
            f"资产池 {pool} 已运行 {last} 期；没有第 {number} 期",
            pool=pool,
            number=number,
            last=last,
        )


class LoanUnknown(LedgerError):
    """A loan that is not on this ledger."""

    code = "LOAN_UNKNOWN"

    def __init__(self, loan: str) -> None:
        """`loan` is the id asked for."""
        super().__init__(
            f"no loan {_shown(loan)} is on this ledger; a loan's id begins with loan_",
            f"本账本中没有贷款 {_shown(loan)}；贷款编号以 loan_ 开头",
            loan=_shown(loan),
        )


class FundUnknown(LedgerError):
    """A fund that is not on this ledger."""

    code = "FUND_UNKNOWN"

    def __init__(self, fund: str) -> None:
        """`fund` is the id asked for."""
        super().__init__(
            f"no fund {_shown(fund)} is on this ledger; a fund's id begins with fund_",
            f"本账本中没有基金 {_shown(fund)}；基金编号以 fund_ 开头",
            fund=_shown(fund),
        )


class PledgeUnknown(LedgerError):
    """A pledge that no entry of this ledger speaks of."""

    code = "PLEDGE_UNKNOWN"

    def __init__(self, pledge: str) -> None:
        """`pledge` is the id asked for."""
        super().__init__(
            f"no pledge {_shown(pledge)} is on this ledger; a pledge's id begins with pld_, and "
            "ipledger status shows those on a right",
            f"本账本中没有质押 {_shown(pledge)}；质押编号以 pld_ 开头，可用 ipledger status 查看权利上的质押",
            pledge=_shown(pledge),
        )


class CursorInvalid(LedgerError):
    """Where a page is to begin is no place a page ended at."""

    code = "CURSOR_INVALID"

    def __init__(self, after: str) -> None:
        """`after` is what was given."""
        super().__init__(
            "give as after what the page before gave as next, unchanged",
            "after 须原样填写上一页的 next",
            after=_shown(after),
        )


_SHOWN_MAX: Final = 80


def _shown(text: str) -> str:
    """What was given, without signs that a terminal would obey."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text[:_SHOWN_MAX])
