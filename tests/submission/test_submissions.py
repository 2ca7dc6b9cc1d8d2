"""What becomes of a command: accepted, held, refused, repeated, aborted; and what is written of it."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.confidential import opens
from ledger.entry import EntryClass
from ledger.errors import ChainBroken
from ledger.rules.form import COMMAND_BYTES_MAX
from ledger.signatures import command_payload, public_key_of, sign
from ledger.statement import fold
from ledger.store.audit import audit
from ledger.submission import Given, Permissions, Submissions
from notary.vault import keeping
from tests.ledger.rules.desk import P1, P3
from tests.submission.commands import consent, count, entries, paper, registration
from tests.submission.deals import DEALS, deal


def statement(store, right=P1):
    return fold(right, (stored.parse() for stored in store.reader.asset_entries(right)))


def test_an_accepted_command_is_one_fact_with_its_source_and_its_kept_text(submit, ledger):
    submit(registration())
    answer = submit(consent("c-1"))
    assert (answer["decision"], answer["positions"], answer["codes"]) == ("accepted", [2], [])
    entry = entries(ledger)[1]
    assert (entry.type, entry.entry_class, entry.actor) == ("consent.given", EntryClass.PARTY, "test")
    assert (entry.source.register, entry.source.number) == ("LEDGER", "c-1")
    assert json.loads(ledger.documents.get(entry.source.digest).content) == consent("c-1")
    assert audit(ledger).finding is None


def test_a_refusal_writes_nothing_and_names_every_reason(submit, ledger):
    submit(registration())
    answer = submit(consent("c-1", P1, given_on="2024-05-07", giver={"name": "丙公司"}, rights=[P1, P3]))
    assert answer["decision"] == "refused"
    assert answer["codes"] == ["RIGHT_UNKNOWN", "DATE_IN_FUTURE", "GRANTOR_NOT_ENTITLED"]
    assert [reason["pointer"] for reason in answer["reasons"]] == ["/rights/1", "/given_on", "/giver"]
    assert all(reason["message"]["en"] != reason["message"]["zh"] for reason in answer["reasons"])
    assert (count(ledger), audit(ledger).documents) == (1, 2)


def test_a_warning_is_told_and_recorded(submit, ledger):
    submit(registration())
    answer = submit(deal("x-1", P1, risky=True))
    assert (answer["flags"], answer["codes"], answer["positions"]) == (["STALE_EXTRACT"], [], [2, 3])
    assert answer["missing"] == [
        {"code": "STALE_EXTRACT", "item": "register_extract", "holder": None, "right": P1}
    ]
    assert [flag["code"] for flag in statement(ledger)["flags"]] == ["STALE_EXTRACT"]


def test_a_held_act_names_what_is_missing_and_takes_effect_when_it_arrives(submit, ledger, clock):
    submit(registration())
    held = submit(deal("x-1", P1, needs="approval", risky=True))
    assert (held["decision"], held["codes"], held["flags"]) == (
        "held",
        ["APPROVAL_MISSING"],
        ["STALE_EXTRACT"],
    )
    assert held["missing"][0] == {
        "code": "APPROVAL_MISSING", "item": "approval", "holder": "主管部门", "right": P1
    }  # fmt: skip
    assert held["until"] > "2024-05-06"
    assert "documents" not in statement(ledger)
    clock.on("2024-05-08")
    arrived = submit(paper("d-1", kind="approval"))
    (freed,) = arrived["acts"]
    assert (arrived["decision"], arrived["positions"]) == ("accepted", [3])
    assert (freed["command_id"], freed["decision"], freed["positions"]) == ("x-1", "accepted", [4, 5, 6])
    assert {entry.command_id for entry in entries(ledger)[2:]} == {"d-1"}
    contract = entries(ledger)[3]
    assert (contract.source.register, contract.source.number) == ("LEDGER", "x-1")
    assert ledger.documents.get(contract.source.digest) is not None
    assert statement(ledger)["held"][0]["state"] == "activated"


def test_a_held_act_that_is_refused_when_its_item_arrives_is_dropped(submit):
    submit(registration())
    submit(deal("x-1", P1, needs="approval", sole=True))
    submit(deal("x-2", P1))
    (dropped,) = submit(paper("d-1", kind="approval"))["acts"]
    assert (dropped["decision"], dropped["codes"]) == ("refused", ["COMPETING_TRANSFER"])
    assert submit(deal("x-1", P1, needs="approval", sole=True))["now"] == {
        "state": "refused", "on": "2024-05-06", "codes": ["COMPETING_TRANSFER"], "positions": [5]
    }  # fmt: skip


@pytest.mark.rule("N-5", "accepts")
def test_a_repeat_is_answered_with_the_first_answer_though_much_has_changed_since(submit, ledger, clock):
    told = [registration(), consent("c-1"), deal("x-1", P1, risky=True), deal("x-2", P1, needs="approval")]
    first = [submit(command) for command in told]
    clock.on("2025-01-01")
    submit(paper("d-1"))
    before = count(ledger)
    for command, answer in zip(told, first, strict=True):
        again = submit(command)
        assert again.pop("repeated") is True
        now = again.pop("now", None)
        assert again == answer
        assert (now is not None) == (answer["decision"] == "held")
    assert count(ledger) == before


def test_a_repeated_held_act_also_says_where_it_stands(submit, clock):
    told = [
        deal(f"x-{number}", P1, needs=needs)
        for number, needs in enumerate(("approval", "valuation", "other"))
    ]
    submit(registration())
    for command in told:
        submit(command)
    assert submit(told[0])["now"] == {"state": "held", "on": None, "codes": [], "positions": []}
    submit(paper("d-1", kind="approval"))
    withdrawal = {"command": "withdraw_act", "command_id": "w-1", "rights": [P1], "act": "x-1"}
    submit(withdrawal, by={"name": "甲公司"})
    clock.on("2030-01-01")
    states = [submit(command)["now"] for command in told]
    assert [now["state"] for now in states] == ["activated", "withdrawn", "expired"]
    assert [now["positions"] for now in states] == [[6, 7], [8], []]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"given_on": "2024-01-08"}, "/given_on"),
        ({"giver": {"name": "乙公司", "share": [1, 3]}}, "/giver/share"),
        ({"rights": [P1, P3]}, "/rights/1"),
        ({"command": "file_document", "kind": "other"}, None),
    ],
)
@pytest.mark.rule("N-5", "refuses")
def test_other_content_under_a_used_id_is_refused_with_the_first_difference(submit, ledger, change, pointer):
    submit(registration())
    submit(registration(P3))
    submit(consent("c-1"))
    told = {**consent("c-1"), **change}
    if pointer is None:
        told = paper("c-1")
        pointer = "/act"
    answer = submit(told)
    assert (answer["decision"], answer["codes"]) == ("refused", ["COMMAND_ID_REUSED"])
    assert answer["reasons"][0]["pointer"] == pointer
    assert count(ledger) == 3


def test_a_report_with_the_digest_of_its_paper_is_known_again(submit):
    told = registration()
    told["source"]["digest"] = "cd" * 32
    assert submit(told)["positions"] == submit(told)["positions"] == [1]
    told["source"]["digest"] = "ce" * 32
    assert submit(told)["reasons"][0]["pointer"] == "/source/digest"


def test_a_repeat_whose_first_answer_was_lost_is_an_alarm_and_no_new_answer(submit, ledger):
    submit(registration())
    with ledger.database.connect_owner() as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("DELETE FROM document")
    with pytest.raises(ChainBroken):
        submit(registration())


def test_an_id_of_the_ledgers_own_is_not_given_away(submit, ledger):
    answer = submit(registration(), command_id="deposit:" + "ab" * 32)
    assert answer["codes"] == ["FIELD_INVALID"]
    assert answer["reasons"][0]["pointer"] == "/command_id"
    assert count(ledger) == 0


def test_nobody_reports_in_the_name_of_the_ledger(submit, ledger):
    """It would restate what a party said under the number of that act."""
    submit(registration())
    submit(consent("c-1"))
    told = registration()
    told["source"] = {"register": "LEDGER", "number": "c-1"}
    answer = submit(told, command_id="r-2")
    assert answer["codes"] == ["FIELD_INVALID"]
    assert answer["reasons"][0]["pointer"] == "/source/register"
    assert count(ledger) == 2


def test_a_list_is_carried_out_one_after_the_other(submit_list, ledger):
    answers = submit_list(registration(), {"command": "nothing"}, 5, consent("c-1"), consent("c-1"))
    assert [answer["decision"] for answer in answers] == [
        "accepted", "refused", "refused", "accepted", "accepted"
    ]  # fmt: skip
    assert [answer["codes"] for answer in answers[1:3]] == [["COMMAND_UNKNOWN"], ["JSON_INVALID"]]
    assert answers[4]["repeated"] is True
    assert count(ledger) == 2


def test_an_atomic_list_is_recorded_together(submit_list, submit, ledger):
    told = (registration(), deal("x-1", P1, risky=True), consent("c-1"))
    answers = submit_list(*told, atomic=True)
    assert [answer["positions"] for answer in answers] == [[1], [2, 3], [4]]
    (request,) = {entry.command_id for entry in entries(ledger)}
    assert request.startswith("list:")
    again = submit_list(*told, atomic=True)
    assert [answer["positions"] for answer in again] == [[1], [2, 3], [4]]
    assert submit(told[1])["positions"] == [2, 3]
    assert submit(told[1], note="else")["codes"] == ["COMMAND_ID_REUSED"]
    assert count(ledger) == 4


@pytest.mark.parametrize(
    ("bad", "codes"),
    [
        (consent("c-2", giver={"name": "丙公司"}), ["GRANTOR_NOT_ENTITLED"]),
        (consent("c-2", oops=1), ["FIELD_UNKNOWN"]),
        (deal("x-2", P1, needs="approval"), ["BATCH_ABORTED", "APPROVAL_MISSING"]),
        (consent("c-1", given_on="2024-01-02"), ["COMMAND_ID_REUSED"]),
        ("no object", ["JSON_INVALID"]),
    ],
)
def test_an_atomic_list_with_one_that_has_no_effect_has_none(submit_list, ledger, bad, codes):
    answers = submit_list(registration(), consent("c-1"), bad, paper("d-1"), atomic=True)
    assert [answer["decision"] for answer in answers] == ["refused"] * 4
    assert [answer["codes"] for answer in answers] == [
        ["BATCH_ABORTED"], ["BATCH_ABORTED"], codes, ["BATCH_ABORTED"]
    ]  # fmt: skip
    assert count(ledger) == 0


def test_a_command_twice_in_an_atomic_list_is_recorded_once(submit_list, ledger):
    answers = submit_list(registration(), consent("c-1"), consent("c-1"), atomic=True)
    assert [answer["positions"] for answer in answers] == [[1], [2], [2]]
    assert count(ledger) == 2


def test_what_is_left_of_an_atomic_list_is_recorded_beside_what_stands(submit, submit_list, ledger):
    submit(registration())
    answers = submit_list(registration(), consent("c-1"), atomic=True)
    assert [answer.get("repeated", False) for answer in answers] == [True, False]
    assert count(ledger) == 2


def test_a_dry_run_tells_the_same_and_writes_nothing(desk, ledger, tmp_path):
    told = (
        registration(), deal("x-1", P1, needs="approval", confidential={"/price": 1}),
        consent("c-1", giver={"name": "丙"}), paper("d-1", kind="approval"), paper("d-1", kind="approval"),
    )  # fmt: skip
    keep = keeping(ledger, tmp_path, ledger.clock)
    desk = Submissions(ledger, actor="test", procedures=DEALS, keep=keep)
    foreseen = desk.dry_run(Given(told, listed=True))
    assert (count(ledger), audit(ledger).documents, list(tmp_path.iterdir())) == (0, 0, [])
    done = desk.submit(Given(told, listed=True))
    assert [without_positions(answer) for answer in done] == foreseen
    assert foreseen[3]["acts"][0]["command_id"] == "x-1"


def without_positions(answer):
    return answer | {"positions": [], "acts": [without_positions(act) for act in answer["acts"]]}


@pytest.mark.rule("N-1", "refuses")
def test_who_may_not_speak_as_an_authority_reports_nothing(ledger):
    party = Submissions(ledger, actor="bank", permissions=Permissions(frozenset((EntryClass.PARTY,))))
    (answer,) = party.submit(Given((registration(),)))
    assert answer["codes"] == ["CLASS_NOT_PERMITTED"]
    assert party.dry_run(Given((registration(),)))[0]["codes"] == ["CLASS_NOT_PERMITTED"]
    assert count(ledger) == 0


@pytest.mark.rule("U-2", "refuses")
@pytest.mark.parametrize("right_id", [P1, "US:patent:15145443"])
def test_no_party_moves_titles_and_pledges_by_an_office_that_only_records(ledger, right_id):
    told = {
        "command": "report", "command_id": "r-1", "source": {"register": "USPTO", "number": "049342/0819"},
        "fact": {
            "type": "transfer.registered", "rights": [right_id], "grantors": [{"name": "甲公司"}],
            "grantees": [{"name": "丙公司"}], "registered_on": "2024-01-09",
        },
    }  # fmt: skip
    desk = Submissions(ledger, actor="desk")
    desk.submit(Given((registration(right_id),)))
    parties = Submissions(ledger, actor="bank", permissions=Permissions(frozenset((EntryClass.PARTY,))))
    assert "CLASS_NOT_PERMITTED" in parties.submit(Given((told,)))[0]["codes"]
    own = right_id.startswith("US:")
    assert desk.submit(Given((told,)))[0]["codes"] == ([] if own else ["FIELD_INVALID"])


def test_who_acts_for_one_party_acts_for_no_other(submit, ledger):
    submit(registration())
    permissions = Permissions(frozenset((EntryClass.PARTY,)), ("甲公司",))
    agent = Submissions(ledger, actor="agent", permissions=permissions)
    (refused,) = agent.submit(Given((consent("c-1"),)))
    assert refused["codes"] == ["CLASS_NOT_PERMITTED"]
    (accepted,) = agent.submit(Given((consent("c-2", giver={"name": "甲公司"}),)))
    assert accepted["decision"] == "accepted"
    assert entries(ledger)[1].actor == "agent"


def test_a_confidential_value_is_committed_to_and_told_nowhere(submit, ledger, tmp_path):
    submit(registration())
    keep = keeping(ledger, tmp_path, ledger.clock)
    desk = Submissions(ledger, actor="test", procedures=DEALS, keep=keep)
    command = deal("x-1", P1, needs="approval", confidential={"/price": 987654321})
    assert desk.submit(Given((command,)))[0]["decision"] == "held"
    entry = entries(ledger)[1]
    assert len(entry.commitments) == 1
    assert b"987654321" not in entry.raw
    documents = [ledger.documents.get(digest).content for digest in digests(ledger)]
    assert documents
    assert not any(b"987654321" in content for content in documents)
    assert desk.submit(Given((command,)))[0]["repeated"] is True


def digests(store):
    with store.database.connection() as connection:
        return [row[0].hex() for row in connection.execute("SELECT digest FROM document").fetchall()]


def test_a_confidential_value_is_opened_from_the_vault_of_the_home(submit, ledger, tmp_path):
    submit(registration())
    kept = []

    def keep(disclosures):
        kept.extend(disclosures)
        return tuple(sorted(made.commitment for made in disclosures))

    desk = Submissions(ledger, actor="test", keep=keep)
    told = {"/price": {"minor": 5, "currency": "CNY"}, "/contact": "13800138000"}
    (answer,) = desk.submit(Given((paper("d-1", confidential=told),)))
    entry = entries(ledger)[answer["positions"][0] - 1]
    opened = {made.path: opens(made.text, entry.commitments).value for made in kept}
    assert opened == told


@pytest.mark.parametrize("path", ["price", "/a~2b", ""])
def test_a_confidential_value_is_named_by_a_pointer(ledger, path):
    desk = Submissions(ledger, actor="test", keep=lambda made: tuple(each.commitment for each in made))
    (answer,) = desk.submit(Given((paper("d-1", confidential={path: 1}),)))
    assert "FIELD_INVALID" in answer["codes"]


def test_without_a_vault_a_confidential_value_is_refused(submit):
    submit(registration())
    assert submit(paper("d-1", confidential={"/price": 1}))["codes"] == ["VAULT_MISSING"]


def test_a_command_too_large_is_refused(submit):
    answer = submit(consent("c-1", note="x" * COMMAND_BYTES_MAX))
    assert answer["codes"] == ["COMMAND_TOO_LARGE"]


PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def party_on_file(**members):
    key = public_key_of(PRIVATE)
    fact = {
        "type": "party.registered", "party": {"name": "乙公司"},
        "keys": [{"kid": key.kid, "jwk": key.as_jwk()}], "signature_required": True, **members,
    }  # fmt: skip
    return {
        "command": "report", "command_id": "p-1", "source": {"register": "SAMR", "number": "1"}, "fact": fact,
    }  # fmt: skip


def signed(command):
    made = sign(command_payload(command), PRIVATE, public_key_of(PRIVATE).kid)
    return {**command, "signatures": [{"party": "乙公司", **made.as_json()}]}


@pytest.mark.rule("T-1", "accepts")
def test_a_signature_is_verified_by_the_key_on_file_and_kept(submit, ledger):
    submit(registration())
    assert submit(party_on_file())["decision"] == "accepted"
    assert submit(consent("c-1"))["codes"] == ["SIGNATURE_REQUIRED"]
    assert (
        submit({**signed(consent("c-1", ledger=ledger.origin)), "given_on": "2024-01-08"})["codes"][0]
        == "SIGNATURE_INVALID"
    )
    assert submit(signed(consent("c-1", ledger=ledger.origin)))["positions"] == [3, 4]
    kept = entries(ledger)[3]
    assert kept.type == "act.signed"
    assert kept.data["command"] == ledger.documents.get(entries(ledger)[2].source.digest).content.decode()


@pytest.mark.rule("T-1", "refuses")
def test_a_signature_by_a_key_that_is_not_on_file_is_refused(submit, ledger):
    submit(registration())
    assert submit(signed(consent("c-1", ledger=ledger.origin)))["codes"] == ["SIGNER_UNKNOWN"]


def test_a_party_that_comes_to_demand_its_signature_makes_a_reading_stale(submit, ledger, monkeypatch):
    """What is on a party's file is read, so its change is noticed as that of a right is."""
    submit(registration())
    Interrupted(ledger, lambda turn: turn == 1 and submit(party_on_file()), 1, monkeypatch)
    answer = submit(consent("mine"))
    assert (answer["decision"], answer["codes"]) == ("refused", ["SIGNATURE_REQUIRED"])


