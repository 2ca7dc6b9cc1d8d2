"""S01, S02, S04, S05, S06, S20: what a right is, who owns it, and when title passes."""

from tests.ledger.rules.desk import DIGEST, P1, P2, P3, T1, T2, right
from tests.ledger.rules.licensing import consent, paper
from tests.ledger.rules.pledging import mark, money, similar
from tests.scenarios.telling import Story, given, held, on, then, when
from tests.scenarios.words import A, B, K, entered, patent, pledged, signing, transfer, waiver

US_1, US_2, US_3, US_4 = (f"US:patent:1514544{digit}" for digit in range(4))


def registration(id_):
    return {
        "command": "register_right", "rights": [id_], "owners": [{"name": A}], "filed_on": "2015-03-10",
        "granted_on": "2017-01-03", "extract_on": "2024-01-05",
        "source": {"register": "CNIPA", "number": "副本 2024-000001", "digest": DIGEST},
    }  # fmt: skip


S01 = Story(
    "S01",
    "a number with a wrong check digit is refused; the right one gives the last day in force",
    on("2024-01-10"),
    when(registration("CN:patent:201510100001.7"), "ASSET_ID_INVALID"),
    when(registration(P1)),
    then(P1, "2024-01-10", owners=[A], status="IN_FORCE", holds={"/expires_on": "2035-03-09"}),
    then(P1, "2035-03-09", status="IN_FORCE"),
    then(P1, "2035-03-10", status="EXPIRED"),
)

S02 = Story(
    "S02",
    "the owner changes with the register's entry, not with the contract",
    on("2024-03-01"),
    given(patent(P2), waiver(P2, "2024-03-01")),
    when(transfer(P2, A, B, "2024-03-01")),
    on("2024-03-28"),
    when(entered("20240328001", P2, A, B, "2024-03-28", executed_on="2024-03-01")),
    then(P2, "2024-03-15", owners=[A], transfers=[B]),
    then(P2, "2024-03-15", known="2024-03-01", owners=[A], transfers=[B]),
    then(P2, "2024-03-28", owners=[B], transfers=[], flags=[]),
    then(P2, "2024-03-28", known="2024-03-01", owners=[A], transfers=[B]),
)

S04 = Story(
    "S04",
    "a pledged right does not go without its pledgee; with consent it is pending and the pledge continues",
    on("2023-06-01"),
    given(patent(P1), waiver(P1, "2023-06-01"), pledged("Y1", P1, "2023-06-01")),
    on("2024-03-05"),
    when(
        transfer(P1, A, B, "2024-03-05", price=money(3_000_000)),
        "PLEDGEE_CONSENT_MISSING",
        missing=["consent"],
    ),
    when(
        consent(
            K, "pledgee", "transfer", rights=P1, on="2024-03-05", to=[{"name": B}], proceeds="escrow",
            consent="cns_k",
        )
    ),
    when(transfer(P1, A, B, "2024-03-05", price=money(3_000_000))),
    then(
        P1, "2024-03-05", owners=[A], transfers=[B], ranks={"Y1": 1}, states={"Y1": "registered"},
        shows={
            "/transfer_pending/0/consents/0/consent": "cns_k",
            "/transfer_pending/0/consents/0/proceeds": "escrow",
            "/transfer_pending/0/consents/0/disposition": "continues",
        },
        holds={"/transfers/0/price": money(3_000_000)},
    ),
    on("2024-04-10"),
    when(entered("1", P1, A, B, "2024-04-10")),
    then(P1, "2024-04-10", owners=[B], ranks={"Y1": 1}, flags=[]),
    then(P1, "2024-04-10", known="2024-03-05", owners=[A], transfers=[B]),
)  # fmt: skip


def abroad(id_, **members):
    buyer = {
        "name": "US Co",
        "signed_on": "2024-04-01",
        "attributes": {"seat": "foreign", "kind": "legal_person"},
    }
    return transfer(id_, signing(A, "2024-04-01"), buyer, "2024-04-01", **members)


