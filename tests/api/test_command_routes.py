"""`/v1/commands`: who may write, what is answered, and what is refused before it is read."""

import json

import pytest

from api.principals import FILE, Principals, as_toml, new_principal, read_principals
from ledger.entry import EntryClass
from ledger.errors import InputRejected
from ledger.submission import COMMANDS_MAX, INPUT_BYTES_MAX
from notary.vault import keeping
from tests.api.serving import serving
from tests.ledger.rules.desk import P1
from tests.submission.commands import consent, entries, paper, registration


@pytest.fixture
def home(tmp_path):
    return tmp_path


@pytest.fixture
def tokens(home):
    """Of a bank that acts for one party, and of a clerk who reports what registers say."""
    bank, bank_token = new_principal("bank", [EntryClass.PARTY], ["乙公司"])
    clerk, clerk_token = new_principal("clerk", [EntryClass.PARTY, EntryClass.AUTHORITY], [])
    (home / FILE).write_bytes(as_toml([bank, clerk]))
    return {"bank": bank_token, "clerk": clerk_token}


@pytest.fixture
def client(store, home, tokens):
    keep = keeping(store, home, store.clock)
    with serving(store, principals=Principals(home), keep=keep) as opened:
        yield opened


@pytest.fixture
def post(client, tokens):
    def send(body, address="/v1/commands", who="clerk", **headers):
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        bearer = {"Authorization": f"Bearer {tokens[who]}"} if who else {}
        return client.post(address, content=content, headers=bearer | headers)

    return send


def test_a_command_is_answered_and_recorded_as_its_principals(post, client, store):
    answer = post(registration())
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert (answer.json()["decision"], answer.json()["positions"]) == ("accepted", [1])
    assert "until" not in answer.json()
    assert entries(store)[0].actor == "principal:clerk"
    assert client.get(f"/v1/rights/{P1}").json()["owners"][0]["name"] == "甲公司"


def test_a_refusal_is_an_answer(post, store):
    answer = post(consent("c-1"))
    assert (answer.status_code, answer.json()["decision"]) == (200, "refused")
    assert answer.json()["codes"] == ["RIGHT_UNKNOWN"]
    assert answer.json()["reasons"][0]["pointer"] == "/rights/0"
    assert entries(store) == []


def test_lists_in_every_form(post, store):
    listed = post([registration(), consent("c-1")]).json()["decisions"]
    assert [answer["positions"] for answer in listed] == [[1], [2]]
    atomic = post({"atomic": True, "commands": [paper("d-1"), paper("d-2", kind="x")]}).json()["decisions"]
    assert [answer["codes"] for answer in atomic] == [["BATCH_ABORTED"], ["FIELD_INVALID"]]
    lines = "\n".join(json.dumps(command) for command in (paper("d-1"), paper("d-1"))).encode()
    again = post(lines, **{"Content-Type": "application/x-ndjson"}).json()["decisions"]
    assert [answer.get("repeated") for answer in again] == [None, True]
    assert len(entries(store)) == 3


def test_a_dry_run_writes_nothing(post, store):
    answer = post(registration(), "/v1/commands/dry-run")
    assert (answer.status_code, answer.json()["decision"], answer.json()["positions"]) == (
        200,
        "accepted",
        [],
    )
    assert entries(store) == []


