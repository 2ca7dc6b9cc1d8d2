"""The full verifier: a lie is refused by the check meant for it; nothing a stranger sends makes it raise."""

import hashlib
import json
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger import canonical
from notary.cosignatures import parse_witness_key
from notary.errors import KeyUnusable, PackageInvalid
from notary.evidence.codes import CHECKS, CODES
from notary.evidence.trust import Policy, TrustFolder
from notary.tokens import Outcome
from notary.verify import verify
from tests.notary import evidence_lies as lies
from tests.notary.evidence.conftest import STANDALONE, run_standalone
from tests.notary.standalone import package_maker as maker


def folder(files, path):
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return path


@pytest.fixture
def trusting(tmp_path):
    """Read a trust folder of these files."""
    return lambda files: TrustFolder.load(folder(files, tmp_path))


@pytest.fixture(scope="module")
def trust(tmp_path_factory):
    return TrustFolder.load(folder(maker.trust(), tmp_path_factory.mktemp("trust")))


def findings(report):
    return {finding.code for check in report.checks for finding in check.findings}


@pytest.mark.parametrize("kind", list(lies.KINDS))
def test_a_sound_package_passes_every_check(kind, trusting):
    package, files = lies.honest(kind)
    report = verify(package, trusting(files), maker.CLOCK)
    assert [(check.number, check.name) for check in report.checks] == list(enumerate(CHECKS, start=1))
    assert report.outcome is Outcome.PASS
    assert report.exit_code == 0


@pytest.mark.parametrize("name", lies.names())
def test_a_lie_is_refused_by_the_check_meant_for_it_alone(name, trusting):
    lie = lies.lie(name)
    report = verify(lie.package, trusting(lie.trust), maker.CLOCK)
    assert report.failed == (lie.check,)
    assert report.exit_code == 1


def test_a_statement_no_entry_supports_is_refuted_although_the_map_commits_to_it(trusting):
    lie = lies.operator_statement_understates_rank()
    report = verify(lie.package, trusting(lie.trust), maker.CLOCK)
    assert report.failed == ("STATEMENT",)
    assert "STATEMENT_NOT_RECOMPUTED" in findings(report)


def test_a_witness_that_is_asked_for_and_signed_is_counted(trusting):
    package, files = lies.witnessed()
    report = verify(package, trusting(files), maker.CLOCK)
    assert report.outcome is Outcome.PASS
    assert next(check.subjects for check in report.checks if check.name == "WITNESSES") == 1


@pytest.mark.parametrize("way", list(lies.signed_in_many_ways()))
def test_a_signed_act_passes_however_it_was_soundly_signed(way, trust):
    """Of the mathematics alone; whose keys these are, nobody was asked."""
    report = verify(lies.signed_in_many_ways()[way].zip(), trust, maker.CLOCK)
    assert report.outcome is Outcome.PASS
    assert report.checks[-1].subjects == (2 if way == "EdDSA and ES256" else 1)
    assert "SIGNED_BY_KEY" in findings(report)


def test_a_signer_whose_key_is_known_is_told_by_name(trusting):
    keys = [{"party": "ACME CORP", "jwk": maker.public_jwk(key)} for key in (maker.P256, maker.ED25519)]
    package, files = lies.signed_by(old=keys[0], new=keys[1])
    report = verify(package, trusting(files), maker.CLOCK)
    assert report.outcome is Outcome.PASS
    [finding] = report.checks[-1].findings
    assert (finding.code, finding.data["kid"]) == ("SIGNED_BY_PARTY", maker.kid_of(maker.ED25519))


