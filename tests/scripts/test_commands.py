"""What the command prints and how it ends, for fine, failed, wrong and unavailable."""

import json
import socket
import time
import urllib.request
from pathlib import Path

import pytest
from rich.cells import cell_len

USPTO = Path(__file__).parent.parent / "data" / "registers" / "uspto"
OLD, NEW = (USPTO / f"patNum-8789601_snapshot-{month}.xml" for month in ("2019-02", "2023-11"))
NOTATIONS = ("US:patent:14190982", "US 8,789,601 B2", "14/190,982", "US20140174717A1", "US:patent:8789601")


def test_init_names_the_ledger_and_the_key_and_a_second_init_shows_the_same(ipledger):
    first = ipledger("init", "--origin", "ledger.example/one", "--json")
    second = ipledger("init", "--json")
    assert first.code == second.code == 0
    assert first.json == second.json
    assert first.json["origin"] == "ledger.example/one"
    assert first.json["verifier_key"].startswith("ledger.example/one+")
    assert first.json["authorities"] == ["embedded"]


def test_another_origin_for_a_ledger_that_has_one_is_refused(ipledger):
    ipledger("init", "--origin", "ledger.example/one")
    refused = ipledger("init", "--origin", "ledger.example/two", "--json")
    assert refused.code == 2
    assert refused.json["error"]["code"] == "ORIGIN_DIFFERS"


def test_import_counts_what_it_did_and_a_second_run_adds_nothing(ipledger):
    first = ipledger("import", "uspto", NEW, "--json")
    second = ipledger("import", "uspto", NEW, "--json")
    assert first.code == second.code == 0
    assert first.json == {"read": 13, "appended": 13, "unchanged": 0, "flagged": 5, "rejected": []}
    assert second.json == {"read": 13, "appended": 0, "unchanged": 13, "flagged": 0, "rejected": []}


def test_a_broken_file_is_named_and_the_sound_one_beside_it_is_imported(ipledger, tmp_path):
    broken = tmp_path / "broken.xml"
    broken.write_bytes(OLD.read_bytes()[:-2000])
    answer = ipledger("import", "uspto", broken, OLD, "--json")
    assert answer.code == 2
    assert answer.json["appended"] >= 1
    assert {rejection["file"] for rejection in answer.json["rejected"]} == {str(broken)}
    assert all(rejection["code"] and rejection["message"]["zh"] for rejection in answer.json["rejected"])
    assert ipledger("verify").code == 0


@pytest.mark.parametrize("content", [b"", b"not a register", b"\xff\xfe<", b"<response/>", b"{}"])
def test_a_file_of_the_wrong_kind_is_rejected_with_a_code(ipledger, tmp_path, content):
    file = tmp_path / "wrong.xml"
    file.write_bytes(content)
    answer = ipledger("import", "uspto", file, "--json")
    assert answer.code == 2
    (rejection,) = answer.json["rejected"]
    assert rejection["record"] == "file"
    assert rejection["code"].isupper()


def test_a_missing_file_is_an_input_error(ipledger, tmp_path):
    answer = ipledger("import", "uspto", tmp_path / "nowhere.xml", "--json")
    assert answer.code == 2
    assert answer.json["rejected"][0]["code"] == "FILE_UNREADABLE"


def test_an_unknown_register_or_language_is_a_usage_error(ipledger):
    assert ipledger("import", "nobody", NEW).code == 2
    assert ipledger("status", "US:patent:1", "--lang", "fr").code == 2


@pytest.mark.parametrize("notation", NOTATIONS)
def test_every_usual_notation_finds_the_right(recorded, notation):
    answer = recorded("status", notation, "--json")
    assert answer.code == 0
    assert answer.json["right"] == "US:patent:14190982"


