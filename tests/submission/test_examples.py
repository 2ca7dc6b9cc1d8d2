"""docs/commands: a schema for each command, and examples that are accepted as they stand."""

import json
from pathlib import Path

import pytest

from ledger.rules import PROCEDURES
from ledger.statement import read
from ledger.statement.pools import pool_of
from ledger.store.audit import audit
from ledger.submission import Given, Submissions, read_commands
from scripts import export_command_schemas
from tests.submission.clock import Clock

DOCS = Path(__file__).parents[2] / "docs" / "commands"
PRODUCTS = sorted((DOCS / "examples" / "products").glob("*.json"))
STORY = sorted((DOCS / "examples").glob("*.json"))
WITH_A_DIGEST = sorted((DOCS / "examples" / "with-a-digest").glob("*.json"))


def test_the_schemas_and_the_table_are_those_of_this_release():
    """If this fails, run `python -m scripts.export_command_schemas`."""
    published = {path.name: path.read_text("utf-8") for path in DOCS.glob("*.json")}
    assert published == export_command_schemas.schemas()
    assert (DOCS / "README.md").read_text("utf-8") == export_command_schemas.readme()


@pytest.mark.parametrize("name", sorted(export_command_schemas.schemas()))
def test_a_schema_refuses_what_the_form_refuses(name):
    schema = json.loads((DOCS / name).read_text("utf-8"))
    assert schema["additionalProperties"] is False
    assert {"command", "command_id"} <= set(schema["required"])
    assert schema["description"]


def test_there_is_an_example_of_every_command():
    shown = {json.loads(path.read_text("utf-8"))["command"] for path in (*STORY, *WITH_A_DIGEST)}
    assert shown == set(PROCEDURES)


@pytest.mark.parametrize("today", ["2026-11-20", "2028-03-01"])
def test_the_story_is_accepted_step_by_step(open_ledger, today):
    store = open_ledger(clock=Clock(today))
    desk = Submissions(store, actor="example")
    positions = {}
    for path in STORY:
        (answer,) = desk.submit(read_commands(path.read_bytes()))
        wanted = "held" if path.stem.endswith("held") else "accepted"
        assert answer["decision"] == wanted, (path.name, answer["reasons"])
        positions[path.name] = answer["positions"]
    for path in WITH_A_DIGEST:
        command = json.loads(path.read_text("utf-8"))
        target = store.reader.entry(command["target"]["position"])
        command["target"]["digest"] = target.digest.hex()
        (answer,) = desk.submit(Given((command,)))
        assert answer["decision"] == "accepted", (path.name, answer["reasons"])
    assert audit(store).finding is None
    for path in STORY:
        (answer,) = desk.submit(read_commands(path.read_bytes()))
        assert (answer["repeated"], answer["positions"]) == (True, positions[path.name])


def test_the_story_told_at_once_is_foreseen(open_ledger):
    """A dry run of the whole list decides each command on what those before it would leave."""
    desk = Submissions(open_ledger(clock=Clock("2026-11-20")), actor="example")
    told = tuple(json.loads(path.read_text("utf-8")) for path in STORY)
    answers = desk.dry_run(Given(told, listed=True))
    wanted = ["held" if path.stem.endswith("held") else "accepted" for path in STORY]
    assert [answer["decision"] for answer in answers] == wanted


@pytest.mark.parametrize("today", ["2026-11-20", "2028-03-01"])
@pytest.mark.parametrize("path", PRODUCTS, ids=lambda path: path.stem)
def test_a_product_is_told_as_one_list_on_an_empty_ledger(open_ledger, path, today):
    store = open_ledger(clock=Clock(today))
    answers = Submissions(store, actor="example").submit(read_commands(path.read_bytes()))
    assert [(each["decision"], each["codes"]) for each in answers] == [("accepted", [])] * len(answers)
    assert audit(store).finding is None


def test_the_patent_license_product_issues_what_its_source_says_and_pays_its_first_period(open_ledger):
    """Five instalments of 23 %: 72,910,000.00 in; 130 days at 4.00 % on 285,000,000.00."""
    store = open_ledger(clock=Clock("2026-11-20"))
    (path,) = [each for each in PRODUCTS if each.stem == "patent-license"]
    Submissions(store, actor="example").submit(read_commands(path.read_bytes()))
    pool = pool_of(read(each.parse()) for each in store.reader.tagged(["pool:pol_patent_license"]))
    assert sum(each.principal for each in pool.terms.tranches) == pool.established.issued == 30_100_000_000
    (period,) = pool.periods
    assert period.collections == 7_291_000_000
    paid = {(line.item, line.tranche): line.paid for line in period.lines if line.paid}
    interest, principal = 406_027_397, 6_853_638_036
    assert paid == {
        ("taxes", None): 1_234_567, ("fees", None): 30_100_000, ("interest", "优先级"): interest,
        ("principal", "优先级"): principal,
    }  # fmt: skip
    assert period.principal == (28_500_000_000 - principal, 1_600_000_000)
    assert f"CNY {pool.established.issued // 100:,}" in (path.parent / "PROVENANCE.md").read_text("utf-8")