@pytest.mark.parametrize(
    "party",
    [{"party": "ACME CORP", "jwk": maker.public_jwk(maker.P256)}, {"party": "BANK", "jwk": ...}, None],
)
def test_a_signer_whose_key_is_not_among_those_given_is_left_open(party, trusting, tmp_path):
    """Another key of the party, this key of another party, or an empty folder: the key is not its own."""
    given = {} if party is None else {"some": party}
    if party is not None and party["jwk"] is ...:
        given = {"some": party | {"jwk": maker.public_jwk(maker.ED25519)}}
    package, files = lies.signed_by(**given)
    (tmp_path / "parties").mkdir()
    report = verify(package, trusting(files), maker.CLOCK)
    assert (report.outcome, report.failed) == (Outcome.INDETERMINATE, ())
    assert [finding.code for finding in report.checks[-1].findings] == ["SIGNER_NOT_KNOWN"]


@pytest.mark.parametrize("kind", list(lies.KINDS))
def test_without_trust_nothing_is_passed_and_nothing_is_failed(kind):
    package, _ = lies.honest(kind)
    report = verify(package, TrustFolder(), maker.CLOCK)
    assert report.outcome is Outcome.INDETERMINATE
    assert report.exit_code == 3
    open_checks = [check.name for check in report.checks if check.outcome is Outcome.INDETERMINATE]
    assert open_checks == ["OPERATOR_SIGNATURE", "TOKENS", "AUTHORITIES"]


def test_a_package_without_a_token_is_indeterminate(trust):
    package = lies.KINDS["entry"]()
    package.members = {name: content for name, content in package.members.items() if "tokens/" not in name}
    report = verify(package.zip(), trust, maker.CLOCK)
    assert report.outcome is Outcome.INDETERMINATE
    assert "NO_TOKEN" in findings(report)


def test_one_valid_token_carries_the_time_and_a_failed_one_is_told(trust):
    package = lies.KINDS["entry"]()
    package.members["tokens/second.tsr"] = maker.stamp(b"another note")
    report = verify(package.zip(), trust, maker.CLOCK)
    assert report.outcome is Outcome.PASS
    assert {"TOKEN_ACCEPTED", "TOKEN_FAILED"} <= findings(report)
    assert report.not_later_than == maker.STAMPED


def test_more_authorities_than_stamped_are_not_made_up(trust):
    package, _ = lies.honest("entry")
    policy = TrustFolder(trust.operator, trust.roots, policy=Policy(authorities=2))
    assert verify(package, policy, maker.CLOCK).failed == ("AUTHORITIES",)


def test_the_report_says_the_same_to_programs(trust):
    package, _ = lies.honest("priority")
    said = verify(package, trust, maker.CLOCK).as_json()
    assert json.loads(json.dumps(said)) == said
    assert (said["outcome"], said["kind"], said["origin"]) == ("PASS", "priority", maker.ORIGIN)
    assert [check["code"] for check in said["checks"]] == list(CHECKS)
    assert {claim["outcome"] for claim in said["claims"]} == {"PASS"}


def test_a_file_that_cannot_be_read_fails_the_first_check(tmp_path, trust):
    report = verify(tmp_path / "none.zip", trust, maker.CLOCK)
    assert report.failed == ("ARCHIVE",)
    assert findings(report) >= {"FILE_UNREADABLE"}


@given(st.binary(max_size=300))
def test_any_bytes_end_in_a_report(data):
    assert verify(data, TrustFolder(), maker.CLOCK).failed == ("ARCHIVE",)


ANY_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(max_size=6)
    | st.just("0" * 64),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_content_of_any_member_ends_in_a_report(trust, data):
    """The attacker writes what he likes into a member and lists it as it must be."""
    kind = data.draw(st.sampled_from(list(lies.KINDS)))
    package = lies.KINDS[kind]()
    for _ in range(data.draw(st.integers(1, 3))):
        name = data.draw(st.sampled_from(sorted(package.members)))
        package.members[name] = data.draw(st.binary(max_size=60) | changed_json(package.members[name]))
    report = verify(package.zip(), trust, maker.CLOCK)
    assert len(report.checks) == len(CHECKS)
    json.dumps(report.as_json())


def changed_json(content):
    """Somewhere in the JSON of a member, anything else."""
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError:
        return st.just(content[1:])
    places = list(walk(value))
    return st.tuples(st.sampled_from(places), ANY_JSON).map(lambda drawn: replaced(content, *drawn))


