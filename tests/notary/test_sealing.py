"""Sealing: what a seal says, when one is made, and authorities that are down, slow or lying."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
import stamina

from ledger import facts
from ledger.facts.seals import SealAnchored, SealRecorded
from ledger.store import open_store
from ledger.store.database import utc_now
from ledger.store.requests import NO_ENTRY, Appended, AppendRequest, Condition
from notary import authority as embedded_authority
from notary import checkpoints, merkle, tables
from notary.authorities import load_anchor_within, load_authorities, load_required
from notary.authority import open_authority
from notary.errors import AuthorityUnavailable, CheckpointInvalid, ProofInvalid
from notary.health import authority_states
from notary.log import Log
from notary.seal_audit import Trust, check_seals
from notary.sealing import Sealer, operator_key
from notary.seals import covering_seal, kept_seals, last_seal, recorded_seals, seal_states
from notary.timestamps import Authority, build_request
from notary.worker import seal_continually
from tests.notary import map_naive
from tests.notary.test_log import naive_leaves
from tests.notary.test_timestamps import send, serve
from tests.projections.ledgers import draft, registered

_numbers = count(20_000_000)


@pytest.fixture(autouse=True)
def _direct_and_without_pauses(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    stamina.set_testing(True, attempts=2, cap=True)
    yield
    stamina.set_testing(False)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """An honest authority: the one of the tests that is always there."""
    made = open_authority(tmp_path_factory.mktemp("good") / "authority", clock=utc_now)
    return Authority("good", roots=(made.root,), embedded=made)


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    """What the authority behind a server would say if it were honest; its certificate is some years old."""
    made = open_authority(
        tmp_path_factory.mktemp("other") / "authority", clock=lambda: utc_now() - timedelta(days=5 * 365)
    )
    return replace(made, clock=utc_now)


def at_url(other, url, **settings):
    return Authority("other", roots=(other.root,), url=url, **{"timeout_ms": 2_000, "attempts": 1} | settings)


@pytest.fixture
def sealer(store, tmp_path, authority):
    return Sealer(store, tmp_path, [authority], utc_now)


def add(store, entries=1):
    """Append so many entries, each about a right of its own, whoever else appends."""
    for _ in range(entries):
        right = f"US:patent:{next(_numbers)}"
        one = draft(registered(right))
        request = AppendRequest((one,), Condition(assets={right: NO_ENTRY}), one.command_id)
        assert isinstance(store.writer.append(request), Appended)
    return store.reader.head().position


def findings(store, sealer, authorities, seals=None):
    trust = Trust(sealer.key.verifier, authorities, utc_now())
    return list(check_seals(store, recorded_seals(store) if seals is None else seals, trust))


def test_a_seal_says_what_the_ledger_is(store, sealer, authority, tmp_path):
    size = add(store, 5)
    sealed = sealer.seal()
    assert (sealed.refusals, sealed.pending, sealed.anchored) == ((), (), True)
    assert sealed.seal.position == size + 1
    checkpoint = checkpoints.verify(sealed.seal.signed, operator_key(tmp_path, store.origin).verifier)
    assert checkpoint == checkpoints.Checkpoint(
        origin=store.origin,
        size=size,
        root=merkle.root(naive_leaves(store)[:size]),
        chain=store.reader.entry(size).link,
        map_root=map_naive.root(store, size),
        previous=bytes(32),
    )
    assert last_seal(store) == replace(sealed.seal, times=last_seal(store).times)
    assert findings(store, sealer, [authority]) == []


def test_each_seal_names_the_one_before(store, sealer, authority):
    for _ in range(4):
        add(store, 2)
        before = last_seal(store)
        sealed = sealer.seal().seal
        assert sealed.signed.checkpoint.previous == (before.signed.imprint if before else bytes(32))
    assert len(list(recorded_seals(store))) == 4
    assert findings(store, sealer, [authority]) == []


def test_an_empty_ledger_is_not_sealed(store, sealer):
    for sealed in (sealer.seal(), sealer.reseal(), sealer.complete()):
        assert (sealed.seal, sealed.refusals, sealed.pending) == (None, (), ())


def test_a_seal_alone_is_no_reason_for_the_next(store, sealer):
    add(store)
    assert sealer.seal().seal
    head = store.reader.head()
    assert sealer.seal().seal is None
    assert store.reader.head() == head


def test_an_entry_that_came_while_the_authority_was_asked_is_sealed_next(store, sealer, other, tmp_path):
    """It stands between what the seal covers and the seal itself, so the head is the seal."""

    def answer(handler, request):
        add(store)
        send(handler, other.answer(request))

    size = add(store)
    with serve(answer) as (url, _):
        sealed = Sealer(store, tmp_path, [at_url(other, url)], utc_now).seal().seal
    assert (sealed.signed.checkpoint.size, sealed.position) == (size, size + 2)
    again = sealer.seal().seal
    assert again.signed.checkpoint.size == size + 2


def test_a_seal_copies_itself_outside_the_database(store, sealer, tmp_path, authority):
    add(store)
    sealed = sealer.seal().seal
    (kept,) = kept_seals(tmp_path / "seals")
    assert (kept.note, kept.tokens) == (sealed.note, sealed.tokens)
    assert findings(store, sealer, [authority], kept_seals(tmp_path / "seals")) == []


def test_the_certificates_a_token_was_judged_by_enter_the_ledger(store, sealer, authority):
    add(store)
    position = sealer.seal().seal.position
    fact = facts.read(store.reader.entry(position).parse())
    assert isinstance(fact, SealRecorded)
    documents = [store.documents.get(digest).content for digest in fact.tokens[0].certificates]
    assert documents == [authority.embedded.certificate, authority.embedded.root]


def test_a_seal_is_made_on_demand_for_an_entry(store, sealer):
    first = add(store)
    assert sealer.seal_entry(first).seal.signed.checkpoint.size == first
    second = add(store)
    add(store)
    sealed = sealer.seal_entry(second)
    assert sealed.anchored
    assert sealed.seal.signed.checkpoint.size == second + 1
    head = store.reader.head()
    assert sealer.seal_entry(second).seal.position == sealed.seal.position
    assert sealer.seal_entry(first).seal.signed.checkpoint.size == first
    assert store.reader.head() == head
    assert covering_seal(store, sealed.seal.position) is None


def imprint_of(request):
    """Where the 32 bytes of the digest stand in a request."""
    at = request.index(b"\x04\x20") + 2
    return at, request[at : at + 32]


def wrong_nonce(other, request):
    return other.answer(build_request(imprint_of(request)[1], nonce=1, policy=None))


def wrong_imprint(other, request):
    at, _ = imprint_of(request)
    return other.answer(request[:at] + bytes(32) + request[at + 32 :])


def years_off(years):
    def answer(other, request):
        return replace(other, clock=lambda: utc_now() + timedelta(days=365 * years)).answer(request)

    return answer


def http_error(handler, body):
    send(handler, body, status=500)


def some_page(handler, _):
    send(handler, b"<html>please log in</html>", content_type="text/html")


def hangs_up(handler, _):
    handler.close_connection = True


def too_slow(handler, body):
    time.sleep(0.5)
    send(handler, body)


FAULTS = {
    "http_error": (http_error, None, "AUTHORITY_HTTP_STATUS"),
    "some_page": (some_page, None, "AUTHORITY_CONTENT_TYPE"),
    "hangs_up": (hangs_up, None, "AUTHORITY_UNREACHABLE"),
    "too_slow": (too_slow, None, "AUTHORITY_TIMEOUT"),
    "wrong_nonce": (send, wrong_nonce, "NONCE_MISMATCH"),
    "wrong_imprint": (send, wrong_imprint, "IMPRINT_MISMATCH"),
    "rejection": (send, lambda other, _: other.answer(b"another request"), "STATUS_NOT_GRANTED"),
    "garbage": (send, lambda *_: b"garbage", "ENCODING_INVALID"),
    "two_answers": (send, lambda other, request: other.answer(request) * 2, "ENCODING_INVALID"),
    "years_ahead": (send, years_off(3), "CLOCK_IN_FUTURE"),
    "years_behind": (send, years_off(-3), "AUTHORITY_CLOCK_BEHIND"),
}


class Moody:
    """An authority over HTTP that fails in one way until it is `well`."""

    def __init__(self, other, fault):
        self.other = other
        self.deliver, self.lie, self.code = FAULTS[fault]
        self.well = False

    def __call__(self, handler, request):
        if self.well:
            send(handler, self.other.answer(request))
        else:
            self.deliver(handler, (self.lie or type(self.other).answer)(self.other, request))


@pytest.mark.parametrize("fault", FAULTS)
def test_a_failing_authority_beside_a_good_one_delays_only_its_own_token(
    store, tmp_path, authority, other, fault
):
    moody = Moody(other, fault)
    with serve(moody) as (url, _):
        second = at_url(other, url, timeout_ms=300)
        sealer = Sealer(store, tmp_path, [authority, second], utc_now, required=2)
        size = add(store)
        sealed = sealer.seal()
        assert [name for name, _ in sealed.seal.tokens] == ["good"]
        assert [(name, error.code) for name, error in sealed.refusals] == [("other", moody.code)]
        assert not sealed.anchored
        (state,) = seal_states(store, required=2)
        assert (state.size, state.anchored, state.anchored_by) == (size, False, None)
        good, bad = authority_states(store)
        assert (good.name, good.failures, good.code) == ("good", 0, None)
        assert (bad.name, bad.failures, bad.code, bad.answered_at) == ("other", 1, moody.code, None)
        assert bad.failing_since <= utc_now()

        again = sealer.complete()
        assert [(name, error.code) for name, error in again.refusals] == [("other", moody.code)]
        assert authority_states(store)[1].failures == 2
        assert store.reader.head().position == size + 1

        moody.well = True
        completed = sealer.complete()
        assert completed.anchored
        assert [name for name, _ in completed.seal.tokens] == ["good", "other"]
        assert completed.seal.completions == (size + 2,)
        (state,) = seal_states(store, required=2)
        assert (state.anchored, [name for name, _ in state.tokens]) == (True, ["good", "other"])
        assert authority_states(store)[1].failures == 0
        assert findings(store, sealer, [authority, second]) == []
        assert sealer.seal().seal is None
        assert sealer.complete().seal is None


@pytest.mark.parametrize("fault", FAULTS)
def test_with_the_only_authority_failing_nothing_is_lost(store, tmp_path, other, fault):
    moody = Moody(other, fault)
    with serve(moody) as (url, _):
        only = at_url(other, url, timeout_ms=300)
        sealer = Sealer(store, tmp_path, [only], utc_now)
        head = add(store, 2)
        sealed = sealer.seal()
        assert sealed.seal is None
        assert [error.code for _, error in sealed.refusals] == [moody.code]
        assert store.reader.head().position == head
        assert last_seal(store) is None
        moody.well = True
        head = add(store)
        assert sealer.seal().seal.signed.checkpoint.size == head
        assert findings(store, sealer, [only]) == []


def test_an_authority_that_is_down_is_named(store, tmp_path, authority, other):
    with serve(send) as (url, _):
        pass  # the port is free again
    add(store)
    sealed = Sealer(store, tmp_path, [authority, at_url(other, url)], utc_now).seal()
    assert sealed.seal
    assert [(name, error.code) for name, error in sealed.refusals] == [("other", "AUTHORITY_UNREACHABLE")]


class Slow:
    """An authority that answers when it is let go."""

    def __init__(self, other):
        self.other = other
        self.go = threading.Event()
        self.asked = 0

    def __call__(self, handler, request):
        self.asked += 1
        assert self.go.wait(10)
        send(handler, self.other.answer(request))


def until(condition, seconds=5):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_slow_authority_is_waited_for_beside_and_its_token_recorded_when_it_comes(
    store, tmp_path, authority, other
):
    slow = Slow(other)
    with serve(slow) as (url, _):
        second = at_url(other, url, timeout_ms=10_000)
        sealer = Sealer(store, tmp_path, [authority, second], utc_now, required=2)
        size = add(store)
        began = time.monotonic()
        sealed = sealer.seal(patience_ms=50)
        assert time.monotonic() - began < 2
        assert (sealed.pending, sealed.refusals, sealed.anchored) == (("other",), (), False)
        # It goes on being asked about that seal, and about nothing else meanwhile.
        add(store)
        later = sealer.seal(patience_ms=50)
        assert (later.pending, later.anchored) == (("other",), False)
        assert sealer.complete(patience_ms=50).pending == ("other",)
        assert slow.asked == 1
        slow.go.set()
        until(lambda: sealer.complete(ask=False).seal is not None)
        first = next(recorded_seals(store))
        assert first.signed.checkpoint.size == size
        assert [name for name, _ in first.tokens] == ["good", "other"]
        newest, oldest = seal_states(store, required=2)
        assert (oldest.anchored, newest.anchored, newest.anchored_by) == (True, False, None)
        # Completing the newest seal anchors everything.
        assert sealer.complete().anchored
        assert seal_states(store, required=2)[0].anchored
        assert findings(store, sealer, [authority, second]) == []


def test_appends_go_on_while_all_authorities_hang(store, tmp_path, other):
    slow = Slow(other)
    with serve(slow) as (url, _), ThreadPoolExecutor(1) as pool:
        sealer = Sealer(store, tmp_path, [at_url(other, url, timeout_ms=10_000)], utc_now)
        size = add(store)
        sealing = pool.submit(sealer.seal)
        until(lambda: slow.asked)
        began = time.monotonic()
        add(store, 20)
        assert time.monotonic() - began < 2
        assert not sealing.done()
        slow.go.set()
        assert sealing.result().seal.signed.checkpoint.size == size


def test_an_older_short_seal_is_anchored_by_a_later_one(store, tmp_path, authority, other):
    moody = Moody(other, "http_error")
    with serve(moody) as (url, _):
        sealer = Sealer(store, tmp_path, [authority, at_url(other, url)], utc_now, required=2)
        sizes = []
        for well in (False, False, True, False):
            moody.well = well
            sizes.append(add(store))
            assert sealer.seal().anchored is well
        states = seal_states(store, required=2)
        assert [state.size for state in states] == sizes[::-1]
        assert [state.anchored_by for state in states] == [None, sizes[2], sizes[2], sizes[2]]
        page = seal_states(store, required=2, before=states[1].position, limit=1)
        assert [(state.size, state.anchored_by) for state in page] == [(sizes[1], sizes[2])]
        assert [state.as_json()["state"] for state in states] == ["sealed", "anchored", "sealed", "sealed"]


def test_a_completion_is_an_entry_of_its_own_that_names_the_seal(store, tmp_path, authority, other):
    moody = Moody(other, "garbage")
    with serve(moody) as (url, _):
        sealer = Sealer(store, tmp_path, [authority, at_url(other, url)], utc_now, required=2)
        size = add(store)
        sealer.seal()
        moody.well = True
        position = sealer.complete().seal.completions[0]
        entry = store.reader.entry(position).parse()
        fact = facts.read(entry)
        assert isinstance(fact, SealAnchored)
        assert (fact.size, [token.authority for token in fact.tokens]) == (size, ["other"])
        assert (entry.type, entry.subjects) == ("seal.anchored", (f"seal:{size}", "seal:completions"))


# Several sealers, and other histories


def test_two_sealers_make_one_line_of_seals(ledger_home, tmp_path, authority):
    schema = "sealing_two"
    with open_store(ledger_home, schema=schema, origin="test.example/two") as store:
        operator_key(tmp_path, store.origin)

        def seal_often(_):
            with open_store(ledger_home, schema=schema) as own:
                sealer = Sealer(own, tmp_path, [authority], utc_now)
                for _ in range(8):
                    add(own)
                    sealer.seal()

        with ThreadPoolExecutor(3) as pool:
            list(pool.map(seal_often, range(3)))
        sealer = Sealer(store, tmp_path, [authority], utc_now)
        sealer.seal()
        assert len(list(recorded_seals(store))) >= 2
        assert findings(store, sealer, [authority]) == []
        assert last_seal(store).position == store.reader.head().position


def test_the_same_completion_by_two_sealers_is_recorded_once(store, tmp_path, authority, other):
    sealers = [Sealer(store, tmp_path, [authority], utc_now, required=2) for _ in range(2)]
    size = add(store)
    sealers[0].seal()
    second = Authority("other", roots=(other.root,), embedded=other)
    both = [Sealer(store, tmp_path, [authority, second], utc_now, required=2) for _ in range(2)]
    newest = last_seal(store)
    outcomes = []
    for sealer in both:
        answers = sealer._stamps.ask(newest.signed.imprint, without={"good"})
        outcomes.append(sealer._complete(newest, answers.receipts, answers).seal is not None)
    assert outcomes == [True, False]
    assert store.reader.head().position == size + 2


def tamper(store, *statements):
    with store.database.connect_owner() as connection:
        connection.execute("SET session_replication_role = replica")
        for statement in statements:
            connection.execute(statement)


def refused(sealer, error=ProofInvalid):
    with pytest.raises(error) as refusal:
        sealer.seal()
    return refusal.value.code


def test_a_rewritten_history_is_not_sealed(store, sealer):
    add(store, 5)
    sealer.seal()
    tamper(store, "UPDATE ledger_entry SET link = sha256(link) WHERE position = 3")
    tamper_tiles = tables.query(store.schema, "DELETE FROM {tile}")
    with store.database.connection() as connection:
        connection.execute(tamper_tiles)
    add(store)
    assert refused(sealer) == "SEALED_HISTORY_DIFFERS"


def test_a_history_cut_off_behind_the_last_copy_kept_outside_is_not_sealed(store, tmp_path, authority):
    """The seal's entry is gone too; the copy remembers."""
    add(store, 5)
    Sealer(store, tmp_path, [authority], utc_now).seal()
    tamper(
        store,
        "DELETE FROM ledger_entry WHERE position > 3",
        "DELETE FROM ledger_tag WHERE position > 3",
        "DELETE FROM ledger_asset WHERE position > 3",
        "UPDATE ledger_head SET position = 3, hash = (SELECT link FROM ledger_entry WHERE position = 3)",
    )
    assert refused(Sealer(store, tmp_path, [authority], utc_now)) == "SEALED_ENTRIES_MISSING"


