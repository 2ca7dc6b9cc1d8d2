"""What is exported holds in both verifiers, is the same on every request, and refuses what is unprovable."""

import io
import json
import zipfile
from dataclasses import replace

import pytest

from ledger.entry import Source
from ledger.errors import InputRejected
from notary.errors import ProofInvalid
from notary.evidence.export import export, find_seal, newer, token_name
from notary.evidence.requests import (
    ConsistencyRequest,
    DocumentRequest,
    EntryRequest,
    OrderRequest,
    PriorityRequest,
    RightRequest,
    StatusRequest,
)
from notary.log import Log
from notary.tokens import Outcome
from notary.verify import verify
from tests.notary.evidence.conftest import (
    FILE_DIGEST,
    FIRST,
    GONE,
    OTHER,
    RIGHT,
    SECOND,
    UNKNOWN,
    invalidated,
    official,
    run_standalone,
)
from tests.projections.ledgers import append, pledged, registered

REQUESTS = {
    "entry": EntryRequest(4),
    "right": RightRequest(RIGHT),
    "status": StatusRequest(RIGHT),
    "absent": StatusRequest(UNKNOWN),
    "priority": PriorityRequest(SECOND, FIRST),
    "order": OrderRequest(5, 2),
    "document": DocumentRequest(FILE_DIGEST),
    "source": DocumentRequest("cd" * 32, 3),
    "consistency": ConsistencyRequest(3, 8),
}
RECOMPUTED_BY_THE_FULL_VERIFIER = {"right", "priority"}


def opened(package):
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def manifest(package):
    return json.loads(opened(package)["manifest.json"])


@pytest.mark.parametrize("name", list(REQUESTS))
def test_a_package_of_each_kind_passes_both_verifiers(sealed, tmp_path, name):
    """The standalone one runs as the copy that lies in the package, without our software."""
    package = export(sealed.store, REQUESTS[name])
    report = verify(package, sealed.trust, sealed.now)
    assert report.failed == ()
    assert report.outcome is Outcome.PASS
    assert report.exit_code == 0
    assert all(outcome is Outcome.PASS for _, outcome in report.claims)
    file, script = tmp_path / "package.zip", tmp_path / "verify.py"
    file.write_bytes(package)
    script.write_bytes(opened(package)["verify.py"])
    answer = run_standalone(script, file, sealed.trust_folder)
    assert answer.returncode == (3 if name in RECOMPUTED_BY_THE_FULL_VERIFIER else 0), answer.stdout
    assert "FAIL" not in answer.stdout


@pytest.mark.parametrize("name", list(REQUESTS))
def test_the_same_request_at_the_same_seal_gives_the_same_bytes(sealed, name):
    first = export(sealed.store, REQUESTS[name], seal=None)
    append(sealed.store, registered(UNKNOWN))
    request = REQUESTS[name]
    seal = find_seal(sealed.store).position
    assert export(sealed.store, request, seal=seal) == first
    sealed.seal()
    assert export(sealed.store, request, seal=seal) == first


def test_a_package_may_go_without_reports(sealed):
    names = set(opened(export(sealed.store, StatusRequest(RIGHT), reports=False)))
    assert not names & {"report.html", "report.pdf"}


def test_a_long_certificate_holds_every_entry_and_the_statement_they_give(sealed):
    package = export(sealed.store, RightRequest(RIGHT))
    files = opened(package)
    positions = [stored.position for stored in sealed.store.reader.asset_entries(RIGHT)]
    assert [name for name in files if name.startswith("entries/")] == [
        f"entries/{at}.json" for at in positions
    ]
    statement = json.loads(files["proofs/statement.json"])
    assert (statement["right"], statement["count"]) == (RIGHT, len(positions))


def test_absence_is_proved_until_an_entry_concerns_the_right(sealed):
    package = export(sealed.store, StatusRequest(UNKNOWN))
    assert manifest(package)["claims"] == [{"claim": "absent", "right": UNKNOWN}]
    old = find_seal(sealed.store).position
    append(sealed.store, registered(UNKNOWN))
    sealed.seal()
    claims = manifest(export(sealed.store, StatusRequest(UNKNOWN)))["claims"]
    assert [claim["claim"] for claim in claims] == ["status"]
    assert export(sealed.store, StatusRequest(UNKNOWN), seal=old) == package


def test_ranks_are_those_of_the_day_asked_for(sealed):
    """While the released pledge stood it was first; then the later ones move up."""
    day = "2024-12-31"
    package = export(sealed.store, PriorityRequest(FIRST, SECOND, as_of=day))
    claim = manifest(package)["claims"][-1]
    assert claim == {
        "claim": "priority",
        "right": RIGHT,
        "first": {"id": FIRST, "rank": 1},
        "second": {"id": SECOND, "rank": 2},
        "as_of": day,
    }
    with pytest.raises(InputRejected) as refused:
        export(sealed.store, PriorityRequest(FIRST, GONE, as_of=day))
    assert refused.value.code == "ENCUMBRANCE_NOT_RANKED"


def test_pledges_registered_on_one_day_rank_equally(sealed):
    third = "pld_third"
    append(sealed.store, official(pledged(RIGHT, third, "乙能源股份有限公司", "某信托", "2024-06-21"), "Y3"))
    sealed.seal()
    claim = manifest(export(sealed.store, PriorityRequest(SECOND, third)))["claims"][-1]
    assert (claim["first"]["rank"], claim["second"]["rank"]) == (2, 2)


