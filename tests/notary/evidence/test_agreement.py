"""Two verifiers, written apart from one page, say the same of packages that were changed anywhere.

A changed member is listed anew, as an attacker would. What `verify.py` leaves to the full verifier
(STATEMENT_RECOMPUTED) counts as passed here.
"""

import io
import json
import random

import orjson
import pytest

from ledger.errors import NotCanonical
from notary.evidence.trust import TrustFolder
from notary.standalone import verify as standalone
from notary.verify import verify
from tests.notary import evidence_lies as lies
from tests.notary.evidence.test_verify import folder, walk
from tests.notary.standalone import package_maker as maker

SEED, SAMPLE, CAMPAIGN = 20261122, 250, 20_000
ANYTHING = (None, True, False, 0, -1, 1.5, "", [], {}, "0" * 64, "x", 2**60)


class Remembering(standalone.OpenSsl):
    """The openssl command, asked once about the same bytes."""

    def __init__(self):
        super().__init__()
        self._known = {}

    def run(self, arguments, files):
        key = (tuple(arguments), tuple(sorted(files.items())))
        if key not in self._known:
            self._known[key] = super().run(arguments, files)
        return self._known[key]


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory):
    """What both verifiers say of a package."""
    path = folder(maker.trust(), tmp_path_factory.mktemp("trust"))
    trust, theirs, openssl = TrustFolder.load(path), standalone.read_trust(path), Remembering()

    def judge(package):
        report = standalone.examine(io.BytesIO(package), theirs, openssl=openssl, clock=maker.CLOCK)
        findings = {finding.code for check in report.checks for finding in check.findings}
        other = "PASS" if findings == {"STATEMENT_RECOMPUTED"} else str(report.verdict)
        return verify(package, trust, maker.CLOCK).outcome.value, other

    return judge


def inside(value, path):
    for key in path:
        value = value[key]
    return value


def changed(value, chance):
    """The same JSON with one thing left out, repeated, added, moved by one, or replaced by something else."""
    places = list(walk(value))
    path = chance.choice(places[1:] or places)
    if not path:
        return chance.choice(ANYTHING)
    at, key = inside(value, path[:-1]), path[-1]
    old = at[key]
    match chance.randrange(6):
        case 0:
            del at[key]
        case 1 if isinstance(at, list):
            at.insert(key, old)
        case 1:
            at["extra"] = old
        case 2 if type(old) is int:
            at[key] = old + chance.choice((1, -1, 2**53))
        case 3:
            at[key] = chance.choice(ANYTHING)
        case _:
            at[key] = json.loads(json.dumps(inside(value, chance.choice(places))))
    return value


def changed_package(chance):
    package = lies.KINDS[chance.choice(list(lies.KINDS))]()
    manifest = "manifest.json"
    name = chance.choice([manifest, manifest, *(each for each in package.members if each.endswith(".json"))])
    if name == manifest:
        said = orjson.loads(package.manifest_bytes())
        del said["files"]
        value = changed(said, chance)
        package.manifest = value if isinstance(value, dict) else {}
    else:
        value = changed(orjson.loads(package.members[name]), chance)
        package.members[name] = json.dumps(
            value, separators=(",", ":"), sort_keys=True, ensure_ascii=False
        ).encode()
    return package, name


def check_agreement(number, verdicts):
    chance = random.Random(SEED)
    seen = set()
    for _ in range(number):
        package, name = changed_package(chance)
        try:
            archive = package.zip()
        except NotCanonical:
            continue  # a manifest nobody can write
        ours, theirs = verdicts(archive)
        assert ours == theirs, (package.kind, name, package.manifest, package.members.get(name))
        seen.add(ours)
    assert {"PASS", "FAIL"} <= seen


def test_both_verifiers_say_the_same_of_changed_packages(verdicts):
    check_agreement(SAMPLE, verdicts)


@pytest.mark.campaign
def test_both_verifiers_say_the_same_of_many_changed_packages(verdicts):
    check_agreement(CAMPAIGN, verdicts)
