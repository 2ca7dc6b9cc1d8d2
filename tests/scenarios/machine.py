"""Random commands and reports, answered by the ledger and by the naive model; after each, both must agree."""

from collections import Counter
from datetime import date, timedelta
from fractions import Fraction
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ledger import canonical
from ledger.statement.freezes import freeze_queue
from tests.ledger.rules.desk import DIGEST, parties, report, right
from tests.ledger.rules.pledging import company, money
from tests.scenarios.model import ABROAD, ACTS, FIELDS, HOLD_DAYS, PROVINCES, Right, cells
from tests.scenarios.numbers import cn_patent
from tests.scenarios.words import COMPANY

START = date(2024, 1, 8)
COMPANIES, BANKS = ("甲公司", "乙公司", "丙公司"), ("子银行", "丑银行")
OWNERSHIPS = (
    {"甲公司": Fraction(1)},
    {"甲公司": Fraction(1, 2), "乙公司": Fraction(1, 2)},
    {"甲公司": Fraction(1, 3), "丙公司": Fraction(2, 3)},
)
NUMBERS = (cn_patent(2018, 200002), cn_patent(2019, 300004), "CN:trademark:10000001")
ON_WHAT_STANDS = ("apply_pledge_registration", "terminate_license", "withdraw_consent", "release_pledge")
ABROAD_SEAT = {"seat": "foreign", "kind": "legal_person"}

companies, banks = st.sampled_from(COMPANIES), st.sampled_from(BANKS)
buyers = st.sampled_from((*COMPANIES, ABROAD))
kinds = st.sampled_from(("exclusive", "sole", "ordinary", "ordinary"))


def some_of(names, everything):
    return st.just([everything]) | st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True)


scopes = st.fixed_dictionaries(
    {
        "acts": some_of(ACTS, "*"),
        "territory": some_of(PROVINCES, "CN"),
        "field": some_of(FIELDS, "*"),
    }
)


