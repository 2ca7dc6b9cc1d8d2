"""`ipledger export` and `ipledger stats` as a user runs them."""

import csv
import io
import json

import pytest

from projections.batch import extras
from projections.batch.manifest import MANIFEST
from projections.batch.statistics import COLUMNS, QUESTIONS
from tests.scripts.conftest import NEW, OLD


@pytest.fixture
def exported(recorded, tmp_path):
    folder = tmp_path / "parquet"
    assert recorded("export", "parquet", folder, "--part-entries", 5).code == 0
    return folder


def test_an_export_tells_how_far_it_reaches_and_a_second_one_adds_nothing(recorded, tmp_path):
    folder = tmp_path / "parquet"
    verified = recorded("verify", "--json").json
    first = recorded("export", "parquet", folder, "--json").json
    assert (first["position"], first["link"], first["origin"]) == (
        verified["entries"],
        verified["link"],
        verified["origin"],
    )
    assert first["new_entries"] == verified["entries"] > 0
    again = recorded("export", "parquet", folder, "--json").json
    assert (again["new_entries"], again["new_parts"], again["parts"]) == (0, 0, first["parts"])


def test_the_audit_of_a_sound_export_says_what_verify_says(recorded, exported):
    verified, audited = (
        recorded(*command, "--json").json for command in (["verify"], ["export", "audit", exported])
    )
    assert audited["ok"]
    assert {name: audited[name] for name in ("entries", "rights", "link", "origin", "first_wrong")} == {
        name: verified[name] for name in ("entries", "rights", "link", "origin", "first_wrong")
    }
    assert audited["ledger"] == audited["position"]


def test_an_export_may_be_audited_away_from_its_ledger(ipledger, exported):
    """`ipledger` has a home of its own, with nothing in it."""
    answer = ipledger("export", "audit", exported, "--alone", "--json")
    assert (answer.code, answer.json["ok"], answer.json["ledger"]) == (0, True, None)
    assert not ipledger.home.exists()


def test_an_export_of_another_ledger_is_told(ipledger, exported):
    assert ipledger("init", "--origin", "other.example/ledger").code == 0
    answer = ipledger("export", "audit", exported, "--json")
    assert (answer.code, answer.json["error"]["code"]) == (2, "EXPORT_FOREIGN")


def test_a_damaged_export_fails_the_audit_at_its_first_wrong_position(recorded, exported):
    file = sorted((exported / "entries").iterdir())[1]
    file.write_bytes(file.read_bytes()[:-20])
    answer = recorded("export", "audit", exported, "--json")
    assert answer.code == 1
    assert (answer.json["first_wrong"]["position"], answer.json["first_wrong"]["code"]) == (
        6,
        "PART_UNREADABLE",
    )
    for lang in ("en", "zh"):
        told = recorded("export", "audit", exported, "--lang", lang)
        assert told.code == 1
        assert "PART_UNREADABLE" in told.out


def test_a_fault_inside_is_told_before_that_the_ledger_ends_otherwise(recorded, exported):
    """Somebody changed the first entry and everything that follows from it, the manifest too."""
    form = json.loads((exported / MANIFEST).read_bytes())
    form["parts"][0]["previous"] = form["head"]["link"] = form["parts"][-1]["link"] = "0" * 64
    (exported / MANIFEST).write_text(json.dumps(form))
    answer = recorded("export", "audit", exported, "--json")
    assert answer.code == 1
    assert (answer.json["first_wrong"]["position"], answer.json["first_wrong"]["code"]) == (1, "MANIFEST")


def test_an_export_that_ends_otherwise_than_the_ledger_is_told(ipledger, tmp_path):
    """The ledger was put back to what it was before."""
    folder = tmp_path / "parquet"
    assert ipledger("import", "uspto", OLD, NEW).code == 0
    assert ipledger("export", "parquet", folder).code == 0
    with ipledger.open() as store, store.database.connect_owner() as connection:
        position = store.reader.head().position
        connection.execute("SET session_replication_role TO replica")
        connection.execute("DELETE FROM ledger_entry WHERE position = %s", (position,))
    answer = ipledger("export", "audit", folder, "--json")
    assert (answer.code, answer.json["error"]["code"]) == (1, "CHAIN_BROKEN")
    assert answer.json["error"]["data"]["position"] == position


def test_statistics_without_a_folder_export_what_is_missing_first(recorded):
    """Into the home folder, from where the next one goes on."""
    head = recorded("verify", "--json").json["entries"]
    told = recorded("stats", "--json").json
    assert told["position"] == head
    assert (recorded.home / "parquet" / MANIFEST).is_file()
    assert [table["name"] for table in told["statistics"]] == [question.name for question in QUESTIONS]
    by_type = next(table for table in told["statistics"] if table["name"] == "entries_by_type")
    assert sum(row["entries"] for row in by_type["rows"]) == head


