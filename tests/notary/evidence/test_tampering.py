"""An export from which an entry was taken: both verifiers say FAIL, by the gap or by the map (S25)."""

import hashlib
import io
import json
import zipfile

import pytest

from ledger import canonical
from ledger.statement import fold
from notary.evidence import archive
from notary.evidence.export import export
from notary.evidence.requests import RightRequest
from notary.standalone import SCRIPT
from notary.verify import verify
from tests.notary.evidence.conftest import RIGHT, invalidated, official, run_standalone
from tests.projections.ledgers import append, pledged


@pytest.fixture
def members(sealed):
    """The long certificate of an invalidated right, unpacked: the invalidation is its last entry but one."""
    append(sealed.store, invalidated(RIGHT))
    append(sealed.store, official(pledged(RIGHT, "pld_after", "乙", "丁银行", "2026-01-05"), "Y7"))
    sealed.seal()
    package = export(sealed.store, RightRequest(RIGHT), reports=False)
    with zipfile.ZipFile(io.BytesIO(package)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def without(members, position):
    """The package without one entry, its proof and its line in the manifest: nobody's secret is needed."""
    kept = {name: content for name, content in members.items() if name != f"entries/{position}.json"}
    proofs = [proof for proof in json.loads(kept["proofs/entries.json"]) if proof["position"] != position]
    kept["proofs/entries.json"] = canonical.encode(proofs)
    return kept


def packed(members, *, claims=None):
    manifest = json.loads(members["manifest.json"])
    manifest["claims"] = claims or manifest["claims"]
    manifest["files"] = [
        {"name": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in sorted(members.items())
        if name != "manifest.json"
    ]
    return archive.write(members | {"manifest.json": canonical.encode(manifest)})


def positions(members):
    return sorted(int(name[8:-5]) for name in members if name.startswith("entries/"))


def assert_both_fail(sealed, tmp_path, package, check):
    report = verify(package, sealed.trust, sealed.now)
    assert check in report.failed
    assert report.exit_code == 1
    file = tmp_path / "package.zip"
    file.write_bytes(package)
    answer = run_standalone(SCRIPT, file, sealed.trust_folder)
    assert answer.returncode == 1
    assert check in answer.stdout


def test_dropping_the_invalidation_leaves_a_gap(sealed, members, tmp_path):
    invalidation = positions(members)[-2]
    assert_both_fail(sealed, tmp_path, packed(without(members, invalidation)), "COMPLETENESS")


def test_dropping_the_last_entries_and_saying_so_contradicts_the_map(sealed, members, tmp_path):
    """Count, head and statement are made to fit what is left; the map, which is signed, says otherwise."""
    left = members
    for position in positions(members)[-2:]:
        left = without(left, position)
    kept = positions(left)
    entries = [sealed.store.reader.entry(position).parse() for position in kept]
    statement = canonical.encode(fold(RIGHT, entries))
    left["proofs/statement.json"] = statement
    head = hashlib.sha256(left[f"entries/{kept[-1]}.json"]).hexdigest()
    said = {"right": RIGHT, "count": len(kept), "head": head}
    claims = [
        {"claim": "history", **said},
        {"claim": "status", **said, "statement": hashlib.sha256(statement).hexdigest()},
    ]
    assert_both_fail(sealed, tmp_path, packed(left, claims=claims), "COMPLETENESS")
    proof = json.loads(left["proofs/map.json"])
    proof[0]["leaf"] = {name: said[name] for name in ("count", "head")} | {
        "statement": claims[1]["statement"]
    }
    left["proofs/map.json"] = canonical.encode(proof)
    assert_both_fail(sealed, tmp_path, packed(left, claims=claims), "MAP")


def test_the_untouched_package_passes(sealed, members):
    assert verify(packed(members), sealed.trust, sealed.now).failed == ()
