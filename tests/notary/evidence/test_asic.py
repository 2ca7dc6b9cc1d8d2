"""ETSI containers: their structure by EN 319 162-1, and tokens over what they hold."""

import base64
import hashlib
import io
import zipfile
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from lxml import etree

from notary.errors import AuthorityUnavailable
from notary.evidence import asic
from notary.evidence.export import export
from notary.evidence.requests import StatusRequest
from notary.timestamps import Authority
from notary.tokens import judge_token
from tests.notary.evidence.conftest import RIGHT

NAMES = {"asic": "http://uri.etsi.org/02918/v1.2.1#", "ds": "http://www.w3.org/2000/09/xmldsig#"}


@pytest.fixture
def package(sealed):
    return export(sealed.store, StatusRequest(RIGHT))


def now():
    return datetime.now(UTC)


def opened(container, mimetype):
    """The members, after the rules on the first of them: it says what the container is, at a fixed offset."""
    assert container[30:38] == b"mimetype"
    assert container[38 : 38 + len(mimetype)] == mimetype.encode()
    with zipfile.ZipFile(io.BytesIO(container)) as archive:
        assert archive.namelist()[0] == "mimetype"
        assert archive.infolist()[0].extra == b""
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def judged(token, content, authority):
    return judge_token(token, digest=hashlib.sha256(content).digest(), at=now(), roots=authority.roots)


def test_asic_s_holds_the_package_and_one_token_over_it(sealed, package):
    members = opened(asic.simple(package, [sealed.authority], now), asic.MIMETYPE_S)
    assert list(members) == ["mimetype", "evidence.zip", "META-INF/timestamp.tst"]
    assert members["evidence.zip"] == package
    assert judged(members["META-INF/timestamp.tst"], package, sealed.authority).accepted


def test_asic_e_has_a_manifest_and_a_token_for_each_authority(sealed, package):
    authorities = [sealed.authority, replace(sealed.authority, name="second")]
    members = opened(asic.extended(package, authorities, now), asic.MIMETYPE_E)
    assert [name for name in members if not name.startswith("META-INF/")] == [
        "mimetype",
        "evidence.zip",
        "report.pdf",
    ]
    assert sum(name.startswith("META-INF/") for name in members) == 4
    for number in (1, 2):
        manifest = members[f"META-INF/ASiCManifest{number:03}.xml"]
        root = etree.fromstring(manifest)
        assert root.tag == f"{{{NAMES['asic']}}}ASiCManifest"
        [reference] = root.findall("asic:SigReference", NAMES)
        assert reference.get("MimeType") == "application/vnd.etsi.timestamp-token"
        assert judged(members[reference.get("URI")], manifest, sealed.authority).accepted
        for each in root.findall("asic:DataObjectReference", NAMES):
            digest = base64.b64decode(each.findtext("ds:DigestValue", namespaces=NAMES))
            assert digest == hashlib.sha256(members[each.get("URI")]).digest()
            method = each.find("ds:DigestMethod", NAMES).get("Algorithm")
            assert method == "http://www.w3.org/2001/04/xmlenc#sha256"
        assert len(root.findall("asic:DataObjectReference", NAMES)) == 2


def test_asic_s_asks_the_next_authority_when_one_is_down(sealed, package):
    down = Authority(
        "down", roots=sealed.authority.roots, url="http://127.0.0.1:9/", attempts=1, timeout_ms=500
    )
    members = opened(asic.simple(package, [down, sealed.authority], now), asic.MIMETYPE_S)
    assert "META-INF/timestamp.tst" in members
    with pytest.raises(AuthorityUnavailable):
        asic.simple(package, [down], now)


def test_a_package_without_reports_makes_a_container_of_one_object(sealed):
    package = export(sealed.store, StatusRequest(RIGHT), reports=False)
    members = opened(asic.extended(package, [sealed.authority], now), asic.MIMETYPE_E)
    assert "report.pdf" not in members
