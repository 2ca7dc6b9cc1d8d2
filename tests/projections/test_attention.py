"""The feed of what needs attention: from a table that equals the fold, with ids that never change."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.entry import parse
from ledger.facts import claims, contributions, freezes, licenses, registrations, status
from ledger.reasons import REASONS
from ledger.statement import fold, triggers
from ledger.statement.fees import unsettled_on
from ledger.statement.reading import ENDED_STATUSES, freezes_on, late_fees_on, status_on
from projections import catch_up, open_views, rebuild
from projections.attention_feed import attention, pools_on
from projections.attention_items import Item, concerned, ended_from, items_of, spans_of
from projections.attention_kinds import KINDS, ROLES, codes_of, message
from projections.errors import CursorInvalid
from tests.ledger.rules.desk import P2, P4
from tests.ledger.rules.pledging import BANK, OWNER
from tests.ledger.rules.pooled import MANAGER, POOL
from tests.projections.ledgers import append, draft, pledged, registered
from tests.projections.stories import (
    FIRST,
    GOOD,
    LATE,
    SECOND,
    Story,
    freeze,
    mixed_pledge,
    small_pool,
    three_periods,
)

CN = "CN:patent:201810200002.3"


def on(text):
    return date.fromisoformat(text)


@pytest.fixture
def pledge_story(open_ledger):
    story = mixed_pledge(Story(open_ledger))
    return story.on("2024-06-05").given(freeze(P2))


@pytest.fixture
def pool_story(open_ledger):
    return three_periods(small_pool(Story(open_ledger, "2024-03-20")))


def statement_of(store, right):
    return fold(right, (parse(item.raw, item.position) for item in store.reader.asset_entries(right)))


def codes(answer):
    return [(item["code"], item["right"] or item["pool"]) for item in answer["items"]]


def test_the_bank_is_told_of_its_collateral(pledge_story):
    views = open_views(pledge_story.store)
    told = attention(views, role="bank", party=BANK)
    assert ("ASSET_FROZEN", P2) in codes(told)
    frozen = next(item for item in told["items"] if item["code"] == "ASSET_FROZEN")
    assert (frozen["since"], frozen["due_on"]) == ("2024-06-03", "2024-12-03")
    assert "冻结" in frozen["message"]["zh"]
    assert "frozen" in frozen["message"]["en"]
    near = attention(views, role="bank", party=BANK, as_of=on("2028-05-01"))
    assert ("LIMITATION_NEAR", P2) in codes(near)
    assert ("VALUATION_STALE", P2) in codes(near)
    assert ("ENFORCEMENT_TIME_BARRED", P2) in codes(attention(views, as_of=on("2028-05-06")))
    assert attention(views, role="bank", party="无关银行")["items"] == []


def test_what_is_due_to_be_paid_is_told_to_owner_and_bank_before_and_after(pledge_story):
    """Filed 2018-05-20: the seventh year's fee is due on 2024-05-20, and nobody said that it was paid."""
    views = open_views(pledge_story.store)
    for role, party in (("owner", OWNER), ("bank", BANK)):
        due = attention(views, role=role, party=party, as_of=on("2024-05-20"))
        told = [item for item in due["items"] if item["code"] == "FEE_DUE" and item["right"] == P2]
        assert [(item["due_on"], item["data"]["number"]) for item in told] == [("2024-05-20", 7)]
    after = attention(views, as_of=on("2024-05-21"))
    assert not [item for item in after["items"] if item["code"] == "FEE_DUE" and item["right"] == P2]


def test_an_item_keeps_its_id_whatever_else_is_recorded_and_after_a_rebuild(pledge_story):
    views = open_views(pledge_story.store)
    before = {item["id"]: item["code"] for item in attention(views, as_of=on("2024-06-05"))["items"]}
    pledge_story.on("2024-06-06").given(freeze(P4, on="2024-06-06", number="F-2"))
    rebuild(pledge_story.store)
    after = {item["id"]: item["code"] for item in attention(views, as_of=on("2024-06-05"))["items"]}
    assert after == before
    assert before
    item = Item("ASSET_FROZEN", "CN:patent:1#frz_1", "2024-06-03", None)
    assert item.id == "att_08b7589a7939b755e522d68fd697244e"


@pytest.mark.parametrize(("story", "day"), [("pledge_story", "2025-05-04"), ("pool_story", "2025-04-01")])
def test_pages_show_each_item_once(story, day, request):
    views = open_views(request.getfixturevalue(story).store)
    whole = attention(views, as_of=on(day), limit=500)["items"]
    assert len(whole) > 3
    read, after = [], ""
    while after is not None:
        page = attention(views, as_of=on(day), after=after, limit=2)
        assert len(page["items"]) <= 2
        read += page["items"]
        after = page["next"]
    assert read == whole
    assert len({item["id"] for item in whole}) == len(whole)
    assert [item["since"] or "" for item in whole] == sorted(item["since"] or "" for item in whole)


