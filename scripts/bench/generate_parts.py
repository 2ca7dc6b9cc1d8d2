"""A made-up ledger as an export, of any length, the same for the same seed: no database, but a correct chain.

    python -m scripts.bench.generate_parts 1000000 FOLDER [--seed 7] [--part-entries 100000]

Rights of several offices and kinds are registered, then transferred, licensed, pledged (some together),
frozen and released; pools are formed. Every entry is one that the ledger could hold: its digest is that of
its bytes, its link follows, its rights' sequences go on.
"""

from argparse import ArgumentParser
from base64 import urlsafe_b64encode
from collections import deque
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any, Final

import orjson

from ledger import chain
from ledger.entry import format_instant
from ledger.store.reader import StoredEntry
from projections.batch.export import PART, write_part
from projections.batch.manifest import ENTRIES, Manifest, write_manifest

ORIGIN: Final = "bench.example/ipledger"

_FIRST_DAY: Final = date(2014, 1, 2)
_DAYS: Final = 11 * 365
_REMEMBERED: Final = 20_000
_WORK_SIGNS: Final = "国京沪苏浙鲁鄂粤川陕"
_FIRMS: Final = tuple(
    f"{place}{name}科技有限公司" for place in "京沪苏浙粤川" for name in "启明远航星辰海岳天成"
)
_BANKS: Final = tuple(
    f"{name}银行股份有限公司" for name in ("华东", "江南", "珠江", "蜀都", "北方", "滨海", "秦岭")
)

Fact = tuple[str, str, list[str], list[str], dict[str, Any]]
"""Type, class, rights, further tags, data."""