class Registry(RuleBasedStateMachine):
    """The rules are what may happen; `teller` is how the ledger is spoken to, set by each variant."""

    seen: ClassVar[Counter[str]] = Counter()
    """What happened in all runs together: a variant that never held anything has shown nothing."""

    def __init__(self):
        super().__init__()
        self.teller = self.open_teller()
        self.today = START
        self.rights = {}
        self.numbers = 0
        self.refused = []
        self.known = []
        self.steps = 0

    def open_teller(self):
        raise NotImplementedError

    def next_id(self, prefix):
        self.numbers += 1
        return f"{prefix}{self.numbers:06d}"

    def say(self, command, verdict, codes=()):
        """The ledger's answer must be the model's; and what it sets free."""
        number = self.next_id("c")
        answer = self.teller.say({"command_id": number, **command})
        assert (answer["decision"], set(answer["codes"])) == (verdict, set(codes)), command
        self.seen.update((verdict, *codes))
        if verdict == "refused":
            self.refused.append((command, number))
        freed = []
        if verdict == "accepted":
            named = command.get("rights") or command["fact"]["rights"]
            for id_ in self.rights.keys() & set(named):
                freed += self.rights[id_].again(self.today)
        told = [(each["command_id"], each["decision"]) for each in answer["acts"]]
        self.seen.update(f"freed: {decision}" for _, decision in told)
        acts = {each["act"]: each["id"] for own in self.rights.values() for each in own.held}
        assert [(acts[act], decision) for act, decision in told] == freed, command
        return number

    def decide(self, command, refused, held=()):
        verdict = "refused" if refused else "held" if held else "accepted"
        return verdict, self.say(command, verdict, set(refused) | set(held))

    def some(self, data, items):
        return data.draw(st.sampled_from(list(items)))

    def pick(self, data):
        id_ = self.some(data, self.rights)
        return id_, self.rights[id_]

    def an_owner(self, data, own):
        """Mostly; a stranger now and then."""
        owners = sorted(own.owners_on(self.today))
        return self.some(data, [*owners, *owners, *COMPANIES])

    # Rights and time

    @initialize(owners=st.sampled_from(OWNERSHIPS))
    def begin(self, owners):
        self.teller.on(self.today.isoformat())
        self.register_right(owners)
        self.register_right(dict(OWNERSHIPS[1]))

    @precondition(lambda self: len(self.rights) < len(NUMBERS))
    @rule(owners=st.sampled_from(OWNERSHIPS))
    def register_right(self, owners):
        id_ = NUMBERS[len(self.rights)]
        kind = id_.split(":")[1]
        particulars = {"particulars": {"goods": ["9"]}} if kind == "trademark" else {}
        shares = {name: [share.numerator, share.denominator] for name, share in owners.items()}
        command = right(
            id_, shares, filed_on="2018-05-20", granted_on="2020-01-03", title="一种电池",
            extract_on="2024-01-05", **particulars,
        )  # fmt: skip
        self.say(command, "accepted")
        self.rights[id_] = Right(kind, dict(owners))

    @rule(days=st.integers(1, 40))
    def let_time_pass(self, days):
        self.today += timedelta(days)
        self.teller.on(self.today.isoformat())

    @precondition(lambda self: len(self.rights) < len(NUMBERS) and self.steps % 7 == 1)
    @rule()
    def speak_of_an_unknown_right(self):
        command = report(
            "CNIPA", self.next_id("u"), "pledge.registered", rights=NUMBERS[len(self.rights)],
            pledge="pld_unknown", registered_on=self.today.isoformat(),
        )  # fmt: skip
        self.say(command, "refused", ["RIGHT_UNKNOWN"])

    # Transfers

    @precondition(lambda self: self.rights)
    @rule(data=st.data(), to=buyers)
    def contract_transfer(self, data, to):
        id_, own = self.pick(data)
        by = self.an_owner(data, own)
        if by == to:
            return
        act = {"id": self.next_id("trf_"), "by": by, "to": to, "on": self.today}
        signed = self.today.isoformat()
        command = {
            "command": "contract_transfer", "rights": [id_], "transfer": act["id"],
            "grantors": [{"name": by, "signed_on": signed, "attributes": _seat(by)}],
            "grantees": [{"name": to, "signed_on": signed, "attributes": _seat(to)}],
            "executed_on": signed, "document": DIGEST, "export_class": "free",
        }  # fmt: skip
        refused, held = own.transfer(act, self.today)
        if not refused and held:
            number = f"c{self.numbers + 1:06d}"
            until = self.today + timedelta(HOLD_DAYS)
            own.held.append({**act, "act": number, "state": "held", "until": until})
        elif not refused:
            own.contract(act, self.today)
        self.decide(command, refused, held)

    @precondition(lambda self: self.rights)
    @rule(data=st.data())
    def file_certificate(self, data):
        """It counts for a week, so that others after it wait again."""
        id_, own = self.pick(data)
        until = self.today + timedelta(7)
        own.certificates.append((self.today, until))
        command = {
            "command": "file_document", "rights": [id_], "kind": "export_certificate", "sha256": DIGEST,
            "issued_on": self.today.isoformat(), "until": until.isoformat(),
        }  # fmt: skip
        self.say(command, "accepted")

    @precondition(lambda self: self.rights)
    @rule(data=st.data(), to=buyers, as_contracted=st.booleans())
    def register_transfer(self, data, to, as_contracted):
        id_, own = self.pick(data)
        pending = own.pending_on(self.today)
        by = self.some(data, sorted(own.owners_on(self.today)))
        if as_contracted and pending:
            by, to = pending[0]["by"], pending[0]["to"]
        if by == to or by not in own.owners_on(self.today):
            return
        number = self.next_id("T")
        own.entries.append({"on": self.today, "number": number, "by": by, "to": to})
        command = report(
            "CNIPA", number, "transfer.registered", rights=id_, grantors=parties(by), grantees=parties(to),
            registered_on=self.today.isoformat(), effective_from=self.today.isoformat(),
        )  # fmt: skip
        self.say(command, "accepted")

    # Consents

    @precondition(lambda self: self.rights)
    @rule(data=st.data(), act=st.sampled_from(("transfer", "license", "pledge")), names_it=st.booleans())
    def consent_as_coowner(self, data, act, names_it):
        id_, own = self.pick(data)
        giver = self.an_owner(data, own)
        to = [self.some(data, BANKS if act == "pledge" else (*COMPANIES, ABROAD))] if names_it else []
        self.give(id_, own, giver, "coowner", act, to, ["exclusive", "sole"], proceeds=None)

    @precondition(lambda self: any(own.pledges for own in self.rights.values()))
    @rule(
        data=st.data(), act=st.sampled_from(("transfer", "license")), to=buyers,
        proceeds=st.sampled_from(("escrow", "prepayment", "escrow", None)),
    )  # fmt: skip
    def consent_as_pledgee(self, data, act, to, proceeds):
        id_ = self.some(data, [id_ for id_, own in self.rights.items() if own.pledges])
        own = self.rights[id_]
        bank = self.some(data, [each["bank"] for each in own.pledges])
        self.give(id_, own, bank, "pledgee", act, [to], ["exclusive", "sole", "ordinary"], proceeds)

    def give(self, id_, own, giver, role, act, to, license_kinds, proceeds):  # noqa: PLR0917  # as it is read
        on = self.today.isoformat()
        told = {
            "id": self.next_id("cns_"), "giver": giver, "role": role, "act": act, "to": to, "on": self.today,
            "kinds": license_kinds if act == "license" else [], "proceeds": proceeds, "withdrawn_on": None,
        }  # fmt: skip
        command = {
            "command": "give_consent", "rights": [id_], "consent": told["id"], "giver": {"name": giver},
            "role": role, "act": act, "to": parties(to), "license_kinds": told["kinds"], "given_on": on,
            **({"proceeds": proceeds} if proceeds else {}),
        }  # fmt: skip
        refused = own.consent(told, self.today)
        if not refused:
            own.consents.append(told)
        self.decide(command, refused)

    @precondition(lambda self: any(own.consents for own in self.rights.values()))
    @rule(data=st.data())
    def withdraw_consent(self, data):
        id_ = self.some(data, [id_ for id_, own in self.rights.items() if own.consents])
        consent = self.some(data, self.rights[id_].consents)
        command = {
            "command": "withdraw_consent", "rights": [id_], "consent": consent["id"],
            "giver": {"name": consent["giver"]}, "withdrawn_on": self.today.isoformat(),
        }  # fmt: skip
        refused = {"REFERENCE_UNKNOWN"} if consent["withdrawn_on"] else set()
        if not refused:
            consent["withdrawn_on"] = self.today
        self.decide(command, refused)

    # Licenses

    @precondition(lambda self: any(own.kind == "patent" for own in self.rights.values()))
    @rule(
        data=st.data(), to=companies, kind=kinds, scope=scopes, begins=st.integers(-30, 400),
        lasts=st.integers(0, 700), spares=st.booleans(),
    )  # fmt: skip
    def grant_license(self, data, to, kind, scope, begins, lasts, spares):  # noqa: PLR0917  # drawn one by one
        id_ = self.some(data, [id_ for id_, own in self.rights.items() if own.kind == "patent"])
        own = self.rights[id_]
        first = self.today + timedelta(begins)
        act = {
            "id": self.next_id("lic_"), "kind": kind, "to": to, "on": self.today, "from": first,
            "by": self.an_owner(data, own),
            "until": first + timedelta(lasts), "cells": cells(scope), "subject_to": [], "ended_on": None,
        }  # fmt: skip
        if spares:
            act["subject_to"] = [each["id"] for each in own.in_the_way(act) if each["kind"] == "ordinary"]
        command = {
            "command": "grant_license", "rights": [id_], "license": act["id"], "kind": kind,
            "licensors": parties(act["by"]), "licensees": parties(to), "document": DIGEST,
            "scope": {**scope, "from": first.isoformat(), "until": act["until"].isoformat()},
            "executed_on": self.today.isoformat(), "subject_to": act["subject_to"],
        }  # fmt: skip
        refused = own.license(act, self.today)
        if not refused:
            own.licenses.append(act)
        self.decide(command, refused)

    @precondition(lambda self: any(own.licenses for own in self.rights.values()))
    @rule(data=st.data())
    def end_license(self, data):
        id_ = self.some(data, [id_ for id_, own in self.rights.items() if own.licenses])
        license_ = self.some(data, self.rights[id_].licenses)
        command = {
            "command": "terminate_license", "rights": [id_], "license": license_["id"], "cause": "agreement",
            "by": parties([license_["by"], license_["to"]]), "ended_on": self.today.isoformat(),
        }  # fmt: skip
        over = license_["until"] + timedelta(1) < self.today
        refused = {"ALREADY_ENDED"} if license_["ended_on"] or over else set()
        if not refused:
            license_["ended_on"] = self.today
        self.decide(command, refused)

    # Pledges

    @precondition(lambda self: self.rights)
    @rule(data=st.data(), bank=banks)
    def contract_pledge(self, data, bank):
        id_, own = self.pick(data)
        by = self.an_owner(data, own)
        act = {"id": self.next_id("pld_c"), "by": by, "bank": bank, "on": self.today}
        command = {
            "command": "contract_pledge", "rights": [id_], "pledge": act["id"], "pledgors": [company(by)],
            "debtor": {"name": by}, "pledgees": parties(bank), "addresses_stated": True, "claim": "loan",
            "amount": money(100), "debt_until": "2027-01-08", "secures": ["principal"], "document": DIGEST,
            "executed_on": self.today.isoformat(),
        }  # fmt: skip
        refused = own.pledge(act, self.today)
        if not refused:
            own.pledge_contracts.append(act)
        self.decide(command, refused)

    def contracts(self):
        return [(id_, each) for id_, own in self.rights.items() for each in own.pledge_contracts]

    @precondition(lambda self: self.contracts())
    @rule(data=st.data())
    def apply_for_registration(self, data):
        id_, contract = self.some(data, self.contracts())
        command = {
            "command": "apply_pledge_registration", "pledge": contract["id"], "rights": [id_],
            "applicants": parties([contract["by"], contract["bank"]]), "filed_on": self.today.isoformat(),
        }  # fmt: skip
        self.decide(command, self.rights[id_].application(contract, self.today))

    @precondition(lambda self: self.rights)
    @rule(
        data=st.data(), bank=banks, back=st.integers(0, 60),
        time=st.sampled_from((None, "09:30:00", "14:00:00")),
    )  # fmt: skip
    def register_pledge(self, data, bank, back, time):
        """The register's word, of today or of a day gone by; it counts whatever we think of it (N-2)."""
        id_, own = self.pick(data)
        used = {each["contract"] for each in own.pledges}
        waiting = [each for each in own.pledge_contracts if each["id"] not in used]
        contract = data.draw(st.sampled_from([None, *waiting]))
        on = max(self.today - timedelta(back), contract["on"] if contract else START)
        pledge = {
            "id": self.next_id("pld_e"), "contract": contract["id"] if contract else None, "on": on,
            "time": time, "bank": contract["bank"] if contract else bank, "struck_on": None,
            "released_on": None,
        }  # fmt: skip
        own.pledges.append(pledge)
        by = contract["by"] if contract else min(own.owners_on(on))
        told = {"contract": pledge["contract"], "registered_time": time}
        command = report(
            "CNIPA", self.next_id("P"), "pledge.registered", rights=id_, pledge=pledge["id"],
            pledgors=parties(by), pledgees=parties(pledge["bank"]), registered_on=on.isoformat(),
            **{name: value for name, value in told.items() if value},
        )  # fmt: skip
        self.say(command, "accepted")

    def entered(self):
        return [(id_, each) for id_, own in self.rights.items() for each in own.pledges]

    @precondition(lambda self: any(each["contract"] for _, each in self.entered()))
    @rule(data=st.data(), bank=banks)
    def release_pledge(self, data, bank):
        """By its pledgee or by another bank."""
        _, pledge = self.some(data, [pair for pair in self.entered() if pair[1]["contract"]])
        command = {
            "command": "release_pledge", "pledge": pledge["contract"], "by": parties(bank),
            "cause": "repaid", "released_on": self.today.isoformat(),
        }  # fmt: skip
        refused = set() if bank == pledge["bank"] else {"RELEASE_NOT_AUTHORISED"}
        if pledge["struck_on"]:
            refused.add("ALREADY_ENDED")
        if not refused and pledge["released_on"] is None:
            pledge["released_on"] = self.today
        self.release(command, refused)

    def release(self, command, refused):
        """A release is of every right under the pledge: it names none."""
        (id_,) = [id_ for id_, each in self.entered() if each["contract"] == command["pledge"]]
        self.decide({**command, "rights": [id_]}, refused)

    @precondition(lambda self: any(not each["struck_on"] for _, each in self.entered()))
    @rule(data=st.data())
    def strike_pledge(self, data):
        id_, pledge = self.some(data, [pair for pair in self.entered() if not pair[1]["struck_on"]])
        pledge["struck_on"] = self.today
        command = report(
            "CNIPA", self.next_id("Z"), "pledge.released", rights=id_, pledges=[pledge["id"]],
            registered_on=self.today.isoformat(), cancelled=True,
        )  # fmt: skip
        self.say(command, "accepted")

    # Freezes

    @precondition(lambda self: self.rights)
    @rule(data=st.data(), back=st.integers(0, 45), months=st.integers(1, 6))
    def freeze(self, data, back, months):
        id_, own = self.pick(data)
        served_on = max(self.today - timedelta(back), START)
        while any(each["served_on"] == served_on for each in own.freezes):
            served_on -= timedelta(1)
        number = self.next_id("F")
        freeze = {
            "id": f"frz_{number}", "number": number, "served_on": served_on, "months": months,
            "lifted_on": None,
        }  # fmt: skip
        own.freezes.append(freeze)
        command = report(
            "CNIPA", number, "freeze.imposed", rights=id_, freeze=freeze["id"], stage="preservation",
            served_at=served_on.isoformat(), term_months=months, authorities=parties("某法院"),
        )  # fmt: skip
        self.say(command, "accepted")

    def frozen(self):
        return [
            (id_, each)
            for id_, own in self.rights.items()
            for each in own.freezes
            if not each["lifted_on"]
        ]  # fmt: skip

    @precondition(lambda self: self.frozen())
    @rule(data=st.data())
    def lift(self, data):
        id_, freeze = self.some(data, self.frozen())
        freeze["lifted_on"] = self.today
        command = report(
            "CNIPA", self.next_id("L"), "freeze.lifted", rights=id_, freeze=freeze["id"],
            registered_on=self.today.isoformat(),
        )  # fmt: skip
        self.say(command, "accepted")

    # What holds after each step

    @invariant()
    def agree(self):
        self.steps += 1
        days = [self.today, START + (self.today - START) / 2, self.today - timedelta(7)]
        days += [self.today + timedelta(31 * (self.steps % 9))]
        for id_, own in self.rights.items():
            statement = self.teller.statement(id_)
            for day in days:
                found = _answered(self.teller.answer(id_, day.isoformat()), statement, day.isoformat())
                expected = _expected(own, day)
                wrong = {
                    name: (found[name], expected[name]) for name in found if found[name] != expected[name]
                }
                assert not wrong, (id_, day, wrong)
            _check_sums(statement)
            _check_exclusive(statement)
            _check_held(own, statement)
        self.teller.check(self.rights, self.steps)

    @invariant()
    def refused_acts_left_nothing(self):
        if not self.refused:
            return
        command, number = self.refused[-1]
        mine = [command.get(name) for name in ("transfer", "license", "consent", "pledge")]
        if command["command"] in {
            "apply_pledge_registration",
            "terminate_license",
            "withdraw_consent",
            "release_pledge",
        }:
            mine = []
        for id_ in self.rights:
            text = canonical.encode(self.teller.statement(id_)).decode()
            assert not [name for name in (*mine, number) if name and f'"{name}"' in text]

    @invariant()
    def what_was_known_stays_known(self):
        """Of each right, what was known at some earlier position is known of that position now (K-7)."""
        for position, id_, text in self.known[-8:] + self.known[:4]:
            assert canonical.encode(self.teller.known_at(position, id_)) == text
        if self.rights:
            id_ = list(self.rights)[self.steps % len(self.rights)]
            self.known.append((self.teller.position, id_, canonical.encode(self.teller.statement(id_))))

    def teardown(self):
        for position, id_, text in self.known:
            assert canonical.encode(self.teller.known_at(position, id_)) == text
        self.teller.close(self.rights)