S05 = Story(
    "S05",
    "free technology waits for its export certificate and passes with the register; a design needs none",
    on("2024-04-02"),
    given(patent(P1), waiver(P1, "2024-04-01"), patent(P3), waiver(P3, "2024-04-01")),
    held(
        abroad(P1, export_class="free", command_id="out"),
        "EXPORT_CERT_MISSING",
        missing=["export_certificate"],
    ),
    then(P1, "2024-04-02", owners=[A], transfers=[], holds={"/held/0/state": "held"}),
    when(abroad(P3)),
    then(P3, "2024-04-02", owners=[A], transfers=["US Co"]),
    on("2024-04-20"),
    when(paper("export_certificate", rights=P1, on="2024-04-20", sha256=DIGEST), frees=["out"]),
    then(P1, "2024-04-20", owners=[A], transfers=["US Co"], holds={"/held/0/state": "activated"}),
    on("2024-05-10"),
    when(entered("1", P1, A, "US Co", "2024-05-10")),
    then(P1, "2024-05-09", owners=[A], transfers=["US Co"]),
    then(P1, "2024-05-10", owners=["US Co"], transfers=[], shows={"/owners/0/since": "2024-05-10"}),
    then(P1, "2024-05-10", known="2024-04-02", owners=[A], transfers=[]),
)

S06 = Story(
    "S06",
    "a mark goes with the similar one, on the day of announcement and not of approval",
    on("2024-03-05"),
    given(mark(T1), mark(T2), similar(T1, T2)),
    when(transfer(T1, A, B, "2024-03-05"), "SIMILAR_MARKS_NOT_BUNDLED"),
    when(transfer([T1, T2], A, B, "2024-03-05")),
    on("2024-06-01"),
    when(entered("approved", [T1, T2], A, B, "2024-06-01")),
    then(
        T1, "2024-06-01", owners=[A], transfers=[B], shows={"/transfer_pending/0/approved_on": "2024-06-01"}
    ),
    on("2024-06-27"),
    when(entered("announced", [T1, T2], A, B, "2024-06-27", effective_from="2024-06-27")),
    then(T1, "2024-06-26", owners=[A], transfers=[B]),
    then(T2, "2024-06-26", owners=[A], transfers=[B]),
    then(T1, "2024-06-27", owners=[B], transfers=[]),
    then(T2, "2024-06-27", owners=[B], transfers=[]),
)


def recorded(number, id_, to, signed, day):
    return entered(number, id_, "A Corp", to, day, register="USPTO", executed_on=signed)


def in_good_faith(registry, number, id_):
    return {
        "command": "qualify_conveyance", "rights": [id_], "by": {"name": "C Corp"}, "registry": registry,
        "number": number, "for_value": True, "without_notice": True,
    }  # fmt: skip


def unrecorded(id_):
    return {
        "command": "contract_transfer", "rights": [id_], "executed_on": "2023-03-01", "document": DIGEST,
        "grantors": [{"name": "A Corp", "signed_on": "2023-03-01"}],
        "grantees": [{"name": "C Corp", "signed_on": "2023-03-01"}], "transfer": "trf_c",
    }  # fmt: skip


def us_patents(*ids):
    return [right(id_, "A Corp", filed_on="2016-05-03", granted_on="2018-06-19") for id_ in ids]


S20 = Story(
    "S20",
    "of two US conveyances the earlier prevails if recorded in time, else the later in good faith",
    on("2023-03-01"),
    given(*us_patents(US_1, US_2, US_3)),
    when(unrecorded(US_3)),
    on("2023-03-02"),
    given(
        recorded("070001/0001", US_1, "C Corp", "2023-03-01", "2023-03-02"),
        recorded("070002/0001", US_2, "C Corp", "2023-03-01", "2023-03-02"),
    ),
    on("2023-04-10"),
    given(recorded("070003/0001", US_1, "B Corp", "2023-01-10", "2023-04-10")),
    on("2023-04-11"),
    given(
        recorded("070004/0001", US_2, "B Corp", "2023-01-10", "2023-04-11"),
        recorded("070005/0001", US_3, "B Corp", "2023-01-10", "2023-04-11"),
    ),
    given(
        in_good_faith("USPTO", "070001/0001", US_1),
        in_good_faith("USPTO", "070002/0001", US_2),
        in_good_faith("LEDGER", "trf_c", US_3),
    ),
    *(
        then(
            id_, "2023-04-11",
            shows={
                "/priority/0/prevails": prevails, "/priority/0/deadline": "2023-04-10",
                "/priority/0/earlier/to": ["B Corp"], "/priority/0/later/to": ["C Corp"],
                "/priority/0/law": "35 USC 261",
            },
        )
        for id_, prevails in ((US_1, "earlier"), (US_2, "later"), (US_3, "later"))
    ),
)  # fmt: skip

STORIES = (S01, S02, S04, S05, S06, S20)
