"""What somebody with the files of an export can do to it, and what an audit must say then.

The export has 26 entries in parts of ten. Whoever can change a part can list it anew too.
"""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import orjson

from ledger import chain
from projections.batch import parquet
from projections.batch.export import measure
from projections.batch.manifest import MANIFEST


def manifest_of(folder) -> dict[str, Any]:
    return orjson.loads((folder / MANIFEST).read_bytes())


def relist(folder, form: dict[str, Any]) -> None:
    (folder / MANIFEST).write_bytes(orjson.dumps(form))


def rewrite(folder, number: int, change: Callable[[list[dict[str, Any]]], object]) -> None:
    """Change the rows of a part, and list the file as if it had always been so."""
    form = manifest_of(folder)
    part = form["parts"][number]
    file = folder / part["file"]
    rows = [row for batch in parquet.read(file) for row in batch.to_pylist()]
    change(rows)
    with file.open("wb") as stream:
        parquet.write(rows, stream)
    part["bytes"], part["sha256"] = measure(file)
    relist(folder, form)


def a_byte_of_an_entry(folder):
    rewrite(folder, 1, lambda rows: rows[3].update(raw=rows[3]["raw"].replace(b"2018", b"2019", 1)))


def an_entry_with_its_digest(folder):
    def change(rows):
        raw = rows[3]["raw"].replace(b"2018", b"2019", 1)
        rows[3].update(raw=raw, digest=sha256(raw).digest())

    rewrite(folder, 1, change)


def an_entry_with_digest_and_all_links(folder):
    """All of the part is made to agree with itself: the next entry of the right tells."""
    rewrite(folder, 1, lambda rows: say_otherwise(rows, 3))


def the_last_entry_with_digest_and_link(folder):
    """Nothing comes after it: only the manifest tells."""
    rewrite(folder, 2, lambda rows: say_otherwise(rows, 5))


def say_otherwise(rows, index):
    raw = rows[index]["raw"].replace(b'"actor":"test:register"', b'"actor":"test:registrar"')
    rows[index].update(raw=raw, digest=sha256(raw).digest(), actor="test:registrar")
    link = rows[index - 1]["link"]
    for row in rows[index:]:
        link = chain.link(link, row["position"], row["digest"])
        row["link"] = link


def a_row_dropped(folder):
    rewrite(folder, 1, lambda rows: rows.pop(3))


def the_last_row_dropped(folder):
    rewrite(folder, 2, lambda rows: rows.pop())


def all_rows_dropped(folder):
    rewrite(folder, 1, lambda rows: rows.clear())


def a_row_twice(folder):
    rewrite(folder, 1, lambda rows: rows.insert(4, rows[3]))


def rows_in_another_order(folder):
    rewrite(folder, 1, lambda rows: rows.reverse())


def a_row_more(folder):
    rewrite(folder, 2, lambda rows: rows.append({**rows[-1], "position": 27}))


def a_type_column(folder):
    rewrite(folder, 1, lambda rows: rows[5].update(type="pledge.released"))


def a_recording_time_column(folder):
    rewrite(folder, 1, lambda rows: rows[5].update(recorded_at=rows[4]["recorded_at"]))


def an_amount_column(folder):
    rewrite(folder, 1, lambda rows: rows[5].update(amount_minor=1))


def a_right_s_sequence_column(folder):
    rewrite(folder, 1, lambda rows: rows[5]["assets"][0].update(seq=99))


def two_parts_swapped(folder):
    first, second = (folder / part["file"] for part in manifest_of(folder)["parts"][:2])
    held = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(held)


def a_file_gone(folder):
    (folder / manifest_of(folder)["parts"][1]["file"]).unlink()


def a_file_cut(folder):
    file = folder / manifest_of(folder)["parts"][1]["file"]
    file.write_bytes(file.read_bytes()[:-100])


def a_file_of_another_kind(folder):
    (folder / manifest_of(folder)["parts"][0]["file"]).write_bytes(b"PAR1" + b"\0" * 100 + b"PAR1")


def a_file_with_a_byte_more_than_it_had(folder):
    """The rows are all right, so the file is told by its digest."""
    form = manifest_of(folder)
    form["parts"][1]["sha256"] = "0" * 64
    relist(folder, form)


def a_manifest_that_leaves_out_a_part(folder):
    form = manifest_of(folder)
    del form["parts"][1]
    relist(folder, form)


def a_manifest_with_another_link(folder):
    form = manifest_of(folder)
    form["parts"][1]["link"] = "0" * 64
    relist(folder, form)


def a_manifest_with_another_previous(folder):
    form = manifest_of(folder)
    form["parts"][2]["previous"] = "0" * 64
    relist(folder, form)


def a_manifest_of_another_ledger(folder):
    relist(folder, {**manifest_of(folder), "origin": "other.example/ledger"})


TAMPERINGS = {
    a_byte_of_an_entry: (14, "DIGEST"),
    an_entry_with_its_digest: (14, "LINK"),
    an_entry_with_digest_and_all_links: (15, "RIGHT_PREVIOUS"),
    the_last_entry_with_digest_and_link: (26, "MANIFEST"),
    a_row_dropped: (14, "POSITION_GAP"),
    the_last_row_dropped: (26, "POSITION_GAP"),
    all_rows_dropped: (11, "POSITION_GAP"),
    a_row_twice: (15, "POSITION_GAP"),
    rows_in_another_order: (11, "POSITION_GAP"),
    a_row_more: (27, "POSITION_GAP"),
    a_type_column: (16, "TYPE"),
    a_recording_time_column: (16, "RECORDED_AT"),
    an_amount_column: (16, "COLUMN"),
    a_right_s_sequence_column: (16, "COLUMN"),
    two_parts_swapped: (1, "POSITION_GAP"),
    a_file_gone: (11, "PART_UNREADABLE"),
    a_file_cut: (11, "PART_UNREADABLE"),
    a_file_of_another_kind: (1, "PART_UNREADABLE"),
    a_file_with_a_byte_more_than_it_had: (11, "PART_DIGEST"),
    a_manifest_that_leaves_out_a_part: (11, "POSITION_GAP"),
    a_manifest_with_another_link: (20, "MANIFEST"),
    a_manifest_with_another_previous: (21, "MANIFEST"),
    a_manifest_of_another_ledger: (1, "MANIFEST"),
}
"""Each with the first wrong position and its code."""
