"""Confidential fields opened in a package: logged first, checked by both verifiers, gone once erased."""

import io
import json
import zipfile
from base64 import urlsafe_b64decode
from dataclasses import dataclass, replace
from hashlib import sha256

import pytest

from ledger import canonical
from ledger.confidential import disclose
from ledger.errors import InputRejected
from ledger.store.audit import audit
from ledger.store.database import utc_now
from notary.errors import VaultRefused
from notary.evidence import archive
from notary.evidence.export import Opening, export
from notary.evidence.requests import EntryRequest, RightRequest, StatusRequest
from notary.reports import render_html
from notary.reports.evidence import Evidence
from notary.vault import Vault, new_subject
from notary.vault.vault import Asked
from notary.verify import Outcome, verify
from tests.notary.evidence.conftest import RIGHT, STANDALONE, official, run_standalone
from tests.projections.ledgers import append, pledged

PRICE, TITLE = {"amount": 250_000_000, "currency": "CNY"}, "未公开的转让价款"
CUSTODIAN = Asked("bank:officer", "custodian", "the pledgee asks for the price")
COURT = Asked("court:clerk", "court_liaison", "case file", "(2026)京73民初1号")


@dataclass
class Confidential:
    """A sealed ledger with one entry whose price and remark are confidential."""

    world: object
    vault: Vault
    subject: str
    position: int

    def export(self, *fields, request=None, asked=CUSTODIAN, **options):
        opening = Opening(self.vault, asked, tuple((self.position, path) for path in fields))
        request = request or EntryRequest(self.position)
        return export(self.world.store, request, opening=opening, **options)

    def log(self):
        """What the ledger says was opened."""
        read = (stored.parse() for stored in self.world.store.reader.entries())
        return [entry.data for entry in read if entry.type == "field.opened"]


@pytest.fixture
def confidential(world):
    vault, subject = Vault(world.store, world.home, utc_now), new_subject()
    commitments = vault.put(subject, [disclose("/price", PRICE), disclose("/remark", TITLE)])
    fact = pledged(RIGHT, "pld_secret", "乙能源股份有限公司", "建设银行", "2024-07-01")
    position = append(world.store, replace(official(fact, "Y9"), commitments=commitments)).first_position
    world.seal()
    return Confidential(world, vault, subject, position)


