"""Rights built by commands, as users build them: sealed, exported, verified by both verifiers (S25)."""

import hashlib
import io
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger import canonical, facts
from ledger.signatures import command_payload, public_key_of, sign
from ledger.statement import fold
from ledger.store import open_store
from ledger.submission import Given, Submissions, read_commands
from notary.evidence import export as exporting
from notary.evidence.export import export
from notary.evidence.requests import (
    DocumentRequest,
    EntryRequest,
    PriorityRequest,
    RightRequest,
    StatusRequest,
)
from notary.evidence.trust import TrustFolder
from notary.reports.content import write
from notary.reports.words import ACTS, EVENTS
from notary.standalone import verify as standalone
from notary.verify import Outcome, verify
from tests.notary.evidence.conftest import world_of
from tests.notary.evidence.test_export import opened
from tests.notary.evidence.test_reports import words
from tests.notary.evidence.test_tampering import packed, positions, without
from tests.submission.clock import Clock

STORY = sorted((Path(__file__).parents[3] / "docs" / "commands" / "examples").glob("*.json"))
ORIGIN, PATENT, DESIGN, MARK = (
    "test.example/ledger", "CN:patent:201510100001.8", "CN:patent:202130400004.X", "CN:trademark:10000001",
)  # fmt: skip
OWNER, BANK = "癸材料有限公司", "壬银行股份有限公司"
KEYS = {
    OWNER: Ed25519PrivateKey.from_private_bytes(bytes([21]) * 32),
    BANK: derive_private_key(int.from_bytes(bytes([22]) * 32, "big"), SECP256R1()),
}


def party(number, name):
    key = public_key_of(KEYS[name])
    return {
        "command": "register_party", "command_id": f"party-{number}", "name": name,
        "attributes": {"kind": "legal_person", "seat": "mainland", "seated_in_china": True},
        "keys": [key.as_jwk()],
    }  # fmt: skip


def signed(command, *names):
    """The command with the signatures of these parties, meant for this ledger."""
    command = {**command, "ledger": ORIGIN}
    made = {name: sign(command_payload(command), KEYS[name], public_key_of(KEYS[name]).kid) for name in names}
    return {**command, "signatures": [{"party": name, **each.as_json()} for name, each in made.items()]}


PAPER = {
    "command": "file_document", "command_id": "paper-signed", "rights": [DESIGN], "kind": "resolution",
    "issued_on": "2026-11-01",
}  # fmt: skip


def freeze(number, on, court):
    return {
        "command": "report", "command_id": f"freeze-{number}",
        "source": {"register": "CNIPA", "number": f"冻{number}"},
        "fact": {
            "type": "freeze.imposed", "rights": [DESIGN], "freeze": f"frz_{number}", "stage": "preservation",
            "served_at": on, "term_months": 12, "authorities": [{"name": court}],
        },
    }  # fmt: skip


def held_transfer():
    """An act of the story that waits, under another id: the story's own was withdrawn."""
    path = next(path for path in STORY if path.stem.endswith("contract_transfer_held"))
    return {**json.loads(path.read_text("utf-8")), "command_id": "waits-on", "transfer": "trf_waits"}


