"""`ipledger evidence` and `ipledger token` as a user runs them."""

import json
import zipfile
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.signatures import command_payload, public_key_of, sign
from ledger.store.database import utc_now
from notary.evidence.trust import TrustFolder
from notary.verify import verify

RIGHT, ABSENT = "US:patent:13842218", "US:patent:99999999"
TSA = Path(__file__).parents[1] / "vectors" / "own-tsa"


@pytest.fixture
def right(recorded):
    with recorded.open() as store:
        return next(iter(store.reader.entry(1).parse().asset_ids))


def export(command, tmp_path, *arguments):
    file = tmp_path / "package.zip"
    answer = command("evidence", "export", *arguments, "-o", file, "--json")
    return answer, file


def test_each_kind_is_exported_and_verified(recorded, right, tmp_path):
    trust = tmp_path / "trust"
    assert recorded("evidence", "trust", trust).code == 0
    size = None
    for arguments in (
        ("entry", 2),
        ("right", right),
        ("status", right),
        ("status", ABSENT),
        ("priority", 3, 2),
    ):
        answer, file = export(recorded, tmp_path, *arguments)
        assert answer.code == 0, answer.err
        size = answer.json["size"]
        verified = recorded("evidence", "verify", file, "--trust", trust, "--json")
        assert verified.code == 0, verified.out
        assert verified.json["outcome"] == "PASS"
        assert verified.json["kind"] == answer.json["kind"]
    answer, file = export(recorded, tmp_path, "consistency", 2, size)
    assert answer.code == 0, answer.err
    assert recorded("evidence", "verify", file, "--trust", trust).code == 0


def test_without_trust_the_answer_is_three_and_a_changed_byte_is_one(recorded, tmp_path):
    _, file = export(recorded, tmp_path, "entry", 2, "--no-reports")
    assert recorded("evidence", "verify", file).code == 3
    changed = bytearray(file.read_bytes())
    changed[500] ^= 1
    file.write_bytes(changed)
    assert recorded("evidence", "verify", file).code == 1


def test_the_trust_folder_written_is_the_one_read(recorded, tmp_path):
    recorded("evidence", "trust", tmp_path / "trust")
    trust = TrustFolder.load(tmp_path / "trust")
    assert trust.operator is not None
    assert len(trust.roots) == 1
    _, file = export(recorded, tmp_path, "entry", 1, "--no-reports")
    assert verify(file, trust, utc_now()).exit_code == 0


def test_what_came_since_the_seal_is_sealed_first_unless_a_seal_is_named(ipledger, tmp_path):
    from tests.scripts.conftest import NEW, OLD

    assert ipledger("import", "uspto", OLD).code == 0
    first, _ = export(ipledger, tmp_path, "entry", 1, "--no-reports")
    assert first.json["sealed_now"] is True
    again, _ = export(ipledger, tmp_path, "entry", 1, "--no-reports")
    assert again.json["sealed_now"] is False
    with ipledger.open() as store:
        right = store.reader.entry(1).parse().asset_ids[0]
    assert ipledger("import", "uspto", NEW).code == 0
    old, _ = export(ipledger, tmp_path, "right", right, "--as-of-seal", first.json["seal"], "--no-reports")
    assert old.code == 0, old.err
    assert old.json["newer_entry"] > first.json["seal"]
    new, _ = export(ipledger, tmp_path, "right", right, "--no-reports")
    assert new.json["sealed_now"] is True
    assert new.json["newer_entry"] is None


def test_lost_proof_tables_are_made_anew_and_give_the_same_package(ipledger, tmp_path):
    from tests.scripts.conftest import OLD

    assert ipledger("import", "uspto", OLD).code == 0
    _, file = export(ipledger, tmp_path, "status", ABSENT, "--no-reports")
    package = file.read_bytes()
    with ipledger.open() as store, store.database.connect_owner() as connection:
        connection.execute(f"DROP SCHEMA {store.schema}_notary CASCADE")
        connection.execute(f"CREATE SCHEMA {store.schema}_notary")
        connection.execute(f"GRANT ALL ON SCHEMA {store.schema}_notary TO ipledger_app")
    lost, _ = export(ipledger, tmp_path, "status", ABSENT, "--no-reports")
    assert (lost.code, lost.json["error"]["code"]) == (1, "MAP_SIZE_NOT_SEALED")
    assert ipledger("rebuild", "--proofs").code == 0
    mended, file = export(ipledger, tmp_path, "status", ABSENT, "--no-reports")
    assert mended.code == 0, mended.err
    assert file.read_bytes() == package


