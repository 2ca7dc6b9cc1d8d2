"""Make the frozen ledger of schema version 1: a few entries of every type, with digests and links.

    python -m scripts.make_vectors [DIRECTORY]

Writes the files of `tests/vectors/ledger-v1/` that do not exist. Reviewed once and then frozen: no test and
no later release writes them again, so that what is kept today can be read for ever. An existing file is never
overwritten: events that come later get a further file, a new schema version of the entry a new folder.
"""

import json
import sys
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from ledger import chain
from ledger.entry import Draft, EntryClass, Source
from ledger.facts import REGISTRY
from ledger.facts.base import Fact, Party, record_id
from ledger.facts.corrections import RecordingCorrected, RecordingNoted
from ledger.facts.documents import DocumentDeposited
from ledger.facts.freezes import FreezeImposed, FreezeLifted
from ledger.facts.licenses import (
    LicenseChanged,
    LicenseEnded,
    LicenseOffered,
    LicenseOfferWithdrawn,
    LicenseRecorded,
)
from ledger.facts.openings import (
    FieldOpened,
    HoldBasis,
    SubjectErased,
    SubjectErasureRestricted,
    SubjectHeld,
    SubjectHoldLifted,
)
from ledger.facts.pledges import PledgeAssigned, PledgeChanged, PledgeRegistered, PledgeReleased
from ledger.facts.registrations import NameGiven, RightDescribed, RightRegistered
from ledger.facts.seals import Cosignature, SealAnchored, SealCosigned, SealRecorded, Token
from ledger.facts.status import (
    ApplicationEnded,
    InvalidationBecameFinal,
    InvalidationDecided,
    RightExpired,
    RightGranted,
    RightLapsed,
    RightRenewed,
    RightRestored,
    RightSurrendered,
)
from ledger.facts.transfers import (
    PartyAddressChanged,
    PartyRenamed,
    TransferRegistered,
    TransmissionRegistered,
)

DIRECTORY = Path(__file__).parents[1] / "tests" / "vectors" / "ledger-v1"
ORIGIN = "ledger.example/v1"
P1 = "CN:patent:201510100001.8"
P2 = "CN:patent:201810200002.3"
MARK = "CN:trademark:12345678"
US = "US:patent:15145443"

FACTS = Path(__file__).with_name("vector_facts.json")

_CLASSES = {
    "CNIPA": EntryClass.AUTHORITY,
    "USPTO": EntryClass.PARTY,
    "": EntryClass.OPERATOR,
    "LEDGER": EntryClass.PARTY,
}
_REGISTERS = {"AUTHORITY": "CNIPA", "PARTY": "LEDGER", "OPERATOR": ""}


def _reported() -> list[tuple[str, str, Fact]]:
    """Register, its number for the recording, and the fact: what registers report, and a seal."""
    return [*_chinese(), *_american(), ("", "", _seal())]