INVALID = {
    "command": "report", "command_id": "invalid-1", "source": {"register": "CNIPA", "number": "无效-1"},
    "fact": {
        "type": "invalidation.became_final", "rights": [PATENT], "scope": "full",
        "effective_from": "2026-11-10",
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def told(ledger_home, tmp_path_factory):
    """The story of docs/commands, and more: signatures, a queue of freezes, a held act, an invalidation."""
    with open_store(ledger_home, schema="evidence_of_commands", origin=ORIGIN) as store:
        desk = Submissions(store, actor="example", clock=Clock("2026-11-20"))
        answers = {}
        commands = [value for path in STORY for value in read_commands(path.read_bytes()).values]
        commands += [party(1, OWNER), party(2, BANK), signed(PAPER, OWNER, BANK)]
        commands += [freeze(1, "2026-10-08", "甲市中级人民法院"), freeze(2, "2026-10-09", "乙市中级人民法院")]
        for command in (*commands, held_transfer(), INVALID):
            (answer,) = desk.submit(Given((command,)))
            assert answer["decision"] != "refused", (command["command_id"], answer["reasons"])
            answers[command["command_id"]] = answer
        world = world_of(store, tmp_path_factory.mktemp("home"))
        world.seal()
        world.trust_folder.joinpath("parties").mkdir()
        for number, (name, private) in enumerate(KEYS.items()):
            value = {"party": name, "jwk": public_key_of(private).as_jwk()}
            world.trust_folder.joinpath("parties", f"{number}.jwk").write_bytes(canonical.encode(value))
        yield world, answers


@pytest.fixture(scope="module")
def world(told):
    return told[0]


@pytest.fixture(scope="module")
def rights(world):
    return sorted({right for stored in world.store.reader.entries() for right in stored.parse().asset_ids})


@pytest.fixture(scope="module")
def verdicts(world):
    """What both verifiers say: outcome, and the codes of checks that fail."""
    trust, theirs, openssl = world.trust, standalone.read_trust(world.trust_folder), standalone.OpenSsl()

    def judge(package):
        ours = verify(package, trust, world.now)
        report = standalone.examine(io.BytesIO(package), theirs, openssl=openssl, clock=world.now)
        failed = tuple(check.code for check in report.checks if check.outcome == standalone.FAIL)
        left = {finding.code for check in report.checks for finding in check.findings}
        other = "PASS" if left <= {"STATEMENT_RECOMPUTED"} else report.verdict
        return (ours.outcome.value, ours.failed), (other, failed)

    return judge


SOUND = (("PASS", ()), ("PASS", ()))


def signatures_of(report):
    return next(check for check in report.checks if check.name == "SIGNATURES")


def test_every_right_of_the_story_is_proved_whole_and_short(world, rights, verdicts):
    """With every kind of entry that commands make: licenses, pledges, held acts, flags, consents, pools."""
    shown = set()
    for right in rights:
        whole = export(world.store, RightRequest(right), reports=False, documents=True)
        assert verdicts(whole) == SOUND, right
        assert verdicts(export(world.store, StatusRequest(right), reports=False)) == SOUND, right
        shown |= {
            json.loads(raw)["type"] for name, raw in opened(whole).items() if name.startswith("entries")
        }
    assert shown >= {
        "license.granted", "pledge.contracted", "act.held", "act.dropped", "act.signed", "flags.raised",
        "consent.given", "freeze.imposed", "transfer.contracted", "claim.drawn", "valuation.reported",
        "invalidation.became_final", "act.reported", "document.filed", "procedure.recorded",
    }  # fmt: skip


def test_the_ranks_of_two_pledges_made_by_commands_are_proved(world, verdicts):
    statement = json.loads(
        opened(export(world.store, StatusRequest(MARK), reports=False))["proofs/statement.json"]
    )
    first, second = (item["id"] for item in statement["encumbrances"] if item["kind"] == "pledge")
    package = export(world.store, PriorityRequest(first, second, right=MARK), reports=False)
    [claim] = [
        each for each in json.loads(opened(package)["manifest.json"])["claims"] if each["claim"] == "priority"
    ]
    assert (claim["first"], claim["second"]) == ({"id": first, "rank": 1}, {"id": second, "rank": 2})
    assert verdicts(package) == SOUND


def test_the_page_of_formats_names_every_member_of_a_statement(world, rights):
    """Section 4, for a second implementation; what `details` holds is told by the schema of the event."""
    page = (Path(__file__).parents[3] / "docs" / "formats.md").read_text("utf-8")
    section = page[page.index("## 4. Statement") : page.index("## 5. Map")]
    rows = [line for line in section.splitlines() if line.startswith("|")]
    for right in rights:
        package = export(world.store, StatusRequest(right), reports=False)
        statement = json.loads(opened(package)["proofs/statement.json"])
        for member, value in statement.items():
            told = " ".join(row for row in rows if f"`{member}" in row)
            assert told, member
            items = value if isinstance(value, list) else [value]
            inner = {name for item in items if isinstance(item, dict) for name in item}
            if member == "encumbrances":
                told = section
            assert member == "details" or {name for name in inner if name not in told} == set(), member


# --- Documents: the command an act was submitted as ---------------------------------------------------------


def test_the_command_an_entry_was_made_by_goes_along(told, verdicts):
    """Its SHA-256 is the entry's source digest; what was signed is that very text."""
    world, answers = told
    position = answers["paper-signed"]["positions"][0]
    entry = world.store.reader.entry(position).parse()
    package = export(world.store, EntryRequest(position), reports=False, documents=True)
    text = opened(package)[f"documents/{entry.source.digest}"]
    assert json.loads(text)["command_id"] == "paper-signed"
    assert "signatures" not in json.loads(text)
    assert verdicts(package) == SOUND
    bare = opened(export(world.store, EntryRequest(position), reports=False))
    assert not any(name.startswith("documents/") for name in bare)


def test_the_command_of_a_report_is_named_by_a_tag_and_goes_along(told, verdicts):
    """The entry's source is the register's; the command that carried the report is kept beside it."""
    world, answers = told
    position = answers["freeze-1"]["positions"][0]
    entry = world.store.reader.entry(position).parse()
    digest = next(tag for tag in entry.subjects if tag.startswith("record:command:")).rpartition(":")[2]
    package = export(world.store, EntryRequest(position), reports=False, documents=True)
    assert json.loads(opened(package)[f"documents/{digest}"])["command_id"] == "freeze-1"
    assert verdicts(package) == SOUND
    alone = export(world.store, DocumentRequest(digest, attach=True), reports=False)
    assert f"documents/{digest}" in opened(alone)
    assert verdicts(alone) == SOUND


def test_another_command_than_the_one_submitted_is_refused(told, verdicts):
    world, answers = told
    position = answers["paper-signed"]["positions"][0]
    members = opened(export(world.store, EntryRequest(position), reports=False, documents=True))
    name = next(name for name in members if name.startswith("documents/"))
    members[name] = members[name].replace(b"2026-11-01", b"2026-11-02")
    assert verdicts(packed(members)) == (("FAIL", ("DOCUMENTS",)), ("FAIL", ("DOCUMENTS",)))


# --- Signatures ---------------------------------------------------------------------------------------------


def test_the_signatures_of_both_parties_are_checked_and_their_keys_known(world):
    package = export(world.store, RightRequest(DESIGN), reports=False)
    check = signatures_of(verify(package, world.trust, world.now))
    assert (check.outcome, check.subjects) == (Outcome.PASS, 2)
    said = {(finding.code, finding.data["party"], finding.data["kid"]) for finding in check.findings}
    assert said == {("SIGNED_BY_PARTY", name, public_key_of(key).kid) for name, key in KEYS.items()}
    nobody = signatures_of(verify(package, TrustFolder(), world.now))
    assert {finding.code for finding in nobody.findings} == {"SIGNED_BY_KEY"}
    assert nobody.outcome is Outcome.PASS


# --- Tampering (S25) ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("right", [PATENT, DESIGN])
def test_no_entry_of_a_right_can_be_left_out(world, verdicts, right):
    members = opened(export(world.store, RightRequest(right), reports=False))
    for position in positions(members):
        ours, theirs = verdicts(packed(without(members, position)))
        assert ours[0] == theirs[0] == "FAIL", position
        assert "COMPLETENESS" in ours[1], position
        assert "COMPLETENESS" in theirs[1], position


@pytest.mark.parametrize("right", [PATENT, DESIGN])
def test_no_entry_of_a_right_can_be_altered(world, verdicts, right):
    members = opened(export(world.store, RightRequest(right), reports=False))
    for position in positions(members):
        name = f"entries/{position}.json"
        entry = json.loads(members[name])
        entry["effective_at"] = "2020-02-02"
        ours, theirs = verdicts(packed(members | {name: canonical.encode(entry)}))
        assert (ours[0], theirs[0]) == ("FAIL", "FAIL"), position
        assert "INCLUSION" in ours[1], position
        assert "INCLUSION" in theirs[1], position


def test_leaving_out_the_invalidation_and_making_everything_fit_contradicts_the_map(told, verdicts):
    """S25: the entry is gone, counts, head and statement are made anew; the signed map says otherwise."""
    world, answers = told
    [invalidation] = answers["invalid-1"]["positions"]
    left = without(opened(export(world.store, RightRequest(PATENT), reports=False)), invalidation)
    kept = positions(left)
    assert kept[-1] < invalidation
    statement = canonical.encode(fold(PATENT, [world.store.reader.entry(each).parse() for each in kept]))
    left["proofs/statement.json"] = statement
    head = hashlib.sha256(left[f"entries/{kept[-1]}.json"]).hexdigest()
    said = {"count": len(kept), "head": head, "statement": hashlib.sha256(statement).hexdigest()}
    history = {"claim": "history", "right": PATENT, "count": len(kept), "head": head}
    claims = [history, {"claim": "status", "right": PATENT, **said}]
    ours, theirs = verdicts(packed(left, claims=claims))
    assert "COMPLETENESS" in ours[1]
    assert "COMPLETENESS" in theirs[1]
    proof = json.loads(left["proofs/map.json"])
    proof[0]["leaf"] = said
    left["proofs/map.json"] = canonical.encode(proof)
    ours, theirs = verdicts(packed(left, claims=claims))
    assert (ours[1], theirs[1]) == (("MAP",), ("MAP",))


# --- Reports ------------------------------------------------------------------------------------------------


@pytest.fixture
def report(world, monkeypatch):
    """The words of a right's report in a language."""

    def of(request, lang):
        kept = []
        monkeypatch.setattr(exporting, "render_html", lambda given: kept.append(given) or b"")
        export(world.store, request)
        return words(write(kept[0], lang))

    return of


@pytest.mark.parametrize(
    ("right", "lang", "wanted"),
    [
        (DESIGN, "zh", ["轮候", "乙市中级人民法院", "当事人签名", OWNER, "提交文件", "当事人电子签名"]),
        (DESIGN, "en", ["waits in line", "Signatures of the parties", OWNER, "file a document"]),
        (PATENT, "zh", ["待补正：无效力、无顺位", "订立转让合同", "附加警示", "已签约，未登记"]),
        (PATENT, "en", ["held: no effect, no rank", "contract a transfer", "signed, in no register"]),
        (MARK, "zh", ["质权人主张消灭，登记未注销", "被担保债权", "质押合同签订"]),
        (MARK, "en", ["release stated by the pledgee, not struck", "debts behind the pledges"]),
    ],
)
def test_a_reader_sees_what_stands_beside_the_register(report, right, lang, wanted):
    text = report(RightRequest(right), lang)
    assert [each for each in wanted if each not in text] == []


def test_the_thumbprints_of_the_signers_stand_in_the_report(report):
    text = report(RightRequest(DESIGN), "zh")
    for key in KEYS.values():
        assert public_key_of(key).kid in text


def test_a_contract_that_no_register_took_up_is_told_as_such(report):
    other = "CN:patent:201810200002.3"
    assert "已签约，未登记" in report(StatusRequest(other), "zh")
    assert "signed, not registered" in report(StatusRequest(other), "en")


def test_every_event_and_every_act_has_words_in_both_languages():
    from ledger.rules import PROCEDURES

    assert set(EVENTS) == {name for name, _ in facts.REGISTRY}
    assert set(ACTS) <= set(PROCEDURES)
    assert all(en and zh and en != zh for en, zh in (*EVENTS.values(), *ACTS.values()))
