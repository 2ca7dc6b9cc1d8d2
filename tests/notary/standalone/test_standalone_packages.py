"""Sound packages pass the standalone verifier; each lie is refused, and by the check meant for it."""

import io
import json

import pytest

from notary.standalone import verify
from tests.notary import evidence_lies as lies
from tests.notary.standalone import package_maker as maker


@pytest.fixture
def trust(tmp_path):
    """Write a trust folder and read it as the program does."""

    def read(files):
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return verify.read_trust(tmp_path)

    return read


def examine(package, trust, **options):
    return verify.examine(io.BytesIO(package), trust, clock=maker.CLOCK, **options)


def failing(report):
    return [check.code for check in report.checks if check.outcome == verify.FAIL]


def findings(report):
    return [finding.code for check in report.checks for finding in check.findings]


@pytest.mark.parametrize("kind", list(lies.KINDS))
def test_a_sound_package_passes_every_check(kind, trust):
    """Only what the full verifier alone can recompute stays open, where a claim rests on it."""
    package, files = lies.honest(kind)
    report = examine(package, trust(files))
    assert [check.number for check in report.checks] == list(range(1, 18))
    if kind in {"right", "priority"}:
        assert findings(report) == ["STATEMENT_RECOMPUTED"]
        assert report.verdict == verify.INDETERMINATE
    else:
        assert findings(report) == []
        assert report.verdict == verify.PASS


def test_a_witness_that_is_asked_for_and_signed_is_counted(trust):
    package, files = lies.witnessed()
    report = examine(package, trust(files))
    assert report.verdict == verify.PASS
    assert next(check.subjects for check in report.checks if check.code == "WITNESSES") == 1


@pytest.mark.parametrize("way", list(lies.signed_in_many_ways()))
def test_a_signed_act_passes_however_it_was_soundly_signed(trust, way):
    report = examine(lies.signed_in_many_ways()[way].zip(), trust(maker.trust()))
    assert (report.verdict, findings(report)) == (verify.PASS, [])
    assert report.checks[-1].subjects == (2 if way == "EdDSA and ES256" else 1)
    assert {signed["party_known"] for signed in report.facts["signed"]} == {False}


def test_a_signer_whose_key_is_known_is_told_by_name(trust):
    package, files = lies.signed_by(acme={"party": "ACME CORP", "jwk": maker.public_jwk(maker.ED25519)})
    report = examine(package, trust(files))
    assert (report.verdict, findings(report)) == (verify.PASS, [])
    [signed] = report.facts["signed"]
    assert (signed["party"], signed["kid"]) == ("ACME CORP", maker.kid_of(maker.ED25519))
    assert signed["party_known"] is True


@pytest.mark.parametrize(
    "parties",
    [
        {"acme": {"party": "ACME CORP", "jwk": maker.public_jwk(maker.OTHER_ED25519)}},
        {"bank": {"party": "FIRST BANK", "jwk": maker.public_jwk(maker.ED25519)}},
    ],
)
def test_a_signer_whose_key_is_not_among_those_given_is_left_open(trust, parties):
    package, files = lies.signed_by(**parties)
    report = examine(package, trust(files))
    assert (report.verdict, findings(report)) == (verify.INDETERMINATE, ["SIGNER_NOT_KNOWN"])
    assert report.facts["signed"] == []


@pytest.mark.parametrize("name", lies.names())
def test_a_lie_is_refused_by_the_check_meant_for_it(name, trust):
    lie = lies.lie(name)
    report = examine(lie.package, trust(lie.trust))
    assert failing(report) == [lie.check]
    assert report.verdict == verify.FAIL


def test_every_check_refuses_some_lie():
    assert {lies.lie(name).check for name in lies.names()} == set(verify.CHECKS)


def test_what_only_the_full_verifier_can_refute_is_not_passed(trust):
    """The operator's map commits to a false statement: nothing here can tell, so nothing is concluded."""
    lie = lies.operator_statement_understates_rank()
    report = examine(lie.package, trust(lie.trust))
    assert failing(report) == []
    assert findings(report) == ["STATEMENT_RECOMPUTED"]
    assert report.verdict == verify.INDETERMINATE