def _chinese() -> list[tuple[str, str, Fact]]:
    owner, bank = Party(name="甲新材料有限公司"), Party(name="乙银行股份有限公司")
    buyer, lender = Party(name="丙科技有限公司"), Party(name="丁银行股份有限公司")
    application = NameGiven(kind="application", number="201810200002.3", on="2018-05-20")
    pledge, license_ = (
        record_id("pld", "CNIPA", "Y2024980000001"),
        record_id("lic", "CNIPA", "X2023980000001"),
    )
    offer, freeze = record_id("lic", "CNIPA", "OL2023000001"), record_id("frz", "CNIPA", "F2024000001")
    first: dict[str, Any] = {"rights": (P1,), "registered_on": "2024-04-01"}
    second: dict[str, Any] = {"rights": (P2,), "registered_on": "2024-05-10"}
    facts: list[tuple[str, Fact]] = [
        (
            "201810200002.3",
            RightRegistered(
                rights=(P2,), sort="invention", names=(application,), title="一种电池隔膜",
                filed_on="2018-05-20", granted_on="2020-03-17", holders=(owner,),
            ),
        ),
        ("201810200002.3/2", RightDescribed(rights=(P2,), holders=(Party(name=owner.name, share=(1, 1)),))),
        ("GRANT", RightGranted(rights=(P2,), effective_from="2020-03-17")),
        ("TR1", TransferRegistered(grantors=(owner,), grantees=(buyer,), **first)),
        (
            "TR2",
            TransmissionRegistered(
                grantors=(buyer,), cause="inheritance", **first,
                grantees=(Party(name="张三", share=(1, 3)), Party(name="李四", share=(2, 3))),
            ),
        ),
        ("CP1", PartyRenamed(grantors=(Party(name="李四"),), grantees=(Party(name="李肆"),), **first)),
        ("CP2", PartyAddressChanged(grantees=(owner,), **second)),
        (
            "Y2024980000001",
            PledgeRegistered(
                pledge=pledge, pledgors=(owner,), pledgees=(bank,), executed_on="2024-05-06", **second
            ),
        ),
        (
            "PM1",
            PledgeChanged(pledge=pledge, item="质权人", before=bank.name, after=lender.name, **second),
        ),
        (
            "X2023980000001",
            LicenseRecorded(license=license_, licensors=(owner,), licensees=(buyer,), **second),
        ),
        ("EM1", LicenseChanged(license=license_, item="许可种类", after="独占许可", **second)),
        ("EC1", LicenseEnded(license=license_, ended_on="2024-06-01", **second)),
        ("OL2023000001", LicenseOffered(license=offer, **second)),
        ("OL2", LicenseOfferWithdrawn(license=offer, **second)),
        (
            "F2024000001",
            FreezeImposed(
                rights=(P1,), freeze=freeze, effective_from="2024-01-15", until="2024-07-15",
                authorities=(Party(name="某市中级人民法院"),),
            ),
        ),
        ("F2", FreezeLifted(freeze=freeze, **first)),
        ("L1", RightLapsed(rights=(P1,), effective_from="2024-03-10", cause="fee")),
        ("L2", RightRestored(rights=(P1,), effective_from="2024-12-01")),
        ("I1", InvalidationDecided(rights=(P1,), effective_from="2024-11-01", scope="full")),
        ("I2", InvalidationBecameFinal(rights=(P1,), effective_from="2025-02-10", scope="full")),
        ("M1", RightRenewed(rights=(MARK,), effective_from="2028-01-14", expires_on="2038-01-13")),
        ("M2", RightSurrendered(rights=(MARK,), effective_from="2030-01-01", partly=True)),
        ("M3", RightExpired(rights=(MARK,), effective_from="2038-01-14")),
        ("E1", ApplicationEnded(rights=("CN:patent:201620500005.5",), effective_from="2017-01-02")),
    ]  # fmt: skip
    return [("CNIPA", number, fact) for number, fact in facts]


def _american() -> list[tuple[str, str, Fact]]:
    owner, agent = Party(name="EXAMPLE WELLS, LLC"), Party(name="FIRST EXAMPLE BANK, N.A., AS AGENT")
    successor = Party(name="SECOND EXAMPLE FINANCE, LLC")
    number, pledge = "049107/0392", record_id("pld", "USPTO", "049107/0392")
    facts: list[tuple[str, Fact]] = [
        (
            number,
            PledgeRegistered(
                rights=(US, P2), pledge=pledge, pledgors=(owner,), pledgees=(agent,),
                executed_on="2019-05-06", registered_on="2019-05-07", text="SECURITY INTEREST",
            ),
        ),
        (
            "052000/0001",
            PledgeAssigned(
                rights=(US,), pledges=(pledge,), references=(number,), grantors=(agent,),
                grantees=(successor,), registered_on="2020-01-02",
            ),
        ),
        (
            "061835/0778",
            PledgeReleased(
                rights=("US:patent:15145543",), omits=(US,), pledges=(pledge,), references=(number,),
                releasors=(successor,), beneficiaries=(owner,), registered_on="2022-10-31",
            ),
        ),
        (
            "062000/0001",
            RecordingCorrected(
                rights=(US,), corrects=number, restates="pledge", grantors=(owner,), grantees=(agent,),
                registered_on="2022-11-01",
            ),
        ),
        ("062000/0002", RecordingNoted(rights=(US,), code="UNKNOWN", text="SEE DOCUMENT", unknown=True)),
    ]  # fmt: skip
    return [("USPTO", recording, fact) for recording, fact in facts]


def _seal() -> Fact:
    stamped: dict[str, Any] = {
        "authority": "tsa.example",
        "generated_at": "2025-03-01T00:00:00.000000Z",
        "token": "AAAA",
    }
    return SealRecorded(size=30, checkpoint=f"{ORIGIN}\n30\n", tokens=(Token(**stamped),))


