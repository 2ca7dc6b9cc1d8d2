"""What cannot be a register file, told before a reader opens it.

Readers open a file several times and would wait for ever on a pipe that nobody fills; what a register
publishes is often packed, and bytes of an archive are no broken XML.
"""

import stat
from pathlib import Path
from typing import Final

from ledger.registers.rejections import file_compressed, file_not_ordinary, file_unreadable
from ledger.registers.reports import Rejection

_PACKED: Final = {
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"\x28\xb5\x2f\xfd": "zstd",
}
_MARK_BYTES: Final = max(map(len, _PACKED))


def refusal(path: Path) -> Rejection | None:
    """Why no reader need look at the file, or None.

    Codes: `FILE_UNREADABLE`, `FILE_NOT_ORDINARY`, `FILE_COMPRESSED`.
    """
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
            return file_not_ordinary()
        with path.open("rb") as stream:
            head = stream.read(_MARK_BYTES)
    except (OSError, ValueError) as error:  # ValueError: a name no file can have
        return file_unreadable(error)
    packed = next((name for mark, name in _PACKED.items() if head.startswith(mark)), None)
    return None if packed is None else file_compressed(packed)