def test_csv_has_one_header_for_all_questions(recorded, exported):
    told = recorded("stats", exported, "--json").json["statistics"]
    rows = list(csv.DictReader(io.StringIO(recorded("stats", exported, "--csv").out)))
    assert list(rows[0]) == ["question", *COLUMNS]
    assert len(rows) == sum(len(table["rows"]) for table in told)
    expected = [
        {name: "" if value is None else str(value) for name, value in row.items()}
        for table in told
        for row in table["rows"]
    ]
    assert [
        {name: row[name] for name in wanted} for row, wanted in zip(rows, expected, strict=True)
    ] == expected


def test_one_question_can_be_asked_alone(recorded, exported):
    told = recorded("stats", exported, "--only", "acts_by_year", "--json").json["statistics"]
    assert [table["name"] for table in told] == ["acts_by_year"]
    assert {row["office"] for row in told[0]["rows"]} == {"US"}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_people_get_tables_with_titles_in_their_language(recorded, exported, lang):
    shown = recorded("stats", exported, "--lang", lang).out
    titles = {(question.zh if lang == "zh" else question.en) for question in QUESTIONS}
    assert sum(title in shown for title in titles) >= 3


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["export", "audit", "nowhere"], "EXPORT_MISSING"),
        (["stats", "nowhere"], "EXPORT_MISSING"),
        (["stats", "--engine", "abacus"], "USAGE"),
        (["export", "audit", "nowhere", "--engine", "abacus"], "USAGE"),
        (["stats", "--only", "weather"], "USAGE"),
        (["stats", "--csv"], "USAGE"),
        (["export", "parquet", "nowhere", "--part-entries", "0"], "USAGE"),
    ],
)
def test_wrong_input_is_told(recorded, arguments, code):
    answer = recorded(*arguments, "--json")
    assert (answer.code, answer.json["error"]["code"]) == (2, code)


def test_a_folder_in_use_is_not_exported_into(recorded, tmp_path):
    (tmp_path / "thesis.tex").write_text("mine")
    answer = recorded("export", "parquet", tmp_path, "--json")
    assert (answer.code, answer.json["error"]["code"]) == (2, "EXPORT_FOREIGN")
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.tex"]


def test_statistics_on_a_damaged_file_end_in_a_message(recorded, exported):
    """Its size is as it was, so that only reading it tells."""
    file = min((exported / "entries").iterdir())
    file.write_bytes(b"\0" * file.stat().st_size)
    answer = recorded("stats", exported, "--json")
    assert (answer.code, answer.json["error"]["code"]) == (1, "ENGINE_FAILED")
    file.write_bytes(b"")
    answer = recorded("stats", exported, "--json")
    assert (answer.code, answer.json["error"]["code"]) == (2, "EXPORT_DAMAGED")


@pytest.mark.parametrize("missing", ["duckdb", "pyarrow"])
@pytest.mark.parametrize("command", [["stats"], ["export", "parquet", "new"], ["export", "audit", "new"]])
def test_a_missing_extra_is_named_with_its_remedy(recorded, monkeypatch, missing, command):
    found = extras.find_spec
    monkeypatch.setattr(extras, "find_spec", lambda name: None if name == missing else found(name))
    answer = recorded(*command, "--json")
    assert (answer.code, answer.json["error"]["code"]) == (3, "ENGINE_MISSING")
    assert answer.json["error"]["data"] == {"missing": missing}
    for lang in ("en", "zh"):
        assert "ipledger[batch]" in recorded(*command, "--lang", lang).err


def test_a_missing_spark_or_java_is_named_with_its_remedy(recorded, exported, monkeypatch, tmp_path):
    found = extras.find_spec
    monkeypatch.setattr(extras, "find_spec", lambda name: None if name == "pyspark" else found(name))
    answer = recorded("stats", exported, "--engine", "spark", "--json")
    assert (answer.code, answer.json["error"]["data"]) == (3, {"missing": "pyspark"})
    monkeypatch.setattr(extras, "find_spec", lambda name: name)
    answer = recorded("stats", exported, "--engine", "spark", "--json", JAVA_HOME=str(tmp_path))
    assert (answer.code, answer.json["error"]["data"]) == (3, {"missing": "Java 17"})
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\"' >&2\n")
    java.chmod(0o755)
    answer = recorded("stats", exported, "--engine", "spark", "--json", JAVA_HOME=str(tmp_path))
    assert (answer.code, answer.json["error"]["data"]) == (3, {"missing": "Java 17"})
    assert json.dumps(answer.json).count("17") >= 2


@pytest.mark.spark
@pytest.mark.parametrize("command", ["stats", "audit"])
def test_spark_says_the_same_and_keeps_standard_output_for_json(recorded, exported, command):
    """Java has much to say, on the error stream."""
    arguments = ["stats", exported] if command == "stats" else ["export", "audit", exported]
    running = recorded.running(*arguments, "--engine", "spark", "--json")
    out, err = running.communicate()
    assert running.returncode == 0, err
    told, expected = json.loads(out), recorded(*arguments, "--json").json
    assert {**told, "engine": None} == {**expected, "engine": None}