def _kept() -> list[tuple[str, str, Fact]]:
    """Deposits, confidential fields and what comes to a seal later; no register speaks here."""
    subject, hold = "sub_" + "a" * 26, "hld_" + "b" * 26
    of_subject: dict[str, Any] = {"subject": subject, "reason": "案件审理"}
    stamped: dict[str, Any] = {
        "authority": "tsa.example",
        "generated_at": "2025-03-01T00:00:01.000000Z",
        "token": "AAAA",
    }
    cosignature = Cosignature(
        witness="bank.example", cosigned_at="2025-03-01T00:00:02Z", line="— bank.example AAAA"
    )
    facts: list[Fact] = [
        DocumentDeposited(rights=(P1,), sha256="ab" * 32, size=3, media_type="text/plain", title="交底书"),
        DocumentDeposited(sha256="cd" * 32, size=0, media_type="application/pdf"),
        FieldOpened(
            position=1, path="/title", commitment=_commitment(1), opened_by="法官甲", role="court",
            order="(2025)苏05民初1号", **of_subject,
        ),
        SubjectHeld(hold=hold, basis=HoldBasis.LEGAL_CLAIM, until="2028-03-01", **of_subject),
        SubjectErasureRestricted(requested_by=subject, holds=(hold,), **of_subject),
        SubjectHoldLifted(hold=hold, **of_subject),
        SubjectErased(requested_by=subject, **of_subject),
        SealAnchored(
            size=30,
            tokens=(Token(certificates=("ef" * 32,), revocation=("01" * 32,), **stamped),),
        ),
        SealCosigned(size=30, cosignatures=(cosignature,)),
    ]  # fmt: skip
    return [("", "", fact) for fact in facts]


def _told(part: str) -> list[tuple[str, str, Fact]]:
    """Facts of `vector_facts.json`: one of each kind that deals, decisions and products are told in."""
    told = json.loads(FACTS.read_text("utf-8"))[part]
    return [(_REGISTERS[row["class"]], f"{part}-{number}", _fact(row)) for number, row in enumerate(told, 1)]


def _fact(row: dict[str, Any]) -> Fact:
    return REGISTRY[row["type"], 1].model_validate_json(json.dumps(row["data"]), strict=True)


LEDGERS: dict[str, Callable[[], list[tuple[str, str, Fact]]]] = {
    "ledger.json": _reported,
    "keeping.json": _kept,
    "deals.json": lambda: _told("deals"),
    "finance.json": lambda: _told("finance"),
}


def make(facts: list[tuple[str, str, Fact]]) -> dict[str, Any]:
    """Origin, `H(0)`, and for each entry its exact text, `D` and `H` in hex."""
    heads: dict[str, tuple[int, str]] = {}
    link = chain.genesis(ORIGIN)
    rows: list[dict[str, Any]] = []
    recorded_at = datetime(2025, 3, 1, 8, 0, 0, 1, tzinfo=UTC)
    for position, (register, number, fact) in enumerate(facts, 1):
        draft = _draft(position, register, number, fact)
        places = {right: heads.get(right, (1, chain.NO_PREVIOUS)) for right in draft.assets}
        links: list[list[Any]] = [[right, seq, prev] for right, (seq, prev) in places.items()]
        raw = draft.encode(links, recorded_at + timedelta(seconds=position))
        digest = chain.entry_digest(raw)
        link = chain.link(link, position, digest)
        heads |= {right: (seq + 1, digest.hex()) for right, (seq, _) in places.items()}
        rows.append({"position": position, "entry": raw.decode(), "digest": digest.hex(), "link": link.hex()})
    return {"origin": ORIGIN, "genesis": chain.genesis(ORIGIN).hex(), "entries": rows}


def _draft(position: int, register: str, number: str, fact: Fact) -> Draft:
    source = Source(register, number, f"{position:064x}", "application/xml") if register else None
    return Draft(
        type=fact.TYPE,
        type_v=fact.VERSION,
        entry_class=_CLASSES[register],
        subjects=fact.tags(),
        effective_at=fact.effective_on or "2025-03-01",
        actor="operator:importer",
        command_id=f"import-{position}",
        data=fact.as_data(),
        salt=f"{position:021d}A",
        source=source,
        commitments=(_commitment(position),) if isinstance(fact, RecordingNoted | FieldOpened) else (),
    )


def _commitment(number: int) -> str:
    return urlsafe_b64encode(sha256(number.to_bytes(8, "big")).digest()).rstrip(b"=").decode()


def main(directory: Path = DIRECTORY) -> int:
    """Write the files that are missing; 1 if there was nothing to do."""
    missing = {name: facts for name, facts in LEDGERS.items() if not (directory / name).exists()}
    if not missing:
        print("the vectors are frozen; give new events a further file", file=sys.stderr)
        return 1
    directory.mkdir(parents=True, exist_ok=True)
    for name, facts in missing.items():
        text = json.dumps(make(facts()), ensure_ascii=False, indent=1) + "\n"
        (directory / name).write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:2])))
