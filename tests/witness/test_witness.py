"""A witness signs one history of a log and no other, whatever is sent to it and whenever it is killed."""

import base64
import random
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from notary import witness as witness_module
from notary.checkpoints import parse
from notary.cosignatures import CosigningKey, verify_cosignatures
from notary.errors import WitnessRefused
from notary.keys import SigningKey, VerifierKey
from notary.witness import REQUEST_BYTES_MAX, Witness
from tests.witness.conftest import NOW, ORIGIN, MemoryLog

ROOT = Path(__file__).parents[2]


def refusal(witness, request):
    with pytest.raises(WitnessRefused) as caught:
        witness.add_checkpoint(request)
    return caught.value


def test_a_cosignature_is_that_of_c2sp(witness, log, key):
    """Key id with 0x04, u64 seconds, Ed25519 over the header, the time and the signed text."""
    note = log.note()
    line = witness.add_checkpoint(log.request(0)).decode()
    dash, name, encoded = line.rstrip("\n").split(" ")
    blob = base64.b64decode(encoded)
    assert (dash, name, len(blob)) == ("—", key.name, 4 + 8 + 64)
    assert blob[:4] == key.verifier.key_id
    seconds = int.from_bytes(blob[4:12], "big")
    assert seconds == int(NOW.timestamp())
    message = b"cosignature/v1\ntime %d\n" % seconds + note.checkpoint.text()
    Ed25519PublicKey.from_public_bytes(key.verifier.public_key).verify(blob[12:], message)
    (cosigned,) = verify_cosignatures(note.note, line.encode(), [key.verifier])
    assert cosigned.at == NOW.replace(microsecond=0)
    assert parse(note.note + line.encode()).signatures[1].name == key.name


def test_a_growing_log_is_signed_at_every_size(witness, log):
    old = 0
    for number in (1, 1, 2, 3, 8, 17, 64):
        log.grow(number)
        assert witness.add_checkpoint(log.request(old)).startswith("— witness".encode())
        old = len(log.leaves)


def test_the_same_checkpoint_is_signed_again_with_a_new_time(make_witness, log, key):
    """Who lost the answer asks again."""
    clock = iter([NOW, datetime(2026, 11, 20, 9, tzinfo=UTC)])
    witness = make_witness(clock=lambda: next(clock))
    first = witness.add_checkpoint(log.request(0))
    again = witness.add_checkpoint(log.request(5))
    ((one,), (two,)) = (verify_cosignatures(log.note().note, line, [key.verifier]) for line in (first, again))
    assert one.at < two.at


def test_a_fork_is_refused(witness, log):
    """The operator shows somebody a history without entry 4, with a proof as good as he can make it."""
    other = log.copy(3).grow(6, "forked")
    witness.add_checkpoint(log.request(0))
    assert refusal(witness, other.request(5)).code == "CHECKPOINT_INCONSISTENT"
    assert witness.add_checkpoint(log.grow(1).request(5))


def test_a_fork_of_one_size_is_refused(witness, log):
    witness.add_checkpoint(log.request(0))
    error = refusal(witness, log.copy(4).grow(1, "forked").request(5))
    assert (error.code, error.data["size"]) == ("CHECKPOINT_FORKED", 5)


@pytest.mark.parametrize("member", ["map_root", "chain"])
def test_two_maps_or_chains_of_one_log_are_a_fork(witness, log, member):
    """The root of the log does not cover the map."""
    witness.add_checkpoint(log.request(0))
    changed = log.note(**{member: b"\1" * 32}).note
    assert refusal(witness, log.request(5, note=changed)).code == "CHECKPOINT_FORKED"


def test_a_rollback_is_refused(witness, log):
    log.grow(4)
    witness.add_checkpoint(log.request(0))
    error = refusal(witness, log.request(0, size=5))
    assert (error.code, error.data["size"]) == ("OLD_SIZE_DIFFERS", 9)
    assert refusal(witness, log.request(9, size=5)).code == "OLD_SIZE_TOO_LARGE"
    assert refusal(witness, log.request(5, size=5)).code == "OLD_SIZE_DIFFERS"


def test_an_old_size_that_is_replayed_is_refused(witness, log):
    witness.add_checkpoint(log.request(0))
    request = log.grow(3).request(5)
    witness.add_checkpoint(request)
    error = refusal(witness, request)
    assert (error.code, error.data["size"]) == ("OLD_SIZE_DIFFERS", 8)


