"""A made-up file of the USPTO assignment register, of any length, the same for the same seed.

    python -m scripts.bench.generate_uspto 200000 recordings.xml [--format padx] [--seed 7]

Reel and frame numbers rise, days rise, an owner is whoever the last assignment named, security interests are
taken from owners and some of them released by recordings that name their reel and frame, in the notations
filers use. Written as a stream: memory does not grow with the length.
"""

from argparse import ArgumentParser
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import BinaryIO, Final
from xml.sax.saxutils import escape

_DETAILS: Final = " (SEE DOCUMENT FOR DETAILS)."
_FIRST_DAY: Final = date(2014, 1, 2)
_FIRST_REEL: Final = 31900
_RECORDINGS_PER_DAY: Final = 2400
_FRAMES_PER_REEL: Final = 990
_REMEMBERED: Final = 2000

_FORMS: Final = ("INC.", "LLC", "CORPORATION", "CO., LTD.", "GMBH", "L.P.", "AG", "& SONS, INC.")
_STEMS: Final = (
    "ACER", "BIRCH", "CEDAR", "DELTA", "EASTLAKE", "FALCON", "GRANITE", "HARBOR", "IRON", "JUNIPER",
    "KITE", "LUMEN", "MERIDIAN", "NORDIC", "ORCHARD", "PEAK", "QUARTZ", "RIVERSIDE", "SUMMIT", "TUNDRA",
)  # fmt: skip
_TRADES: Final = (
    "PHOTONICS", "SEMICONDUCTOR", "BIOSCIENCES", "WELL SERVICES", "POLYMERS", "ROBOTICS", "NETWORKS",
)  # fmt: skip
_BANKS: Final = (
    "NATIONAL BANK, N.A.",
    "TRUST COMPANY",
    "CAPITAL FUNDING LLC, AS COLLATERAL AGENT",
    "BANK AG",
)
_FAMILY: Final = (
    "ALVAREZ",
    "BAUER",
    "CHEN",
    "DÜRR",
    "EVANS",
    "FISCHER",
    "GARCIA",
    "HUANG",
    "IVANOV",
    "JONES",
)
_GIVEN: Final = ("ANNA", "BO", "CARLOS", "DANA", "ERIK", "FEI", "GRACE", "HANS", "INES", "JUN")
_THINGS: Final = ("APPARATUS", "METHOD", "SYSTEM", "COMPOSITION", "CIRCUIT", "INTERFACE", "VALVE", "SENSOR")
_USES: Final = (
    "POWER CONVERSION",
    "IMAGE ANALYSIS",
    "DRILLING",
    "DATA STORAGE",
    "WATER TREATMENT",
    "HEAT EXCHANGE",
)
_RELEASES: Final = (
    "RELEASE OF SECURITY INTEREST AT REEL/FRAME NO. {reel}/{frame:04}",
    "TERMINATION AND RELEASE OF PATENT SECURITY AGREEMENT RECORDED AT REEL {reel:06}/FRAME {frame:04}",
    "RELEASE OF SECURITY AGREEMENT ({reel:06}/{frame:04})",
    "RELEASE BY SECURED PARTY (SEE DOCUMENT FOR DETAILS).",
)


@dataclass(frozen=True, slots=True)
class Property:
    """One application, granted or not."""

    application: int
    patent: int | None
    title: str
    inventors: tuple[str, ...]
    filed_on: date


@dataclass(frozen=True, slots=True)
class Recording:
    """One recording, to be written in either format."""

    reel: int
    frame: int
    text: str
    recorded_on: date
    executed_on: date
    assignors: tuple[str, ...]
    assignee: str
    properties: tuple[Property, ...]


def recordings(count: int, seed: int = 1) -> Iterator[Recording]:
    """`count` recordings; of a hundred about 62 assignments, 20 security interests, 12 releases, 6 others."""
    return _Office(Random(seed), count).recordings()  # noqa: S311 - repeatable on purpose, no secret


def write(stream: BinaryIO, count: int, *, file_format: str = "search", seed: int = 1) -> None:
    """Write a file of `count` recordings; `file_format` is `search` (Solr XML) or `padx` (bulk XML)."""
    head, body, tail = _FORMATS[file_format]
    stream.write(head.format(count=count).encode())
    stream.writelines(body(recording).encode() for recording in recordings(count, seed))
    stream.write(tail.encode())