@pytest.mark.parametrize("kind", list(lies.KINDS))
def test_without_trust_nothing_passes(kind):
    package, _ = lies.honest(kind)
    report = examine(package, verify.Trust())
    outcomes = {check.code: check.outcome for check in report.checks}
    assert report.verdict == verify.INDETERMINATE
    for code in ("OPERATOR_SIGNATURE", "TOKENS", "AUTHORITIES"):
        assert outcomes[code] == verify.INDETERMINATE
    for code in ("ARCHIVE", "MANIFEST", "INCLUSION", "MAP", "COMPLETENESS", "CLAIMS"):
        assert outcomes[code] == verify.PASS


def test_a_package_of_another_version_is_not_judged(trust):
    package = lies.KINDS["entry"]()
    package.manifest = {"v": 2}
    report = examine(package.zip(), trust(maker.trust()))
    assert report.verdict == verify.INDETERMINATE
    assert "VERSION_UNKNOWN" in findings(report)


def test_a_package_without_time_stamps_is_not_enough(trust):
    package = lies.KINDS["entry"]()
    del package.members["tokens/embedded.tsr"], package.members["tokens/embedded.pem"]
    assert failing(examine(package.zip(), trust(maker.trust()))) == ["AUTHORITIES"]


def test_a_verifier_who_asks_for_no_time_gets_none(trust):
    package = lies.KINDS["entry"]()
    del package.members["tokens/embedded.tsr"], package.members["tokens/embedded.pem"]
    report = examine(package.zip(), trust(maker.trust(**{"policy.json": b'{"authorities": 0}'})))
    assert report.verdict == verify.PASS
    assert report.facts["times"] == []


def test_one_good_token_carries_the_time_and_the_bad_one_is_told(trust):
    package = lies.KINDS["entry"]()
    package.members["tokens/second.tsr"] = maker.stamp(b"something else")
    report = examine(package.zip(), trust(maker.trust()))
    assert report.verdict == verify.PASS
    assert findings(report) == ["TOKEN_IMPRINT"]


def test_two_authorities_of_two_roots_are_two(trust):
    package = lies.KINDS["entry"]()
    package.members["tokens/second.tsr"] = maker.stamp_by(maker.token_maker.TSA, lies.sealed().note)
    report = examine(package.zip(), trust(maker.trust(**{"policy.json": b'{"authorities": 2}'})))
    assert report.verdict == verify.PASS
    assert len(report.facts["times"]) == 2


def test_a_token_that_could_not_be_judged_leaves_the_number_open(trust):
    package = lies.KINDS["entry"]()
    answer = maker.stamp_by(maker.token_maker.TSA, lies.sealed().note, certificates=[])
    package.members["tokens/second.tsr"] = answer
    report = examine(package.zip(), trust(maker.trust(**{"policy.json": b'{"authorities": 2}'})))
    assert failing(report) == []
    assert findings(report) == ["TOKEN_SIGNER_MISSING", "AUTHORITIES_TOO_FEW"]


@pytest.mark.parametrize(
    ("revoked_after", "reason", "accepted"),
    [
        (5, "superseded", True),
        (5, "key_compromise", False),
        (-5, "superseded", False),
    ],
)
def test_a_later_revocation_voids_a_token_only_if_the_key_was_not_safe(
    revoked_after, reason, accepted, trust
):
    """RFC 3161 section 4."""
    hours = maker.timedelta(hours=1)
    crl = maker.token_maker.revocation_list(
        maker.token_maker.ROOT,
        (
            maker.token_maker.TSA,
            maker.NOW + revoked_after * hours,
            maker.token_maker.x509.ReasonFlags[reason],
        ),
        this_update=maker.NOW + 6 * hours,
    )
    package = lies.KINDS["entry"]()
    package.members["tokens/embedded.tsr"] = maker.stamp_by(maker.token_maker.TSA, lies.sealed().note)
    files = maker.trust(**{"authorities/second.crl": maker.revocation_list_pem(crl)})
    report = examine(package.zip(), trust(files))
    assert (report.verdict == verify.PASS) is accepted
    if accepted:
        assert report.facts["times"][0]["revocation_list_of"] is not None


