"""Read tables beside the ledger: who owns, what encumbers, at which rank, as of when, as known when.

Promises: every entry is projected exactly once; what is stored of a right equals the fold of its entries
(`ledger.statement`); an answer is never older than the right's last entry, or says at which position it ends;
the tables can be thrown away and rebuilt while they serve.
"""

from projections.attention_feed import attention, pools_on
from projections.encumbrances import rights_under
from projections.errors import ProjectionBehind, RebuildRunning
from projections.exposure import exposure
from projections.flags import flagged_positions
from projections.funding import fund, loan
from projections.licensing import calendar, freezes, licenses
from projections.ownership import periods
from projections.parties import find, rights_of
from projections.pledges import pledge
from projections.pools import period, pool
from projections.rights import resolve_right, status
from projections.runner import catch_up, follow, open_views, rebuild
from projections.search import search
from projections.timeline import timeline
from projections.views import Progress, Views

__all__ = [
    "Progress",
    "ProjectionBehind",
    "RebuildRunning",
    "Views",
    "attention",
    "calendar",
    "catch_up",
    "exposure",
    "find",
    "flagged_positions",
    "follow",
    "freezes",
    "fund",
    "licenses",
    "loan",
    "open_views",
    "period",
    "periods",
    "pledge",
    "pool",
    "pools_on",
    "rebuild",
    "resolve_right",
    "rights_of",
    "rights_under",
    "search",
    "status",
    "timeline",
]