@pytest.mark.parametrize(
    "after", ["x", "2024-01-01", "2024-01-01/", "/att_a", "2024-01-01/att_é", "\x00/att_"]
)
def test_a_cursor_of_our_own_only(store, views, after):
    with pytest.raises(CursorInvalid):
        attention(views, after=after)


def test_a_trustee_sees_its_pools_and_the_rights_in_them(pool_story):
    views = open_views(pool_story.store)
    told = attention(views, role="trustee", party=MANAGER, as_of=on("2024-12-20"))
    assert ("LICENSEE_DEFAULT", POOL) in codes(told)
    assert ("DEBTOR_NOT_NOTIFIED", POOL) in codes(told)
    assert {item["right"] for item in told["items"]} <= {None, GOOD, LATE}
    assert attention(views, role="trustee", party="别的管理人", as_of=on("2024-12-20"))["items"] == []
    pool_story.on("2024-12-21").given(freeze(GOOD, on="2024-12-21"))
    told = attention(views, role="trustee", party=MANAGER, as_of=on("2024-12-21"))
    assert {("POOLED_RIGHT_FROZEN", GOOD), ("ASSET_FROZEN", GOOD)} <= {
        (item["code"], item["right"]) for item in told["items"]
    }
    default = attention(views, role="owner", party=SECOND, as_of=on("2024-12-20"))
    assert ("LICENSEE_DEFAULT", POOL) in codes(default)
    other = attention(views, role="owner", party=FIRST, as_of=on("2024-12-20"))
    assert ("LICENSEE_DEFAULT", POOL) not in codes(other)


def test_instalments_and_reviews_are_announced(pool_story):
    views = open_views(pool_story.store)
    june = attention(views, as_of=on("2024-06-10"))
    assert [item["data"]["reference"] for item in june["items"] if item["code"] == "INSTALLMENT_DUE"] == [
        "deal_a",
        "deal_b",
    ]
    march = attention(views, as_of=on("2025-02-20"))
    assert ("REVIEW_DUE", POOL) in codes(march)
    assert ("REVIEW_OVERDUE", POOL) in codes(attention(views, as_of=on("2025-03-20")))


def test_pools_that_live_are_listed_by_party(pool_story):
    views = open_views(pool_story.store)
    (told,) = pools_on(views, party=FIRST, as_of=on("2024-12-20"))["items"]
    assert (told["pool"], told["deals"], told["rights"]) == (POOL, 2, 2)
    assert pools_on(views, party="无关", as_of=on("2024-12-20"))["items"] == []
    assert pools_on(views, as_of=on("2024-02-01"))["items"] == []


def test_every_code_speaks_both_languages_and_knows_its_roles():
    for code, kind in KINDS.items():
        told = message(code, {"right": CN, "day": "2024-01-01", "until": "2024-02-01"})
        assert told["en"] != told["zh"]
        assert kind.roles
        assert set(kind.roles) <= set(ROLES)
    for role in ROLES:
        assert codes_of(role)


def test_every_trigger_of_a_pool_has_a_row():
    """Read from the module itself, so that a new trigger is not left without roles."""
    import ast
    from pathlib import Path

    tree = ast.parse(Path(triggers.__file__).read_text())
    said = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in REASONS
    }
    assert {"POOLED_RIGHT_INVALID", "REVIEW_OVERDUE"} <= said
    assert said <= KINDS.keys()


# The table, against the pure function, against the ledger's own questions

days = st.integers(0, 60).map(lambda index: f"20{18 + index // 6}-{1 + 2 * (index % 6):02d}-11")
parties = st.sampled_from(["甲公司", "乙银行", "丙银行"]).map(lambda name: ({"name": name},))


