"""The queue of freezes against a day-by-day model, in whatever order its facts were recorded (F-1 to F-5)."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ledger.facts.documents import DocumentFiled
from ledger.facts.freezes import FreezeCeilingSet, FreezeImposed, FreezeLifted, FreezeRenewed, service_day
from ledger.facts.insolvency import InsolvencyAccepted
from ledger.facts.registrations import RightRegistered
from ledger.statement.freezes import freeze_queue
from ledger.statement.reading import freezes_on
from ledger.values.calendar import add_months
from tests.ledger.statement.histories import CN, Recording, by_authority, told

FIRST = date(2024, 1, 1)
DAYS = [(FIRST + timedelta(days)).isoformat() for days in range(0, 900, 7)]
IDS = ("frz_a", "frz_b", "frz_c", "frz_d")

days = st.integers(0, 500).map(lambda days: (FIRST + timedelta(days)).isoformat())
months = st.integers(1, 9)


@st.composite
def instants(draw):
    return f"{draw(days)}T{draw(st.integers(0, 23)):02}:{draw(st.integers(0, 59)):02}:00+08:00"


@st.composite
def histories(draw):
    """Up to four freezes of known times of service, liftings and renewals of them, and an insolvency."""
    freezes = draw(st.lists(instants(), min_size=1, max_size=4, unique=True))
    imposed = {IDS[place]: (served, draw(months)) for place, served in enumerate(freezes)}
    named = st.sampled_from(sorted(imposed))
    lifted = draw(st.dictionaries(named, days, max_size=2))
    renewed = draw(st.lists(st.tuples(named, instants(), months), max_size=2, unique_by=lambda each: each[1]))
    return imposed, lifted, renewed, draw(st.none() | days)


def recordings(history):
    imposed, lifted, renewed, insolvent_on = history
    common = {"rights": (CN,)}
    yield "right", RightRegistered(holders=({"name": "甲公司"},), filed_on="2018-05-20", **common)
    for freeze, (served, term) in imposed.items():
        yield (
            f"N {freeze}",
            FreezeImposed(freeze=freeze, served_at=served, term_months=term, stage="preservation", **common),
        )
    for freeze, day in lifted.items():
        yield f"L {freeze}", FreezeLifted(freeze=freeze, registered_on=day, **common)
    for number, (freeze, served, term) in enumerate(renewed):
        yield f"R {number}", FreezeRenewed(freeze=freeze, served_at=served, term_months=term, **common)
    if insolvent_on:
        yield "I", InsolvencyAccepted(
            insolvency="ins_1", party={"name": "甲公司"}, procedure="liquidation", accepted_on=insolvent_on,
            **common,
        )  # fmt: skip


def statement_of(recorded):
    return told(*(by_authority(Recording(number, fact)) for number, fact in recorded), right=CN)


def modelled(history, until):  # noqa: C901  # a model spells every case out
    """Live freeze and waiting line of every day, found by walking the calendar; names are the numbers."""
    imposed, lifted, renewed, insolvent_on = history
    notices = [(served, f"N {freeze}", freeze, term, False) for freeze, (served, term) in imposed.items()]
    notices += [
        (served, f"R {place}", freeze, term, True) for place, (freeze, served, term) in enumerate(renewed)
    ]
    notices.sort(key=lambda notice: (notice[0], notice[1]))
    live, last, line, over, found = None, None, [], set(), {}
    day = FIRST
    while day.isoformat() <= until:
        now = day.isoformat()
        if live and last < now:
            over.add(live[0])
            live = None
        live, last, line = _moved_up(live, last, line, day)
        for served, number, freeze, term, renews in notices:
            if service_day(served) != now:
                continue
            place = f"N {freeze}"
            if renews and live and live[0] == place:
                last = add_months(date.fromisoformat(last), term).isoformat()
            elif renews and place in [each[0] for each in line]:
                line = [(each[0], term if each[0] == place else each[1]) for each in line]
            elif place not in over or renews:
                line.append((number, term))
                live, last, line = _moved_up(live, last, line, day)
        for freeze, on in lifted.items():
            place = f"N {freeze}"
            followed = any(
                each[0] in {f"R {at}" for at, (of, _, _) in enumerate(renewed) if of == freeze}
                for each in [*([live] if live else []), *line]
            )
            if on != now or followed or service_day(imposed[freeze][0]) > now:
                continue  # a lifting dated before the service lifts nothing
            over.add(place)
            line = [each for each in line if each[0] != place]
            live = None if live and live[0] == place else live
        if insolvent_on == now:
            live, line = None, []
        live, last, line = _moved_up(live, last, line, day)
        found[now] = (live[0] if live else None, [each[0] for each in line])
        day += timedelta(1)
    return found


def _moved_up(live, last, line, day):
    if live or not line:
        return live, last, line
    return line[0], add_months(day, line[0][1]).isoformat(), line[1:]


@given(histories())
def test_the_queue_is_what_a_walk_through_the_calendar_finds(history):
    statement = statement_of(recordings(history))
    model = modelled(history, DAYS[-1])
    for day in DAYS:
        queue = freeze_queue(statement, day)
        live, line = model[day]
        assert [item["reference"] for item in queue["live"]] == ([live] if live else [])
        assert [item["reference"] for item in queue["waiting"]] == line


@given(histories())
def test_at_most_one_freeze_is_live_on_any_day(history):
    statement = statement_of(recordings(history))
    for day in DAYS:
        live = freezes_on(statement, day)
        assert len(live) <= 1
        assert [item["id"] for item in live] == [item["id"] for item in freeze_queue(statement, day)["live"]]


@given(histories())
def test_the_line_is_in_the_order_of_service(history):
    statement = statement_of(recordings(history))
    for day in DAYS:
        served = [item["served_at"] for item in freeze_queue(statement, day)["waiting"]]
        assert served == sorted(served)


@given(st.data())
def test_the_order_of_recording_changes_nothing(data):
    history = data.draw(histories())
    recorded = list(recordings(history))
    shuffled = data.draw(st.permutations(recorded))
    one, other = statement_of(recorded), statement_of(shuffled)
    for day in DAYS:
        assert _without_entries(freeze_queue(one, day)) == _without_entries(freeze_queue(other, day))


def _without_entries(queue):
    return {
        part: [{name: value for name, value in item.items() if name != "entries"} for item in items]
        for part, items in queue.items()
    }


def test_the_statement_holds_the_queue_as_dates():
    facts = {
        "C1": FreezeImposed(
            rights=(CN,), freeze="frz_a", served_at="2024-01-15T02:00:00Z", stage="preservation",
            authorities=({"name": "杭州中院"},), debtors=({"name": "甲公司"},),
        ),
        "C1 ": FreezeCeilingSet(
            rights=(CN,), freeze="frz_a", preservation_months=6, execution_months=36, since="2024-01-15"
        ),
    }  # fmt: skip
    statement = statement_of(facts.items())
    assert statement["freezes"] == [
        {
            "id": "frz_a", "register": "CNIPA", "reference": "C1", "authorities": ["杭州中院"],
            "debtors": ["甲公司"], "stages": [{"from": None, "stage": "preservation"}],
            "reported_on": "2024-01-15", "served_on": "2024-01-15",
            "served_at": "2024-01-15T02:00:00.000000Z",
            "from": "2024-01-15", "until": "2024-07-15", "computed": True, "shares": [], "renews": None,
            "published_on": None, "ended_on": None, "ended_by": None, "end_state": None, "entries": [1],
        }
    ]  # fmt: skip
    (encumbrance,) = statement["encumbrances"]
    assert (encumbrance["kind"], encumbrance["registered_on"], encumbrance["until"]) == (
        "freeze", "2024-01-15", "2024-07-15",
    )  # fmt: skip


def test_of_two_returns_of_service_the_earlier_counts_and_a_stated_time_before_both():
    notice = FreezeImposed(rights=(CN,), freeze="frz_a", stage="execution")
    proofs = [
        DocumentFiled(rights=(CN,), kind="service_proof", act="frz_a", issued_on=day)
        for day in ("2024-02-02", "2024-02-01")
    ]
    facts = [("C1", notice), ("P1", proofs[0]), ("P2", proofs[1])]
    assert statement_of(facts)["freezes"][0]["served_on"] == "2024-02-01"
    timed = FreezeImposed(rights=(CN,), freeze="frz_a", served_at="2024-02-05")
    assert statement_of([*facts, ("C2", timed)])["freezes"][0]["served_on"] == "2024-02-05"


def test_a_term_that_would_end_after_the_last_day_known_ends_with_it():
    fact = FreezeImposed(
        rights=(CN,), freeze="frz_a", stage="execution", served_at="2199-01-01", term_months=1200
    )
    assert statement_of([("C1", fact)])["freezes"][0]["until"] == "2200-12-31"


def test_a_stated_end_before_the_service_makes_no_freeze():
    fact = FreezeImposed(
        rights=(CN,), freeze="frz_a", stage="execution", served_at="2024-02-01", until="2024-01-31"
    )
    statement = statement_of([("C1", fact)])
    assert statement["encumbrances"] == []
    assert statement["freezes"][0]["end_state"] == "expired"
