"""What the views answer: status on both axes of time, names, timeline, parties, search."""

from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest

from ledger.errors import RightAmbiguous, RightUnknown
from ledger.facts import families
from projections import (
    catch_up,
    find,
    open_views,
    periods,
    rebuild,
    resolve_right,
    rights_of,
    rights_under,
    search,
    status,
    timeline,
)
from projections.timeline import LABELS
from tests.projections.ledgers import append, draft, pledged, registered, released, transferred

RIGHT = "US:patent:15145443"
CHINESE = "CN:patent:201810200002.3"
BANK = "Bank of Examples"


@pytest.fixture
def ticking(open_ledger):
    """A ledger whose clock goes one second a look, and its views."""
    ticks = count()
    start = datetime(2024, 5, 1, tzinfo=UTC)
    store = open_ledger(clock=lambda: start + timedelta(seconds=next(ticks)))
    return store, open_views(store)


def name(kind, number):
    return {"kind": kind, "number": number}


def test_status_answers_in_the_shape_of_the_contract(store, views):
    append(store, registered(RIGHT, title="Pump", granted_on="2018-01-02"))
    append(store, transferred(RIGHT, "Ann", "Wells LLC", "2019-01-02"))
    last = append(store, pledged(RIGHT, "pld_a", "Wells LLC", BANK, "2019-05-07")).last_position
    catch_up(store)
    answer = status(views, RIGHT, as_of=date(2020, 1, 1))
    assert list(answer) == [
        "right", "names", "title", "status", "as_of", "known_at", "position", "owners", "encumbrances",
        "pending", "flags",
    ]  # fmt: skip
    assert (answer["right"], answer["status"], answer["as_of"]) == (RIGHT, "IN_FORCE", "2020-01-01")
    assert answer["position"] == last
    (owner,) = answer["owners"]
    assert {"party", "name", "share", "since", "basis"} <= owner.keys()
    assert (owner["name"], owner["share"], owner["since"]) == ("Wells LLC", [1, 1], "2019-01-02")
    (pledge,) = answer["encumbrances"]
    assert {
        "kind", "id", "holders", "grantors", "reference", "registered_at", "rank", "state", "ended_at",
        "ended_by",
    } <= pledge.keys()  # fmt: skip
    assert (pledge["kind"], pledge["holders"], pledge["rank"]) == ("pledge", [BANK], 1)
    assert (pledge["state"], pledge["registered_at"]) == ("registered", "2019-05-07")


def test_as_of_takes_a_day_or_the_shanghai_day_of_an_instant(store, views):
    append(store, registered(RIGHT), pledged(RIGHT, "pld_a", "Ann", BANK, "2019-05-07"))
    catch_up(store)
    before = datetime(2019, 5, 6, 15, 59, 59, tzinfo=UTC)
    assert status(views, RIGHT, as_of=before)["as_of"] == "2019-05-06"
    assert not status(views, RIGHT, as_of=before)["encumbrances"]
    after = status(views, RIGHT, as_of=before + timedelta(seconds=1))
    assert (after["as_of"], len(after["encumbrances"])) == ("2019-05-07", 1)


def test_ended_encumbrances_are_shown_when_asked_for(store, views):
    append(store, registered(RIGHT), pledged(RIGHT, "pld_a", "Ann", BANK, "2019-05-07"))
    append(store, released(RIGHT, "pld_a", BANK, "2020-06-01"))
    catch_up(store)
    assert status(views, RIGHT)["encumbrances"] == []
    (ended,) = status(views, RIGHT, include_ended=True)["encumbrances"]
    assert (ended["state"], ended["ended_at"], ended["rank"]) == ("released", "2020-06-01", None)


