"""The zip of an evidence package (docs/formats.md 8): one way to write it, and a reader that trusts nothing.

Members are stored, not deflated: deflated bytes depend on the build of zlib, and the same request must give
the same bytes on any machine, also years later (E-11). The reader accepts deflated members too. It looks at
every byte of the archive before it inflates one: what lies between, before or behind the members, repeats
under one name or names a path elsewhere is refused, as is a member that inflates to more than it says.
"""

import re
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from notary.errors import PackageInvalid

MEMBERS_MAX: Final = 100_000
BYTES_MAX: Final = 1 << 30
ARCHIVE_BYTES_MAX: Final = BYTES_MAX + (1 << 26)
"""All members, and room for their names."""

_NAME: Final = re.compile(
    r"manifest\.json|checkpoint|cosignatures|report\.html|report\.pdf|verify\.py"
    r"|(?:entries|disclosures)/[1-9][0-9]{0,18}\.json"
    r"|proofs/(?:entries|map|consistency|statement)\.json"
    r"|tokens/(?!\.)[A-Za-z0-9._-]{1,100}\.(?:tsr|pem|crl)"
    r"|documents/[0-9a-f]{64}"
)
_STORED: Final = 0
_DEFLATED: Final = 8
_DAY: Final = 0x0021
"""1980-01-01 as MS-DOS writes dates; 00:00:00 is 0."""

_LOCAL: Final = struct.Struct("<4s5H3L2H")
_CENTRAL: Final = struct.Struct("<4s6H3L5H2L")
_END: Final = struct.Struct("<4s4H2LH")
_END64: Final = struct.Struct("<4sQ2H2L4Q")
_LOCATOR64: Final = struct.Struct("<4sLQL")
_LOCAL_MAGIC, _CENTRAL_MAGIC, _END_MAGIC = b"PK\3\4", b"PK\1\2", b"PK\5\6"
_END64_MAGIC, _LOCATOR64_MAGIC = b"PK\6\6", b"PK\6\7"
_MADE_BY_UNIX: Final = 3 << 8 | 20
_NEEDED: Final = 20
_NEEDED_OK: Final = (10, 20)
_NEEDED64: Final = 45
_FILE_MODE: Final = 0o100644 << 16
_REGULAR: Final = (0, 0o100000)
_FOLDER: Final = 0x10
"""The bit of MS-DOS."""

_BOMB_BYTES: Final = 1 << 20
_BOMB_RATIO: Final = 200


def write(members: Mapping[str, bytes]) -> bytes:
    """The archive of these members, by name; equal members give equal bytes."""
    body = bytearray()
    directory = bytearray()
    for name in sorted(members):
        assert _NAME.fullmatch(name), name
        content, encoded = members[name], name.encode()
        sizes = (zlib.crc32(content), len(content), len(content))
        central = (_MADE_BY_UNIX, _NEEDED, 0, _STORED, 0, _DAY, *sizes, len(encoded), 0, 0, 0, 0, _FILE_MODE)
        directory += _CENTRAL.pack(_CENTRAL_MAGIC, *central, len(body)) + encoded
        body += _LOCAL.pack(_LOCAL_MAGIC, _NEEDED, 0, _STORED, 0, _DAY, *sizes, len(encoded), 0)
        body += encoded + content
    assert len(members) <= MEMBERS_MAX
    assert len(body) <= ARCHIVE_BYTES_MAX
    return bytes(body + directory) + _end(len(members), len(directory), len(body))


def _end(count: int, size: int, offset: int) -> bytes:
    if count <= 0xFFFF:
        return _END.pack(_END_MAGIC, 0, 0, count, count, size, offset, 0)
    rest = _END64.size - 12
    numbers = (rest, _NEEDED64, _NEEDED64, 0, 0, count, count, size, offset)
    end64 = _END64.pack(_END64_MAGIC, *numbers)
    locator = _LOCATOR64.pack(_LOCATOR64_MAGIC, 0, offset + size, 1)
    return end64 + locator + _END.pack(_END_MAGIC, 0, 0, 0xFFFF, 0xFFFF, size, offset, 0)


def read(archive: bytes) -> dict[str, bytes]:
    """The members of an archive, by name.

    Raises:
        PackageInvalid: ARCHIVE_TOO_LARGE, ARCHIVE_MALFORMED, MEMBER_NAME_FORBIDDEN, MEMBER_REPEATED,
            MEMBERS_OUT_OF_ORDER, MEMBER_MALFORMED.
    """
    if len(archive) > ARCHIVE_BYTES_MAX:
        raise _too_large()
    slots = _directory(archive)
    _check_names([slot.name for slot in slots])
    if sum(slot.size for slot in slots) > BYTES_MAX:
        raise _too_large()
    return {slot.name: _content(archive, slot) for slot in slots}


@dataclass(frozen=True, slots=True)
class _Slot:
    """Where one member's bytes lie."""

    name: str
    method: int
    crc: int
    packed: int
    size: int
    start: int