def test_damaged_tiles_are_healed_before_sealing(store, sealer, authority):
    add(store, 300)
    sealer.seal()
    with store.database.connection() as connection:
        broken = "UPDATE {tile} SET hashes = set_byte(hashes, 7, get_byte(hashes, 7) # 1)"
        connection.execute(tables.query(store.schema, broken))
    add(store)
    sealed = sealer.seal().seal
    assert sealed.signed.checkpoint.root == Log(store).root(sealed.signed.checkpoint.size)
    assert findings(store, sealer, [authority]) == []


def test_a_ledger_sealed_with_another_key_is_not_sealed_on(store, sealer, tmp_path, authority):
    add(store)
    sealer.seal()
    add(store)
    assert (
        refused(Sealer(store, tmp_path / "else", [authority], utc_now), CheckpointInvalid)
        == "CHECKPOINT_UNSIGNED"
    )


# Renewal


def test_an_aged_seal_is_renewed_under_a_younger_authority(ledger_home, tmp_path, monkeypatch, authority):
    """An authority whose certificate has expired by now; its token and chain lie under the new seal."""
    then = utc_now() - timedelta(days=400)
    monkeypatch.setattr(embedded_authority, "_VALIDITY", timedelta(days=30))
    aged = open_authority(tmp_path / "aged", clock=lambda: then)
    old = Authority("old", roots=(aged.root,), embedded=aged)
    with open_store(
        ledger_home, schema="sealing_aged", origin="test.example/aged", clock=lambda: then
    ) as store:
        add(store, 3)
        first = Sealer(store, tmp_path, [old], lambda: then).seal().seal
    with open_store(ledger_home, schema="sealing_aged") as store:
        expired = Sealer(store, tmp_path, [old], utc_now).reseal()
        assert [error.code for _, error in expired.refusals] == ["AUTHORITY_CLOCK_BEHIND"]
        sealer = Sealer(store, tmp_path, [authority], utc_now)
        assert sealer.seal().seal is None
        renewed = sealer.reseal().seal
        assert renewed.signed.checkpoint.size == first.position
        assert renewed.signed.checkpoint.previous == first.signed.imprint
        assert findings(store, sealer, [old, authority]) == []
        fact = facts.read(store.reader.entry(first.position).parse())
        assert [store.documents.get(digest).content for digest in fact.tokens[0].certificates] == [
            aged.certificate,
            aged.root,
        ]