def test_status_has_the_fixed_members(recorded):
    answer = recorded("status", "US:patent:14190982", "--json").json
    assert {
        "right", "names", "status", "as_of", "known_at", "position", "owners", "encumbrances", "flags",
    } <= answer.keys()  # fmt: skip
    (owner,) = answer["owners"]
    assert {"party", "name", "share", "since", "basis"} <= owner.keys()
    assert (owner["name"], owner["share"]) == ("US WELL SERVICES LLC", [1, 1])
    first = answer["encumbrances"][0]
    assert {
        "kind", "id", "holders", "grantors", "reference", "registered_at", "rank", "state", "ended_at",
        "ended_by",
    } <= first.keys()  # fmt: skip
    assert {flag["code"] for flag in answer["flags"]} >= {"PROBABLE_DUPLICATE_RECORDING"}
    assert all(flag["message"]["en"] and flag["message"]["zh"] for flag in answer["flags"])


def test_status_ranks_live_pledges_today_and_in_the_past(recorded):
    def ranks(*options):
        answer = recorded("status", "US 8,789,601 B2", "--json", *options).json
        return [(item["rank"], item["reference"]) for item in answer["encumbrances"]]

    assert ranks() == [(1, "049342/0819"), (2, "057434/0429"), (3, "061875/0001"), (4, "062142/0927")]
    assert ranks("--as-of", "2019-06-01") == [(1, "049342/0819"), (2, "049107/0392"), (3, "049111/0583")]
    assert ranks("--as-of", "2018-01-01") == []
    with_ended = recorded("status", "US 8,789,601 B2", "--all", "--json").json["encumbrances"]
    assert {
        (item["reference"], item["ended_by"], item["ended_at"]) for item in with_ended if item["ended_at"]
    } == {
        ("048041/0605", "049110/0319", "2019-05-07"),
        ("048818/0520", "049109/0610", "2019-05-07"),
        ("049107/0392", "061835/0778", "2022-11-01"),
        ("049111/0583", "061875/0260", "2022-11-02"),
    }


def test_status_of_the_wrongly_released_right_and_of_the_one_named_instead(recorded):
    left_out = recorded("status", "15/145,443", "--json").json
    named = recorded("status", "15/145,543", "--json").json
    assert "049107/0392" in [item["reference"] for item in left_out["encumbrances"]]
    assert named["encumbrances"] == []
    assert "RELEASE_WITHOUT_PLEDGE" in [flag["code"] for flag in named["flags"]]


def test_status_as_known_before_a_right_was_recorded_is_not_a_clean_answer(recorded):
    answer = recorded("status", "US:patent:14190982", "--known-at", "2020-01-01T00:00:00+08:00", "--json")
    assert answer.code == 2
    assert answer.json["error"]["code"] == "RIGHT_UNKNOWN"


def test_asking_again_with_the_known_at_of_an_answer_repeats_it(recorded):
    first = recorded("status", "US:patent:14190982", "--json").json
    again = recorded("status", "US:patent:14190982", "--known-at", first["known_at"], "--json").json
    assert again == first


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("status", "US:patent:99999999"), "RIGHT_UNKNOWN"),
        (("status", "no such thing"), "RIGHT_UNKNOWN"),
        (("status", "US:patent:14190982", "--as-of", "2019-02-30"), "DATE_INVALID"),
        (("status", "US:patent:14190982", "--known-at", "2019-02-03"), "INSTANT_INVALID"),
        (("timeline", "US:patent:99999999"), "RIGHT_UNKNOWN"),
    ],
)
def test_what_cannot_be_answered_says_so_with_a_code(recorded, arguments, code):
    answer = recorded(*arguments, "--json")
    assert answer.code == 2
    assert answer.json["error"]["code"] == code
    assert code in answer.err


def test_people_are_answered_in_their_language(recorded):
    chinese = recorded("status", "US 8,789,601 B2", "--lang", "zh").out
    english = recorded("status", "US 8,789,601 B2", IPLEDGER_LANG="en").out
    assert "权利人" in chinese
    assert "质押" in chinese
    assert "Owners" in english


