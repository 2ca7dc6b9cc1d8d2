"""What a certificate says, and that openssl alone confirms it."""

import base64
import re
import subprocess
from dataclasses import replace
from datetime import datetime

import pytest

from ledger.store.database import utc_now
from notary import merkle
from notary.authority import open_authority
from notary.certificates import certificate, certificate_text
from notary.deposits import Document, FileDigest
from notary.sealing import Sealer
from notary.seals import covering_seal
from notary.timestamps import Authority
from tests.deposits.conftest import embedded_authority


def other(number):
    return Document(FileDigest(f"{number:064x}", 1))


def certified(store, deposit, authorities):
    return certificate(store, deposit, authorities, utc_now())


def test_an_unsealed_deposit_names_no_time_but_the_operators(store, deposits, document, authority):
    shown = certified(store, deposits.deposit(document, "x"), [authority])
    assert (shown["state"], shown["not_later_than"], shown["seal"]) == ("chained", None, None)
    assert "not sealed" in certificate_text(shown, "en")
    assert "尚未封印" in certificate_text(shown, "zh")


def test_a_sealed_deposit_existed_not_later_than_its_token(store, deposits, document, authority, sealer):
    asked = utc_now()
    made = deposits.deposit(document, "x")
    sealer.seal_entry(made.position)
    shown = certified(store, made, [authority])
    token = shown["not_later_than"]
    assert shown["state"] == "sealed"
    assert asked <= datetime.fromisoformat(token["time"]) <= utc_now()
    assert (token["authority"], token["vouched_for_by_the_operator_only"]) == ("embedded", True)
    assert int(token["serial"], 16) > 0
    assert shown["not_earlier_than"] is None
    assert shown["seal"]["size"] == made.position


def test_the_lower_bound_is_the_newest_seal_below_the_entry(store, deposits, document, authority, sealer):
    """E-7: not the seal before, not the one after; and it bounds the entry."""
    times = []
    for number in (1, 2):
        made = deposits.deposit(other(number), "x")
        sealed = sealer.seal_entry(made.position)
        times.append(certified(store, made, [authority])["not_later_than"]["time"])
        assert sealed.seal is not None
    made = deposits.deposit(document, "x")
    assert certified(store, made, [authority])["not_earlier_than"]["time"] == times[1]
    sealer.seal_entry(made.position)
    deposits.deposit(other(3), "x")
    sealer.seal()
    shown = certified(store, made, [authority])
    assert shown["not_earlier_than"]["time"] == times[1] < shown["not_later_than"]["time"]


def test_a_seal_that_does_not_cover_a_deposit_bounds_it_on_neither_side(store, deposits, document, tmp_path):
    """It comes while the seal is being stamped: the seal's entry stands above it and is not of it."""
    made = []

    def clock():
        if not made:
            made.append(deposits.deposit(document, "x"))
        return utc_now()

    first = deposits.deposit(other(1), "x")
    embedded = open_authority(tmp_path / "slow", clock=utc_now)
    slow = Authority("embedded", roots=(embedded.root,), embedded=replace(embedded, clock=clock))
    sealed = Sealer(store, tmp_path, [slow], utc_now, required=1).seal().seal
    assert (sealed.signed.checkpoint.size, made[0].position, sealed.position) == (1, 2, 3)
    assert certified(store, first, [slow])["state"] == "sealed"
    shown = certified(store, made[0], [slow])
    assert (shown["state"], shown["seal"], shown["not_earlier_than"]) == ("chained", None, None)


def test_an_independent_authority_speaks_before_the_operators(  # noqa: PLR0917 -- fixtures
    store, deposits, document, authority, tmp_path, independent
):
    asking, trusted = independent
    made = deposits.deposit(document, "x")
    Sealer(store, tmp_path, [authority, asking], utc_now, required=2).seal_entry(made.position)
    shown = certified(store, made, [authority, trusted])
    assert len(shown["seal"]["tokens"]) == 2
    assert shown["not_later_than"]["authority"] == "independent"
    assert not shown["not_later_than"]["vouched_for_by_the_operator_only"]


