"""A ledger asks its witnesses, keeps what they sign, and is told when they have seen another history."""

import socket
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI, Request, Response

from api.witness import create_witness_app
from ledger.entry import Draft, EntryClass, new_salt
from ledger.facts.registrations import RightRegistered
from ledger.store import Appended, AppendRequest, Condition
from ledger.store.audit import audit
from ledger.store.database import utc_now
from notary.authority import open_authority
from notary.checkpoints import parse, sign
from notary.cosignatures import (
    CosigningKey,
    WitnessKey,
    join_lines,
    parse_witness_key,
    read_lines,
    verify_cosignatures,
)
from notary.errors import CheckpointInvalid, KeyUnusable, WitnessRefused
from notary.sealing import Sealer
from notary.seals import last_seal, recorded_seals
from notary.timestamps import Authority
from notary.witness import Witness
from notary.witnesses import (
    ConfiguredWitness,
    Witnesses,
    WitnessPolicy,
    cosign_continually,
    cosignature_lines,
    load_witnesses,
    request_cosignature,
)
from tests.witness.conftest import served

NUMBERS = iter(range(15_000_000, 16_000_000))


def add_entry(store):
    right = f"US:patent:{next(NUMBERS)}"
    fact = RightRegistered(rights=(right,))
    draft = Draft(
        type=fact.TYPE,
        type_v=1,
        entry_class=EntryClass.AUTHORITY,
        subjects=fact.tags(),
        effective_at="2026-11-20",
        actor="test",
        command_id=right,
        data=fact.as_data(),
        salt=new_salt(),
    )
    condition = Condition(assets=store.reader.asset_heads([right]))
    assert isinstance(store.writer.append(AppendRequest((draft,), condition, right)), Appended)


@pytest.fixture
def authority(tmp_path):
    embedded = open_authority(tmp_path / "authority", clock=utc_now)
    return Authority("embedded", roots=(embedded.root,), embedded=embedded)


@pytest.fixture
def sealer(store, tmp_path, authority):
    return Sealer(store, tmp_path, [authority], utc_now, required=1)


@pytest.fixture
def ledgers_witness(sealer, key, tmp_path):
    """A witness of the test's ledger, and how the ledger knows it."""
    witness = Witness(key, [sealer.key.verifier], tmp_path / "w", utc_now)
    with served(create_witness_app(witness)) as url:
        yield ConfiguredWitness("bank", url, key.verifier)
    witness.close()


@pytest.fixture
def witnesses(store, tmp_path, ledgers_witness):
    return Witnesses(store, tmp_path, WitnessPolicy(1, (ledgers_witness,)), utc_now)


def seal(store, sealer):
    add_entry(store)
    made = sealer.seal().seal
    assert made is not None
    return made


def test_a_seal_is_cosigned_recorded_and_kept(store, sealer, witnesses, key, tmp_path):
    made = seal(store, sealer)
    outcome = witnesses.cosign_last()
    size = made.signed.checkpoint.size
    assert (outcome.size, len(outcome.cosigned), outcome.refusals) == (size, 1, ())
    lines = cosignature_lines(store, size)
    (cosigned,) = verify_cosignatures(made.note, lines, [key.verifier])
    assert cosigned.witness == key.verifier
    assert abs(cosigned.at - utc_now()) < timedelta(minutes=1)
    assert (tmp_path / "seals" / f"{size}.cosignatures").read_bytes() == lines
    assert audit(store).finding is None


def test_the_lines_complete_the_note_as_c2sp_has_it(store, sealer, witnesses, key):
    made = seal(store, sealer)
    witnesses.cosign_last()
    whole = parse(made.note + cosignature_lines(store, made.signed.checkpoint.size))
    assert key.verifier.cosigned(whole) is True
    assert verify_cosignatures(whole.note, b"", [key.verifier])


def test_asking_again_asks_nobody_and_records_nothing(store, sealer, witnesses):
    seal(store, sealer)
    first = witnesses.cosign_last()
    head = store.reader.head().position
    assert witnesses.cosign_last().cosigned == first.cosigned
    assert store.reader.head().position == head


