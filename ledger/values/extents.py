"""Sets of nested names, exact under union, intersection and difference.

`batteries` contains `batteries/lithium`; everything but `batteries` is a set too, though nobody can list
it. A set is a tree: at each name it says whether what is not named further belongs (`rest`), and what holds
for the names below that differ. Equal sets are equal values.

A *universe* is the set of all there is. Where it is closed (the provinces of a country, the 45 classes of
goods) its rest is empty: when the last province has been taken away, nothing of the country remains.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

Path = tuple[str, ...]
"""Names from the outermost to the innermost; `()` is the whole universe."""


@dataclass(frozen=True, slots=True)
class Extent:
    """`named` is sorted and holds only what differs from `rest`; make one with the functions below."""

    rest: bool
    named: tuple[tuple[str, "Extent"], ...] = ()

    def __or__(self, other: "Extent") -> "Extent":
        return _combine(self, other, lambda one, two: one or two)

    def __and__(self, other: "Extent") -> "Extent":
        return _combine(self, other, lambda one, two: one and two)

    def __sub__(self, other: "Extent") -> "Extent":
        return _combine(self, other, lambda one, two: one and not two)

    def __le__(self, other: "Extent") -> bool:
        """Whether every member is one of `other`."""
        return (self - other) == NOTHING

    def __contains__(self, path: Path) -> bool:
        """Whether the place at the end of the path, outside every name below it, belongs."""
        extent = self
        for name in path:
            extent = extent.below(name)
        return extent.rest

    def below(self, name: str) -> "Extent":
        """What belongs of one name."""
        for known, extent in self.named:
            if known == name:
                return extent
        return Extent(self.rest)


NOTHING: Final = Extent(rest=False)
EVERYTHING: Final = Extent(rest=True)


def closed(names: Iterable[str]) -> Extent:
    """A universe of these names and nothing else; what is below them is open."""
    return Extent(rest=False, named=tuple((name, EVERYTHING) for name in sorted(set(names))))


def at(path: Path, extent: Extent = EVERYTHING) -> Extent:
    """All that is at or below a path, or `extent` of it."""
    for name in reversed(path):
        extent = NOTHING if extent == NOTHING else Extent(rest=False, named=((name, extent),))
    return extent


def chosen(universe: Extent, included: Iterable[Path], excluded: Iterable[Path] = ()) -> Extent:
    """What is at or below the included paths and not the excluded ones; the longest path decides."""
    verdicts = [(path, True) for path in included] + [(path, False) for path in excluded]
    extent = NOTHING
    for path, belongs in sorted(verdicts, key=lambda verdict: len(verdict[0])):
        extent = extent | at(path) if belongs else extent - at(path)
    return extent & universe


def described(universe: Extent, extent: Extent) -> tuple[list[Path], list[Path]]:
    """Included and excluded paths from which `chosen` makes the same extent, in one settled order."""
    included: list[Path] = []
    excluded: list[Path] = []
    _describe((), universe, extent, assumed=False, included=included, excluded=excluded)
    return included, excluded


def _combine(one: Extent, two: Extent, decide: Callable[[bool, bool], bool]) -> Extent:
    rest = decide(one.rest, two.rest)
    here, there = dict(one.named), dict(two.named)
    if not here and not there:
        return Extent(rest)
    unnamed_here, unnamed_there = Extent(one.rest), Extent(two.rest)
    named = (
        (name, _combine(here.get(name, unnamed_here), there.get(name, unnamed_there), decide))
        for name in sorted(here.keys() | there.keys())
    )
    plain = Extent(rest)
    return Extent(rest, tuple((name, extent) for name, extent in named if extent != plain))


def _describe(
    path: Path, universe: Extent, extent: Extent, *, assumed: bool, included: list[Path], excluded: list[Path]
) -> None:
    """Say what holds at a path, given that all above it was said to be in or out (`assumed`)."""
    if extent == (universe if assumed else NOTHING):
        return
    names = sorted({name for name, _ in universe.named} | {name for name, _ in extent.named})
    whole = sum(extent.below(name) == universe.below(name) for name in names)
    belongs = extent.rest if universe.rest else 2 * whole > len(names)
    if extent in (universe, NOTHING):
        belongs = extent == universe
    if belongs != assumed:
        (included if belongs else excluded).append(path)
    for name in names:
        _describe(
            (*path, name),
            universe.below(name),
            extent.below(name),
            assumed=belongs,
            included=included,
            excluded=excluded,
        )