def test_what_was_refused_although_the_log_signed_it_is_kept_as_evidence(witness, log, tmp_path):
    """Two signed notes that contradict each other prove the fork to anybody."""
    forked = log.copy(4).grow(1, "forked")
    witness.add_checkpoint(log.request(0))
    refusal(witness, forked.request(5))
    (kept,) = (tmp_path / "witness" / "refused").iterdir()
    (signed,) = (tmp_path / "witness").glob("*.checkpoint")
    one, two = parse(kept.read_bytes()).checkpoint, parse(signed.read_bytes()).checkpoint
    assert (one.size, one.origin) == (two.size, two.origin)
    assert one.root != two.root


@pytest.mark.parametrize("change", ["drop", "add", "swap", "flip"])
def test_a_wrong_proof_is_refused(witness, log, change):
    witness.add_checkpoint(log.request(0))
    log.grow(8)
    proof = log.consistency(5, 13)
    wrong = {
        "drop": proof[:-1],
        "add": [*proof, proof[0]],
        "swap": [proof[1], proof[0], *proof[2:]],
        "flip": [bytes([proof[0][0] ^ 1]) + proof[0][1:], *proof[1:]],
    }[change]
    assert refusal(witness, log.request(5, proof=wrong)).code == "CHECKPOINT_INCONSISTENT"
    assert witness.add_checkpoint(log.request(5))


def test_a_proof_from_nothing_is_refused(witness, log):
    assert refusal(witness, log.request(0, proof=[b"\0" * 32])).code == "CHECKPOINT_INCONSISTENT"


def test_the_root_of_an_empty_log_is_that_of_nothing(witness, log):
    empty = log.copy(0)
    wrong = empty.note(root=b"\1" * 32).note
    assert refusal(witness, empty.request(0, note=wrong)).code == "CHECKPOINT_INCONSISTENT"
    assert witness.add_checkpoint(empty.request(0))
    assert witness.add_checkpoint(log.request(0))


def test_a_checkpoint_nobody_known_signed_is_refused(witness, log):
    forger = MemoryLog(SigningKey(ORIGIN, Ed25519PrivateKey.generate()), log.leaves)
    assert refusal(witness, forger.request(0)).code == "CHECKPOINT_UNSIGNED"
    genuine, forged = log.note(), forger.note()
    both = genuine.checkpoint.text() + b"\n" + forged.signatures[0].line() + genuine.signatures[0].line()
    assert witness.add_checkpoint(log.request(0, note=both))
    grown = log.grow(1).note()
    lied = grown.note.replace(b"\n6\n", b"\n7\n")
    assert refusal(witness, log.request(5, note=lied)).code == "CHECKPOINT_UNSIGNED"


def test_a_cosignature_does_not_pass_for_the_logs_signature(make_witness, log):
    """The log's key, used as a witness's, signs another message."""
    cosigner = CosigningKey(ORIGIN, log.key.private_key)
    witness = make_witness()
    text = log.note().checkpoint.text()
    note = text + b"\n" + cosigner.cosign(text, NOW).line()
    assert refusal(witness, log.request(0, note=note)).code == "CHECKPOINT_UNSIGNED"


def test_an_unknown_log_is_refused(witness):
    stranger = MemoryLog(SigningKey("other.example/log", Ed25519PrivateKey.generate())).grow(2)
    assert refusal(witness, stranger.request(0)).code == "LOG_UNKNOWN"


def test_a_checkpoint_of_another_software_is_witnessed(make_witness):
    """The log, note and signature of the sigsum test of litewitness, an independent witness."""
    public = bytes.fromhex("52c05edad1bf5feffa81354faae59a655d9a9a1a793ed2f62c39c26c0be2aecd")
    origin = "sigsum.org/v1/tree/985ea163f5af026723561354f51f2ebcdcf2af809ce254ccfb64aa9aadd80f90"
    signature = "7BKT0gOfNZ1J0So9unY3BZtm2YkPIoNYM/dce0Z2avJDs8dxN6ts9bOSwwrVrbjm6P9K3ZxpK6jJngOG6YvGGzV/lwo="
    note = f"{origin}\n1\nKgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n— {origin} {signature}\n"
    witness = make_witness(logs=[VerifierKey(origin, public)])
    assert witness.add_checkpoint(b"old 0\n\n" + note.encode())


HASH = base64.b64encode(bytes(32)).decode()


@pytest.mark.parametrize(
    "head",
    [
        "",
        "old",
        "old 00",
        "old -1",
        "old 1 ",
        "old 0x1",
        "new 0",
        "old 99999999999999999999",
        f"old 0\n{HASH[:-1]}",
        f"old 0\n{HASH}=",
        f"old 0\n {HASH}",
        "old 0\n" + "\n".join([HASH] * 64),
        f"old 0\r\n{HASH}",
        "old 1\nAAAA",
    ],
)
def test_a_malformed_request_is_named_as_such(witness, log, head):
    request = head.encode() + b"\n\n" + log.note().note
    assert refusal(witness, request).code == "REQUEST_MALFORMED"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"\n5\n", b"\n05\n"),
        (b"\n5\n", b"\n\n"),
        (b"\n5\n", b"\nfive\n"),
        (b"\n\n", b"\n"),
        (ORIGIN.encode() + b"\n5", b"\xff\n5"),
        ("— ".encode(), b"- "),
        (b"=\nchain", b"\nchain"),
    ],
)
def test_a_malformed_note_is_named_as_such(witness, log, old, new):
    note = log.note().note
    assert note != note.replace(old, new, 1)
    assert refusal(witness, log.request(0, note=note.replace(old, new, 1))).code == "REQUEST_MALFORMED"