def _directory(archive: bytes) -> list[_Slot]:
    """Every member, after checking that members, directory and end fill the archive without a gap."""
    count, size, offset = _end_of(archive)
    slots: list[_Slot] = []
    at, expected = offset, 0
    for _ in range(count):
        if at + _CENTRAL.size > offset + size:
            raise _malformed("the directory is shorter than it says", "目录短于其所述")
        magic, _by, needed, flags, method, time, day, crc, packed, full, *rest = _CENTRAL.unpack_from(
            archive, at
        )
        name_size, extra, comment, disk, _internal, attributes, start = rest
        at += _CENTRAL.size
        encoded = archive[at : at + name_size]
        at += name_size
        if magic != _CENTRAL_MAGIC or extra or comment or disk or start != expected:
            raise _malformed(
                "the directory holds what a package has no use for", "目录中含有证据包不应有的内容"
            )
        if (
            (flags, time, day) != (0, 0, _DAY)
            or method not in {_STORED, _DEFLATED}
            or needed not in _NEEDED_OK
        ):
            raise _malformed(
                "a member has a flag, time or method of its own", "成员带有特殊标志、时间或压缩方法"
            )
        if attributes >> 16 & 0o170000 not in _REGULAR or attributes & _FOLDER:
            raise _malformed("a member is a link or a folder", "成员为链接或文件夹")
        if method == _DEFLATED and full > _BOMB_BYTES and full > packed * _BOMB_RATIO:
            raise _malformed("a member inflates beyond measure", "成员解压后异常膨胀")
        header = _LOCAL.pack(_LOCAL_MAGIC, needed, flags, method, time, day, crc, packed, full, name_size, 0)
        if archive[start : start + _LOCAL.size + name_size] != header + encoded:
            raise _malformed("a member and its place in the directory differ", "成员与目录所载不符")
        expected = start + _LOCAL.size + name_size + packed
        if expected > offset:
            raise _malformed("a member reaches into the directory", "成员越入目录")
        name = encoded.decode("ascii", errors="backslashreplace")
        slots.append(_Slot(name, method, crc, packed, full, expected - packed))
    if at != offset + size or expected != offset:
        raise _malformed("there are bytes that belong to no member", "存在不属于任何成员的字节")
    return slots


def _end_of(archive: bytes) -> tuple[int, int, int]:
    """Number of members, and size and offset of the directory."""
    at = len(archive) - _END.size
    if at < 0 or archive[at : at + 4] != _END_MAGIC:
        raise _malformed("it does not end as a zip without comment", "结尾不是无注释的 zip 结构")
    _, disk, first, here, count, size, offset, comment = _END.unpack_from(archive, at)
    if disk or first or comment or here != count:
        raise _malformed("it is split or has a comment", "被分卷或带有注释")
    if count == 0xFFFF and archive[at - _LOCATOR64.size :][:4] == _LOCATOR64_MAGIC:
        count, at = _end64_of(archive, at, size, offset)
    if count > MEMBERS_MAX:
        raise _too_large()
    if offset + size != at:
        raise _malformed("its directory is not where it says", "目录位置与所述不符")
    return count, size, offset


def _end64_of(archive: bytes, end: int, size: int, offset: int) -> tuple[int, int]:
    """Number of members of an archive with too many for the old form, and where its new end begins."""
    at = end - _LOCATOR64.size - _END64.size
    if at < 0:
        raise _malformed("its number of members is missing", "缺少成员数量")
    values = _END64.unpack_from(archive, at)
    count = values[7]
    numbers = (_END64.size - 12, _NEEDED64, _NEEDED64, 0, 0, count, count, size, offset)
    locator = _LOCATOR64.pack(_LOCATOR64_MAGIC, 0, at, 1)
    if count <= 0xFFFF or archive[at:end] != _END64.pack(_END64_MAGIC, *numbers) + locator:
        raise _malformed("its number of members is malformed", "成员数量格式错误")
    return count, at


def _check_names(names: list[str]) -> None:
    for name in names:
        if not _NAME.fullmatch(name):
            raise PackageInvalid(
                "MEMBER_NAME_FORBIDDEN",
                "A package has no member named {name}.",
                "证据包中不应有名为 {name} 的成员。",
                name=name[:200],
            )
    if len({name.lower() for name in names}) < len(set(names)):
        raise _malformed("two names differ by case alone", "两个成员名仅大小写不同")
    for name, following in pairwise(names):
        if name == following:
            raise PackageInvalid(
                "MEMBER_REPEATED", "There are two members {name}.", "有两个名为 {name} 的成员。", name=name
            )
        if name > following:
            raise PackageInvalid(
                "MEMBERS_OUT_OF_ORDER",
                "The member {name} stands before {following}.",
                "成员 {name} 排在 {following} 之前。",
                name=name,
                following=following,
            )


def _content(archive: bytes, slot: _Slot) -> bytes:
    content = archive[slot.start : slot.start + slot.packed]
    if slot.method == _DEFLATED:
        content = _inflated(content, slot)
    if len(content) != slot.size or zlib.crc32(content) != slot.crc:
        raise _damaged(slot.name)
    return content


def _inflated(content: bytes, slot: _Slot) -> bytes:
    """At most one byte more than the member says it has, whatever the stream would go on to give."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        inflated = inflater.decompress(content, slot.size + 1)
    except zlib.error as error:
        raise _damaged(slot.name) from error
    if not inflater.eof or inflater.unused_data:
        raise _damaged(slot.name)
    return inflated


def _too_large() -> PackageInvalid:
    return PackageInvalid(
        "ARCHIVE_TOO_LARGE",
        "A package has at most {members} members and {maximum} bytes in all.",
        "证据包最多含 {members} 个成员、共 {maximum} 字节。",
        members=MEMBERS_MAX,
        maximum=BYTES_MAX,
    )


def _malformed(reason_en: str, reason_zh: str) -> PackageInvalid:
    return PackageInvalid(
        "ARCHIVE_MALFORMED",
        "This is not the zip of a package: {reason_en}.",
        "这不是证据包的 zip 结构：{reason_zh}。",
        reason_en=reason_en,
        reason_zh=reason_zh,
    )


def _damaged(name: str) -> PackageInvalid:
    return PackageInvalid(
        "MEMBER_MALFORMED",
        "The bytes of {name} are not of the size and checksum the archive says.",
        "{name} 的字节与压缩包所载大小或校验值不符。",
        name=name,
    )