def test_a_token_nobody_trusts_names_no_time(store, deposits, document, sealer, tmp_path):
    made = deposits.deposit(document, "x")
    sealer.seal_entry(made.position)
    stranger = replace(embedded_authority(tmp_path / "stranger", "embedded"), name="embedded")
    for authorities, code in (([], "AUTHORITY_NOT_TRUSTED"), ([stranger], None)):
        shown = certified(store, made, authorities)
        assert (shown["state"], shown["not_later_than"]) == ("chained", None)
        (token,) = shown["seal"]["tokens"]
        assert token["refused"] == code if code else token["refused"] is not None


def test_the_proof_in_a_certificate_leads_to_the_checkpoint(store, deposits, authority, sealer):
    made = [deposits.deposit(other(number), "x") for number in range(1, 12)]
    sealer.seal_entry(made[-1].position)
    for each in made:
        shown = certified(store, each, [authority])
        seal = covering_seal(store, each.position)
        merkle.verify_inclusion(
            leaf=merkle.leaf_hash(bytes.fromhex(shown["entry"]["link"])),
            index=merkle.leaf_index(each.position),
            size=shown["seal"]["size"],
            proof=[bytes.fromhex(hash_) for hash_ in shown["seal"]["inclusion"]],
            root=seal.signed.checkpoint.root,
        )


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_certificate_reads_in_both_languages(  # noqa: PLR0917 -- fixtures
    store, deposits, document, authority, sealer, lang
):
    made = deposits.deposit(document, "os:notary")
    sealer.seal_entry(made.position)
    text = certificate_text(certified(store, made, [authority]), lang)
    words = {
        "zh": ("不晚于", "仅由运营方担保", "不能证明", "北京时间"),
        "en": ("not later than", "the operator's own", "does not show", "Beijing time"),
    }
    for word in (*words[lang], document.digest.sha256, "交底书", "os:notary", "openssl ts -verify"):
        assert word in text
    for claim in ("created", "valid", "合法", "有效"):
        assert claim not in text


def test_every_command_of_a_certificate_holds(  # noqa: PLR0917 -- fixtures
    store, deposits, document, file, authority, sealer, tmp_path
):
    """A stranger with a shell and openssl runs the lines as they are printed."""
    made = deposits.deposit(document, "os:notary")
    sealer.seal_entry(made.position)
    shown = certified(store, made, [authority])
    folder = tmp_path / "out"
    folder.mkdir()
    seal = covering_seal(store, made.position)
    (folder / "FILE").write_bytes(file.read_bytes())
    (folder / "entry.json").write_bytes(store.reader.entry(made.position).raw)
    (folder / "checkpoint").write_bytes(seal.note)
    (folder / "embedded.tsr").write_bytes(seal.tokens[0][1])
    body = base64.encodebytes(authority.roots[0])
    (folder / "embedded.pem").write_bytes(
        b"-----BEGIN CERTIFICATE-----\n" + body + b"-----END CERTIFICATE-----\n"
    )
    text = certificate_text(shown, "en")
    commands = [line.strip() for line in text.splitlines() if re.match(r"  (openssl|grep|printf) ", line)]
    printed = [
        subprocess.run(["sh", "-c", line], cwd=folder, capture_output=True, text=True, check=True)
        for line in commands
    ]
    chain = re.search(r"^chain (.*)$", seal.note.decode(), re.MULTILINE)[1]
    outputs = [done.stdout.strip() or done.stderr.strip() for done in printed]
    assert len(outputs) == 5
    assert outputs[0].endswith(document.digest.sha256)
    assert outputs[1] == "1"
    assert outputs[2].endswith(shown["entry"]["digest"])
    assert outputs[3] == chain
    assert "Verification: OK" in outputs[4] + printed[4].stderr
