"""Deposit, field, subject and witness as a user runs them."""

import json
import re
import socket
import time
import zipfile

import httpx
import pytest

from tests.scripts.conftest import Command


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "a disclosure.pdf"
    path.write_bytes(b"%PDF-1.7 a disclosure")
    return path


def test_a_file_is_deposited_certified_and_found_again(ipledger, file, tmp_path):
    made = ipledger("deposit", file, "--title", "交底书", "--keep", "--out", tmp_path / "out", "--json")
    assert made.code == 0, made.err
    (deposit,) = made.json["deposits"]
    shown = deposit["certificate"]
    assert (deposit["known"], shown["state"], shown["document"]["kept"]) == (False, "sealed", True)
    assert shown["document"]["media_type"] == "application/pdf"
    folder = tmp_path / "out" / shown["document"]["sha256"]
    assert {path.name for path in folder.iterdir()} == {
        "certificate.json",
        "certificate.zh.txt",
        "certificate.en.txt",
        "entry.json",
        "checkpoint",
        "embedded.tsr",
        "embedded.pem",
    }
    assert json.loads((folder / "certificate.json").read_text())["number"] == shown["number"]
    again = ipledger("deposit", "check", file, "--lang", "zh")
    assert again.code == 0
    assert "此前已存证" in again.out
    assert shown["document"]["sha256"] in again.out
    assert ipledger("deposit", file, "--json").json["deposits"][0]["known"] is True


def test_a_file_that_was_not_deposited_is_a_clear_no(ipledger, file):
    answer = ipledger("deposit", "check", file, "--json")
    assert answer.code == 1
    (shown,) = answer.json["deposits"]
    assert (shown["deposited"], shown["size"]) == (False, file.stat().st_size)
    assert ipledger("deposit", "check", file, "--lang", "en").code == 1


def test_what_cannot_be_deposited_stops_all(ipledger, file, tmp_path):
    answer = ipledger("deposit", file, tmp_path / "missing", "--json")
    assert (answer.code, answer.json["error"]["code"]) == (2, "FILE_UNREADABLE")
    assert ipledger("deposit", "check", file).code == 1
    assert ipledger("deposit", "check").code == 2
    personal = ipledger("deposit", file, "--title", "张三 13800138000", "--json")
    assert personal.json["error"]["code"] == "PII_IN_EVENT"
    unknown = ipledger("deposit", file, "--right", "US:patent:99999999", "--json")
    assert (unknown.code, unknown.json["error"]["code"]) == (2, "RIGHT_UNKNOWN")


def test_a_confidential_title_is_opened_held_and_erased(ipledger, file):
    made = ipledger("deposit", file, "--title", "并购意向书", "--confidential", "--json").json
    (deposit,) = made["deposits"]
    assert deposit["certificate"]["document"]["title"] is None
    position, subject = deposit["certificate"]["entry"]["position"], deposit["subject"]
    opened = ipledger("field", "open", position, "/title", "--reason", "shown in court", "--json")
    assert (opened.code, opened.json["value"]) == (0, "并购意向书")
    assert ipledger("field", "open", position, "/title").code == 2
    denied = ipledger("field", "open", position, "/title", "--reason", "x", "--role", "guest", "--json")
    assert (denied.code, denied.json["error"]["code"]) == (1, "ROLE_NOT_AUTHORIZED")
    held = ipledger("subject", "hold", subject, "--basis", "LEGAL_CLAIM", "--reason", "suit", "--json").json
    refused = ipledger("subject", "erase", subject, "--reason", "asked for", "--json")
    assert (refused.code, refused.json["error"]["code"]) == (1, "ERASURE_RESTRICTED")
    shown = ipledger("subject", "show", position, "--json").json["subjects"]
    assert shown == [
        {
            "subject": subject,
            "erased": None,
            "restricted": True,
            "holds": [{"hold": held["hold"], "basis": "LEGAL_CLAIM", "until": None}],
        }
    ]
    assert ipledger("subject", "lift", subject, held["hold"], "--reason", "settled").code == 0
    assert ipledger("subject", "erase", subject, "--reason", "asked for").code == 0
    gone = ipledger("field", "open", position, "/title", "--reason", "again", "--json")
    assert (gone.code, gone.json["error"]["code"]) == (1, "ERASED")
    assert ipledger("seal").code == 0
    assert ipledger("verify").code == 0