def test_a_mixed_pledge_needs_the_right_named(sealed):
    one, other = "pld_mixed_one", "pld_mixed_other"
    for pledge, number in ((one, "M1"), (other, "M2")):
        append(sealed.store, official(pledged((RIGHT, OTHER), pledge, "乙", "丙银行", "2025-01-02"), number))
    sealed.seal()
    with pytest.raises(InputRejected) as refused:
        export(sealed.store, PriorityRequest(one, other))
    assert refused.value.code == "ENCUMBRANCES_APART"
    claim = manifest(export(sealed.store, PriorityRequest(one, other, right=OTHER)))["claims"][-1]
    assert (claim["first"]["rank"], claim["second"]["rank"]) == (1, 1)


def test_a_file_that_was_kept_is_attached_when_asked_for(sealed):
    content = "一份合同".encode()
    digest = sealed.store.documents.put(content, "text/plain")
    append(sealed.store, official(registered(UNKNOWN), "R9"))
    fact = official(pledged(UNKNOWN, "pld_x", "甲", "乙", "2025-01-01"), "Y9")
    append(sealed.store, replace(fact, source=Source("CNIPA", "Y9", digest, "text/plain")))
    sealed.seal()
    package = export(sealed.store, DocumentRequest(digest, attach=True))
    assert opened(package)[f"documents/{digest}"] == content
    report = verify(package, sealed.trust, sealed.now)
    assert next(check.subjects for check in report.checks if check.name == "DOCUMENTS") == 1
    with pytest.raises(InputRejected) as refused:
        export(sealed.store, DocumentRequest(FILE_DIGEST, attach=True))
    assert refused.value.code == "DOCUMENT_NOT_KEPT"


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (EntryRequest(99), "ENTRY_UNKNOWN"),
        (EntryRequest(9), "NOT_SEALED_YET"),
        (RightRequest(UNKNOWN), "RIGHT_NOT_THEN_KNOWN"),
        (StatusRequest("no right"), "ASSET_ID_INVALID"),
        (PriorityRequest("pld_none", FIRST), "ENCUMBRANCE_UNKNOWN"),
        (PriorityRequest(FIRST, SECOND, as_of="2024-02-31"), "DATE_INVALID"),
        (PriorityRequest(FIRST, SECOND, right=OTHER), "ENCUMBRANCES_APART"),
        (DocumentRequest("ff" * 32), "DOCUMENT_UNKNOWN"),
        (DocumentRequest("ff" * 32, 2), "DOCUMENT_UNKNOWN"),
        (ConsistencyRequest(2, 7), "SIZE_NOT_SEALED"),
        (ConsistencyRequest(9, 8), "SIZES_OUT_OF_ORDER"),
    ],
)
def test_what_cannot_be_proved_is_refused_with_its_reason(sealed, request_, code):
    with pytest.raises(InputRejected) as refused:
        export(sealed.store, request_)
    assert refused.value.code == code


def test_nothing_is_exported_before_the_first_seal_nor_of_what_is_no_seal(world):
    with pytest.raises(InputRejected) as refused:
        export(world.store, StatusRequest(RIGHT))
    assert refused.value.code == "SEAL_UNKNOWN"
    world.seal()
    for position in (0, 2, 500):
        with pytest.raises(InputRejected) as refused:
            export(world.store, StatusRequest(RIGHT), seal=position)
        assert refused.value.code == "SEAL_UNKNOWN"


def test_newer_names_the_first_entry_a_package_would_have_to_speak_of(sealed):
    seal = find_seal(sealed.store)
    assert all(newer(sealed.store, request, seal) is None for request in REQUESTS.values())
    position = append(
        sealed.store, official(pledged(RIGHT, "pld_late", "乙", "丁", "2026-01-01"), "Y8")
    ).first_position
    assert newer(sealed.store, StatusRequest(RIGHT), seal) == position
    assert newer(sealed.store, PriorityRequest(FIRST, SECOND), seal) == position
    assert newer(sealed.store, StatusRequest(OTHER), seal) is None
    assert newer(sealed.store, EntryRequest(position), seal) == position


def test_an_authority_of_any_name_gets_a_plain_file_name():
    assert token_name("freetsa.org") == "freetsa.org"
    assert token_name("国家授时中心") != token_name("另一机构")
    assert token_name("../up").startswith("authority-")


def test_a_package_that_does_not_hold_is_never_handed_out(sealed, monkeypatch):
    """Whatever is wrong with the ledger's proofs is found before its receiver finds it."""
    monkeypatch.setattr(Log, "inclusions", lambda *_: [[bytes(32)] * 3])
    with pytest.raises(ProofInvalid) as refused:
        export(sealed.store, EntryRequest(4))
    assert refused.value.code == "PACKAGE_INCONSISTENT"
    assert "INCLUSION" in str(refused.value.data["checks"])


def test_an_earlier_answer_stays_reproducible_after_an_invalidation(sealed):
    """S25: as known before, in force with rank 1; as known now, void from the beginning."""
    before = find_seal(sealed.store).position
    old = json.loads(opened(export(sealed.store, StatusRequest(RIGHT)))["proofs/statement.json"])
    append(sealed.store, invalidated(RIGHT))
    sealed.seal()
    new = json.loads(opened(export(sealed.store, StatusRequest(RIGHT)))["proofs/statement.json"])
    again = json.loads(
        opened(export(sealed.store, StatusRequest(RIGHT), seal=before))["proofs/statement.json"]
    )
    assert again == old
    assert new["status"][0]["status"] == "INVALID_FULL"
    assert "OBJECT_LOST" in {flag["code"] for flag in new["flags"]}