def test_a_cosignature_alone_is_no_reason_for_another_seal(store, sealer, witnesses):
    seal(store, sealer)
    witnesses.cosign_last()
    assert sealer.seal().seal is None


def test_each_seal_extends_what_was_cosigned(store, tmp_path, sealer, ledgers_witness):
    """Also by a process that does not remember at which size the witness is."""
    for _ in range(3):
        made = seal(store, sealer)
        fresh = Witnesses(store, tmp_path, WitnessPolicy(1, (ledgers_witness,)), utc_now)
        outcome = fresh.cosign_last()
        assert (outcome.size, outcome.refusals) == (made.signed.checkpoint.size, ())
        assert len(outcome.cosigned) == 1


def test_tokens_that_come_after_a_cosignature_still_complete_the_seal(
    store, sealer, witnesses, tmp_path, authority
):
    made = seal(store, sealer)
    witnesses.cosign_last()
    second = open_authority(tmp_path / "second", clock=utc_now)
    other = Authority("second", roots=(second.root,), embedded=second)
    completed = Sealer(store, tmp_path, [authority, other], utc_now, required=2).complete()
    assert completed.seal is not None
    (whole,) = recorded_seals(store)
    assert [name for name, _ in whole.tokens] == ["embedded", "second"]
    assert len(cosignature_lines(store, made.signed.checkpoint.size).splitlines()) == 1


def test_a_fork_shown_to_two_parties_is_caught(store, sealer, witnesses, ledgers_witness, tmp_path):
    """The operator seals a second history of the same size and shows it to the bank's witness."""
    made = seal(store, sealer)
    witnesses.cosign_last()
    checkpoint = made.signed.checkpoint
    forked = sign(replace(checkpoint, root=b"\1" * 32, chain=b"\2" * 32), sealer.key)
    with pytest.raises(WitnessRefused) as caught:
        request_cosignature(ledgers_witness, forked, lambda old, size: (), utc_now)
    assert caught.value.code == "WITNESS_SAW_ANOTHER"
    kept = list((tmp_path / "w" / "refused").iterdir())
    assert [parse(path.read_bytes()).checkpoint.root for path in kept] == [b"\1" * 32]


def test_a_history_that_was_cut_off_is_caught(store, sealer, witnesses, ledgers_witness):
    """A rollback: the ledger is shown shorter than the witness knows it."""
    early = seal(store, sealer)
    seal(store, sealer)
    witnesses.cosign_last()
    with pytest.raises(WitnessRefused) as caught:
        request_cosignature(ledgers_witness, early.signed, lambda old, size: (), utc_now)
    assert caught.value.code == "WITNESS_AHEAD"


def test_a_history_that_was_rewritten_is_caught(store, sealer, witnesses, ledgers_witness):
    """A longer one, with the honest log's proof."""
    seal(store, sealer)
    witnesses.cosign_last()
    made = seal(store, sealer)
    forked = sign(replace(made.signed.checkpoint, root=b"\1" * 32), sealer.key)
    with pytest.raises(WitnessRefused) as caught:
        request_cosignature(ledgers_witness, forked, witnesses._log.consistency, utc_now)
    assert caught.value.code == "WITNESS_SAW_ANOTHER"


def test_a_witness_that_is_down_costs_only_its_own_cosignature(store, sealer, tmp_path, ledgers_witness):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        down = ConfiguredWitness(
            "down",
            f"http://127.0.0.1:{taken.getsockname()[1]}",
            CosigningKey("d", Ed25519PrivateKey.generate()).verifier,
            timeout_ms=300,
        )
        policy = WitnessPolicy(1, (down, ledgers_witness))
        seal(store, sealer)
        outcome = Witnesses(store, tmp_path, policy, utc_now).cosign_last()
    assert [each.witness.name for each in outcome.cosigned] == [ledgers_witness.key.name]
    assert [(name, error.code) for name, error in outcome.refusals] == [("down", "WITNESS_UNREACHABLE")]


