"""Words to tell a right's history with, in given–when–then tests.

A `Recording` is what a register recorded under one number. `entries_of` gives them positions, digests and
links by the ledger's own code; `told` folds them, `seen` views the statement on a day.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from ledger import chain
from ledger.entry import Draft, EntryClass, Source, parse
from ledger.facts.base import Fact, record_id
from ledger.facts.corrections import RecordingCorrected, RecordingNoted
from ledger.facts.freezes import FreezeImposed, FreezeLifted
from ledger.facts.licenses import (
    LicenseChanged,
    LicenseEnded,
    LicenseOffered,
    LicenseOfferWithdrawn,
    LicenseRecorded,
)
from ledger.facts.pledges import PledgeAssigned, PledgeChanged, PledgeRegistered, PledgeReleased
from ledger.facts.registrations import RightDescribed, RightRegistered
from ledger.facts.transfers import PartyRenamed, TransferRegistered, TransmissionRegistered
from ledger.statement import fold
from ledger.statement.view import view

RIGHT = "US:patent:15145443"
OTHER = "US:patent:15145543"
CN = "CN:patent:201810200002.3"
SALT = "AAAAAAAAAAAAAAAAAAAAAA"
TODAY = date(2026, 1, 1)


@dataclass(frozen=True)
class Recording:
    """One fact under one number of one register."""

    number: str
    fact: Fact
    register: str = "USPTO"
    by: EntryClass = EntryClass.PARTY

    @property
    def draft(self):
        """The entry to be."""
        return Draft(
            type=self.fact.TYPE,
            type_v=self.fact.VERSION,
            entry_class=self.by,
            subjects=self.fact.tags(),
            effective_at=self.fact.effective_on or "2020-01-01",
            actor="importer",
            command_id=f"{self.register} {self.number}",
            data=self.fact.as_data(),
            salt=SALT,
            source=Source(self.register, self.number, "ab" * 32, "application/xml"),
        )


def by_authority(recording, register="CNIPA"):
    """The same, as the word of a register that examines (N-1)."""
    return replace(recording, by=EntryClass.AUTHORITY, register=register)


def parties(names):
    """`"A"`, `["A", "B"]` or `{"A": (1, 2)}` as parties with or without shares."""
    if isinstance(names, str):
        names = [names]
    if isinstance(names, dict):
        return tuple({"name": name, "share": share} for name, share in names.items())
    return tuple({"name": name} for name in names)


def described(number="d", right=RIGHT, *, first=True, **members):
    for member in ("holders", "inventors"):
        if member in members:
            members[member] = parties(members[member])
    kind = RightRegistered if first else RightDescribed
    return Recording(number, kind(rights=(right,), **members))


def transfer(number, grantors, grantees, on, recorded=None, *, rights=(RIGHT,), **members):
    return Recording(
        number,
        TransferRegistered(
            rights=rights, grantors=parties(grantors), grantees=parties(grantees),
            executed_on=on, registered_on=recorded or on, **members,
        ),
    )  # fmt: skip


def merger(number, grantors, grantees, on, recorded=None, *, rights=(RIGHT,), cause="merger"):
    return Recording(
        number,
        TransmissionRegistered(
            rights=rights, grantors=parties(grantors), grantees=parties(grantees),
            executed_on=on, registered_on=recorded or on, cause=cause,
        ),
    )  # fmt: skip


def rename(number, old, new, on, recorded=None, *, rights=(RIGHT,)):
    return Recording(
        number,
        PartyRenamed(
            rights=rights, grantors=parties(old), grantees=parties(new),
            executed_on=on, registered_on=recorded or on,
        ),
    )  # fmt: skip


def pledge_id(number, register="USPTO"):
    return record_id("pld", register, number)


def pledge(number, pledgors, pledgees, on, recorded=None, *, rights=(RIGHT,), register="USPTO", **members):
    return Recording(
        number,
        PledgeRegistered(
            rights=rights, pledge=pledge_id(number, register), pledgors=parties(pledgors),
            pledgees=parties(pledgees), executed_on=on, registered_on=recorded or on, **members,
        ),
        register=register,
    )  # fmt: skip


def release(number, releasors, beneficiaries, on, of=(), *, rights=(RIGHT,), register="USPTO", **members):
    return Recording(
        number,
        PledgeReleased(
            rights=rights, releasors=parties(releasors), beneficiaries=parties(beneficiaries),
            pledges=tuple(pledge_id(name, register) for name in of), references=tuple(of),
            registered_on=on, **members,
        ),
        register=register,
    )  # fmt: skip


def pledge_assignment(number, grantors, grantees, on, of=(), *, rights=(RIGHT,)):
    return Recording(
        number,
        PledgeAssigned(
            rights=rights, grantors=parties(grantors), grantees=parties(grantees), registered_on=on,
            pledges=tuple(pledge_id(name) for name in of), references=tuple(of),
        ),
    )  # fmt: skip


def pledge_change(number, of, on, *, item="amount", before="1", after="2", register="CNIPA"):
    fact = PledgeChanged(
        rights=(RIGHT,), pledge=pledge_id(of, register), registered_on=on,
        item=item, before=before, after=after,
    )  # fmt: skip
    return Recording(number, fact, register=register, by=EntryClass.AUTHORITY)


def correction(number, corrects, on, grantors=(), grantees=(), *, rights=(RIGHT,), **members):
    return Recording(
        number,
        RecordingCorrected(
            rights=rights, corrects=corrects, registered_on=on, grantors=parties(grantors),
            grantees=parties(grantees), **members,
        ),
    )  # fmt: skip


def note(number, code, on, *, unknown=True, text=None):
    fact = RecordingNoted(rights=(RIGHT,), code=code, registered_on=on, unknown=unknown, text=text)
    return Recording(number, fact)


def license_id(number):
    return record_id("lic", "CNIPA", number)


def license_(number, licensors, licensees, on, kind=None):
    fact = LicenseRecorded(
        rights=(RIGHT,), license=license_id(number), licensors=parties(licensors),
        licensees=parties(licensees), registered_on=on, license_kind=kind,
    )  # fmt: skip
    return by_authority(Recording(number, fact))


def license_end(number, of, on):
    fact = LicenseEnded(rights=(RIGHT,), license=license_id(of), registered_on=on)
    return by_authority(Recording(number, fact))


def license_change(number, of, on, after):
    fact = LicenseChanged(
        rights=(RIGHT,), license=license_id(of), registered_on=on, item="licensee", before="L", after=after
    )
    return by_authority(Recording(number, fact))


def offer(number, on):
    return by_authority(
        Recording(number, LicenseOffered(rights=(RIGHT,), license=license_id(number), registered_on=on))
    )


def offer_withdrawn(number, of, on):
    return by_authority(
        Recording(number, LicenseOfferWithdrawn(rights=(RIGHT,), license=license_id(of), registered_on=on))
    )


def freeze_id(number):
    return record_id("frz", "CNIPA", number)


def freeze(number, court, served, until=None, **members):
    fact = FreezeImposed(
        rights=(RIGHT,), freeze=freeze_id(number), authorities=parties(court), effective_from=served,
        until=until, **members,
    )  # fmt: skip
    return by_authority(Recording(number, fact))


def freeze_lift(number, on, of=None):
    fact = FreezeLifted(rights=(RIGHT,), freeze=of and freeze_id(of), registered_on=on)
    return by_authority(Recording(number, fact))


def status(number, fact, effective, recorded=None, right=RIGHT, **members):
    event = fact(rights=(right,), effective_from=effective, registered_on=recorded or effective, **members)
    return by_authority(Recording(number, event))


def entries_of(recordings):
    """The recordings as entries of a ledger, in this order, linked per right."""
    heads, entries = {}, []
    for position, recording in enumerate(recordings, 1):
        draft = recording.draft
        links = [[right, *heads.get(right, (1, chain.NO_PREVIOUS))] for right in draft.assets]
        raw = draft.encode(links, datetime(2026, 1, 1, tzinfo=UTC))
        for right, seq, _ in links:
            heads[right] = (seq + 1, chain.entry_digest(raw).hex())
        entries.append(parse(raw, position))
    return entries


def told(*recordings, right=RIGHT):
    """The statement of `right` after these recordings."""
    return fold(right, [entry for entry in entries_of(recordings) if right in entry.asset_ids])


def seen(*recordings, as_of=TODAY, right=RIGHT, include_ended=False):
    """What is answered about `right` on a day."""
    day = date.fromisoformat(as_of) if isinstance(as_of, str) else as_of
    return view(told(*recordings, right=right), day, include_ended=include_ended)


def owners(answer):
    """Names and shares, `{"A": "1/2"}`."""
    return {
        owner["name"]: "/".join(map(str, owner["share"])) if owner["share"] != [1, 1] else "1"
        for owner in answer["owners"]
    }


def standing(answer):
    """References of what stands, with rank."""
    return {item["reference"]: item["rank"] for item in answer["encumbrances"]}


def flags(answer):
    """Codes of the flags, in the order shown."""
    return [flag["code"] for flag in answer["flags"]]
