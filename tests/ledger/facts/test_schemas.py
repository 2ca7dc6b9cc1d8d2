"""The published JSON schemas: complete, never changed, and as strict as the ledger itself."""

import json
from pathlib import Path

import pytest

from ledger import facts
from scripts import export_event_schemas

PUBLISHED = Path(__file__).parents[3] / "docs" / "events"


@pytest.mark.parametrize("name", sorted(export_event_schemas.schemas()))
def test_the_published_schema_of_each_event_is_what_the_ledger_reads(name):
    """If this fails, the fact changed: give it a new VERSION and keep reading the old one."""
    assert (PUBLISHED / name).read_text("utf-8") == export_event_schemas.schemas()[name]


def test_there_is_a_schema_for_each_event_and_for_nothing_else():
    published = {path.name for path in PUBLISHED.glob("*.json")}
    assert published == {f"{name}.v{version}.json" for name, version in facts.REGISTRY}


def test_the_table_of_events_is_up_to_date_and_names_each_schema():
    table = (PUBLISHED / "README.md").read_text("utf-8")
    assert table == export_event_schemas.readme()
    for name in export_event_schemas.schemas():
        assert f"({name})" in table


def test_a_published_schema_is_not_overwritten(tmp_path):
    assert export_event_schemas.main(tmp_path) == 0
    changed = tmp_path / "pledge.registered.v1.json"
    changed.write_text("{}", "utf-8")
    (tmp_path / "right.granted.v1.json").unlink()
    assert export_event_schemas.main(tmp_path) == 1
    assert changed.read_text("utf-8") == "{}"
    assert not (tmp_path / "right.granted.v1.json").exists()


@pytest.mark.parametrize("name", sorted(export_event_schemas.schemas()))
def test_a_schema_refuses_unnamed_members_and_has_no_prose_to_change(name):
    schema = json.loads((PUBLISHED / name).read_text("utf-8"))
    assert schema["additionalProperties"] is False
    assert "rights" in schema["properties"]
    assert all("description" not in shape for shape in schema["properties"].values())
