"""What the tests of projections and of the interface append: facts as a register would report them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from typing import Any

import orjson

from ledger.entry import Draft, EntryClass, Source, new_salt, parse
from ledger.facts.base import Fact
from ledger.facts.pledges import PledgeRegistered, PledgeReleased
from ledger.facts.registrations import RightRegistered
from ledger.facts.transfers import TransferRegistered
from ledger.statement import fold
from ledger.store import Appended, AppendRequest, Condition, Store
from projections import Views

REGISTER = "USPTO"
_numbers = count(1)


def party(name: str) -> dict[str, Any]:
    return {"name": name}


def registered(right: str, **given: Any) -> RightRegistered:
    names = given.pop("names", ({"kind": "application", "number": right.rpartition(":")[2]},))
    return RightRegistered(rights=(right,), names=names, **given)


def transferred(right: str, grantor: str, grantee: str, day: str) -> TransferRegistered:
    return TransferRegistered(
        rights=(right,),
        grantors=(party(grantor),),
        grantees=(party(grantee),),
        executed_on=day,
        registered_on=day,
    )


def pledged(
    right: str | Sequence[str], pledge: str, pledgor: str, pledgee: str, day: str
) -> PledgeRegistered:
    return PledgeRegistered(
        rights=(right,) if isinstance(right, str) else tuple(right),
        pledge=pledge,
        pledgors=(party(pledgor),),
        pledgees=(party(pledgee),),
        registered_on=day,
    )


def released(right: str | Sequence[str], pledge: str, releasor: str, day: str) -> PledgeReleased:
    return PledgeReleased(
        rights=(right,) if isinstance(right, str) else tuple(right),
        pledges=(pledge,),
        references=("000001/0001",),
        releasors=(party(releasor),),
        registered_on=day,
    )


def draft(fact: Fact, *, number: str | None = None, **changes: Any) -> Draft:
    """The fact as a draft, recorded at the register under `number`."""
    serial = next(_numbers)
    recording = number or f"{serial:06d}/0001"
    members = {
        "type": fact.TYPE,
        "type_v": fact.VERSION,
        "entry_class": EntryClass.PARTY,
        "subjects": fact.tags(),
        "effective_at": fact.effective_on or "2020-01-01",
        "actor": "test:register",
        "command_id": f"command-{serial}",
        "data": fact.as_data(),
        "salt": new_salt(),
        "source": Source(REGISTER, recording, "0" * 64, "application/xml"),
    }
    return Draft(**(members | changes))


def append(store: Store, *facts: Fact | Draft) -> Appended:
    """Append facts in one request; their positions."""
    command_id = f"append-{next(_numbers)}"
    drafts = tuple(
        replace(fact if isinstance(fact, Draft) else draft(fact), command_id=command_id) for fact in facts
    )
    heads = store.reader.asset_heads({right for one in drafts for right in one.assets})
    request = AppendRequest(
        drafts, Condition(assets=heads, after=store.reader.head().position, query=()), command_id
    )
    result = store.writer.append(request)
    assert isinstance(result, Appended), result
    return result


def unknown_event(right: str) -> Draft:
    """An event of a later release."""
    return draft(registered(right), type="right.teleported", data={"rights": [right]})


def contents(store: Store, generation: int) -> dict[str, Counter[tuple[Any, ...]]]:
    """Every row of every read table of a generation, by table."""
    found = {}
    with store.database.connection() as connection:
        tables = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = %s AND starts_with(tablename, %s)",
            (f"{store.schema}_read", f"g{generation}_"),
        ).fetchall()
        for (table,) in tables:
            rows = connection.execute(f'SELECT t::text FROM "{store.schema}_read"."{table}" t').fetchall()
            found[table.partition("_")[2]] = Counter(rows)
    return found


def assert_equals_fold(store: Store, views: Views) -> None:
    """Every right on the ledger is stored as the fold of its entries says."""
    ids = [row[0] for row in views.rows("SELECT id FROM ledger_asset ORDER BY id")]
    stored = views.rows("SELECT right_id, position, count, statement FROM {statement} ORDER BY right_id")
    assert [row[0] for row in stored] == ids
    for right, position, number, statement in stored:
        entries = [parse(item.raw, item.position) for item in store.reader.asset_entries(right)]
        assert orjson.loads(statement) == fold(right, entries)
        assert (position, number) == (entries[-1].position, len(entries))
    positions = views.rows("SELECT position, right_id FROM {timeline}")
    tagged = views.rows("SELECT position, substr(tag, 7) FROM ledger_tag WHERE starts_with(tag, 'asset:')")
    assert sorted(positions) == sorted(tagged)
