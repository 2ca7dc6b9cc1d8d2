"""Files that are there whole or not at all, also after a power failure."""

import os
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

from notary.keys import sync_folder

PRIVATE: Final = 0o600
READABLE: Final = 0o644


def replace_file(path: Path, content: bytes, mode: int = PRIVATE) -> None:
    """Let the file hold this content, on disk before this returns; its folder must exist.

    Raises:
        OSError: the folder cannot be written; the file is as it was.
    """
    with NamedTemporaryFile(dir=path.parent, prefix=".new-", delete=False) as new:
        try:
            os.fchmod(new.fileno(), mode)
            new.write(content)
            new.flush()
            os.fsync(new.fileno())
            Path(new.name).replace(path)
        except OSError:
            Path(new.name).unlink(missing_ok=True)
            raise
    sync_folder(path.parent)