@pytest.mark.parametrize("address", ["/v1/commands", "/v1/commands/dry-run"])
@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", "Basic YTpi", "Bearer \xff", "b"])
def test_who_is_not_known_writes_nothing(client, store, address, header):
    headers = {"Authorization": header.encode("latin-1")} if header else {}
    answer = client.post(address, content=json.dumps(registration()).encode(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "TOKEN_REQUIRED")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert entries(store) == []


def test_reading_stays_open(client, post):
    post(registration())
    assert client.get(f"/v1/rights/{P1}").status_code == 200


@pytest.mark.rule("N-1", "refuses")
def test_a_bank_speaks_for_its_party_and_as_no_authority(post, store):
    assert post(registration(), who="bank").json()["codes"] == ["CLASS_NOT_PERMITTED"]
    post(registration())
    other = consent("c-1", giver={"name": "甲公司"})
    assert post(other, who="bank").json()["codes"] == ["CLASS_NOT_PERMITTED"]
    assert post(consent("c-1"), who="bank").json()["decision"] == "accepted"
    assert entries(store)[-1].actor == "principal:bank"


def test_a_confidential_value_goes_to_the_vault(post, store):
    post(registration())
    answer = post(paper("d-1", confidential={"/price": 987654321}))
    assert answer.json()["decision"] == "accepted"
    entry = entries(store)[1]
    assert len(entry.commitments) == 1
    assert b"987654321" not in entry.raw


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "JSON_INVALID"),
        (b"{", 400, "JSON_INVALID"),
        (b"\xff\xfe{\x00}\x00", 400, "JSON_INVALID"),
        (b"[" * 100_000, 400, "JSON_INVALID"),
        (b'{"a": 1.0}', 400, "JSON_INVALID"),
        (b'{"a": NaN}', 400, "JSON_INVALID"),
        (b'{"a": 1, "a": 2}', 400, "JSON_INVALID"),
        (b"[]", 422, "LIST_INVALID"),
        (b'{"commands": 1}', 422, "LIST_INVALID"),
        (b"[" + b"{}," * COMMANDS_MAX + b"{}]", 413, "TOO_MANY_COMMANDS"),
        (b" " * (INPUT_BYTES_MAX + 1), 413, "INPUT_TOO_LARGE"),
    ],
)
def test_what_cannot_be_read_is_a_problem(post, store, body, status, code):
    answer = post(body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert entries(store) == []


def test_what_was_sent_is_shown_back_safely(post):
    told = b'{"command": "\\ud800", "command_id": "\\udfff"}'
    answer = post(told)
    assert (answer.status_code, answer.json()["codes"]) == (200, ["COMMAND_UNKNOWN"])


def test_a_token_is_taken_away_and_another_given_while_the_server_runs(post, home, tokens):
    assert post(registration()).status_code == 200
    other, token = new_principal("clerk", [EntryClass.AUTHORITY], [])
    (home / FILE).write_bytes(as_toml([other]))
    assert post(registration()).status_code == 401
    tokens["clerk"] = token
    assert post(registration()).status_code == 200
    (home / FILE).write_text("[[principal]]\nname = 1", "utf-8")
    broken = post(registration())
    assert (broken.status_code, broken.json()["code"]) == (500, "PRINCIPALS_MISCONFIGURED")
    (home / FILE).unlink()
    assert post(registration()).status_code == 401


def test_a_server_without_principals_takes_nothing(store):
    with serving(store) as client:
        answer = client.post("/v1/commands", json=registration(), headers={"Authorization": "Bearer x"})
        assert (answer.status_code, answer.json()["code"]) == (401, "TOKEN_REQUIRED")


def test_principals_are_written_as_they_are_read(tmp_path):
    made = [
        new_principal("a", EntryClass, [])[0],
        new_principal("b", [EntryClass.PARTY], ['乙"\\公司', "丙"])[0],
    ]
    (tmp_path / FILE).write_bytes(as_toml(made))
    assert list(read_principals(tmp_path / FILE)) == made


DIGEST_LINE = f'token_sha256 = "{"ab" * 32}"'


@pytest.mark.parametrize(
    "text",
    [
        "nonsense",
        "principal = 1",
        "other = 1",
        "[[principal]]",
        f'[[principal]]\nname = "a b"\n{DIGEST_LINE}\nclasses = ["PARTY"]',
        '[[principal]]\nname = "a"\ntoken_sha256 = "x"\nclasses = ["PARTY"]',
        f'[[principal]]\nname = "a"\n{DIGEST_LINE}\nclasses = []',
        f'[[principal]]\nname = "a"\n{DIGEST_LINE}\nclasses = ["KING"]',
        f'[[principal]]\nname = "a"\n{DIGEST_LINE}\nclasses = [["PARTY"]]',
        f'[[principal]]\nname = "a"\n{DIGEST_LINE}\nclasses = ["PARTY"]\nparties = []',
        f'[[principal]]\nname = "a"\n{DIGEST_LINE}\nclasses = ["PARTY"]\nparties = [1]',
        f'[[principal]]\nname = "a"\n{DIGEST_LINE}\nclasses = ["PARTY"]\nrole = "x"',
        f'[[principal]]\nname = "a"\n{DIGEST_LINE}\nclasses = ["PARTY"]\n' * 2,
    ],
)
def test_a_file_of_principals_that_says_something_else_is_refused(tmp_path, text):
    (tmp_path / FILE).write_text(text, "utf-8")
    with pytest.raises(InputRejected) as refused:
        Principals(tmp_path)
    assert refused.value.code == "PRINCIPALS_MISCONFIGURED"