@pytest.mark.parametrize("projected", [True, False])
def test_asked_again_as_known_then_every_answer_is_what_it_was(ticking, projected):
    """K-7: each answer repeats itself when asked for with the time it gave, whatever came after."""
    store, views = ticking
    answers = []
    for fact in (
        registered(RIGHT, title="Pump"),
        pledged(RIGHT, "pld_a", "Ann", BANK, "2019-05-07"),
        transferred(RIGHT, "Bob", "Cy", "2019-06-01"),
        released(RIGHT, "pld_a", "Another Bank", "2020-06-01"),
        released(RIGHT, "pld_a", BANK, "2020-06-01"),
        pledged(RIGHT, "pld_b", "Cy", BANK, "2020-07-01"),
    ):
        append(store, fact)
        if projected:
            catch_up(store)
        append(store, registered(f"US:patent:{16_000_000 + len(answers)}"))
        answers.append(status(views, RIGHT, as_of=date(2024, 1, 1), include_ended=True))
    assert [answer["position"] for answer in answers] == [2, 4, 6, 8, 10, 12]
    assert len({str(answer) for answer in answers}) == len(answers)
    for answer in answers:
        known_at = datetime.fromisoformat(answer["known_at"])
        assert status(views, RIGHT, as_of=date(2024, 1, 1), known_at=known_at, include_ended=True) == answer
    rebuild(store)
    last = datetime.fromisoformat(answers[2]["known_at"])
    assert status(views, RIGHT, as_of=date(2024, 1, 1), known_at=last, include_ended=True) == answers[2]


def test_between_two_entries_the_first_is_what_was_known(ticking):
    store, views = ticking
    append(store, registered(RIGHT))
    append(store, pledged(RIGHT, "pld_a", "Ann", BANK, "2019-05-07"))
    catch_up(store)
    first, second = (item.parse().recorded_at for item in store.reader.entries())
    between = first + (second - first) / 2
    answer = status(views, RIGHT, known_at=between)
    assert (answer["position"], answer["encumbrances"]) == (1, [])
    assert datetime.fromisoformat(answer["known_at"]) == between
    assert [item["position"] for item in timeline(views, RIGHT, known_at=between)["entries"]] == [1]


def test_as_known_in_the_future_is_as_known_now(ticking):
    store, views = ticking
    append(store, registered(RIGHT))
    answer = status(views, RIGHT, known_at=datetime(2999, 1, 1, tzinfo=UTC))
    assert answer == status(views, RIGHT)
    assert datetime.fromisoformat(answer["known_at"]) == store.reader.head().recorded_at


def test_a_right_first_recorded_later_was_unknown_then(ticking):
    store, views = ticking
    append(store, registered("US:patent:15000001"))
    append(store, registered(RIGHT))
    catch_up(store)
    first = next(store.reader.entries()).parse().recorded_at
    for question in (status, timeline):
        with pytest.raises(RightUnknown):
            question(views, RIGHT, known_at=first)


@pytest.mark.parametrize(
    "notation",
    [
        RIGHT,
        " US:patent:15145443 ",
        "us:patent:15145443",
        "15/145,443",
        "15145443",
        "US 8,789,601 B2",
        "8789601",
        "US:patent:8789601",
        "US 2017/0030178 A1",
    ],
)
def test_a_right_is_found_by_every_usual_notation(store, views, notation):
    names = (name("application", "15145443"), name("publication", "20170030178"), name("grant", "8789601"))
    append(store, registered(RIGHT, names=names))
    append(store, registered(CHINESE))
    catch_up(store)
    assert resolve_right(views, notation) == RIGHT


@pytest.mark.parametrize("notation", [CHINESE, "ZL201810200002.3", "2018102000023", "CN 201810200002.3"])
def test_a_chinese_right_is_found_by_every_usual_notation(store, views, notation):
    append(store, registered(CHINESE))
    assert resolve_right(views, notation) == CHINESE


@pytest.mark.parametrize("right", ["CN:trademark:12345678", "CN:software:2021SR0123456"])
def test_a_right_without_described_names_is_found_by_its_id(store, views, right):
    append(store, registered(right, names=()))
    assert resolve_right(views, right) == right
    assert resolve_right(views, right.lower()) == right


def test_an_ambiguous_number_is_answered_with_the_candidates(store, views):
    """Eight digits may be an application's or a patent's; both are on the ledger."""
    append(store, registered("US:patent:10000001"))
    append(store, registered("US:patent:15000001", names=(name("grant", "10000001"),)))
    catch_up(store)
    with pytest.raises(RightAmbiguous) as ambiguous:
        status(views, "10,000,001")
    assert ambiguous.value.data["candidates"] == ["US:patent:10000001", "US:patent:15000001"]
    assert resolve_right(views, "US 10,000,001 B2") == "US:patent:15000001"
    # Written out, an id means itself.
    assert resolve_right(views, "US:patent:10000001") == "US:patent:10000001"


