"""What can go wrong with the read tables; the ledger itself is untouched by any of it.

LedgerError
├── ProjectionBehind   the read tables do not yet hold what was asked about
└── RebuildRunning     another process is rebuilding them
"""

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
