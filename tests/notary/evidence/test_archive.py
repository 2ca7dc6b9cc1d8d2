"""The archive: one way to write it, and nothing else is read."""

import io
import struct
import zipfile
import zlib
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notary.errors import PackageInvalid
from notary.evidence import archive

NAMES = st.sampled_from(
    [
        "checkpoint",
        "manifest.json",
        "entries/7.json",
        "proofs/map.json",
        "tokens/a.tsr",
        "documents/" + "0" * 64,
    ]
)


@given(st.dictionaries(NAMES, st.binary(max_size=200)))
def test_what_is_written_is_read_and_is_a_zip_to_others(members):
    written = archive.write(members)
    assert archive.read(written) == members
    with zipfile.ZipFile(io.BytesIO(written)) as opened:
        assert opened.testzip() is None
        assert {name: opened.read(name) for name in opened.namelist()} == members
        assert opened.namelist() == sorted(members)
        assert all(info.date_time == (1980, 1, 1, 0, 0, 0) for info in opened.infolist())


@given(st.dictionaries(NAMES, st.binary(max_size=50), min_size=2))
def test_bytes_do_not_depend_on_the_order_of_members(members):
    assert archive.write(members) == archive.write(dict(reversed(members.items())))


@given(st.binary(max_size=400))
def test_any_bytes_end_in_our_refusal(data):
    with pytest.raises(PackageInvalid):
        archive.read(data)


@given(st.data())
def test_any_change_of_an_archive_is_read_as_one_or_refused(data):
    written = bytearray(archive.write({"checkpoint": b"a note", "entries/1.json": b"{}"}))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(written) - 1))
        written[at] = data.draw(st.integers(0, 255))
    try:
        found = archive.read(bytes(written))
    except PackageInvalid:
        return
    assert found == {"checkpoint": b"a note", "entries/1.json": b"{}"}


def test_more_members_than_the_old_form_can_count():
    """65,535 are counted in two bytes; one more needs the zip64 records, which hold nothing else."""
    for count in (0xFFFF, 0x10000):
        members = {
            f"documents/{sha256(struct.pack('>I', number)).hexdigest()}": b"" for number in range(count)
        }
        written = archive.write(members)
        assert len(archive.read(written)) == count
        with zipfile.ZipFile(io.BytesIO(written)) as opened:
            assert len(opened.namelist()) == count
        assert (b"PK\6\6" in written[-200:]) == (count > 0xFFFF)
    damaged = bytearray(written)
    damaged[-50] ^= 1
    with pytest.raises(PackageInvalid):
        archive.read(bytes(damaged))


def deflated(members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in sorted(members.items()):
            made.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


@given(st.dictionaries(NAMES, st.binary(max_size=200)))
def test_deflated_members_are_read_too(members):
    assert archive.read(deflated(members)) == members


def test_a_member_that_inflates_to_more_than_it_says_is_left_alone():
    """A gigabyte of zeros said to be ten bytes: not more than eleven are ever made."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(bytes(1 << 24)) + packer.flush()
    name = b"checkpoint"
    sizes = (zlib.crc32(bytes(10)), len(packed), 10)
    local = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 8, 0, 33, *sizes, len(name), 0) + name
    central = struct.pack("<4s6H3L5H2L", b"PK\1\2", 788, 20, 0, 8, 0, 33, *sizes, len(name), 0, 0, 0, 0, 0, 0)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, len(central + name), len(local + packed), 0)
    with pytest.raises(PackageInvalid) as refused:
        archive.read(local + packed + central + name + end)
    assert refused.value.code == "MEMBER_MALFORMED"


@pytest.mark.parametrize(
    "name",
    [
        "../up",
        "/etc/passwd",
        "entries/01.json",
        "entries/x.json",
        "tokens/.hidden.tsr",
        "tokens/a/b.tsr",
        "a",
        "",
    ],
)
def test_a_name_that_no_package_has_is_refused(name):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        made.writestr(zipfile.ZipInfo(name or "x", (1980, 1, 1, 0, 0, 0)), b"")
    with pytest.raises(PackageInvalid) as refused:
        archive.read(buffer.getvalue())
    assert refused.value.code == "MEMBER_NAME_FORBIDDEN"