def test_a_list_that_another_key_signed_says_nothing(trust):
    """Anybody can write a list in an authority's name."""
    forged_root = maker.token_maker.certify("Test root")
    crl = maker.token_maker.revocation_list(
        forged_root,
        (maker.token_maker.TSA, maker.NOW, maker.token_maker.x509.ReasonFlags.key_compromise),
        this_update=maker.NOW,
    )
    package = lies.KINDS["entry"]()
    package.members["tokens/embedded.tsr"] = maker.stamp_by(maker.token_maker.TSA, lies.sealed().note)
    package.members["tokens/embedded.crl"] = maker.revocation_list_pem(crl)
    report = examine(package.zip(), trust(maker.trust()))
    assert report.verdict == verify.PASS
    assert report.facts["times"][0]["revocation_list_of"] is None


def test_the_statement_is_evaluated_at_the_day_asked_for(trust):
    """Both pledges stand at the end of 2020; after the release of the first the second has its rank."""
    package, files = lies.honest("status")
    known = trust(files)

    def ranks(day):
        statement = examine(package, known, as_of=day).facts["statement"]
        return {each["id"]: each["rank"] for each in statement["encumbrances"]}

    assert ranks("2020-02-29") == {}
    assert ranks("2020-12-31") == {maker.PLEDGE_1: 1, maker.PLEDGE_2: 2}
    assert ranks("2021-05-01") == {maker.PLEDGE_2: 1}


def test_an_entry_of_the_chain_contradicts_a_checkpoint_seen_before(trust):
    """The package carries H(n-1) of its entries: a known note of that size needs no consistency proof."""
    package = maker.order_package(maker.seal(lies._fork()), 2, 5)
    report = examine(
        package.zip(), trust(maker.trust(**{"checkpoints/seen.checkpoint": lies.earlier().note}))
    )
    assert failing(report) == ["CONSISTENCY"]
    assert findings(report) == ["FORKED"]


def test_a_known_note_that_the_operator_did_not_sign_decides_nothing(trust):
    note = maker.seal(maker.history(), size=4, key=maker.signing_key(seed=3)).note
    package, _ = lies.honest("entry")
    report = examine(package, trust(maker.trust(**{"checkpoints/forged.checkpoint": note})))
    assert failing(report) == []
    assert findings(report) == ["KNOWN_NOTE_UNSIGNED"]


def test_a_consistency_proof_from_a_state_that_was_not_sealed_has_no_note(trust):
    package = lies.KINDS["consistency"]()
    value = package.json("proofs/consistency.json")
    value["from"]["note"] = None
    package.set_json("proofs/consistency.json", value)
    assert examine(package.zip(), trust(maker.trust())).verdict == verify.PASS


def test_an_empty_map_proves_absence(trust):
    """A ledger of deposits alone: the map's root is 32 zero bytes and the path ends at once."""
    ledger = maker.Ledger()
    maker.deposit(ledger)
    package = maker.absence_package(maker.seal(ledger))
    assert package.json("proofs/map.json")[0]["siblings"] == []
    assert examine(package.zip(), trust(maker.trust())).verdict == verify.PASS


def test_absence_is_proved_at_an_empty_place_too(trust):
    """Where two other rights share their leading bits, the place beside them is empty."""
    ledger = maker.Ledger()
    for number in range(20):
        maker.register(ledger, f"US:patent:{16_100_000 + number}")
    sealed = maker.seal(ledger)
    rights = (f"US:patent:{number}" for number in range(18_000_000, 18_001_000))
    absent = next(right for right in rights if sealed.map.prove(f"asset:{right}")["other"] is None)
    package = maker.absence_package(sealed, absent)
    assert len(package.json("proofs/map.json")[0]["siblings"]) > 1
    assert examine(package.zip(), trust(maker.trust())).verdict == verify.PASS


def test_findings_name_what_they_are_about(trust):
    lie = lies.lie("omitted_release")
    report = examine(lie.package, trust(lie.trust))
    told = json.dumps(verify.as_json(report, "0" * 64))
    assert maker.RIGHT in told