def walk(value, path=()):
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from walk(inner, (*path, key))


def replaced(content, path, new):
    value = orjson.loads(content)
    if not path:
        return json.dumps(new).encode()
    at = value
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = new
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_manifest_ends_in_a_report(trust, data):
    package = lies.KINDS[data.draw(st.sampled_from(list(lies.KINDS)))]()
    changed = data.draw(changed_json(package.manifest_bytes()))
    members = package.all_members() | {"manifest.json": changed}
    report = verify(maker.zip_of(sorted(members.items())), trust, maker.CLOCK)
    json.dumps(report.as_json())


@pytest.mark.parametrize("kind", ["entry", "status", "consistency"])
def test_the_two_verifiers_say_the_same_of_a_package(kind, tmp_path, trusting):
    """As a court runs it: another process, an interpreter without our packages, the files as they lie."""
    package, files = lies.honest(kind)
    (tmp_path / "package.zip").write_bytes(package)
    report = verify(package, trusting(files), maker.CLOCK)
    answer = run_standalone(STANDALONE, tmp_path / "package.zip", tmp_path)
    assert answer.returncode == report.exit_code, answer.stdout


def test_every_finding_reads_in_both_languages():
    for english, chinese in CODES.values():
        assert english.endswith((".", "}"))
        assert chinese.endswith(("。", "}"))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("operator.vkey", b"no key"),
        ("operator.vkey", b"\xff\xfe"),
        ("authorities/a.pem", b"no certificate"),
        ("checkpoints/a.checkpoint", b"no note"),
        ("witnesses/a.vkey", b"no key"),
        ("parties/a.jwk", b"no key"),
        ("parties/a.jwk", b'{"party": "ACME CORP", "jwk": {}}'),
        ("parties/a.jwk", canonical.encode({"party": "", "jwk": maker.public_jwk(maker.P256)})),
        ("parties/a.jwk", canonical.encode(maker.public_jwk(maker.P256))),
        ("policy.json", b"[]"),
        ("policy.json", b'{"authorities": -1}'),
        ("policy.json", b'{"authorities": 1.5}'),
        ("policy.json", b'{"witness": 1}'),
    ],
)
def test_a_trust_file_that_cannot_be_read_is_named(trusting, name, content):
    with pytest.raises(PackageInvalid) as refused:
        trusting({name: content})
    assert refused.value.code == "TRUST_FILE_UNREADABLE"
    assert str(refused.value.data["path"]).endswith(name)


def test_a_missing_trust_folder_is_not_an_empty_one(tmp_path):
    with pytest.raises(PackageInvalid) as refused:
        TrustFolder.load(tmp_path / "none")
    assert refused.value.code == "TRUST_FOLDER_MISSING"


def test_the_key_of_a_witness_is_told_from_an_operators():
    key = str(maker.KEY.verifier)
    with pytest.raises(KeyUnusable) as refused:
        parse_witness_key(key)
    assert refused.value.code == "WITNESS_KEY_MALFORMED"


def test_a_checkpoint_seen_before_that_nothing_connects_is_told_and_decides_nothing(trusting):
    package, files = lies.honest("entry")
    report = verify(package, trusting(files), maker.CLOCK)
    assert "KNOWN_CHECKPOINT_NOT_COMPARED" in findings(report)
    assert report.outcome is Outcome.PASS


def test_the_verifiers_clock_bounds_the_tokens(trust):
    package, _ = lies.honest("entry")
    early = maker.STAMPED - timedelta(days=1)
    assert verify(package, trust, early).failed == ("TOKENS",)


def test_a_package_is_read_from_a_file_as_from_bytes(tmp_path, trust):
    package, _ = lies.honest("right")
    file = Path(tmp_path / "package.zip")
    file.write_bytes(package)
    assert verify(file, trust, maker.CLOCK).as_json() == verify(package, trust, maker.CLOCK).as_json()
    assert hashlib.sha256(file.read_bytes()).digest() == hashlib.sha256(package).digest()