@pytest.mark.parametrize(("lang", "width"), [("en", 80), ("zh", 80), ("en", 120), ("zh", 100)])
def test_a_terminal_of_usual_width_breaks_no_word_and_no_line(recorded, lang, width):
    """Names and numbers can be read and copied; only a title may be longer than the line."""
    shown = recorded.at_terminal(width, "status", "US:patent:14190982", "--all", "--lang", lang)
    for whole in ("ASSOCIATION,", "ADMINISTRATIVE", "049107/0392", "061835/0778", "2022-11-01"):
        assert whole in shown
    _, _, *lines = shown.splitlines()
    assert max(cell_len(line) for line in lines) <= width


def test_an_owner_from_a_register_extract_is_shown(ipledger):
    """Its basis names no recording."""
    dpma = USPTO.parent / "dpma" / "patent_info.xml"
    assert ipledger("import", "dpma", dpma).code == 0
    right = ipledger("search", "DE", "--json").json["items"][0]["right"]
    for lang in ("en", "zh"):
        assert right in ipledger("status", right, "--lang", lang).out


def test_timeline_lists_every_entry_of_the_right_in_order(recorded):
    answer = recorded("timeline", "15/145,443", "--json").json
    positions = [item["position"] for item in answer["entries"]]
    assert positions == sorted(positions)
    assert answer["entries"][0]["type"] == "right.registered"
    assert len(positions) == 13
    assert "049107/0392" in recorded("timeline", "15/145,443").out


def test_search_finds_by_title_number_and_party(recorded):
    for text in ("hydraulic fracturing", "8789601", "well services"):
        found = recorded("search", text, "--json").json["items"]
        assert "US:patent:14190982" in [item["right"] for item in found], text
    assert recorded("search", "no such words anywhere", "--json").json["items"] == []


def test_a_second_seal_of_nothing_new_makes_none(recorded):
    answer = recorded("seal", "--json")
    assert answer.code == 0
    assert answer.json == {"sealed": None, "refused": []}


def test_verify_passes_and_rebuild_changes_no_answer(recorded):
    before = recorded("status", "US 8,789,601 B2", "--all", "--json").json
    report = recorded("verify", "--json")
    assert report.code == 0
    assert report.json["ok"]
    assert report.json["seals"] == report.json["kept_seals"] == 1
    assert recorded("rebuild", "--json").code == 0
    assert recorded("status", "US 8,789,601 B2", "--all", "--json").json == before


def test_doctor_finds_a_server_that_does_not_wait_for_the_disk(recorded):
    answer = recorded("doctor", "--json")
    assert answer.code == 1
    failed = {check["name"]: check["grave"] for check in answer.json["checks"] if not check["ok"]}
    assert failed == {"durability": True, "protection": False}
    assert {"authority", "authorities", "seal", "anchored"} <= {
        each["name"] for each in answer.json["checks"]
    }
    assert "仅由运营方担保" in recorded("doctor", "--lang", "zh").out


def test_verify_names_a_changed_byte_and_every_later_run_does_too(ipledger):
    ipledger("import", "uspto", OLD)
    with ipledger.open() as store, store.database.connect_owner() as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(
            "UPDATE ledger_entry SET raw = set_byte(raw, 90, get_byte(raw, 90) # 1) WHERE position = 7"
        )
    for _ in range(2):
        answer = ipledger("verify", "--json")
        assert answer.code == 1
        assert (answer.json["first_wrong"]["position"], answer.json["first_wrong"]["code"]) == (7, "DIGEST")
    assert "7" in ipledger("verify", "--lang", "zh").out


def test_truncation_behind_the_seal_is_caught_by_the_copy_kept_outside(ipledger):
    """A superuser cuts the tail off and mends head and rights: the rows agree, the kept seal does not."""
    ipledger("import", "uspto", OLD)
    ipledger("seal")
    with ipledger.open() as store, store.database.connect_owner() as connection:
        connection.execute("SET session_replication_role = replica")
        last = store.reader.head().position - 1
        connection.execute("DELETE FROM ledger_tag WHERE position > %s", (last - 1,))
        connection.execute("DELETE FROM ledger_entry WHERE position > %s", (last - 1,))
        connection.execute(
            "DELETE FROM ledger_asset a WHERE NOT EXISTS "
            "(SELECT FROM ledger_tag t WHERE t.tag = 'asset:' || a.id)"
        )
        connection.execute(
            "UPDATE ledger_asset a SET (position, seq, head) = "
            "(SELECT max(t.position), count(*), "
            "(SELECT digest FROM ledger_entry e WHERE e.position = max(t.position)) "
            "FROM ledger_tag t WHERE t.tag = 'asset:' || a.id)"
        )
        connection.execute(
            "UPDATE ledger_head SET (position, hash, recorded_at) = "
            "(SELECT position, link, recorded_at FROM ledger_entry ORDER BY position DESC LIMIT 1)"
        )
    answer = ipledger("verify", "--json")
    assert answer.code == 1
    assert "SEALED_ENTRIES_MISSING" in [finding["code"] for finding in answer.json["findings"]]


