"""What SQL counts is what a loop over the entries counts."""

from collections import Counter, defaultdict

import pytest

from ledger.entry import EntryClass
from ledger.facts.base import Amount
from projections.batch.counting import COUNTINGS, NAMES, counted
from projections.batch.engines import question
from projections.batch.export import export
from projections.batch.rows import placed
from projections.batch.statistics import COLUMNS, QUESTIONS, records, statistics
from tests.batch.conftest import PATENT
from tests.projections.ledgers import append, draft, pledged, registered, transferred


def answers(engine, folder, manifest):
    return {table.question.name: table.records() for table in statistics(engine, folder, manifest)}


@pytest.fixture
def told(made_up, duckdb_engine):
    folder, manifest, _ = made_up
    return answers(duckdb_engine, folder, manifest)


@pytest.fixture
def entries(made_up):
    return [each.parse() for each in made_up[2]]


def test_acts_by_year_are_those_of_the_entries(told, entries):
    acts, lines, rights = defaultdict(set), Counter(), defaultdict(set)
    for entry in entries:
        sums = counted(entry)
        for right in entry.asset_ids or [None]:
            place = placed(right) if right else {"kind": None, "office": None, "region": None}
            key = (sums.on.year, sums.counted_as, place["kind"], place["office"], place["region"])
            acts[key].add(sums.act)
            lines[key] += 1
            rights[key] |= {right} - {None}
    assert {
        (row["year"], row["counted_as"], row["kind"], row["office"], row["region"]): (
            row["acts"],
            row["entries"],
            row["rights"],
        )
        for row in told["acts_by_year"]
    } == {key: (len(acts[key]), lines[key], len(rights[key])) for key in acts}
    assert {row["counted_as"] for row in told["acts_by_year"]} >= {"pledge", "license", "freeze", "pool"}


def pledges(entries):
    """Year, kind, currency, amount and number of rights of each pledge: one entry says all of it here."""
    for entry in entries:
        if entry.type == "pledge.registered":
            kinds = {right.split(":")[1] for right in entry.asset_ids}
            amount = entry.data.get("amount", {})
            yield (
                int(entry.data["registered_on"][:4]),
                kinds.pop() if len(kinds) == 1 else "mixed",
                amount.get("currency"),
                amount.get("minor"),
                len(entry.asset_ids),
            )


def test_pledged_amounts_are_those_of_the_entries(told, entries):
    acts, rights, known, sums = Counter(), Counter(), Counter(), Counter()
    for year, kind, currency, minor, count in pledges(entries):
        key = (year, kind, currency)
        acts[key] += 1
        rights[key] += count
        known[key] += minor is not None
        sums[key] += minor or 0
    assert {
        (row["year"], row["kind"], row["currency"]): (
            row["acts"],
            row["rights"],
            row["with_amount"],
            row["amount_minor"] or 0,
        )
        for row in told["pledged_by_year"]
    } == {key: (acts[key], rights[key], known[key], sums[key]) for key in acts}
    of_all = {
        (row["year"], row["kind"], row["currency"]): row["amount_minor"]
        for row in told["amounts_by_year"]
        if row["counted_as"] == "pledge"
    }
    assert of_all == {key: total for key, total in sums.items() if key[2]}


def test_amounts_by_size_are_those_of_the_entries(told, entries):
    acts, sums = Counter(), Counter()
    for _, _, currency, minor, _ in pledges(entries):
        if minor is not None:
            size = minor // 100
            band = max(limit for limit in (0, 10**6, 10**7, 10**8) if size >= limit)
            acts[currency, band] += 1
            sums[currency, band] += minor
    rows = [row for row in told["acts_by_amount"] if row["counted_as"] == "pledge"]
    assert {(row["currency"], row["amount_from"]): (row["acts"], row["amount_minor"]) for row in rows} == {
        key: (acts[key], sums[key]) for key in acts
    }


def test_secured_parties_are_ranked_by_their_pledges(told, entries):
    acts = Counter(
        party["name"]
        for entry in entries
        if entry.type == "pledge.registered"
        for party in entry.data["pledgees"]
    )
    assert {row["name"]: row["acts"] for row in told["top_secured_parties"]} == acts
    ranked = [row["acts"] for row in told["top_secured_parties"]]
    assert ranked == sorted(ranked, reverse=True)


def test_all_entries_are_told_by_type(told, entries):
    assert {(row["type"], row["class"]): row["entries"] for row in told["entries_by_type"]} == Counter(
        (entry.type, entry.entry_class.value) for entry in entries
    )