def test_a_request_is_bounded(witness, log):
    request = log.request(0) + b"x" * REQUEST_BYTES_MAX
    assert refusal(witness, request).code == "REQUEST_MALFORMED"


@pytest.fixture(scope="module")
def lasting(tmp_path_factory):
    """A log of five entries, and a witness that has signed it."""
    log = MemoryLog(SigningKey(ORIGIN, Ed25519PrivateKey.generate())).grow(5)
    key = CosigningKey("w", Ed25519PrivateKey.generate())
    witness = Witness(key, [log.key.verifier], tmp_path_factory.mktemp("witness"), lambda: NOW)
    witness.add_checkpoint(log.request(0))
    yield log, key, witness
    witness.close()


@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_any_change_of_a_request_ends_in_a_refusal_or_a_sound_signature(lasting, data):
    """Bytes flipped, cut and doubled anywhere: no other error, no signature of what the log did not sign."""
    log, key, witness = lasting
    request = bytearray(log.request(5))
    place = data.draw(st.integers(0, len(request) - 1))
    match data.draw(st.sampled_from(["flip", "cut", "double"])):
        case "flip":
            request[place] ^= data.draw(st.integers(1, 255))
        case "cut":
            del request[place : place + data.draw(st.integers(1, 40))]
        case "double":
            request[place:place] = request[place : place + data.draw(st.integers(1, 40))]
    try:
        line = witness.add_checkpoint(bytes(request))
    except WitnessRefused:
        return
    assert verify_cosignatures(log.note().note, line, [key.verifier])


def test_a_restarted_witness_remembers(make_witness, log):
    make_witness().add_checkpoint(log.request(0))
    again = make_witness()
    assert refusal(again, log.copy(4).grow(1, "forked").request(5)).code == "CHECKPOINT_FORKED"
    assert refusal(again, log.request(0)).code == "OLD_SIZE_DIFFERS"
    assert again.add_checkpoint(log.grow(2).request(5))


def test_two_witnesses_do_not_share_a_folder(witness, log, key, tmp_path):
    with pytest.raises(WitnessRefused) as caught:
        Witness(key, [log.key.verifier], tmp_path / "witness", lambda: NOW)
    assert caught.value.code == "WITNESS_RUNNING"


@pytest.mark.parametrize("damage", ["cut", "changed", "of another log", "unsigned", "empty"])
def test_a_damaged_record_stops_the_witness(make_witness, log, tmp_path, damage):
    """Without its memory a witness would believe anything: it does not start on half of one."""
    make_witness().add_checkpoint(log.request(0))
    (path,) = (tmp_path / "witness").glob("*.checkpoint")
    note = path.read_bytes()
    other = MemoryLog(SigningKey("other.example/log", Ed25519PrivateKey.generate())).grow(2)
    path.write_bytes(
        {
            "cut": note[:-9],
            "changed": note.replace(b"\n5\n", b"\n4\n"),
            "of another log": other.note().note,
            "unsigned": note.partition(b"\n\n")[0] + b"\n\n",
            "empty": b"",
        }[damage]
    )
    with pytest.raises(WitnessRefused) as caught:
        make_witness()
    assert caught.value.code == "WITNESS_STATE_UNUSABLE"


def test_nothing_is_signed_that_could_not_be_written(witness, log, monkeypatch):
    def full(*given):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(witness_module, "replace_file", full)
    assert refusal(witness, log.request(0)).code == "WITNESS_STATE_UNUSABLE"
    monkeypatch.undo()
    assert witness.add_checkpoint(log.request(0))