def test_a_late_witness_is_asked_again_and_added(store, sealer, tmp_path, ledgers_witness):
    second_key = CosigningKey("witness.example/w2", Ed25519PrivateKey.generate())
    nowhere = ConfiguredWitness("court", "http://127.0.0.1:9", second_key.verifier, timeout_ms=300)
    made = seal(store, sealer)
    policy = WitnessPolicy(2, (ledgers_witness, nowhere))
    assert len(Witnesses(store, tmp_path, policy, utc_now).cosign_last().refusals) == 1
    second = Witness(second_key, [sealer.key.verifier], tmp_path / "w2", utc_now)
    with served(create_witness_app(second)) as url:
        up = WitnessPolicy(2, (ledgers_witness, replace(nowhere, url=url, timeout_ms=5000)))
        outcome = Witnesses(store, tmp_path, up, utc_now).cosign_last()
    second.close()
    assert len(outcome.cosigned) == 2
    lines = cosignature_lines(store, made.signed.checkpoint.size)
    assert len(verify_cosignatures(made.note, lines, up.keys)) == 2


def answering(status, body, content_type="text/plain"):
    """A witness that answers the same to all."""
    app = FastAPI()

    @app.post("/add-checkpoint")
    async def add_checkpoint(request: Request) -> Response:
        await request.body()
        return Response(body, status, headers={"Content-Type": content_type})

    return served(app)


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (200, b"", "WITNESS_ANSWER_INVALID"),
        (200, b"hello\n", "WITNESS_ANSWER_INVALID"),
        (200, b"\xff\xfe", "WITNESS_ANSWER_INVALID"),
        (200, "— other AAAAAAAAAAAA\n".encode(), "WITNESS_ANSWER_INVALID"),
        (200, b"x" * 200_000, "WITNESS_ANSWER_INVALID"),
        (409, b"", "WITNESS_ANSWER_INVALID"),
        (409, b"-5\n", "WITNESS_ANSWER_INVALID"),
        (409, b"9" * 40, "WITNESS_ANSWER_INVALID"),
        (409, b"0\n", "WITNESS_SAW_ANOTHER"),
        (409, b"999\n", "WITNESS_AHEAD"),
        (422, b"no", "WITNESS_SAW_ANOTHER"),
        (403, b"no", "WITNESS_REFUSED"),
        (500, b"oops", "WITNESS_REFUSED"),
        (302, b"", "WITNESS_REFUSED"),
    ],
)
def test_whatever_a_witness_answers_ends_in_our_error(log, key, status, body, code):
    with answering(status, body) as url, pytest.raises(WitnessRefused) as caught:
        request_cosignature(ConfiguredWitness("bad", url, key.verifier), log.note(), log.consistency, utc_now)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("other text", "WITNESS_ANSWER_INVALID"),
        ("other key", "WITNESS_ANSWER_INVALID"),
        ("flipped", "WITNESS_ANSWER_INVALID"),
        ("future", "WITNESS_CLOCK_AHEAD"),
    ],
)
def test_a_cosignature_is_checked_before_it_is_believed(log, key, change, code):
    note = log.note()
    text, now = note.checkpoint.text(), utc_now()
    line = {
        "other text": key.cosign(text.replace(b"\n5\n", b"\n6\n"), now),
        "other key": CosigningKey("w", Ed25519PrivateKey.generate()).cosign(text, now),
        "flipped": replace(key.cosign(text, now), signature=bytes(72)),
        "future": key.cosign(text, now + timedelta(hours=1)),
    }[change]
    with answering(200, line.line()) as url, pytest.raises(WitnessRefused) as caught:
        request_cosignature(ConfiguredWitness("bad", url, key.verifier), note, log.consistency, utc_now)
    assert caught.value.code == code


def test_a_changed_record_is_found(store, sealer, witnesses, key):
    """A line that names a known witness and is not its own means that somebody meddled with it."""
    made = seal(store, sealer)
    witnesses.cosign_last()
    (line,) = read_lines(cosignature_lines(store, made.signed.checkpoint.size))
    later = line.signature[:7] + bytes([line.signature[7] ^ 1]) + line.signature[8:]
    with pytest.raises(CheckpointInvalid) as caught:
        verify_cosignatures(made.note, join_lines([replace(line, signature=later)]), [key.verifier])
    assert caught.value.code == "COSIGNATURE_INVALID"