@st.composite
def facts(draw):
    """One fact of those whose dates the feed speaks of."""
    day, later, who = draw(days), draw(days), draw(parties)
    dated = {"rights": (CN,), "registered_on": later}
    year = draw(st.integers(3, 12))
    return draw(
        st.sampled_from(
            [
                registrations.RightDescribed(
                    rights=(CN,), filed_on="2018-05-20", granted_on="2020-03-03", holders=who,
                    extract_on=later,
                ),
                status.FeePaid(rights=(CN,), year=year, paid_on=day),
                status.FeeUnpaid(rights=(CN,), year=year, stated_on=day),
                status.RightLapsed(rights=(CN,), effective_from=day, registered_on=later),
                status.RightRestored(**dated),
                status.InvalidationRequested(rights=(CN,), case="W-1", effective_from=day),
                status.InvalidationBecameFinal(rights=(CN,), case="W-1", scope="full", effective_from=day),
                status.InvalidationBecameFinal(rights=(CN,), scope="part", effective_from=day),
                freezes.FreezeImposed(**dated, freeze="frz_1", authorities=who, until=max(day, later)),
                freezes.FreezeLifted(**dated, freeze="frz_1"),
                pledged(CN, "pld_1", "甲公司", who[0]["name"], day),
                claims.ClaimDrawn(
                    rights=(CN,), pledge="pld_1", claim="clm_1", creditor=who[0], debtor={"name": "甲公司"},
                    amount={"minor": 100, "currency": "CNY"}, drawn_on=day, due_on=max(day, later),
                ),
                claims.ClaimRepaid(
                    rights=(CN,), pledge="pld_1", claim="clm_1", interest=0, principal=100, paid_on=later
                ),
                contributions.ContributionDeclared(
                    rights=(CN,), contribution="con_1", form="limited", founded_on=day, company=who[0],
                    contributor={"name": "甲公司"}, subscribed={"minor": 1, "currency": "CNY"},
                    declared_on=day, due_on=max(day, later),
                ),
                licenses.LicenseGranted(
                    rights=(CN,), license="lic_1", license_kind="ordinary", licensors=({"name": "甲公司"},),
                    licensees=who, executed_on=day, recordal_due_on=max(day, later),
                    scope={"acts": ["*"], "territory": ["*"], "field": ["*"], "from": day},
                ),
            ]
        )
    )  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(history=st.lists(facts(), min_size=1, max_size=12), day=days)
def test_items_agree_with_the_questions_of_the_ledger_on_any_day(history, day):
    statement = told_by(history)
    items = items_of(statement)
    standing = [item for item in items if item.stands(day)]
    assert len({item.id for item in items}) == len(items)
    assert {item.subject.rpartition("#")[2] for item in standing if item.code == "ASSET_FROZEN"} == {
        each["id"] for each in freezes_on(statement, day)
    }
    end = ended_from(statement)
    assert (end is not None and end <= day) <= (status_on(statement, day) in ENDED_STATUSES)
    if status_on(statement, day) not in ENDED_STATUSES:
        late = {item.data["reference"] for item in standing if item.code == "FEE_LATE"}
        assert late <= {fee["due_on"] for fee in late_fees_on(statement, day)}
        unknown = [data["day"] for code, _, data in unsettled_on(statement, day) if code.endswith("UNKNOWN")]
        assert [item.data["day"] for item in standing if item.code == "FEE_STATUS_UNKNOWN"] == unknown
    spans = spans_of(statement)
    for item in items:
        message(item.code, item.data)
        assert item.until is None or (item.since or "") < item.until
        assert all(who.partition(":")[0] in {"owner", "bank"} for who in concerned(spans, item))


def told_by(history):
    """The statement of the facts, each recorded at a register in turn."""
    from ledger.statement import State, document
    from ledger.statement.base import Recorded, record_at

    state = State(CN)
    for position, fact in enumerate((registered(CN), *history), 1):
        state.recorded.append(
            Recorded(
                record_at(position, fact, draft(fact).entry_class, draft(fact).source, "2020-01-01"), fact
            )
        )
    return document(state)


def test_the_table_is_the_pure_function_of_every_statement(open_ledger):
    store = mixed_pledge(Story(open_ledger)).on("2024-06-05").given(freeze(P2)).store
    views = open_views(store)
    catch_up(store)
    assert_table_equals(store, views)
    rebuild(store)
    assert_table_equals(store, views)


def assert_table_equals(store, views):
    rows = views.rows(
        "SELECT right_id, id, code, from_on::text, until_on::text, due_on::text, parties FROM {attention}"
    )
    rights = [right for (right,) in views.rows("SELECT id FROM ledger_asset")]
    expected = []
    for right in rights:
        statement = statement_of(store, right)
        spans = spans_of(statement)
        expected += [
            (right, item.id, item.code, item.since, item.until, item.due_on, concerned(spans, item))
            for item in items_of(statement)
        ]
    assert sorted(map(tuple, rows)) == sorted(expected)
    assert expected


def test_the_feed_is_never_older_than_the_ledger(store, views):
    append(store, registered(CN, filed_on="2018-05-20", granted_on="2020-03-03", holders=({"name": "甲"},)))
    told = attention(views, as_of=on("2024-05-01"))
    assert [(item["code"], item["right"]) for item in told["items"]] == [("FEE_DUE", CN)]
    assert told["position"] == 1


def test_a_day_of_the_feed_does_not_change_with_the_clock(pledge_story):
    views = open_views(pledge_story.store)
    first = attention(views, as_of=on("2024-06-05"))
    pledge_story.clock.now += timedelta(days=400)
    assert attention(views, as_of=on("2024-06-05")) == first