class Interrupted:
    """Lets somebody else append between reading and appending, so many times."""

    def __init__(self, store, other, times, monkeypatch):
        self.calls = 0
        append = store.writer.append

        def slow(request):
            self.calls += 1
            if request.command_id.startswith("mine") and self.calls <= 2 * times:
                other(self.calls)
            return append(request)

        monkeypatch.setattr(store.writer, "append", slow)


@pytest.mark.rule("N-5", "accepts")
def test_a_stale_reading_is_made_anew_once(submit, ledger, monkeypatch):
    submit(registration())
    Interrupted(ledger, lambda turn: submit(paper(f"other-{turn}")), 1, monkeypatch)
    answer = submit(consent("mine"))
    assert (answer["decision"], answer["positions"]) == ("accepted", [3])


@pytest.mark.rule("N-5", "refuses")
def test_a_reading_that_is_stale_again_is_given_up(submit, ledger, monkeypatch):
    submit(registration())
    Interrupted(ledger, lambda turn: submit(paper(f"other-{turn}")), 9, monkeypatch)
    answer = submit(consent("mine"))
    assert (answer["decision"], answer["codes"], answer["positions"]) == ("refused", ["STALE_VERSION"], [])
    assert answer["reasons"][0]["right"] == P1
    assert [entry.command_id for entry in entries(ledger)] == ["r:100001.8", "other-1", "other-3"]


def test_who_was_overtaken_by_its_own_repeat_gets_its_first_answer(submit, ledger, monkeypatch):
    submit(registration())
    Interrupted(ledger, lambda turn: turn == 1 and submit(consent("mine")), 1, monkeypatch)
    answer = submit(consent("mine"))
    assert (answer["repeated"], answer["positions"]) == (True, [2])


def test_an_overtaking_decides_the_second_reading(submit, ledger, monkeypatch):
    """Of two that exclude each other the later is refused by the rule, not as stale."""
    submit(registration())
    Interrupted(ledger, lambda turn: submit(deal(f"other-{turn}", P1, sole=True)), 1, monkeypatch)
    answer = submit(deal("mine", P1, sole=True))
    assert (answer["decision"], answer["codes"]) == ("refused", ["COMPETING_TRANSFER"])
