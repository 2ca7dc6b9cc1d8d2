"""The witness over HTTP, answer by answer as C2SP tlog-witness has them."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.witness import STATUS
from notary.cosignatures import verify_cosignatures
from notary.keys import SigningKey
from notary.witness import REQUEST_BYTES_MAX
from tests.witness.conftest import ORIGIN, MemoryLog


def test_a_sound_checkpoint_is_answered_200_with_the_line(post, log, key):
    answer = post(log.request(0))
    assert answer.status_code == 200
    assert verify_cosignatures(log.note().note, answer.content, [key.verifier])


def test_another_old_size_is_answered_409_with_the_size_known(post, log):
    post(log.request(0))
    answer = post(log.grow(2).request(0))
    assert (answer.status_code, answer.content) == (409, b"5\n")
    assert answer.headers["content-type"] == "text/x.tlog.size"


def test_an_equal_size_with_another_root_is_answered_409(post, log):
    post(log.request(0))
    answer = post(log.copy(4).grow(1, "forked").request(5))
    assert (answer.status_code, answer.content) == (409, b"5\n")


def test_an_inconsistent_checkpoint_is_answered_422(post, log):
    post(log.request(0))
    assert post(log.copy(3).grow(6, "forked").request(5)).status_code == 422


def test_an_unsigned_checkpoint_is_answered_403_and_an_unknown_log_404(post, log):
    forger = MemoryLog(SigningKey(ORIGIN, Ed25519PrivateKey.generate()), log.leaves)
    stranger = MemoryLog(SigningKey("other.example/log", Ed25519PrivateKey.generate())).grow(2)
    assert post(forger.request(0)).status_code == 403
    assert post(stranger.request(0)).status_code == 404


@pytest.mark.parametrize("body", [b"", b"old 0\n", b"\xff" * 100, b"x" * (REQUEST_BYTES_MAX + 10_000)])
def test_anything_else_is_answered_400(post, body):
    assert post(body).status_code == 400


def test_an_old_size_beyond_the_checkpoint_is_answered_400(post, log):
    assert post(log.request(9, size=5)).status_code == 400


def test_every_refusal_has_its_status(log):
    assert set(STATUS.values()) == {400, 403, 404, 409, 422, 500}
