"""No flip of a byte of a package passes the full verifier, but in listed parts that claim nothing."""

import io
import random
import zipfile

import pytest

from notary.evidence.trust import TrustFolder
from notary.tokens import Outcome
from notary.verify import verify
from tests.notary import evidence_lies as lies
from tests.notary.evidence.test_verify import folder
from tests.notary.standalone import package_maker as maker

SEED, SAMPLE = 20261121, 600
_CENTRAL, _MADE_BY, _ATTRIBUTES = 46, (4, 6), (36, 42)
"""Size of a header of the zip's directory, and where in it stand version made by and attributes."""

CLAIM_NOTHING = ("report.html", "tokens/embedded.pem", "tokens/embedded.tsr")
"""Members of which a byte may differ, the manifest being made anew, without another conclusion.

The report is for people. Certificates stand in the token and beside it, and one copy is enough; the answer's
version numbers and lists of algorithms are not signed (RFC 5652).
"""


@pytest.fixture(scope="module")
def passes(tmp_path_factory):
    trust = TrustFolder.load(folder(maker.trust(), tmp_path_factory.mktemp("trust")))
    return lambda package: verify(package, trust, maker.CLOCK).outcome is Outcome.PASS


def small_package(compression):
    package = lies.KINDS["entry"]() if compression == zipfile.ZIP_STORED else lies.KINDS["absence"]()
    members = sorted(package.all_members().items())
    return maker.zip_of(members, changes={name: {"compress_type": compression} for name, _ in members})


def free_offsets(package):
    """Offsets of version made by and of attributes, a flip of which changes nothing that is claimed."""
    at = package.index(b"PK\1\2")
    free = set()
    while package[at : at + 4] == b"PK\1\2":
        free |= {at + offset for first, end in (_MADE_BY, _ATTRIBUTES) for offset in range(first, end)}
        at += _CENTRAL + int.from_bytes(package[at + 28 : at + 30], "little")
    return free


def flipped(package, at, bit):
    changed = bytearray(package)
    changed[at] ^= 1 << bit
    return bytes(changed)


def inflated(package):
    with zipfile.ZipFile(io.BytesIO(package)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def check_flip(package, at, bit, passes, free):
    """A deflated stream may be written otherwise and give the same bytes; nothing else may pass."""
    changed = flipped(package, at, bit)
    if passes(changed) and at not in free:
        assert inflated(changed) == inflated(package), f"a flip of bit {bit} of byte {at} passes"


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_no_flip_of_a_sample_passes(compression, passes):
    package = small_package(compression)
    assert passes(package)
    free, chance = free_offsets(package), random.Random(SEED)
    for at in chance.sample(range(len(package)), min(SAMPLE, len(package))):
        check_flip(package, at, chance.randrange(8), passes, free)


@pytest.mark.campaign
@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_no_flip_of_any_bit_passes(compression, passes):
    package = small_package(compression)
    free = free_offsets(package)
    for at in range(len(package)):
        for bit in range(8):
            check_flip(package, at, bit, passes, free)


def test_the_parts_that_claim_nothing_can_be_flipped(passes):
    """So that the list holds nothing that is checked after all."""
    package = small_package(zipfile.ZIP_STORED)
    at = package.index(b"PK\1\2")
    for first, end in (_MADE_BY, _ATTRIBUTES):
        assert any(
            passes(flipped(package, at + offset, bit)) for offset in range(first, end) for bit in range(8)
        )


@pytest.mark.parametrize("kind", list(lies.KINDS))
def test_a_changed_member_listed_anew_passes_only_where_it_claims_nothing(kind, passes):
    package = lies.KINDS[kind]()
    chance = random.Random(SEED)
    for name, content in sorted(package.members.items()):
        for at in chance.sample(range(len(content)), min(25, len(content))):
            package.members[name] = flipped(content, at, chance.randrange(8))
            if passes(package.zip()):
                assert name in CLAIM_NOTHING, f"{name}, byte {at}"
        package.members[name] = content