def _seat(name):
    return ABROAD_SEAT if name == ABROAD else COMPANY


def _expected(own, day):
    live, waiting = own.freezes_on(day)
    return {
        "owners": own.owners_on(day),
        "transfers": {each["id"] for each in own.pending_on(day)},
        "licenses": {each["id"] for each in own.licenses_on(day)},
        "ranks": own.ranks_on(day),
        "released": {
            each["id"] for each in own.pledges_on(day) if each["released_on"] and each["released_on"] <= day
        },
        "contracted": own.contracted_on(day),
        "live": live,
        "waiting": waiting,
    }  # fmt: skip


def _answered(answer, statement, day):
    pledges = [each for each in answer["encumbrances"] if each["kind"] == "pledge"]
    queue = freeze_queue(statement, day)
    shown = {each["id"] for each in answer["encumbrances"] if each["kind"] == "freeze"}
    assert shown == {each["id"] for each in queue["live"]}
    return {
        "owners": {each["name"]: Fraction(*each["share"]) for each in answer["owners"]},
        "transfers": {each["id"] for each in answer.get("transfer_pending", ())},
        "licenses": {each["id"] for each in answer.get("licenses", ())},
        "ranks": {each["id"]: each["rank"] for each in pledges},
        "released": {each["id"] for each in pledges if each["state"] == "discharge_asserted"},
        "contracted": {each["id"] for each in answer["pending"]},
        "live": {each["id"] for each in queue["live"]},
        "waiting": {each["id"] for each in queue["waiting"]},
    }