# The worker, and the configuration


@pytest.fixture
def working():
    """Starts workers and stops them at the end."""
    stop = threading.Event()
    threads = []

    def start(sealer, **settings):
        thread = threading.Thread(target=seal_continually, args=(sealer,), kwargs={"stop": stop, **settings})
        thread.start()
        threads.append(thread)

    yield start
    stop.set()
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()


def sealed_size(store):
    seal = last_seal(store)
    return seal.signed.checkpoint.size if seal else 0


def test_the_worker_seals_what_comes_and_then_rests(store, sealer, working):
    working(sealer, interval_ms=20)
    for _ in range(3):
        position = add(store)
        until(lambda position=position: sealed_size(store) >= position)
    until(lambda: store.reader.head().position == last_seal(store).position)
    head = store.reader.head()
    time.sleep(0.2)
    assert store.reader.head() == head


def test_the_worker_seals_early_when_many_entries_wait(store, sealer, working):
    working(sealer, interval_ms=30_000, seal_entries=5)
    add(store, 2)
    time.sleep(0.2)
    first = sealed_size(store)
    position = add(store, 6)
    until(lambda: sealed_size(store) >= position - 5)
    assert first < position - 5


def test_what_was_sealed_by_others_does_not_wait(store, sealer, authority, tmp_path):
    """Else a worker that begins on a sealed ledger would try to seal without end."""
    add(store, 6)
    sealer.seal()
    newcomer = Sealer(store, tmp_path, [authority], utc_now)
    assert newcomer.seal().seal is None
    assert newcomer.waiting() == 0
    add(store, 2)
    assert newcomer.waiting() == 2