def test_a_confidential_title_is_opened_in_a_package_until_it_is_erased(ipledger, file, tmp_path):
    made = ipledger("deposit", file, "--title", "并购意向书", "--confidential", "--json").json
    (deposit,) = made["deposits"]
    position, package = deposit["certificate"]["entry"]["position"], tmp_path / "package.zip"
    assert ipledger("evidence", "trust", tmp_path / "trust").code == 0

    def export(*options):
        return ipledger("evidence", "export", "entry", position, "-o", package, *options, "--json")

    assert export("--open", "/title").json["error"]["code"] == "REASON_INVALID"
    assert export("--open", "title", "--reason", "hearing").json["error"]["code"] == "FIELD_NOT_NAMED"
    assert not package.exists()
    answer = export("--open", "/title", "--reason", "hearing", "--order", "No. 7")
    assert (answer.code, answer.json["opened"]) == (0, [f"{position}/title"]), answer.err
    verified = ipledger("evidence", "verify", package, "--trust", tmp_path / "trust", "--json")
    assert (verified.code, verified.json["request"]["opened"]["order"]) == (0, "No. 7")
    with zipfile.ZipFile(package) as archive:
        assert "并购意向书" in archive.read("report.html").decode()
    assert ipledger("subject", "erase", deposit["subject"], "--reason", "asked for").code == 0
    refused = export("--open", "/title", "--reason", "hearing")
    assert (refused.code, refused.json["error"]["code"]) == (1, "ERASED")
    assert export().code == 0
    assert ipledger("evidence", "verify", package, "--trust", tmp_path / "trust").code == 0


def test_a_seal_is_cosigned_by_a_witness_that_serves(ipledger, file, tmp_path):
    made = ipledger("init", "--json").json
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    key = ("--key", tmp_path / "witness.pem", "--name", "witness.example/w1")
    vkey = ipledger("witness", "key", *key).out.strip()
    assert re.fullmatch(r"witness\.example/w1\+[0-9a-f]{8}\+B[A-Za-z0-9+/]{43}", vkey)
    running = ipledger.start(
        "witness", "serve", *key, "--log", made["verifier_key"], "--state", tmp_path / "w", "--port", port
    )
    try:
        wait_for(port)
        (ipledger.home / "witnesses.toml").write_text(
            f'[[witness]]\nname = "bank"\nurl = "http://127.0.0.1:{port}"\nvkey = "{vkey}"\n'
        )
        assert ipledger("deposit", file).code == 0
        sealed = ipledger("seal", "--json")
        assert sealed.code == 0, sealed.err
        assert [each["witness"] for each in sealed.json["witnesses"]["cosigned"]] == ["witness.example/w1"]
        assert list((ipledger.home / "seals").glob("*.cosignatures"))
        running.terminate()
        running.wait()
        assert ipledger("deposit", ipledger.home / "witnesses.toml").code == 0
        down = ipledger("seal", "--json")
        assert (down.code, down.json["witnesses"]["refused"][0]["code"]) == (3, "WITNESS_UNREACHABLE")
        verified = ipledger("verify", "--json")
        assert (verified.code, verified.json["unchecked_witnesses"]) == (0, [])
        (ipledger.home / "witnesses.toml").unlink()
        verified = ipledger("verify", "--json")
        (unchecked,) = verified.json["unchecked_witnesses"]
        assert (verified.code, unchecked["witness"], unchecked["seals"]) == (0, "witness.example/w1", 1)
        assert "未列入 witnesses.toml" in ipledger("verify", "--lang", "zh").out
    finally:
        running.terminate()
        running.wait()


def test_a_witness_says_what_it_cannot_use(tmp_path):
    command = Command(tmp_path)
    key = ("--key", tmp_path / "witness.pem")
    assert command("witness", "serve", *key, "--log", "nonsense", "--state", tmp_path / "w").code == 2
    (tmp_path / "bad.pem").write_text("no key")
    (tmp_path / "bad.pem").chmod(0o600)
    assert command("witness", "key", "--key", tmp_path / "bad.pem").code == 2
    assert command("witness", "key", *key).out.startswith("witness-")


def wait_for(port):
    for _ in range(600):
        try:
            assert httpx.post(f"http://127.0.0.1:{port}/add-checkpoint", content=b"").status_code == 400
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("the witness does not answer")