def _check_sums(statement):
    """N-6: shares are one whole in every period."""
    for period in statement["titles"]:
        assert sum(Fraction(*owner["share"]) for owner in period["owners"]) == 1


def _check_exclusive(statement):
    """L-5: where one license excludes others, none of another overlaps it, unless it was told to spare it."""
    known = statement.get("licenses", ())
    for one in known:
        for other in known:
            if one["id"] >= other["id"] or {one["kind"], other["kind"]} == {"ordinary"}:
                continue
            if one["id"] in other["subject_to"] or other["id"] in one["subject_to"]:
                continue
            assert not (
                _last(one) >= other["from"] and _last(other) >= one["from"] and _cells_meet(one, other)
            )


def _last(license_):
    ended = license_["ended_on"] and (date.fromisoformat(license_["ended_on"]) - timedelta(1)).isoformat()
    return min(license_["until"], ended or license_["until"])


def _cells_meet(one, other):
    return cells(one["scope"]) & cells(other["scope"])


def _check_held(own, statement):
    """N-9: what is held, or was refused in the end, is no pending transfer."""
    shown = {each["id"] for each in statement.get("transfers", ())}
    assert not [each for each in own.held if each["state"] != "activated" and each["id"] in shown]
    told = {each["act"]: each["state"] for each in statement.get("held", ())}
    assert told == {each["act"]: each["state"] for each in own.held}