class _World:
    """What has been said so far, as far as the next entry can follow from it."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 -- made up, and the same every time
        self.rights: deque[str] = deque(maxlen=_REMEMBERED)
        self.pledges: deque[tuple[str, list[str]]] = deque(maxlen=_REMEMBERED)
        self.freezes: deque[tuple[str, str]] = deque(maxlen=_REMEMBERED)
        self.number = 0

    def party(self, names: tuple[str, ...]) -> dict[str, Any]:
        return {"name": self.random.choice(names)}

    def right(self) -> str:
        return self.rights[self.random.randrange(len(self.rights))]


def stored_entries(seed: int = 7) -> Iterator[StoredEntry]:
    """Entries from position 1 on, without end."""
    world = _World(seed)
    link = chain.genesis(ORIGIN)
    heads: dict[str, tuple[int, str]] = {}
    began = datetime(2026, 1, 5, 1, tzinfo=UTC)
    position = 0
    while True:
        position += 1
        day = (_FIRST_DAY + timedelta(days=position * 7 % _DAYS)).isoformat()
        kind, whose, rights, tags, data = _next_fact(world, position, day)
        assets: list[tuple[str, int, str]] = []
        for right in sorted(rights):
            seq, previous = heads.get(right, (0, chain.NO_PREVIOUS))
            assets.append((right, seq + 1, previous))
        raw = orjson.dumps(
            {
                "v": 1,
                "type": kind,
                "type_v": 1,
                "class": whose,
                "subjects": sorted([*tags, *(f"asset:{right}" for right in rights)]),
                "assets": assets,
                "effective_at": day,
                "recorded_at": format_instant(began + timedelta(milliseconds=position)),
                "actor": "bench",
                "command_id": f"bench-{position}",
                "source": {
                    "register": "BENCH",
                    "number": f"{position:09d}",
                    "digest": f"{position:064x}",
                    "media_type": "text/plain",
                },
                "data": {"rights": rights, **data},
                "commitments": [],
                "salt": urlsafe_b64encode(world.random.randbytes(16)).rstrip(b"=").decode(),
            },
            option=orjson.OPT_SORT_KEYS,
        )
        digest = sha256(raw).digest()
        link = chain.link(link, position, digest)
        for right, seq, _ in assets:
            heads[right] = (seq, digest.hex())
        yield StoredEntry(position, raw, digest, link)


def write(folder: Path, entries: int, *, seed: int = 7, part_entries: int = PART) -> Manifest:
    """Write an export of `entries` made-up entries into a new folder."""
    (folder / ENTRIES).mkdir(parents=True)
    stored = stored_entries(seed)
    manifest = Manifest(ORIGIN)
    while manifest.position < entries:
        first = manifest.position + 1
        last = min(manifest.position + part_entries, entries)
        some = islice(stored, last - first + 1)
        manifest = manifest.extended(write_part(some, folder, first, last, manifest.link))
    write_manifest(folder, manifest)
    return manifest


def _next_fact(world: _World, position: int, day: str) -> Fact:
    if position % 3 == 1:
        return _registered(world)
    if position % 20_000 == 2:
        return _pool(world, day)
    return world.random.choices(_MAKERS, _WEIGHTS)[0](world, day)


def _registered(world: _World) -> Fact:
    world.number += 1
    number = world.number
    right = (
        f"CN:patent:2018{number % 10**8:08d}.{number % 10}",
        f"CN:trademark:{10_000_000 + number}",
        f"US:patent:{14_000_000 + number}",
        f"CN:software:2021SR{number % 10**7:07d}",
        f"CN:copyright:{_WORK_SIGNS[number // 6 % len(_WORK_SIGNS)]}作登字-2023-F-{number:08d}",
        f"EP:patent:{20_000_000 + number}",
    )[number % 6]
    world.rights.append(right)
    data = {
        "names": [{"kind": "application", "number": right.rpartition(":")[2]}],
        "title": f"作品与发明 {number}",
        "filed_on": "2013-05-06",
        "holders": [{"name": world.random.choice(_FIRMS), "share": [1, 1]}],
    }
    return "right.registered", "AUTHORITY", [right], [], data


def _transferred(world: _World, day: str) -> Fact:
    data = {
        "grantors": [world.party(_FIRMS)],
        "grantees": [world.party(_FIRMS)],
        "executed_on": day,
        "registered_on": day,
    }
    return "transfer.registered", "AUTHORITY", [world.right()], [], data


def _licensed(world: _World, day: str) -> Fact:
    license_id = f"lic_{world.random.getrandbits(48):012x}"
    data = {
        "license": license_id,
        "licensors": [world.party(_FIRMS)],
        "licensees": [world.party(_FIRMS)],
        "license_kind": world.random.choice(("exclusive", "sole", "ordinary")),
        "registered_on": day,
    }
    return "license.recorded", "AUTHORITY", [world.right()], [f"license:{license_id}"], data


def _pledged(world: _World, day: str) -> Fact:
    pledge = f"pld_{world.random.getrandbits(48):012x}"
    rights = sorted({world.right() for _ in range(world.random.choice((1, 1, 1, 2, 4)))})
    data: dict[str, Any] = {
        "pledge": pledge,
        "pledgors": [world.party(_FIRMS)],
        "pledgees": [world.party(_BANKS)],
        "registered_on": day,
    }
    if world.random.random() < 0.9:
        minor = world.random.randrange(10_000_000, 50_000_000_000, 1000)
        data["amount"] = {"minor": minor, "currency": world.random.choice(("CNY", "CNY", "CNY", "USD"))}
    world.pledges.append((pledge, rights))
    return "pledge.registered", "AUTHORITY", rights, [f"pledge:{pledge}"], data


def _released(world: _World, day: str) -> Fact:
    if not world.pledges:
        return _pledged(world, day)
    pledge, rights = world.pledges.popleft()
    return (
        "pledge.released",
        "AUTHORITY",
        rights,
        [f"pledge:{pledge}"],
        {"pledges": [pledge], "registered_on": day},
    )


def _frozen(world: _World, day: str) -> Fact:
    freeze, right = f"frz_{world.random.getrandbits(48):012x}", world.right()
    world.freezes.append((freeze, right))
    data = {"freeze": freeze, "registered_on": day, "effective_from": day}
    return "freeze.imposed", "AUTHORITY", [right], [f"freeze:{freeze}"], data


def _unfrozen(world: _World, day: str) -> Fact:
    if not world.freezes:
        return _frozen(world, day)
    freeze, right = world.freezes.popleft()
    data = {"freeze": freeze, "registered_on": day, "ended_on": day}
    return "freeze.lifted", "AUTHORITY", [right], [f"freeze:{freeze}"], data


def _pool(world: _World, day: str) -> Fact:
    pool = f"pol_{world.random.getrandbits(48):012x}"
    minor = world.random.randrange(1_000_000_000, 90_000_000_000, 100_000)
    data = {
        "pool": pool,
        "name": f"专项计划 {pool[-4:]}",
        "structure": "two_step_license",
        "originator": world.party(_FIRMS),
        "manager": world.party(_BANKS),
        "cut_off_on": day,
        "formed_on": day,
        "terms": {
            "currency": "CNY",
            "matures_on": "2035-01-01",
            "tranches": [{"name": "优先级", "principal": minor}, {"name": "次级", "principal": minor // 10}],
        },
    }
    return "pool.formed", "PARTY", [], [f"pool:{pool}"], data


_MAKERS: Final[tuple[Callable[[_World, str], Fact], ...]] = (
    _transferred, _licensed, _pledged, _released, _frozen, _unfrozen,
)  # fmt: skip
_WEIGHTS: Final = (40, 15, 22, 12, 7, 4)


def main() -> None:
    """Write an export."""
    parser = ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("entries", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--part-entries", type=int, default=PART)
    arguments = parser.parse_args()
    manifest = write(
        arguments.folder, arguments.entries, seed=arguments.seed, part_entries=arguments.part_entries
    )
    print(f"{manifest.position} entries, {len(manifest.parts)} files, link {manifest.link.hex()}")


if __name__ == "__main__":
    main()
