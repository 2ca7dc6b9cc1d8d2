"""Corrections, retractions and reversals of entries, in histories of every kind (K-1, K-4 to K-7)."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import canonical, facts
from ledger.entry import EntryClass
from ledger.facts.acts import ActDropped, ActHeld, ActReported, FlagsRaised, MissingItem, WarningRaised
from ledger.facts.corrections import UNCORRECTABLE, EntryCorrected, EntryRetracted, EntryReversed
from ledger.statement import State, document, fold
from ledger.statement.amendments import EXECUTED, place_of, standing
from ledger.statement.view import view
from tests.ledger.statement.histories import RIGHT, Recording, entries_of, pledge, pledge_id, told, transfer
from tests.ledger.statement.test_properties import DAYS, histories

NOBODY = "00" * 32
ASKED = [date(2020, 1, 1), date(2024, 3, 1), date(2030, 1, 1)]


def target(position):
    return {"position": position, "digest": NOBODY}


def answering(kind, number, position, **members):
    fact = kind(rights=(RIGHT,), target=target(position), reason="x", **members)
    return Recording(number, fact, register="COURT", by=EntryClass.AUTHORITY)


def corrected(number, position, fact, **members):
    return answering(
        EntryCorrected, number, position, cause="clerical", restates=fact.TYPE, data=fact.as_data(), **members
    )  # fmt: skip


def acts_on(number, day):
    """What becomes of acts, beside what registers say."""
    shared = {"rights": (RIGHT,), "act": "a"}
    text = '{"command":"x"}'
    missing = (MissingItem(code="EXPORT_CERT_MISSING", item="export_certificate"),)
    warned = (WarningRaised(code="STALE_EXTRACT", rule="A-10"),)
    facts = [
        ActHeld(**shared, command=text, missing=missing, held_on=day, until="2024-01-01"),
        ActDropped(**shared, cause="withdrawn", on=day),
        ActReported(**shared, command=text, codes=("ASSET_FROZEN",), document=NOBODY, happened_on=day),
        FlagsRaised(**shared, flags=warned, since=day),
    ]
    return [Recording(number, fact, register="LEDGER") for fact in facts]


@st.composite
def amended(draw):
    """A history in which any entry may be answered by later ones, also those that answer."""
    history = draw(histories())
    for number in range(draw(st.integers(1, 6))):
        position = draw(st.integers(1, len(history) + 2))
        named = f"9/{number:04}"
        fact = history[position - 1].fact if position <= len(history) else None
        restatable = fact is not None and fact.TYPE.partition(".")[0] not in UNCORRECTABLE
        made = draw(st.sampled_from(["retract", "reverse", "correct", "act"]))
        if made == "act":
            history.append(draw(st.sampled_from(acts_on(named, draw(DAYS)))))
        elif made == "correct" and restatable and RIGHT in fact.rights:
            day = draw(DAYS)
            moved = fact.model_copy(update={"registered_on": day} if "registered_on" in vars(fact) else {})
            history.append(corrected(named, position, moved))
        else:
            kind = EntryReversed if made == "reverse" else EntryRetracted
            history.append(answering(kind, named, position))
    return history


def of_right(history):
    return [entry for entry in entries_of(history) if RIGHT in entry.asset_ids]


@given(amended())
@settings(max_examples=200, deadline=None)
def test_what_was_answered_at_a_position_is_answered_for_ever_with_its_flags(history):
    """K-7: a ledger asked after every entry gives the answers that each prefix gives when all is known."""
    entries = of_right(history)
    state, given_then = State(RIGHT), []
    for entry in entries:
        state.evolve(entry)
        statement = document(state)
        given_then.append(
            (canonical.encode(statement), [view(statement, day, include_ended=True) for day in ASKED])
        )
    for count, (text, answers) in enumerate(given_then, 1):
        again = fold(RIGHT, entries[:count])
        assert canonical.encode(again) == text
        assert [view(again, day, include_ended=True) for day in ASKED] == answers


@given(amended())
@settings(max_examples=200, deadline=None)
def test_no_place_in_a_register_improves_by_another_word(history):
    """K-4: the answers are a court's, and nobody showed the register's certificate."""
    recorded = State(RIGHT)
    for entry in of_right(history):
        recorded.evolve(entry)
    for item in recorded.recorded:
        now = standing(recorded.recorded, item.record.position)
        if now is not None and place_of(item.fact) is not None:
            assert place_of(now.fact) >= place_of(item.fact)


@given(amended())
@settings(max_examples=200, deadline=None)
def test_nothing_is_answered_for_but_by_an_entry_that_stands_later(history):
    for told_of in fold(RIGHT, of_right(history)).get("corrections", []):
        assert all(position > told_of["entry"] for position in told_of["entries"])
        assert told_of["state"] in {"corrected", "void", "executed"}


SOLD = transfer("1/0001", "A", "B", "2020-01-01")
PLEDGED = pledge("1/0002", "B", "BANK", "2020-02-01")


def test_an_entry_that_answers_nothing_on_this_right_is_flagged():
    (flag,) = [
        each for each in told(SOLD, answering(EntryReversed, "2", 9))["flags"] if "CORR" in each["code"]
    ]
    assert flag["code"] == "CORRECTION_CYCLE"
    elsewhere = told(SOLD, PLEDGED, corrected("2", 1, PLEDGED.fact))
    assert "TARGET_UNKNOWN" in [each["code"] for each in elsewhere["flags"]]
    assert "corrections" not in elsewhere


def test_what_a_void_pledge_was_assigned_or_released_by_is_listed():
    from tests.ledger.statement.histories import pledge_assignment, release

    history = (
        PLEDGED,
        pledge_assignment("1/0003", "BANK", "OTHER", "2020-03-01", of=["1/0002"]),
        release("1/0004", "X", "B", "2020-03-01", of=["9/9999"]),
        answering(EntryReversed, "2", 1),
    )
    flags = [each for each in told(*history)["flags"] if each["code"] == "DEPENDS_ON_VOID"]
    assert [each["data"]["reference"] for each in flags] == ["1/0003"]
    assert told(*history)["encumbrances"] == []


def test_a_restated_pledge_keeps_its_number_and_names_what_restated_it():
    fact = PLEDGED.fact.model_copy(update={"registered_on": "2020-05-01"})
    (item,) = told(PLEDGED, corrected("2", 1, fact))["encumbrances"]
    assert (item["id"], item["reference"], item["registered_on"]) == (
        pledge_id("1/0002"), "1/0002", "2020-05-01",
    )  # fmt: skip
    assert item["entries"] == [1, 2]


def test_what_was_carried_out_is_told_by_facts_that_exist():
    """K-9: a type that is renamed would silently become correctable."""
    assert {name for name, _ in facts.REGISTRY} >= EXECUTED
