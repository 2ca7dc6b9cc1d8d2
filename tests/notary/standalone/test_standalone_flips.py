"""No flip of a byte of a package passes, but in parts that claim nothing, which are listed here.

The verifier runs in this process, and what openssl said is remembered by the bytes it was asked about.
"""

import io
import random
import zipfile

import pytest

from notary.standalone import verify
from tests.notary import evidence_lies as lies
from tests.notary.standalone import package_maker as maker

SEED, SAMPLE = 20261120, 400


class RememberingOpenSsl(verify.OpenSsl):
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
def examine(tmp_path_factory):
    """The report on a zip."""
    folder = tmp_path_factory.mktemp("trust")
    for name, content in maker.trust().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    trust, openssl = verify.read_trust(folder), RememberingOpenSsl()

    def judge(archive):
        return verify.examine(io.BytesIO(archive), trust, openssl=openssl, clock=maker.CLOCK)

    return judge


@pytest.fixture(scope="module")
def passes(examine):
    """Whether the verifier passes a zip."""
    return lambda archive: examine(archive).verdict == verify.PASS


def parts_that_claim_nothing(archive):
    """Offsets a flip of which changes nothing that is claimed, by the name of the part.

    They are the version made by and the permission bits of a header in the directory.
    """
    free = {}
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        at = opened.start_dir
        for info in opened.infolist():
            free |= dict.fromkeys((at + 4, at + 5), "made by")
            free |= dict.fromkeys(range(at + 38, at + 42), "attributes")
            at += 46 + len(info.filename)
    return free


def unpacked(archive):
    """Members with their bytes, or None if it cannot be unpacked."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def small_package(compression):
    """One absent right and its time, or one entry, without the files for people."""
    package = lies.KINDS["entry"]() if compression == zipfile.ZIP_STORED else lies.KINDS["absence"]()
    members = sorted(package.all_members().items())
    return maker.zip_of(members, changes={name: {"compress_type": compression} for name, _ in members})


def check_flip(archive, at, bits, passes, free):
    """A flip may pass only in a part that claims nothing, or where it unpacks to the same bytes."""
    flipped = bytearray(archive)
    flipped[at] ^= bits
    if passes(bytes(flipped)) and at not in free:
        assert unpacked(bytes(flipped)) == unpacked(archive), f"a flip of byte {at} with {bits:#x} passes"


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_no_flip_of_a_sample_passes(compression, passes):
    archive = small_package(compression)
    assert passes(archive)
    free = parts_that_claim_nothing(archive)
    chance = random.Random(SEED)
    for at in chance.sample(range(len(archive)), min(SAMPLE, len(archive))):
        check_flip(archive, at, 1 << chance.randrange(8), passes, free)


@pytest.mark.campaign
@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_no_flip_of_any_bit_passes(compression, passes):
    archive = small_package(compression)
    free = parts_that_claim_nothing(archive)
    for at in range(len(archive)):
        for bit in range(8):
            check_flip(archive, at, 1 << bit, passes, free)


def test_the_parts_that_claim_nothing_are_these(passes):
    """Each of them has a flip that passes, so that the list holds nothing that is checked after all."""
    archive = small_package(zipfile.ZIP_STORED)
    found = set()
    for at, part in parts_that_claim_nothing(archive).items():
        for bit in range(8):
            flipped = bytearray(archive)
            flipped[at] ^= 1 << bit
            if passes(bytes(flipped)):
                found.add(part)
    assert found == {"made by", "attributes"}


CLAIM_NOTHING = ("report.html", "tokens/embedded.pem", "tokens/embedded.tsr")
"""Members of which a byte may differ although the manifest was made anew and the package passes.

The report is for people. Certificates stand in the token and beside it, and one copy is enough; the answer's
version numbers and lists of algorithms are not signed (RFC 5652). The time and its authority stay the same.
"""


def findings(report):
    """What was found wrong or left open."""
    return [(check.code, finding.code) for check in report.checks for finding in check.findings]


@pytest.mark.parametrize("kind", list(lies.KINDS))
def test_a_changed_byte_of_a_member_changes_no_conclusion(kind, examine):
    """The attacker also makes the manifest anew: where nothing is found then, the same is concluded."""
    package = lies.KINDS[kind]()
    sound = examine(package.zip())
    chance = random.Random(SEED)
    for name, content in sorted(package.members.items()):
        for at in chance.sample(range(len(content)), min(25, len(content))):
            changed = bytearray(content)
            changed[at] ^= 1 << chance.randrange(8)
            package.members[name] = bytes(changed)
            report = examine(package.zip())
            if findings(report) == findings(sound):
                assert name in CLAIM_NOTHING, f"{name}, byte {at}"
                assert (report.claims, report.facts) == (sound.claims, sound.facts)
        package.members[name] = content