def test_of_contradicting_requests_at_once_one_wins(witness, log, key):
    """Forty forks from one size in forty threads: one signature of the next state, and none of another."""
    witness.add_checkpoint(log.request(0))
    forks = [log.copy().grow(1 + number % 3, f"fork {number}") for number in range(40)]
    random.Random(7).shuffle(forks)
    requests = [fork.request(5) for fork in forks]
    answers = [None] * len(forks)
    gate = threading.Barrier(len(forks))

    def ask(index):
        gate.wait()
        try:
            answers[index] = witness.add_checkpoint(requests[index])
        except WitnessRefused as error:
            answers[index] = error.code

    threads = [threading.Thread(target=ask, args=(index,)) for index in range(len(forks))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    signed = [
        (fork, answer) for fork, answer in zip(forks, answers, strict=True) if isinstance(answer, bytes)
    ]
    assert len(signed) == 1
    assert {answer for answer in answers if isinstance(answer, str)} == {"OLD_SIZE_DIFFERS"}
    assert verify_cosignatures(signed[0][0].note().note, signed[0][1], [key.verifier])


class Adversary(RuleBasedStateMachine):
    """An operator who grows, forks, cuts and shows what he likes, with proofs made for what he shows."""

    histories = Bundle("histories")

    def __init__(self):
        super().__init__()
        self.folder = TemporaryDirectory()
        self.signed = []
        self.key = SigningKey(ORIGIN, Ed25519PrivateKey.generate())
        self.cosigner = CosigningKey("w", Ed25519PrivateKey.generate())
        self.witness = None
        self.restart()

    @initialize(target=histories)
    def begin(self):
        return MemoryLog(self.key).grow(1)

    @rule(target=histories, history=histories, number=st.integers(1, 9), seed=st.sampled_from("ab"))
    def grow(self, history, number, seed):
        return history.copy().grow(number, seed)

    @rule(target=histories, history=histories, keep=st.integers(0, 20))
    def cut(self, history, keep):
        return history.copy(keep)

    @rule(history=histories, old=st.none() | st.integers(0, 20), proved=histories)
    def show(self, history, old, proved):
        """Ask from the size the witness knows, or another, with the proof of this history or of another."""
        size = len(history.leaves)
        old = len(self.signed[-1]) if old is None and self.signed else old or 0
        proof = proved.consistency(old, len(proved.leaves)) if 0 < old < len(proved.leaves) else None
        try:
            line = self.witness.add_checkpoint(history.request(old, proof=proof))
        except WitnessRefused:
            return
        assert verify_cosignatures(history.note(size).note, line, [self.cosigner.verifier])
        self.signed.append(list(history.leaves))

    @rule()
    def restart(self):
        if self.witness is not None:
            self.witness.close()
        self.witness = Witness(self.cosigner, [self.key.verifier], Path(self.folder.name), lambda: NOW)

    @invariant()
    def all_that_was_signed_is_one_history(self):
        for earlier, later in pairwise(self.signed):
            assert later[: len(earlier)] == earlier

    def teardown(self):
        self.witness.close()
        self.folder.cleanup()


Adversary.TestCase.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
TestAdversary = Adversary.TestCase


_KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from notary import witness as module
from notary.cosignatures import CosigningKey
from notary.keys import load_signing_key, parse_verifier_key
folder, key, log, place = sys.argv[1:]
def die(*given):
    os.kill(os.getpid(), signal.SIGKILL)
if place == "before the rename":
    from notary import files
    files.Path.replace = die
elif place == "before the folder":
    from notary import files
    files.sync_folder = die
else:
    class Key(CosigningKey):
        cosign = die
    CosigningKey = Key
signing = load_signing_key(Path(key), "witness.example/w1")
witness = module.Witness(
    CosigningKey(signing.name, signing.private_key),
    [parse_verifier_key(log)], Path(folder), lambda: datetime.now(UTC),
)
witness.add_checkpoint(sys.stdin.buffer.read())
"""


@pytest.mark.parametrize("place", ["before the rename", "before the folder", "before the answer"])
def test_killed_between_record_and_answer_it_never_signs_another_history(
    make_witness, log, key, tmp_path, place
):
    """kill -9: it either forgot the request, or remembers it and signs that state and no other."""
    make_witness().add_checkpoint(log.request(0))
    make_witness().close()
    path = _write_key(tmp_path / "key.pem", key)
    honest = log.copy().grow(2)
    killed = subprocess.run(
        [sys.executable, "-c", _KILLED, str(tmp_path / "witness"), path, str(log.key.verifier), place],
        input=honest.request(5),
        cwd=ROOT,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    again = make_witness()
    forked = log.copy().grow(2, "forked")
    if place == "before the rename":
        assert again.add_checkpoint(honest.request(5))
    else:
        error = refusal(again, honest.request(5))
        assert (error.code, error.data["size"]) == ("OLD_SIZE_DIFFERS", 7)
        assert refusal(again, forked.request(7)).code == "CHECKPOINT_FORKED"
        assert again.add_checkpoint(honest.request(7))
    assert refusal(again, forked.request(5)).code == "OLD_SIZE_DIFFERS"
    assert refusal(again, forked.request(7)).code == "CHECKPOINT_FORKED"


def _write_key(path, key):
    path.write_bytes(key.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    path.chmod(0o600)
    return str(path)
