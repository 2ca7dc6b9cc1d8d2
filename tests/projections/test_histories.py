"""The read tables equal the fold for every right: on random histories, and on real registers' reports."""

from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.entry import EntryClass
from ledger.facts import corrections, freezes, licenses, pledges, registrations, status, transfers
from ledger.importing import Importer
from ledger.registers import cnipa, dpma, inpadoc, uspto
from projections import batches, catch_up, rebuild
from tests.projections.ledgers import append, assert_equals_fold, contents, draft

HERE = Path(__file__).parents[1] / "data" / "registers"
SHARED = Path(__file__).parents[3] / "shared" / "data"
READERS = {
    "uspto": uspto.read,
    "uspto-assignment-search-xml": uspto.read,
    "uspto-padx-xml": uspto.read,
    "uspto-odp-assignment-json": uspto.read,
    "epo-ops-legal-xml": inpadoc.read,
    "cnipa-prs-format": cnipa.read,
    "dpma-register-xml": dpma.read,
}

_first_numbers = count(20_000_000, 10)

names = st.sampled_from(
    ["Ann", "ANN", "Ben", "Wells LLC", "Wells, L.L.C.", "北京某某公司", "First Bank, as agent"]
)
parties = st.lists(names, min_size=1, max_size=2).map(lambda chosen: tuple({"name": name} for name in chosen))
days = st.integers(0, 40).map(lambda index: f"20{10 + index // 4}-0{1 + index % 4}-01")
references = st.integers(1, 4).map(lambda index: f"00000{index}/0001")
ids = st.integers(1, 3)


@st.composite
def facts(draw, rights):
    """One fact of any family, on one or more of `rights`."""
    on = tuple(draw(st.lists(st.sampled_from(rights), min_size=1, max_size=3, unique=True)))
    one, other = draw(parties), draw(parties)
    day, later, reference = draw(days), draw(days), draw(references)
    pledge = f"pld_{draw(ids)}"
    conveyed = {"rights": on, "grantors": one, "grantees": other, "executed_on": day, "registered_on": later}
    dated = {"rights": on, "registered_on": later}
    return draw(
        st.sampled_from(
            [
                registrations.RightDescribed(
                    rights=on[:1],
                    names=({"kind": "grant", "number": reference[:6]},),
                    title=f"泵 pump {reference}",
                    filed_on=day,
                    granted_on=later,
                    holders=one,
                    inventors=other,
                ),
                transfers.TransferRegistered(**conveyed),
                transfers.TransmissionRegistered(**conveyed, cause="merger"),
                transfers.PartyRenamed(**conveyed),
                pledges.PledgeRegistered(
                    **dated, pledge=pledge, pledgors=one, pledgees=other, executed_on=day
                ),
                pledges.PledgeAssigned(**dated, pledges=(pledge,), grantors=one, grantees=other),
                pledges.PledgeReleased(
                    rights=on[:1],
                    pledges=(pledge,),
                    references=(reference,),
                    releasors=one,
                    registered_on=later,
                    omits=on[1:],
                ),
                pledges.PledgeReleased(**dated, releasors=one, beneficiaries=other),
                licenses.LicenseRecorded(**dated, license="lic_1", licensors=one, licensees=other),
                licenses.LicenseEnded(**dated, license="lic_1", ended_on=later),
                freezes.FreezeImposed(**dated, freeze="frz_1", authorities=one, until=later),
                freezes.FreezeLifted(**dated),
                status.RightGranted(**dated),
                status.RightLapsed(**dated, cause="fee", effective_from=day),
                status.RightRestored(**dated),
                status.InvalidationBecameFinal(**dated, scope="full"),
                corrections.RecordingCorrected(**conveyed, corrects=reference),
                corrections.RecordingNoted(**dated, code="X", unknown=True),
            ]
        )
    )


@st.composite
def histories(draw):
    """Appends of one to three facts each, with the register's numbers of their recordings."""
    first = next(_first_numbers)
    rights = [f"US:patent:{first + index}" for index in range(4)]
    recorded = st.tuples(facts(rights), references, st.sampled_from([EntryClass.PARTY, EntryClass.AUTHORITY]))
    return draw(st.lists(st.lists(recorded, min_size=1, max_size=3), min_size=1, max_size=8))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories(), bounds=st.tuples(st.integers(1, 5), st.sampled_from([0, 3, 1000])))
def test_every_right_of_a_random_history_is_stored_as_its_fold(store, views, monkeypatch, history, bounds):
    """Projected after each append, in batches of any size, with states remembered or not."""
    size, kept = bounds
    monkeypatch.setattr(batches, "BATCH_ENTRIES", size)
    monkeypatch.setattr(batches, "KEPT_ENTRIES", kept)
    for recordings in history:
        append(
            store,
            *(draft(fact, number=number, entry_class=word) for fact, number, word in recordings),
        )
        assert catch_up(store).lag == 0
    assert_equals_fold(store, views)
    incremental = contents(store, views.progress().generation)
    assert contents(store, rebuild(store).generation) == incremental


@pytest.mark.parametrize("folder", [HERE, SHARED], ids=["excerpt", "shared"])
def test_every_right_of_the_registers_is_stored_as_its_fold(store, views, folder):
    """Real files, imported twice; what the second import adds (nothing) changes no row."""
    files = [
        (READERS[path.parent.name], path)
        for path in sorted(folder.rglob("*.*"))
        if path.parent.name in READERS and path.suffix in {".xml", ".json", ".csv"}
    ]
    if not files:
        assert folder == SHARED
        return
    importer = Importer(store, actor="test:import", clock=store.clock)
    for read, path in files:
        importer.run(read(path), path.name)
    reached = catch_up(store)
    assert reached.position == reached.head > len(files)
    assert_equals_fold(store, views)
    before = contents(store, reached.generation)
    for read, path in files:
        importer.run(read(path), path.name)
    catch_up(store)
    assert contents(store, reached.generation) == before
    assert contents(store, rebuild(store).generation) == before
