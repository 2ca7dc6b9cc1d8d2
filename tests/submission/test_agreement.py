"""What was foreseen is what was written: for any commands, in any order, singly or together."""

from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger import canonical
from ledger.rules.docket import rule_on
from ledger.rules.form import Submitted, parse
from ledger.statement import fold
from ledger.store.audit import audit
from ledger.submission import Given
from ledger.submission.reading import read_for
from tests.ledger.rules.desk import report
from tests.submission.commands import consent, paper, registration
from tests.submission.deals import DEALS, deal

_numbers = count(1)


def forms(rights):
    """Commands on some rights, without their ids."""
    right = st.sampled_from(rights)
    some = st.lists(right, min_size=1, max_size=2, unique=True)
    needs = st.sampled_from((None, "approval", "approval"))
    return st.one_of(
        right.map(registration),
        st.builds(
            lambda right, day: consent("", right, given_on=day),
            right,
            st.sampled_from(("2024-01-09", "2024-05-06")),
        ),
        right.map(lambda right: paper("", right, kind="approval")),
        st.builds(
            lambda some, needs, sole, risky: deal("", *some, needs=needs, sole=sole, risky=risky),
            some, needs, st.booleans(), st.booleans(),
        ),
        right.map(lapse),
        right.map(withdrawal),
    )  # fmt: skip


def lapse(right):
    return report("CNIPA", "G-1", "right.lapsed", rights=right, effective_from="2024-05-01")


def withdrawal(right):
    return {"command": "withdraw_act", "rights": [right], "act": "?", "by": {"name": "甲公司"}}


def numbered(command, turn, earlier):
    """With an id of its own; a withdrawal is of an act handed in before."""
    told = {**command, "command_id": f"c{turn}-{next(_numbers)}"}
    if told["command"] == "withdraw_act":
        told["act"] = earlier[-1]["command_id"] if earlier else "none"
    return {name: value for name, value in told.items() if value is not None}


def test_the_store_holds_what_the_situation_foresaw(desk, ledger, clock):
    seen = set()

    @settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(data=st.data())
    def agree(data):
        turn = next(_numbers)
        rights = [f"CN:software:2021SR{2 * turn + each:07d}" for each in range(2)]
        lists = data.draw(st.lists(st.lists(forms(rights), min_size=1, max_size=6), min_size=2, max_size=3))
        desk.submit(
            Given(tuple(registration(right, f"r{turn}-{place}") for place, right in enumerate(rights)))
        )
        held = deal("", rights[0], needs="approval")
        earlier = []
        for each in [[held], *lists, [paper("", rights[0], kind="approval")]]:
            atomic = each[0] is not held and data.draw(st.booleans())
            told = []
            for form in each:
                told.append(numbered(form, turn, [*earlier, *told]))
            earlier += told
            foreseen, situation = foresee(ledger, clock, told, atomic=atomic)
            answers = desk.submit(Given(tuple(told), listed=True, atomic=atomic))
            seen.update(answer["decision"] for answer in answers)
            seen.update("freed" for answer in answers if answer["acts"])
            assert [answer["decision"] for answer in answers] == foreseen
            for right in situation.rights:
                entries = (stored.parse() for stored in ledger.reader.asset_entries(right))
                assert canonical.encode(fold(right, entries)) == canonical.encode(situation.statement(right))

    agree()
    assert seen >= {"accepted", "refused", "held", "freed"}
    assert audit(ledger).finding is None


def foresee(store, clock, told, *, atomic):
    """The decisions and the situation after them, by the rules alone."""
    submitted = [parse(each, DEALS) for each in told]
    commands = [each.command for each in submitted if isinstance(each, Submitted)]
    before = read_for(commands, store.reader, clock(), DEALS).situation
    decided, after = [], before
    for each in submitted:
        rulings, after = rule_on(each, after, DEALS) if isinstance(each, Submitted) else ([], after)
        decided.append(rulings[0].decision.verdict.value if rulings else "refused")
    if atomic and set(decided) != {"accepted"}:
        return ["refused"] * len(decided), before
    return decided, after