def test_one_witness_counts_once_and_strangers_not_at_all(log, key):
    note = log.note()
    text = note.checkpoint.text()
    own = key.cosign(text, utc_now())
    stranger = CosigningKey("stranger", Ed25519PrivateKey.generate()).cosign(text, utc_now())
    found = verify_cosignatures(note.note + own.line(), join_lines([own, stranger]), [key.verifier])
    assert [each.witness for each in found] == [key.verifier]
    assert verify_cosignatures(note.note, b"", [key.verifier]) == ()


def test_the_worker_cosigns_until_it_is_told_to_stop(store, sealer, witnesses):
    made = seal(store, sealer)
    stop = threading.Event()
    worker = threading.Thread(
        target=cosign_continually, args=(witnesses,), kwargs={"interval_ms": 20, "stop": stop}
    )
    worker.start()
    for _ in range(500):
        if cosignature_lines(store, made.signed.checkpoint.size) or stop.wait(0.02):
            break
    stop.set()
    worker.join()
    assert cosignature_lines(store, last_seal(store).signed.checkpoint.size)


def test_a_ledger_without_seals_asks_nobody(witnesses):
    assert witnesses.cosign_last().size is None


def test_a_key_is_the_c2sp_vkey_of_its_kind(key):
    text = str(key.verifier)
    assert parse_witness_key(f" {text}\n") == key.verifier
    for wrong in (text[:-4], text.replace("w1+", "w2+"), str(text).replace("+B", "+A"), "", "a+b+c", "a"):
        with pytest.raises(KeyUnusable):
            parse_witness_key(wrong)
    with pytest.raises(KeyUnusable):
        WitnessKey("w", b"short")


def test_the_time_of_a_cosignature_is_bounded(key):
    """Seconds beyond any calendar are no time, and no crash."""
    line = key.cosign(b"text\n", datetime(2026, 1, 1, tzinfo=UTC))
    assert key.verifier.signed_at(b"\xff" * 8 + line.signature[8:], b"text\n") is None


def test_the_configuration_is_read(tmp_path, key):
    assert load_witnesses(tmp_path).witnesses == ()
    (tmp_path / "witnesses.toml").write_text(
        f'required = 1\n[[witness]]\nname = "bank"\nurl = "https://w.example/"\nvkey = "{key.verifier}"\n'
        "timeout_ms = 500\n"
    )
    policy = load_witnesses(tmp_path)
    assert policy == WitnessPolicy(1, (ConfiguredWitness("bank", "https://w.example", key.verifier, 500),))
    assert policy.keys == (key.verifier,)


_TWO_OF_ONE_KEY = "\n".join(
    f'[[witness]]\nname = "{name}"\nurl = "https://w.example"\nvkey = "{{vkey}}"' for name in "ab"
)


@pytest.mark.parametrize(
    "text",
    [
        "required = 1",
        "required = -1",
        'required = "1"',
        "surprise = 1",
        "witness = 1",
        "[[witness]]",
        '[[witness]]\nname = "a"',
        '[[witness]]\nname = "a"\nurl = "https://w.example"\nvkey = "x"',
        '[[witness]]\nname = "a"\nurl = "ftp://w.example"\nvkey = "{vkey}"',
        '[[witness]]\nname = "a"\nurl = "https://u:p@w.example"\nvkey = "{vkey}"',
        '[[witness]]\nname = "a"\nurl = "https://w.example"\nvkey = "{vkey}"\ncolor = "red"',
        '[[witness]]\nname = "a"\nurl = "https://w.example"\nvkey = "{vkey}"\ntimeout_ms = 0',
        _TWO_OF_ONE_KEY,
        "[[witness",
        "\0",
    ],
)
def test_a_configuration_that_cannot_be_used_is_refused(tmp_path, key, text):
    (tmp_path / "witnesses.toml").write_text(text.replace("{vkey}", str(key.verifier)))
    with pytest.raises(WitnessRefused) as caught:
        load_witnesses(tmp_path)
    assert caught.value.code == "WITNESS_MISCONFIGURED"