@pytest.mark.parametrize(
    "notation",
    ["", " ", "US:patent:99999999", "no such right", "x" * 10_000, "a\0b", "\udc80", "US:car:1", "'; --"],
)
def test_anything_else_is_unknown(store, views, notation):
    append(store, registered(RIGHT))
    with pytest.raises(RightUnknown) as unknown:
        resolve_right(views, notation)
    assert unknown.value.data["notation"].isprintable()


def test_a_name_just_appended_is_found_though_nobody_projects(store, views):
    append(store, registered(RIGHT, names=(name("grant", "8789601"),)))
    assert views.progress().lag == 1
    assert resolve_right(views, "US 8,789,601 B2") == RIGHT


def test_the_timeline_comes_in_pages(store, views):
    append(store, registered(RIGHT))
    for month in range(1, 8):
        append(store, transferred(RIGHT, "Ann", f"Owner {month}", f"2019-0{month}-01"))
    catch_up(store)
    whole = timeline(views, RIGHT)
    assert whole["next"] is None
    seen, after = [], 0
    while after is not None:
        page = timeline(views, RIGHT, after=after, limit=3)
        seen += page["entries"]
        after = page["next"]
    assert seen == whole["entries"]
    assert seen[1]["from"] == ["Ann"]
    assert seen[1]["to"] == ["Owner 1"]
    assert seen[1]["summary"]["zh"] == "转让登记：Ann → Owner 1"
    assert seen[1]["data"]["grantees"] == [{"name": "Owner 1"}]
    assert (seen[1]["effective_on"], seen[1]["register"]) == ("2019-01-01", "USPTO")


def test_the_timeline_is_the_same_before_and_after_projection(store, views):
    append(
        store, registered(RIGHT, title="Pump"), pledged([RIGHT, CHINESE], "pld_a", "Ann", BANK, "2019-05-07")
    )
    unprojected = timeline(views, RIGHT)
    catch_up(store)
    assert timeline(views, RIGHT) == unprojected


def test_every_event_that_concerns_a_right_has_a_label():
    """Seals, and openings of confidential fields, concern none."""
    concerning = {fact.TYPE for family, fact in families() if family not in {"seals", "openings"}}
    assert concerning <= LABELS.keys()


def test_the_rights_of_a_party_are_listed_with_its_role_on_a_day(store, views):
    """B-3: as owner, pledgor and pledgee, and not after the role has ended."""
    other = "US:patent:15000001"
    append(store, registered(RIGHT), registered(other))
    append(store, transferred(RIGHT, "Ann", "Wells, L.L.C.", "2019-01-01"))
    append(store, pledged([RIGHT, other], "pld_a", "Wells LLC", BANK, "2019-05-07"))
    append(store, released(RIGHT, "pld_a", BANK, "2020-06-01"))
    catch_up(store)

    def roles(party, day, **kwargs):
        return [(item["right"], item["role"]) for item in rights_of(views, party, day, **kwargs)]

    assert roles("WELLS LLC", date(2019, 12, 31)) == [
        (other, "pledgor"),
        (RIGHT, "owner"),
        (RIGHT, "pledgor"),
    ]
    assert roles("Wells LLC", date(2020, 6, 1)) == [(other, "pledgor"), (RIGHT, "owner")]
    assert roles(BANK, date(2020, 6, 1)) == [(other, "pledgee")]
    assert roles(BANK, date(2019, 5, 6)) == []
    assert roles("Wells LLC", date(2019, 12, 31), role="owner") == [(RIGHT, "owner")]
    assert roles("Wells LLC", date(2019, 12, 31), limit=1) == [(other, "pledgor")]
    assert roles("Wells LLC", date(2019, 12, 31), after=other) == [(RIGHT, "owner"), (RIGHT, "pledgor")]
    (found,) = find(views, "wells")
    assert found["rights"] == 2
    assert roles(found["party"], date(2020, 6, 1)) == [(other, "pledgor"), (RIGHT, "owner")]
    assert find(views, "100%_") == []