def test_a_database_that_is_not_there_is_unavailable(ipledger):
    answer = ipledger(
        "status", "US:patent:1", "--json", IPLEDGER_DATABASE_URL="postgresql://nobody@127.0.0.1:1/none"
    )
    assert answer.code == 3
    assert answer.json["error"]["code"] == "STORAGE_UNAVAILABLE"


def test_a_home_that_cannot_be_written_is_unavailable(embedded, tmp_path):
    (tmp_path / "file").write_text("in the way")
    answer = embedded("init", "--json", IPLEDGER_HOME=str(tmp_path / "file" / "home"))
    assert answer.code == 3
    assert answer.json["error"]["code"] == "STORAGE_UNAVAILABLE"


def test_the_embedded_server_serves_one_command_after_another_and_two_at_once(embedded):
    first = embedded.start("import", "uspto", NEW)
    second = embedded.start("import", "uspto", OLD)
    assert (first.wait(120), second.wait(120)) == (0, 0)
    assert embedded("import", "uspto", NEW, OLD, "--json").json["appended"] == 0
    assert embedded("verify", "--json").json["ok"]
    assert embedded("seal").code == 0
    assert embedded("doctor").code == 0


def test_serve_tells_programs_where_it_listens(ipledger):
    with ipledger.running("serve", "--port", "0", "--json") as server:
        told = "".join(iter(server.stdout.readline, "}\n")) + "}"
        address = json.loads(told)["address"]
        _wait_for(f"{address}/readyz")
        server.terminate()
        assert server.wait(timeout=30) == 0


def test_serve_answers_and_seals_and_a_second_one_on_the_port_says_so(ipledger):
    ipledger("import", "uspto", OLD)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = ipledger.start("serve", "--port", port, "--seal-interval", "100")
    try:
        _wait_for(f"http://127.0.0.1:{port}/readyz")
        second = ipledger("serve", "--port", port)
        assert second.code == 2
        assert "ADDRESS_UNAVAILABLE" in second.err
        deadline = time.monotonic() + 30
        while not ipledger("verify", "--json").json["seals"]:
            assert time.monotonic() < deadline
    finally:
        server.terminate()
        assert server.wait(timeout=30) == 0


def test_serve_seals_early_when_entries_wait_and_says_how_far_each_seal_is(ipledger):
    ipledger("import", "uspto", OLD)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    waiting = ("--seal-interval", "20000", "--seal-entries", "3")
    server = ipledger.start("serve", "--port", port, *waiting)
    try:
        _wait_for(f"http://127.0.0.1:{port}/readyz")
        assert ipledger("import", "uspto", NEW, "--json").json["appended"] >= 3
        began = time.monotonic()
        while len((shown := _get(f"http://127.0.0.1:{port}/v1/seals"))["seals"]) < 2:
            assert time.monotonic() < began + 15
            time.sleep(0.1)
    finally:
        server.terminate()
        assert server.wait(timeout=30) == 0
    assert [(seal["state"], seal["missing"]) for seal in shown["seals"]] == [("anchored", 0)] * 2
    assert [(each["name"], each["state"]) for each in shown["authorities"]] == [("embedded", "answers")]


def _get(url):
    with urllib.request.urlopen(url) as answer:
        return json.load(answer)


def _wait_for(url):
    deadline = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(url) as answer:
                assert answer.status == 200
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
