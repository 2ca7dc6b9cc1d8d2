"""A naive registry: who owns, who may, who ranks where, what is frozen; from the law, not from the code.

Everything is kept as told and worked out anew for every question, day by day where days matter. Its answers
are what the ledger's are held against (`tests.scenarios.test_machine`).
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

HOLD_DAYS = 90
ABROAD = "US Co"
ACTS, PROVINCES, FIELDS = ("make", "sell"), ("CN-44", "CN-43"), ("batteries", "motors")
ELSE = "all else"


def months_later(day, months):
    """The corresponding day, or the last of a shorter month (N-4)."""
    number = day.year * 12 + day.month - 1 + months
    year, month = divmod(number, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError


def cells(scope):
    """The combinations a scope covers, one by one; a star also covers what nobody names."""
    spread = []
    for names, known in ((scope["acts"], ACTS), (scope["territory"], PROVINCES), (scope["field"], FIELDS)):
        spread.append((*known, ELSE) if names in (["*"], ["CN"]) else tuple(names))
    acts, places, fields = spread
    return {(act, place, each) for act in acts for place in places for each in fields}


@dataclass
class Right:
    """What was told of one right, in the order it was told."""

    kind: str
    owners: dict
    entries: list = field(default_factory=list)
    contracts: list = field(default_factory=list)
    licenses: list = field(default_factory=list)
    pledge_contracts: list = field(default_factory=list)
    pledges: list = field(default_factory=list)
    freezes: list = field(default_factory=list)
    consents: list = field(default_factory=list)
    certificates: list = field(default_factory=list)
    held: list = field(default_factory=list)

    # Questions about a day

    def owners_on(self, day):
        owners = dict(self.owners)
        for entry in sorted(self.entries, key=lambda each: (each["on"], each["number"])):
            if entry["on"] <= day:
                share = owners.pop(entry["by"])
                owners[entry["to"]] = owners.get(entry["to"], Fraction(0)) + share
        return owners

    def fates(self):
        """By contract: completed or overtaken, and on which day; those that wait are not among them.

        An entry takes up the first contract its parties fit, also one that had been overtaken meanwhile.
        A contract is overtaken by the first entry at the end of whose day its seller owns nothing more.
        """
        entries = sorted(self.entries, key=lambda each: (each["on"], each["number"]))
        found = {}
        for entry in entries:
            for contract in self.contracts:
                fits = (contract["by"], contract["to"]) == (entry["by"], entry["to"])
                if fits and contract["id"] not in found and contract["on"] <= entry["on"]:
                    found[contract["id"]] = ("completed", entry["on"])
                    break
        for contract in self.contracts:
            for entry in entries:
                gone = contract["by"] not in self.owners_on(entry["on"])
                if contract["id"] not in found and entry["on"] >= contract["on"] and gone:
                    found[contract["id"]] = ("overtaken", entry["on"])
        return found

    def pending_on(self, day):
        fates = self.fates()
        return [
            each for each in self.contracts
            if each["on"] <= day and (each["id"] not in fates or fates[each["id"]][1] > day)
        ]  # fmt: skip

    def licenses_on(self, day):
        return [
            each for each in self.licenses
            if each["on"] <= day <= each["until"] and (each["ended_on"] is None or each["ended_on"] > day)
        ]  # fmt: skip

    def pledges_on(self, day):
        return [
            each for each in self.pledges
            if each["on"] <= day and (each["struck_on"] is None or each["struck_on"] > day)
        ]  # fmt: skip

    def ranks_on(self, day):
        """By the register's days; on one day by its times, where it shows one for each (P-7)."""
        standing = self.pledges_on(day)
        timed = {
            on: all(each["time"] for each in standing if each["on"] == on)
            for on in {each["on"] for each in standing}
        }
        places = {
            each["id"]: (each["on"], each["time"] if timed[each["on"]] else "") for each in standing
        }  # fmt: skip
        return {id_: 1 + sum(other < place for other in places.values()) for id_, place in places.items()}

    def contracted_on(self, day):
        registered = {each["contract"] for each in self.pledges if each["on"] <= day}
        return {
            each["id"] for each in self.pledge_contracts
            if each["on"] <= day and each["id"] not in registered
        }  # fmt: skip

    def freezes_on(self, day):
        """Ids of the live one and of those that wait, by going through the days (F-3, F-5)."""
        if not self.freezes:
            return set(), set()
        live, until, queue = None, None, []
        now = min(each["served_on"] for each in self.freezes)
        while now <= day:
            if live is not None and until < now:
                live = None
            arriving = [each for each in self.freezes if each["served_on"] == now]
            queue += sorted(arriving, key=lambda each: each["number"])
            lifted = [each["id"] for each in self.freezes if each["lifted_on"] == now]
            while True:
                queue = [each for each in queue if each["id"] not in lifted]
                if live is not None and live["id"] in lifted:
                    live = None
                if live is not None or not queue:
                    break
                live = queue.pop(0)
                until = months_later(now, live["months"])
            now += timedelta(1)
        return {live["id"]} if live else set(), {each["id"] for each in queue}

    def is_frozen(self, day):
        return bool(self.freezes_on(day)[0])

    # Who must agree

    def consented(self, day, giver, role, act, *, to, kind=None):
        """The consents that cover it; one that a completed transfer rests on is used up (B-7)."""
        fates = self.fates() if act == "transfer" else {}
        done = [each for each in self.contracts if fates.get(each["id"], ("", 0))[0] == "completed"]
        used = {id_ for contract in done for id_ in contract["consents"]}
        return [
            each for each in self.consents
            if (each["giver"], each["role"], each["act"]) == (giver, role, act)
            and each["id"] not in used
            and each["on"] <= day
            and (each["withdrawn_on"] is None or each["withdrawn_on"] > day)
            and (kind is None or kind in (each["kinds"] or ["ordinary"]))
            and (to in each["to"] or (not each["to"] and role == "coowner"))
        ]  # fmt: skip

    def contract(self, act, today):
        """It is signed; it rests on the first consent of each owner and pledgee, one with a route before."""
        asked = [(pledge["bank"], "pledgee") for pledge in self.pledges_on(today)]
        asked += [(name, "coowner") for name in self.owners_on(today)]
        rests_on = []
        for name, role in asked:
            given = self.consented(today, name, role, "transfer", to=act["to"])
            first = [each["id"] for each in given if each["proceeds"]] or [each["id"] for each in given]
            rests_on += first[:1]
        self.contracts.append({**act, "consents": rests_on})

    def coowners_missing(self, day, acting, act, to, kind=None):
        others = [name for name in self.owners_on(day) if name not in acting]
        asked = others if len(self.owners_on(day)) > 1 else []
        return any(not self.consented(day, name, "coowner", act, to=to, kind=kind) for name in asked)

    def pledgees_missing(self, day, act, to, kind=None):
        """Codes where a pledgee did not consent, or nobody says where the price goes (CC 444)."""
        found = set()
        for pledge in self.pledges_on(day):
            given = self.consented(day, pledge["bank"], "pledgee", act, to=to, kind=kind)
            if not given:
                found.add("PLEDGEE_CONSENT_MISSING")
            elif not any(each["proceeds"] for each in given):
                found.add("PROCEEDS_ROUTE_MISSING")
        return found

    # What is answered to an act

    def transfer(self, act, today):
        """Codes that refuse, codes that hold."""
        refused, held = set(), set()
        for day in {act["on"], today}:
            if self.is_frozen(day):
                refused.add("ASSET_FROZEN")
            if act["by"] not in self.owners_on(day):
                refused.add("NOT_OWNER_OF_RECORD")
        if self.coowners_missing(today, (act["by"], act["to"]), "transfer", act["to"]):
            refused.add("COOWNER_CONSENT_MISSING")
        refused |= self.pledgees_missing(today, "transfer", act["to"])
        if self.pending_on(today):
            held.add("COMPETING_TRANSFER")
        certified = any(on <= today <= until for on, until in self.certificates)
        if act["to"] == ABROAD and self.kind == "patent" and not certified:
            held.add("EXPORT_CERT_MISSING")
        return refused, held

    def license(self, act, today):
        refused = set()
        if act["by"] not in self.owners_on(today):
            refused.add("GRANTOR_NOT_ENTITLED")
        if self.is_frozen(today):
            refused.add("ASSET_FROZEN")
        if act["kind"] != "ordinary" and self.coowners_missing(
            today, (act["by"],), "license", act["to"], act["kind"]
        ):
            refused.add("COOWNER_CONSENT_MISSING")
        refused |= self.pledgees_missing(today, "license", act["to"], act["kind"])
        for other in self.in_the_way(act):
            if other["kind"] != "ordinary":
                refused.add("LICENCE_CONFLICT_EXCLUSIVE")
            elif other["id"] not in act["subject_to"]:
                refused.add("LICENCE_CONFLICT_PRIOR_ORDINARY")
        return refused

    def in_the_way(self, act):
        """Licenses that meet it in acts, place, field and time, where either excludes others (L-5)."""
        for other in self.licenses:
            last = other["until"]
            if other["ended_on"] is not None:
                last = min(last, other["ended_on"] - timedelta(1))
            meets = other["from"] <= act["until"] and act["from"] <= last
            excludes = "ordinary" not in (other["kind"], act["kind"]) or other["kind"] != act["kind"]
            if meets and excludes and other["cells"] & act["cells"]:
                yield other

    def pledge(self, act, today):
        refused = set()
        if act["by"] not in self.owners_on(today):
            refused.add("PLEDGE_NOT_PATENTEE" if self.kind == "patent" else "PLEDGE_NOT_OWNER")
        if self.is_frozen(today):
            refused.add("ASSET_FROZEN")
        if self.coowners_missing(today, (act["by"],), "pledge", act["bank"]):
            refused.add("COOWNER_CONSENT_MISSING")
        if self.kind == "patent" and self.pledges_on(today):
            refused.add("PLEDGE_ALREADY_REGISTERED")
        return refused

    def application(self, contract, today):
        refused = self.pledge(contract, today)
        if any(each["contract"] == contract["id"] for each in self.pledges_on(today)):
            refused.add("PLEDGE_ALREADY_REGISTERED")
        return refused

    def consent(self, act, today):
        if act["role"] == "coowner":
            entitled = set(self.owners_on(today))
        else:
            entitled = {each["bank"] for each in self.pledges_on(today)}
        return set() if act["giver"] in entitled else {"GRANTOR_NOT_ENTITLED"}

    # What happens

    def again(self, today):
        """Held acts are put to the same rules once more, in their order: id and verdict of each set free."""
        for act in [each for each in self.held if each["state"] == "held" and today <= each["until"]]:
            refused, held = self.transfer(act, today)
            if not refused and not held:
                act["state"] = "activated"
                self.contract(act, today)
                yield act["id"], "accepted"
            elif not held:
                act["state"] = "refused"
                yield act["id"], "refused"
