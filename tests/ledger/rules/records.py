"""A desk whose facts become entries with bytes and digests, as the ledger records them (K-1, K-7).

desk = RecordingDesk("2024-06-21")
desk.report("CNIPA", "1", "pledge.registered", …)
desk.submit(command="correct_act", target=desk.target(P1, "pledge.registered"), …)
desk.known_at(position, P1)
"""

from datetime import UTC, date, datetime, timedelta

from ledger import chain
from ledger.entry import Draft, EntryClass, Source, parse
from ledger.statement import fold, read
from ledger.statement.view import view
from tests.ledger.rules.desk import DIGEST, Desk

SALT = "AAAAAAAAAAAAAAAAAAAAAA"


class RecordingDesk(Desk):
    """`entries` are those of all rights, by position."""

    def __init__(self, today, policy=None):
        super().__init__(today, policy)
        self.entries = {}
        self._heads = {}

    def submit(self, command=None, /, **members):
        decision = super().submit(command, **members)
        self._record()
        return decision

    def target(self, right, type_, *, nth=-1):
        """Position and digest of the last entry of a type on a right, or of the nth."""
        found = [item.record for item in self.situation.rights[right].recorded if type_ == item.fact.TYPE]
        return {"position": found[nth].position, "digest": found[nth].digest}

    def known_at(self, position, right):
        """The statement of a right from the entries up to a position."""
        known = [entry for place, entry in sorted(self.entries.items()) if place <= position]
        return fold(right, [entry for entry in known if right in entry.asset_ids])

    def answered(self, right, as_of, known_at):
        """The answer about a right on a day, as known at a position."""
        return view(self.known_at(known_at, right), date.fromisoformat(as_of))

    @property
    def position(self):
        """The last one."""
        return max(self.entries)

    def _record(self):
        """Give every new fact its bytes, as the store would."""
        new = {
            item.record.position: item
            for state in self.situation.rights.values()
            for item in state.recorded
            if item.record.digest is None
        }
        for position, item in sorted(new.items()):
            record, fact = item.record, item.fact
            draft = Draft(
                type=fact.TYPE,
                type_v=fact.VERSION,
                entry_class=EntryClass.AUTHORITY if record.authority else EntryClass.PARTY,
                subjects=fact.tags(),
                effective_at=record.effective_on,
                actor="desk",
                command_id=f"c-{position}",
                data=fact.as_data(),
                salt=SALT,
                source=Source(record.register, record.number, DIGEST, "application/json"),
            )
            links = [[right, *self._heads.get(right, (1, chain.NO_PREVIOUS))] for right in draft.assets]
            moment = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=position)
            raw = draft.encode(links, moment)
            for right, seq, _ in links:
                self._heads[right] = (seq + 1, chain.entry_digest(raw).hex())
            entry = self.entries[position] = parse(raw, position)
            recorded = read(entry)
            for right in draft.assets:
                items = self.situation.rights[right].recorded
                place = next(i for i, each in enumerate(items) if each.record.position == position)
                items[place] = recorded
