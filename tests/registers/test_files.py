"""What no reader need open: pipes, devices, archives, names that no file can have."""

import bz2
import gzip
import io
import lzma
import os
import zipfile
from pathlib import Path

import pytest

from ledger.registers.files import refusal

USPTO = Path(__file__).parent.parent / "data" / "registers" / "uspto"
SOUND = USPTO / "patNum-8789601_snapshot-2019-02.xml"


def zipped(content):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as members:
        members.writestr("ad20190507.xml", content)
    return archive.getvalue()


@pytest.mark.parametrize("name", [path.name for path in USPTO.iterdir() if path.suffix in {".xml", ".json"}])
def test_register_files_are_let_through(name):
    assert refusal(USPTO / name) is None


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, zipped])
def test_a_packed_file_is_named_for_what_it_is(pack, tmp_path):
    packed = tmp_path / "recordings.xml"
    packed.write_bytes(pack(SOUND.read_bytes()))
    assert refusal(packed).code == "FILE_COMPRESSED"


def test_a_pipe_that_nobody_fills_is_not_waited_for(tmp_path):
    pipe = tmp_path / "pipe.xml"
    os.mkfifo(pipe)
    assert refusal(pipe).code == "FILE_NOT_ORDINARY"
    assert refusal(Path("/dev/null")).code == "FILE_NOT_ORDINARY"


def test_what_cannot_be_opened_says_why(tmp_path):
    loop = tmp_path / "loop.xml"
    loop.symlink_to(loop)
    for path in (loop, tmp_path, tmp_path / "missing.xml", Path("nul\0.xml"), tmp_path / ("x" * 300)):
        assert refusal(path).code == "FILE_UNREADABLE"