def test_a_seal_itself_can_be_proved(ipledger, tmp_path):
    """Its entry comes after the newest seal, and only another seal covers it."""
    from tests.scripts.conftest import OLD

    assert ipledger("import", "uspto", OLD).code == 0
    first, _ = export(ipledger, tmp_path, "entry", 1, "--no-reports")
    second, _ = export(ipledger, tmp_path, "entry", first.json["seal"], "--no-reports")
    assert second.code == 0, second.err
    assert second.json["size"] >= first.json["seal"]


@pytest.mark.parametrize(("form", "kind"), [("asic-s", b"asic-s+zip"), ("asic-e", b"asic-e+zip")])
def test_containers_of_etsi(recorded, tmp_path, form, kind):
    answer, file = export(recorded, tmp_path, "entry", 1, "--format", form)
    assert answer.code == 0, answer.err
    with zipfile.ZipFile(file) as container:
        assert container.read("mimetype").endswith(kind)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("entry", 999999), "ENTRY_UNKNOWN"),
        (("right", "US:patent:99999999"), "RIGHT_UNKNOWN"),
        (("status", "no right at all"), "ASSET_ID_INVALID"),
        (("priority", "pld_a", "pld_b"), "ENCUMBRANCE_UNKNOWN"),
        (("document", "nothing"), "DOCUMENT_UNKNOWN"),
        (("entry", 1, "--as-of-seal", 1), "SEAL_UNKNOWN"),
        (("consistency", 1, 3), "SIZE_NOT_SEALED"),
    ],
)
def test_a_refusal_names_its_reason_and_writes_nothing(recorded, tmp_path, arguments, code):
    answer, file = export(recorded, tmp_path, *arguments)
    assert answer.code == 2
    assert answer.json["error"]["code"] == code
    assert not file.exists()


def test_a_trust_folder_or_file_that_is_not_there_is_wrong_usage(recorded, tmp_path):
    _, file = export(recorded, tmp_path, "entry", 1, "--no-reports")
    assert recorded("evidence", "verify", file, "--trust", tmp_path / "none").code == 2
    assert recorded("evidence", "verify", tmp_path / "none.zip").code == 2
    assert recorded("evidence", "verify", file, "--at", "2026-01-01").code == 2


def token(command, name, *arguments):
    return command(
        "token",
        "verify",
        TSA / name,
        "--data",
        TSA / "data.bin",
        "--root",
        TSA / "root.pem",
        "--json",
        *arguments,
    )


def test_a_sound_token_is_accepted_and_a_bad_one_rejected_with_its_code(embedded):
    """No ledger is opened: whoever judges tokens need not have one."""
    sound = token(embedded, "ok-p256.tsr")
    assert (sound.code, sound.json["outcome"], sound.json["code"]) == (0, "PASS", None)
    assert len(sound.json["checks"]) == 19
    bad = token(embedded, "bad-imprint.tsr")
    assert (bad.code, bad.json["code"]) == (1, "IMPRINT_MISMATCH")
    assert token(embedded, "ok-p256.tsr", "--nonce", "1").json["code"] in {"NONCE_MISMATCH", "NONCE_MISSING"}
    assert token(embedded, "ok-p256.tsr", "--policy", "1.2.3").json["code"] == "POLICY_MISMATCH"
    assert token(embedded, "ok-p256.tsr", "--at", "2020-01-01T00:00:00Z").json["code"] == "CLOCK_IN_FUTURE"
    assert not embedded.home.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("--root", TSA / "root.pem"),
        ("--root", TSA / "root.pem", "--data", TSA / "data.bin", "--digest", "00" * 32),
        ("--root", TSA / "root.pem", "--digest", "00"),
        ("--root", TSA / "root.pem", "--digest", "zz" * 32),
        ("--root", TSA / "root.pem", "--data", TSA / "none.bin"),
        ("--root", TSA / "root.pem", "--data", TSA / "data.bin", "--hash", "md5"),
        ("--root", TSA / "root.pem", "--data", TSA / "data.bin", "--nonce", "x"),
        ("--root", TSA / "root.pem", "--data", TSA / "data.bin", "--policy", "x"),
        ("--root", TSA / "root.pem", "--data", TSA / "data.bin", "--at", "2026-01-01"),
        ("--root", TSA / "root.pem", "--data", TSA / "data.bin", "--at", "yesterday"),
        ("--root", TSA / "data.bin", "--data", TSA / "data.bin"),
        ("--data", TSA / "data.bin"),
    ],
)
def test_wrong_usage_of_token_verify_is_two(embedded, arguments):
    assert embedded("token", "verify", TSA / "ok-p256.tsr", *arguments).code == 2