def test_the_rights_under_a_pledge_are_listed(store, views):
    other = "US:patent:15000001"
    append(store, registered(RIGHT), registered(other))
    append(store, pledged([RIGHT, other], "pld_a", "Ann", BANK, "2019-05-07"))
    append(store, released(RIGHT, "pld_a", BANK, "2020-06-01"))
    catch_up(store)
    under = rights_under(views, "pld_a")
    assert [(item["right"], item["ended_at"]) for item in under] == [(other, None), (RIGHT, "2020-06-01")]


def test_the_chain_of_title_is_kept_in_periods(store, views):
    append(store, registered(RIGHT))
    append(store, transferred(RIGHT, "Ann", "Ben", "2019-01-01"))
    append(store, transferred(RIGHT, "Ben", "Cy", "2020-01-01"))
    catch_up(store)
    chain = [(item["name"], item["from"], item["until"]) for item in periods(views, RIGHT)]
    assert chain == [
        ("Ann", None, "2019-01-01"),
        ("Ben", "2019-01-01", "2020-01-01"),
        ("Cy", "2020-01-01", None),
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("201810200002.3", [CHINESE]),
        ("2018102000", [CHINESE]),
        ("15/145,443", [RIGHT]),
        ("8789601", [RIGHT]),
        ("质押", [CHINESE]),
        ("利权质", [CHINESE]),
        ("专", [CHINESE]),
        ("法", [CHINESE]),
        ("质利", []),
        ("一种系统", []),
        ("ＦＲＡＣＴＵＲＩＮＧ pump", [RIGHT]),
        ("fractur", [RIGHT]),
        ("racturing", []),
        ("wells", [RIGHT]),
        ("wells 质押", []),
        ("北京", [CHINESE]),
        ("bank of", [CHINESE, RIGHT]),
        ("", []),
        ("!?", []),
        ("'\\:*|&", []),
        ("100%", []),
        ("\0", []),
    ],
)
def test_search_finds_numbers_parties_and_titles(store, views, text, found):
    """Words by their beginning; Chinese by any run of characters, in the order written."""
    names = (name("application", "15145443"), name("grant", "8789601"))
    append(store, registered(RIGHT, title="Electric Fracturing Pump", names=names))
    append(store, registered(CHINESE, title="一种专利权质押方法及评估系统"))
    append(store, transferred(RIGHT, "Ann", "U.S. Wells LLC", "2019-01-01"))
    append(store, transferred(CHINESE, "某甲", "北京某某科技有限公司", "2019-01-01"))
    append(store, pledged([RIGHT, CHINESE], "pld_a", "Ann", BANK, "2019-05-07"))
    catch_up(store)
    answer = search(views, text)
    assert [item["right"] for item in answer["items"]] == found
    assert answer["position"] == store.reader.head().position


def test_text_the_database_cannot_hold_stops_nothing(store, views):
    """A zero character in a title or name is legal JSON, and no text of PostgreSQL."""
    append(store, registered(RIGHT, title="Pump\0s"), transferred(RIGHT, "Ann\0", "Ben\0", "2019-01-01"))
    catch_up(store)
    assert status(views, RIGHT)["owners"][0]["name"] == "Ben\0"
    assert timeline(views, RIGHT)["entries"][1]["to"] == ["Ben\N{REPLACEMENT CHARACTER}"]
    assert [item["right"] for item in search(views, "pump")["items"]] == [RIGHT]


def test_search_comes_in_pages(store, views):
    wanted = [f"US:patent:{10_000_000 + index}" for index in range(7)]
    for right in wanted:
        append(store, registered(right, title="Pump"))
    catch_up(store)
    seen, after = [], ""
    while after is not None:
        page = search(views, "pump", after=after, limit=3)
        seen += [item["right"] for item in page["items"]]
        after = page["next"]
    assert seen == wanted


def test_search_shows_todays_owners(store, views):
    append(store, registered(RIGHT, title="Pump"))
    append(store, transferred(RIGHT, "Ann", "Ben", "2019-01-01"))
    append(store, draft(transferred(RIGHT, "Ben", "Cy", "2150-01-01")))
    catch_up(store)
    (item,) = search(views, "cy")["items"]
    assert item["owners"] == ["Ben"]
    assert item["names"] == ["US 15145443 (application)"]