class _Office:
    """What the register knows at a moment, as far as it is remembered."""

    def __init__(self, random: Random, count: int) -> None:
        self._random = random
        self._count = count
        self._reel, self._frame = _FIRST_REEL, 1
        self._next_application = 13_900_000
        self._next_patent = 9_100_000
        self._owned: deque[tuple[str, tuple[Property, ...]]] = deque(maxlen=_REMEMBERED)
        self._pledged: deque[Recording] = deque(maxlen=_REMEMBERED)

    def recordings(self) -> Iterator[Recording]:
        for index in range(self._count):
            day = _FIRST_DAY + timedelta(days=index // _RECORDINGS_PER_DAY)
            kind = self._random.choices(
                (
                    self._first_assignment,
                    self._assignment,
                    self._pledge,
                    self._release,
                    self._merger,
                    self._rename,
                ),
                (48, 14, 20, 12, 3, 3),
            )[0]
            yield kind(day)

    def _record(
        self, day: date, text: str, sides: tuple[Sequence[str], str], properties: tuple[Property, ...]
    ) -> Recording:
        self._frame += self._random.randint(2, 12)
        if self._frame > _FRAMES_PER_REEL:
            self._reel, self._frame = self._reel + 1, self._random.randint(1, 9)
        executed = day - timedelta(days=self._random.randint(0, 60))
        return Recording(self._reel, self._frame, text, day, executed, tuple(sides[0]), sides[1], properties)

    def _first_assignment(self, day: date) -> Recording:
        inventors = tuple(self._person() for _ in range(self._random.randint(1, 4)))
        properties = self._new_properties(day, inventors)
        owner = self._company()
        self._owned.append((owner, properties))
        return self._record(
            day, "ASSIGNMENT OF ASSIGNORS INTEREST" + _DETAILS, (inventors, owner), properties
        )

    def _assignment(self, day: date) -> Recording:
        return self._conveyed(day, "ASSIGNMENT OF ASSIGNORS INTEREST" + _DETAILS)

    def _merger(self, day: date) -> Recording:
        return self._conveyed(day, "MERGER" + _DETAILS)

    def _rename(self, day: date) -> Recording:
        return self._conveyed(day, "CHANGE OF NAME" + _DETAILS)

    def _conveyed(self, day: date, text: str) -> Recording:
        if not self._owned:
            return self._first_assignment(day)
        at = self._random.randrange(len(self._owned))
        owner, properties = self._owned[at]
        successor = self._company()
        self._owned[at] = (successor, properties)
        return self._record(day, text, ((owner,), successor), properties)

    def _pledge(self, day: date) -> Recording:
        if not self._owned:
            return self._first_assignment(day)
        owner, properties = self._random.choice(self._owned)
        bank = f"{self._random.choice(_STEMS)} {self._random.choice(_BANKS)}"
        text = self._random.choice(("SECURITY INTEREST" + _DETAILS, "PATENT SECURITY AGREEMENT"))
        pledge = self._record(day, text, ((owner,), bank), properties)
        self._pledged.append(pledge)
        return pledge

    def _release(self, day: date) -> Recording:
        if not self._pledged:
            return self._pledge(day)
        pledge = self._pledged.popleft()
        text = self._random.choice(_RELEASES).format(reel=pledge.reel, frame=pledge.frame)
        return self._record(day, text, ((pledge.assignee,), pledge.assignors[0]), pledge.properties)

    def _new_properties(self, day: date, inventors: tuple[str, ...]) -> tuple[Property, ...]:
        number = self._random.choices((1, 2, 3, 12, 40), (70, 15, 10, 4, 1))[0]
        return tuple(self._new_property(day, inventors) for _ in range(number))

    def _new_property(self, day: date, inventors: tuple[str, ...]) -> Property:
        self._next_application += 1
        patent = None
        if self._random.random() < 0.6:
            self._next_patent += 1
            patent = self._next_patent
        things = f"{self._random.choice(_THINGS)} AND {self._random.choice(_THINGS)}"
        title = f"{things} FOR {self._random.choice(_USES)}"
        filed = day - timedelta(days=self._random.randint(30, 1500))
        return Property(self._next_application, patent, title, inventors, filed)

    def _company(self) -> str:
        return " ".join(
            (self._random.choice(_STEMS), self._random.choice(_TRADES), str(self._random.randint(1, 999)),
             self._random.choice(_FORMS))
        )  # fmt: skip

    def _person(self) -> str:
        return f"{self._random.choice(_FAMILY)}, {self._random.choice(_GIVEN)}"


def _search(recording: Recording) -> str:
    """One `<doc>` of an assignment search response."""
    rows = recording.properties
    identifier = f"{recording.reel}-{recording.frame}"
    scalars = (
        ("str", "id", identifier),
        ("str", "displayId", f"{recording.reel:06}-{recording.frame:04}"),
        ("str", "reelNo", str(recording.reel)),
        ("str", "frameNo", str(recording.frame)),
        ("date", "lastUpdateDate", f"{recording.recorded_on}T07:00:50Z"),
        ("str", "purgeIndicator", "N"),
        ("date", "recordedDate", _eastern(recording.recorded_on)),
        ("str", "pageCount", "4"),
        ("str", "conveyanceText", recording.text),
        ("str", "corrName", "A CORRESPONDENT"),
        ("str", "corrAddress1", "1 MAIN STREET"),
    )
    columns = (
        ("str", "patAssignorName", recording.assignors),
        ("date", "patAssignorExDate", [_eastern(recording.executed_on)] * len(recording.assignors)),
        ("str", "patAssigneeName", (recording.assignee,)),
        ("str", "patAssigneeAddress1", ("2 HIGH STREET",)),
        ("str", "inventionTitle", [row.title for row in rows]),
        ("str", "applNum", [f"{row.application:08}" for row in rows]),
        ("date", "filingDate", [_eastern(row.filed_on) for row in rows]),
        ("str", "intlRegNum", ["NULL"] * len(rows)),
        ("str", "inventors", [_given(row.inventors) for row in rows]),
        ("date", "issueDate", [_issued(row) for row in rows]),
        ("str", "patNum", [str(row.patent) if row.patent else "NULL" for row in rows]),
        ("str", "pctNum", ["NULL"] * len(rows)),
        ("date", "publDate", ["0001-01-01T00:00:00Z"] * len(rows)),
        ("str", "publNum", ["NULL"] * len(rows)),
    )  # fmt: skip
    written = [f'<{tag} name="{name}">{escape(text)}</{tag}>' for tag, name, text in scalars]
    for tag, name, texts in columns:
        values = "".join(f"<{tag}>{escape(text)}</{tag}>" for text in texts)
        written.append(f'<arr name="{name}">{values}</arr>')
    return f"<doc>{''.join(written)}</doc>\n"


def _given(inventors: tuple[str, ...]) -> str:
    """`CHEN, BO` and others as the search lists inventors: `BO CHEN, …`."""
    return ", ".join(" ".join(reversed(name.split(", "))) for name in inventors)


def _padx(recording: Recording) -> str:
    """One `<patent-assignment>` of a bulk file."""
    executed = f"<execution-date><date>{recording.executed_on:%Y%m%d}</date></execution-date>"
    assignors = "".join(
        f"<patent-assignor><name>{escape(name)}</name>{executed}</patent-assignor>"
        for name in recording.assignors
    )
    properties = "".join(
        f"<patent-property>{_document(f'{row.application:08}', 'X0', row.filed_on)}"
        + (_document(str(row.patent), "B2", _issue_day(row)) if row.patent else "")
        + f'<invention-title lang="en">{escape(row.title)}</invention-title></patent-property>'
        for row in recording.properties
    )
    return (
        f"<patent-assignment><assignment-record><reel-no>{recording.reel}</reel-no>"
        f"<frame-no>{recording.frame}</frame-no>"
        f"<last-update-date><date>{recording.recorded_on:%Y%m%d}</date></last-update-date>"
        "<purge-indicator>N</purge-indicator>"
        f"<recorded-date><date>{recording.recorded_on:%Y%m%d}</date></recorded-date><page-count>4</page-count>"
        "<correspondent><name>A CORRESPONDENT</name><address-1>1 MAIN STREET</address-1></correspondent>"
        f"<conveyance-text>{escape(recording.text)}</conveyance-text></assignment-record>"
        f"<patent-assignors>{assignors}</patent-assignors>"
        f"<patent-assignees><patent-assignee><name>{escape(recording.assignee)}</name>"
        "<address-1>2 HIGH STREET</address-1></patent-assignee></patent-assignees>"
        f"<patent-properties>{properties}</patent-properties></patent-assignment>\n"
    )


def _document(number: str, kind: str, day: date) -> str:
    return (
        f"<document-id><country>US</country><doc-number>{number}</doc-number><kind>{kind}</kind>"
        f"<date>{day:%Y%m%d}</date></document-id>"
    )


def _issue_day(row: Property) -> date:
    return row.filed_on + timedelta(days=700)


def _issued(row: Property) -> str:
    return _eastern(_issue_day(row)) if row.patent else "0001-01-01T00:00:00Z"


def _eastern(day: date) -> str:
    """A day as the search writes it: its midnight in US Eastern time, roughly."""
    return f"{day}T0{4 if 3 < day.month < 11 else 5}:00:00Z"


_FORMATS: Final[dict[str, tuple[str, Callable[[Recording], str], str]]] = {
    "search": (
        '<?xml version="1.0" encoding="UTF-8"?>\n<response>\n<result name="response" numFound="{count}">\n',
        _search,
        "</result>\n</response>\n",
    ),
    "padx": (
        '<?xml version="1.0" encoding="UTF-8"?>\n<us-patent-assignments><patent-assignments>\n',
        _padx,
        "</patent-assignments></us-patent-assignments>\n",
    ),
}


def main() -> None:
    """Write one file."""
    parser = ArgumentParser(description="Write a made-up file of USPTO recordings for benchmarks.")
    parser.add_argument("count", type=int, help="number of recordings")
    parser.add_argument("path", type=Path, help="file to write")
    parser.add_argument("--format", choices=sorted(_FORMATS), default="search")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with arguments.path.open("wb") as stream:
        write(stream, arguments.count, file_format=arguments.format, seed=arguments.seed)


if __name__ == "__main__":
    main()