def members(package):
    with zipfile.ZipFile(io.BytesIO(package)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def remade(package, **changes):
    """The package with members changed and listed anew, as a forger would."""
    files = members(package) | changes
    manifest = json.loads(files.pop("manifest.json"))
    manifest["files"] = [
        {"name": name, "size": len(content), "sha256": sha256(content).hexdigest()}
        for name, content in sorted(files.items())
    ]
    return archive.write(files | {"manifest.json": canonical.encode(manifest)})


@pytest.fixture
def verdicts(confidential, tmp_path):
    """What both verifiers say: outcome and the checks that failed, and that the two agree."""

    def judge(package):
        report = verify(package, confidential.world.trust, utc_now())
        file = tmp_path / "package.zip"
        file.write_bytes(package)
        other = run_standalone(STANDALONE, file, confidential.world.trust_folder)
        assert other.returncode == report.exit_code, other.stdout
        return report.outcome, report.failed

    return judge


def test_opened_fields_are_shown_checked_and_logged(confidential, verdicts):
    package = confidential.export("/price", "/remark")
    name = f"disclosures/{confidential.position}.json"
    opened = [json.loads(urlsafe_b64decode(f"{each}==")) for each in json.loads(members(package)[name])]
    assert [(path, value) for _, path, value in opened] == [("/price", PRICE), ("/remark", TITLE)]
    assert verdicts(package) == (Outcome.PASS, ())
    report = verify(package, confidential.world.trust, utc_now())
    assert next(check for check in report.checks if check.name == "DISCLOSURES").subjects == 2
    assert [(said["path"], said["opened_by"], said["reason"]) for said in confidential.log()] == [
        ("/price", CUSTODIAN.who, CUSTODIAN.why),
        ("/remark", CUSTODIAN.who, CUSTODIAN.why),
    ]
    assert audit(confidential.world.store).finding is None


def test_one_field_shown_says_nothing_of_the_other(confidential):
    package = members(confidential.export("/price"))
    (text,) = json.loads(package[f"disclosures/{confidential.position}.json"])
    assert TITLE.encode() not in urlsafe_b64decode(f"{text}==")
    assert all(TITLE.encode() not in content for content in package.values())
    assert TITLE not in package["report.html"].decode()


def test_the_report_and_the_manifest_say_who_opened_what_and_why(confidential):
    package = members(confidential.export("/price", asked=COURT))
    shown = json.loads(package["manifest.json"])["request"]["opened"]
    assert shown == {
        "by": COURT.who,
        "role": COURT.role,
        "reason": COURT.why,
        "order": COURT.order,
        "fields": [f"{confidential.position}/price"],
    }
    report = package["report.html"].decode()
    for text in (
        COURT.who,
        COURT.why,
        COURT.order,
        "250000000",
        "Confidential fields opened",
        "公开的保密字段",
    ):
        assert text in report
    plain = members(confidential.export())
    assert "公开的保密字段" not in plain["report.html"].decode()
    assert "opened" not in json.loads(plain["manifest.json"])["request"]


def test_a_long_value_is_shortened_in_the_report_only(confidential, monkeypatch):
    kept = []
    monkeypatch.setattr(
        "notary.evidence.export.render_html", lambda given: kept.append(given) or render_html(given)
    )
    confidential.export("/price")
    (evidence,) = kept
    assert isinstance(evidence, Evidence)
    long = replace(evidence.opened, fields=((1, "/price", "值" * 5000),))
    assert "值" * 401 not in render_html(replace(evidence, opened=long)).decode()


def test_the_same_request_gives_the_same_bytes(confidential):
    assert confidential.export("/price") == confidential.export("/price")


def test_the_whole_history_can_show_a_field_of_one_of_its_entries(confidential):
    """`verify.py` leaves the recomputation of the statement open; what is opened it checks as well."""
    package = confidential.export("/price", request=RightRequest(RIGHT))
    report = verify(package, confidential.world.trust, utc_now())
    assert report.outcome is Outcome.PASS
    assert f"disclosures/{confidential.position}.json" in members(package)


def test_a_swapped_field_is_refused_by_both(confidential, verdicts):
    package = confidential.export("/price")
    name = f"disclosures/{confidential.position}.json"
    (text,) = json.loads(members(package)[name])
    salt, path, _ = json.loads(urlsafe_b64decode(f"{text}=="))
    swapped = replace(disclose(path, PRICE | {"amount": 1}), salt=salt)
    assert verdicts(remade(package, **{name: canonical.encode([swapped.text])})) == (
        Outcome.FAIL,
        ("DISCLOSURES",),
    )


def test_a_field_the_entry_never_committed_to_is_refused_by_both(confidential, verdicts):
    package = confidential.export("/price")
    name = f"disclosures/{confidential.position}.json"
    texts = [*json.loads(members(package)[name]), disclose("/discount", 5).text]
    assert verdicts(remade(package, **{name: canonical.encode(texts)})) == (Outcome.FAIL, ("DISCLOSURES",))


def test_a_field_laid_beside_another_entry_is_refused_by_both(confidential, verdicts):
    """The history holds both entries; only one committed to the field."""
    store = confidential.world.store
    package = confidential.export("/price", request=RightRequest(RIGHT))
    files = members(package)
    other = next(store.reader.asset_entries(RIGHT)).position
    moved = files[f"disclosures/{confidential.position}.json"]
    forged = remade(package, **{f"disclosures/{other}.json": moved})
    report = verify(forged, confidential.world.trust, utc_now())
    assert report.failed == ("DISCLOSURES",)
    assert verdicts(forged)[0] is Outcome.FAIL


def test_an_erased_field_is_refused_and_packages_verify_as_before(confidential, verdicts):
    closed, opened = confidential.export(), confidential.export("/price")
    assert verdicts(closed) == verdicts(opened) == (Outcome.PASS, ())
    confidential.vault.erase(confidential.subject, "asked for by the data subject", who="test")
    log = confidential.log()
    with pytest.raises(VaultRefused) as refused:
        confidential.export("/price")
    assert refused.value.code == "ERASED"
    assert confidential.log() == log
    assert confidential.export() == closed
    assert verdicts(closed) == verdicts(opened) == (Outcome.PASS, ())
    confidential.world.seal()
    later = confidential.export()
    assert later != closed
    assert verdicts(later) == (Outcome.PASS, ())


@pytest.mark.parametrize(
    ("asked", "error", "code"),
    [
        (replace(CUSTODIAN, role="guest"), VaultRefused, "ROLE_NOT_AUTHORIZED"),
        (replace(COURT, order=None), VaultRefused, "ORDER_REQUIRED"),
        (replace(CUSTODIAN, why=""), InputRejected, "REASON_INVALID"),
    ],
)
def test_who_may_not_open_gets_no_package(confidential, asked, error, code):
    with pytest.raises(error) as refused:
        confidential.export("/price", asked=asked)
    assert refused.value.code == code
    assert confidential.log() == []


def test_an_unknown_field_or_an_entry_outside_is_refused_and_not_logged(confidential):
    with pytest.raises(VaultRefused) as unknown:
        confidential.export("/nothing")
    assert unknown.value.code == "FIELD_UNKNOWN"
    for request in (EntryRequest(1), StatusRequest(RIGHT)):
        with pytest.raises(InputRejected) as outside:
            confidential.export("/price", request=request)
        assert outside.value.code == "FIELD_NOT_IN_PACKAGE"
    with pytest.raises(InputRejected) as unsealed:
        confidential.export("/price", seal=1)
    assert unsealed.value.code == "SEAL_UNKNOWN"
    assert confidential.log() == []