def corrected(store, position, kind, **members):
    """An answer to an entry, as the register or the parties give it."""
    target = store.reader.entry(position)
    fact = target.parse()
    data = {
        "rights": list(fact.asset_ids),
        "target": {"position": position, "digest": target.digest.hex()},
        "reason": "说明",
        **members,
    }
    template = draft(registered(PATENT))
    append(
        store,
        draft(
            registered(PATENT),
            type=kind,
            subjects=tuple(f"asset:{right}" for right in fact.asset_ids),
            data=data,
            entry_class=EntryClass.AUTHORITY,
            effective_at=template.effective_at,
        ),
    )
    return store.reader.head().position


def pledges_told(store, folder, engine):
    manifest = export(store.reader, folder, part_entries=3).manifest
    return [
        (row["year"], row["acts"], row["rights"], row["amount_minor"])
        for row in answers(engine, folder, manifest)["pledged_by_year"]
    ]


def test_what_was_corrected_counts_as_corrected_and_what_was_voided_not_at_all(
    store, tmp_path, duckdb_engine
):
    """The last answer to an entry counts, also where it answers a correction."""
    folder = tmp_path / "export"
    amount = {"minor": 500_000_00, "currency": "CNY"}
    append(
        store,
        pledged(PATENT, "pld_a", "甲", "银行", "2019-05-01").model_copy(update={"amount": Amount(**amount)}),
    )
    assert pledges_told(store, folder, duckdb_engine) == [(2019, 1, 1, 500_000_00)]
    data = store.reader.entry(1).parse().data
    again = {
        "cause": "clerical",
        "restates": "pledge.registered",
        "restates_v": 1,
        "data": {**data, "registered_on": "2018-05-01", "amount": {**amount, "minor": 700_000_00}},
    }
    corrected(store, 1, "entry.corrected", **again)
    assert pledges_told(store, folder, duckdb_engine) == [(2018, 1, 1, 700_000_00)]
    corrected(store, 1, "entry.corrected", **{**again, "data": {**again["data"], "amount": amount}})
    assert pledges_told(store, folder, duckdb_engine) == [(2018, 1, 1, 500_000_00)]
    corrected(store, 1, "entry.reversed")
    assert pledges_told(store, folder, duckdb_engine) == []


def test_a_pledge_told_right_by_right_is_one_act_with_its_amount_once(store, tmp_path, duckdb_engine):
    amount = {"minor": 100, "currency": "CNY"}
    for right in (PATENT, "CN:patent:201810200003.8", "CN:patent:201810200004.2"):
        fact = pledged(right, "pld_a", "甲", "银行", "2019-05-01")
        append(store, fact.model_copy(update={"amount": Amount(**amount)}))
    assert pledges_told(store, tmp_path / "export", duckdb_engine) == [(2019, 1, 3, 100)]


def test_an_amount_that_comes_with_a_later_entry_is_found(store, tmp_path, duckdb_engine):
    fact = pledged(PATENT, "pld_a", "甲", "银行", "2019-05-01")
    append(store, fact)
    append(store, fact.model_copy(update={"amount": Amount(minor=7, currency="CNY")}))
    assert pledges_told(store, tmp_path / "export", duckdb_engine) == [(2019, 1, 1, 7)]


def test_an_empty_export_has_no_rows(store, tmp_path, duckdb_engine):
    manifest = export(store.reader, tmp_path / "export").manifest
    told = statistics(duckdb_engine, tmp_path / "export", manifest)
    assert [table.question for table in told] == list(QUESTIONS)
    assert records(told) == []


def test_records_of_all_questions_have_the_same_members(made_up, duckdb_engine):
    folder, manifest, _ = made_up
    told = statistics(duckdb_engine, folder, manifest)
    assert {tuple(record) for record in records(told)} == {("question", *COLUMNS)}
    assert sum(len(table.rows) for table in told) == len(records(told))


def test_a_transfer_counts_on_the_day_of_its_registration(store):
    append(
        store, transferred(PATENT, "甲", "乙", "2019-05-01").model_copy(update={"executed_on": "2017-01-01"})
    )
    assert counted(store.reader.entry(1).parse()).on.year == 2019


@pytest.mark.parametrize("each", QUESTIONS, ids=lambda each: each.name)
def test_every_question_has_two_titles_and_a_text(each):
    assert each.en
    assert any("\u4e00" <= sign <= "\u9fff" for sign in each.zh)
    assert question(each.name).lstrip().startswith("SELECT")


def test_everything_counted_has_two_names():
    assert {counting.counted_as for counting in COUNTINGS.values()} == set(NAMES)