def test_the_worker_goes_on_after_failures_and_completes_what_was_short(
    store, tmp_path, authority, other, working
):
    moody = Moody(other, "http_error")
    with serve(moody) as (url, _):
        sealer = Sealer(store, tmp_path, [authority, at_url(other, url)], utc_now, required=2)
        position = add(store)
        working(sealer, interval_ms=10, patience_ms=200)
        until(lambda: sealed_size(store) >= position)
        until(lambda: authority_states(store)[1].failures >= 3)
        moody.well = True
        until(lambda: seal_states(store, required=2)[0].anchored)


def test_the_required_number_comes_from_the_configuration(tmp_path):
    assert load_required(tmp_path) == 1
    pem = "-----BEGIN CERTIFICATE-----"
    authorities = f'[[authority]]\nname="a"\nroots=["{pem}"]\n[[authority]]\nname="b"\n'
    (tmp_path / "authorities.toml").write_text("required = 2\n" + authorities)
    assert load_required(tmp_path) == 2
    for wrong in ("0", "3", "true", '"1"', "1.0"):
        (tmp_path / "authorities.toml").write_text(f"required = {wrong}\n" + authorities)
        with pytest.raises(AuthorityUnavailable) as refusal:
            load_required(tmp_path)
        assert refusal.value.code == "AUTHORITY_MISCONFIGURED"


def test_the_time_allowed_comes_from_the_configuration(tmp_path):
    assert load_anchor_within(tmp_path) == timedelta(hours=1)
    file = tmp_path / "authorities.toml"
    file.write_text("anchor_within_minutes = 5\n")
    assert load_anchor_within(tmp_path) == timedelta(minutes=5)
    for wrong in ("anchor_within_minutes = 0", "anchor_within_minutes = 9.5", "anchor_within_minutes = true"):
        file.write_text(wrong)
        with pytest.raises(AuthorityUnavailable) as refusal:
            load_anchor_within(tmp_path)
        assert refusal.value.code == "AUTHORITY_MISCONFIGURED"


def test_a_misspelled_setting_is_not_passed_over(tmp_path):
    (tmp_path / "authorities.toml").write_text("requried = 2\n")
    with pytest.raises(AuthorityUnavailable) as refusal:
        load_required(tmp_path)
    assert "requried" in str(refusal.value.data["reason"])


def test_the_sealer_takes_the_number_from_its_home(store, tmp_path):
    (tmp_path / "root.pem").write_bytes(b"")
    assert Sealer(store, tmp_path, load_authorities(tmp_path, clock=utc_now), utc_now).required == 1