KEY = Ed25519PrivateKey.from_private_bytes(bytes([5]) * 32)
PATENT = "CN:patent:201510100001.8"


@pytest.fixture
def signing(ipledger, tmp_path):
    """A ledger on which a party signs what it files; the position of its first entry."""

    def submit(command):
        file = tmp_path / "command.json"
        file.write_text(json.dumps(command))
        answer = ipledger("submit", file, "--json")
        assert answer.code == 0, answer.out
        return answer.json["positions"]

    key = public_key_of(KEY)
    submit(
        {"command": "register_party", "command_id": "p-1", "name": "甲公司", "keys": [key.as_jwk()],
         "attributes": {"kind": "legal_person"}}
    )  # fmt: skip
    submit(
        {"command": "register_right", "command_id": "r-1", "rights": [PATENT], "owners": [{"name": "甲公司"}],
         "source": {"register": "CNIPA", "number": "副本-1"}, "extract_on": "2024-05-06",
         "filed_on": "2015-03-10", "granted_on": "2017-01-03"}
    )  # fmt: skip
    with ipledger.open() as store:
        origin = store.origin
    paper = {
        "command": "file_document", "command_id": "d-1", "rights": [PATENT], "kind": "resolution",
        "issued_on": "2024-05-07", "ledger": origin,
    }  # fmt: skip
    made = sign(command_payload(paper), KEY, key.kid)
    return submit({**paper, "signatures": [{"party": "甲公司", **made.as_json()}]})


def test_a_partys_keys_are_written_for_whoever_asks_whose_signature_it_is(ipledger, signing, tmp_path):
    trust = tmp_path / "trust"
    written = ipledger("evidence", "trust", trust, "--party", "甲公司", "--json")
    assert f"parties/{public_key_of(KEY).kid}.jwk" in written.json["files"]
    assert TrustFolder.load(trust).parties == {"甲公司": frozenset({public_key_of(KEY).kid})}
    _, file = export(ipledger, tmp_path, "right", PATENT, "--no-reports")
    report = verify(file, TrustFolder.load(trust), utc_now())
    assert report.exit_code == 0
    assert [finding.code for finding in report.checks[-1].findings] == ["SIGNED_BY_PARTY"]


def test_a_party_of_whom_no_key_is_known_is_named(ipledger, signing, tmp_path):
    answer = ipledger("evidence", "trust", tmp_path / "trust", "--party", "乙公司", "--json")
    assert (answer.code, answer.json["error"]["code"]) == (2, "PARTY_WITHOUT_KEYS")
    assert not (tmp_path / "trust").exists()


@pytest.mark.parametrize("kind", ["entry", "right", "priority"])
def test_the_commands_entries_were_made_by_go_along_where_asked(ipledger, signing, tmp_path, kind):
    arguments = {"entry": signing[:1], "right": [PATENT], "priority": [signing[0], 2]}[kind]
    _, file = export(ipledger, tmp_path, kind, *arguments, "--no-reports", "--documents")
    with zipfile.ZipFile(file) as package:
        texts = [package.read(name) for name in package.namelist() if name.startswith("documents/")]
    assert "d-1" in {json.loads(text)["command_id"] for text in texts}
    assert verify(file, TrustFolder(), utc_now()).failed == ()
