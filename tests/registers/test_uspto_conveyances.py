"""Every conveyance text of the real files, and what filers write besides, is understood or left alone."""

import pytest

from ledger.registers.conveyances import Conveyance, classify, reel_frame

DETAILS = " (SEE DOCUMENT FOR DETAILS)."

REAL = [
    ("ASSIGNMENT OF ASSIGNORS INTEREST (SEE DOCUMENT FOR DETAILS).", "assignment", ()),
    ("ASSIGNMENT OF ASSIGNORS INTEREST.", "assignment", ()),
    ("NUNC PRO TUNC ASSIGNMENT (SEE DOCUMENT FOR DETAILS).", "nunc_pro_tunc", ()),
    ("SECURITY INTEREST (SEE DOCUMENT FOR DETAILS).", "security_interest", ()),
    ("SECURITY AGREEMENT", "security_interest", ()),
    ("MERGER (SEE DOCUMENT FOR DETAILS).", "merger", ()),
    ("MERGER", "merger", ()),
    ("CHANGE OF NAME (SEE DOCUMENT FOR DETAILS).", "name_change", ()),
    ("CHANGE OF NAME", "name_change", ()),
    ("ASSIGNEE ADDRESS CHANGE", "address_change", ()),
    ("CHANGE OF ADDRESS", "address_change", ()),
    ("RELEASE OF SECURITY AGREEMENT (010247/0886)", "release", ("010247/0886",)),
    ("RELEASE OF SECURITY INTEREST AT REEL/FRAME NO. 49111/0583", "release", ("049111/0583",)),
    ("RELEASE OF SECURITY INTEREST AT REEL/FRAME NO. 49107/0392", "release", ("049107/0392",)),
    (
        "TERMINATION AND RELEASE OF PATENT SECURITY AGREEMENT RECORDED AT REEL 048818/FRAME 0520",
        "release",
        ("048818/0520",),
    ),
    (
        "TERMINATION AND RELEASE OF PATENT SECURITY AGREEMENT RECORDED AT REEL 048041/FRAME 0605",
        "release",
        ("048041/0605",),
    ),
]

PLAUSIBLE = [
    ("RELEASE BY SECURED PARTY (SEE DOCUMENT FOR DETAILS).", "release"),
    ("PARTIAL RELEASE", "release"),
    ("PARTIAL RELEASE OF SECURITY INTEREST IN PATENTS", "release"),
    ("RELEASE", "release"),
    ("RELEASE (SEE DOCUMENT FOR DETAILS).", "release"),
    ("PATENT RELEASE AND REASSIGNMENT", "release"),
    ("LIEN RELEASE", "release"),
    ("RELEASE OF LIEN", "release"),
    ("NOTICE OF RELEASE OF LEVY", "release"),
    ("DISCHARGE OF SECURITY INTEREST", "release"),
    ("SATISFACTION OF MORTGAGE", "release"),
    ("UCC TERMINATION STATEMENT", "release"),
    ("RELEASE OF FIRST LIEN PATENT SECURITY AGREEMENT", "release"),
    ("TERMINATION OF SECURITY", "release"),
    ("NUNC PRO TUNC RELEASE OF SECURITY INTEREST", "release"),
    ("SECURITY INTEREST RELEASE", "release"),
    ("GRANT OF SECURITY INTEREST IN UNITED STATES PATENTS", "security_interest"),
    ("CONFIRMATORY GRANT OF SECURITY INTEREST", "security_interest"),
    ("FIRST LIEN PATENT SECURITY AGREEMENT", "security_interest"),
    ("AMENDED AND RESTATED PATENT SECURITY AGREEMENT", "security_interest"),
    ("SUPPLEMENT TO SECURITY AGREEMENT", "security_interest"),
    ("SECURITY", "security_interest"),
    ("INTELLECTUAL PROPERTY SECURITY AGREEMENT SUPPLEMENT", "security_interest"),
    ("COLLATERAL ASSIGNMENT", "security_interest"),
    ("PATENT COLLATERAL ASSIGNMENT AND SECURITY AGREEMENT", "security_interest"),
    ("ASSIGNMENT OF PATENTS AND SECURITY AGREEMENT", "security_interest"),
    ("ASSIGNMENT FOR SECURITY", "security_interest"),
    ("ASSIGNMENT OF PATENTS AS SECURITY", "security_interest"),
    ("MORTGAGE", "security_interest"),
    ("PLEDGE AGREEMENT", "security_interest"),
    ("DEBENTURE", "security_interest"),
    ("DEED OF CHARGE", "security_interest"),
    ("NUNC PRO TUNC SECURITY AGREEMENT", "security_interest"),
    ("ASSIGNMENT OF SECURITY INTEREST", "pledge_assignment"),
    ("ASSIGNMENT OF SECURITY AGREEMENT", "pledge_assignment"),
    ("ASSIGNMENT AND ASSUMPTION OF SECURITY INTERESTS IN PATENTS", "pledge_assignment"),
    ("ASSIGNMENT OF SECOND LIEN PATENT SECURITY AGREEMENT", "pledge_assignment"),
    ("ASSIGNMENT OF INTELLECTUAL PROPERTY SECURITY AGREEMENT", "pledge_assignment"),
    ("SECURITY INTEREST ASSIGNMENT", "pledge_assignment"),
    ("NOTICE OF SUCCESSION OF AGENCY", "pledge_assignment"),
    ("NOTICE OF SUBSTITUTION OF ADMINISTRATIVE AGENT", "pledge_assignment"),
    ("APPOINTMENT OF SUCCESSOR AGENT", "pledge_assignment"),
    ("RESIGNATION AND APPOINTMENT OF COLLATERAL AGENT", "pledge_assignment"),
    ("MERGER AND CHANGE OF NAME", "merger"),
    ("CHANGE OF NAME AND MERGER", "merger"),
    ("CERTIFICATE OF MERGER", "merger"),
    ("AMALGAMATION", "merger"),
    ("NUNC PRO TUNC MERGER", "merger"),
    ("CONVERSION", "name_change"),
    ("ENTITY CONVERSION", "name_change"),
    ("NAME CHANGE", "name_change"),
    ("CHANGE OF NAME AND ADDRESS", "name_change"),
    ("CHANGE IN THE COMPANY NAME", "name_change"),
    ("CHANGE OF ASSIGNEE'S NAME", "name_change"),
    ("CHANGE OF LEGAL ENTITY", "name_change"),
    ("ASSIGNEE CHANGE OF ADDRESS", "address_change"),
    ("LICENSE", "license"),
    ("LICENSE AGREEMENT", "license"),
    ("CONFIRMATORY LICENSE", "license"),
    ("EXCLUSIVE LICENSE", "license"),
    ("PATENT SUBLICENSE AGREEMENT", "license"),
    ("EXECUTIVE ORDER 9424, CONFIRMATORY LICENSE", "license"),
    ("TERMINATION OF LICENSE", "license_end"),
    ("LICENSE TERMINATION AGREEMENT", "license_end"),
    ("RELEASE OF EXCLUSIVE LICENCE", "license_end"),
    ("LIEN", "lien"),
    ("TAX LIEN", "lien"),
    ("NOTICE OF LEVY", "lien"),
    ("JUDGMENT LIEN", "lien"),
    ("WRIT OF ATTACHMENT", "lien"),
    ("COURT ORDER", "court_order"),
    ("JUDICIAL SALE", "court_order"),
    ("DECREE OF DISTRIBUTION", "court_order"),
    ("FINAL JUDGMENT", "court_order"),
    ("QUITCLAIM", "assignment"),
    ("QUITCLAIM ASSIGNMENT", "assignment"),
    ("CONFIRMATORY ASSIGNMENT", "assignment"),
    ("BILL OF SALE", "assignment"),
    ("ASSIGNOR HEREBY ASSIGNS THE ENTIRE INTEREST", "assignment"),
    ("CORRECTIVE ASSIGNMENT", "correction"),
    ("CORRECTION OF ASSIGNEE NAME", "correction"),
    ("RE-RECORD TO CORRECT THE NAME OF THE ASSIGNEE", "correction"),
    ("CORRECTIVE RELEASE OF SECURITY INTEREST", "correction"),
    ("", "unknown"),
    ("DECLARATION", "unknown"),
    ("OPTION", "unknown"),
    ("OPTION TO ASSIGN", "unknown"),
    ("AGREEMENT TO ASSIGN", "unknown"),
    ("CONDITIONAL ASSIGNMENT", "unknown"),
    ("RESCISSION OF ASSIGNMENT", "unknown"),
    ("TERMINATION OF ASSIGNMENT", "unknown"),
    ("ASSIGNMENT OF ROYALTIES", "unknown"),
    ("ASSIGNMENT OF LICENSE AGREEMENT", "unknown"),
    ("SUBORDINATION AGREEMENT OF SECURITY INTERESTS", "unknown"),
    ("NOTICE OF FORECLOSURE ON SECURITY INTEREST", "unknown"),
    ("ASSIGNMENT BY SECURED PARTY", "unknown"),
    ("REASSIGNMENT", "unknown"),
    ("DE-MERGER", "unknown"),
    ("DEMERGER", "unknown"),
    ("NOTICE OF ERRONEOUSLY RECORDED ASSIGNMENT", "unknown"),
    ("SALE FREE AND CLEAR OF ALL LIENS", "unknown"),
    ("PARTIAL ASSIGNMENT", "unknown"),
    ("LIS PENDENS", "unknown"),
    ("TERMINATION", "unknown"),
    ("LETTERS TESTAMENTARY", "unknown"),
]

NOTATIONS = [
    ("AT REEL/FRAME NO. 49111/0583", ("049111/0583",)),
    ("AT REEL 048818/FRAME 0520", ("048818/0520",)),
    ("ON REEL 046669 FRAME 0401", ("046669/0401",)),
    ("ON REEL 013206 AND FRAME 0683", ("013206/0683",)),
    ("ON REEL/FRAME 028805/0592", ("028805/0592",)),
    ("(010247/0886)", ("010247/0886",)),
    ("REEL: 012345 FRAME: 0678", ("012345/0678",)),
    ("REEL: 012345, FRAME: 0678", ("012345/0678",)),
    ("REEL NO. 12345, FRAME NO. 678", ("012345/0678",)),
    ("REEL #012345 FRAME #0678", ("012345/0678",)),
    ("R/F 012345/0678", ("012345/0678",)),
    ("R/F: 12345/678", ("012345/0678",)),
    ("REEL/FRAME 31066/972", ("031066/0972",)),
    ("REEL/FRAME: 012345 / 0678", ("012345/0678",)),
    ("REEL/FRAME 012345-0678", ("012345/0678",)),
    ("FRAME 0678 OF REEL 012345", ("012345/0678",)),
    ("REEL/FRAME(S): 012345/0678, 012346/0001 AND 12347/0123", ("012345/0678", "012346/0001", "012347/0123")),
    ("REEL 012345 FRAME 0678 AND REEL 012346 FRAME 0001", ("012345/0678", "012346/0001")),
    ("R/F 9107/392, 9108/12", ("009107/0392", "009108/0012")),
    ("REEL/FRAME 012345/0678 AND REEL/FRAME 012345/0678", ("012345/0678",)),
    ("REEL/FRAME 012345/0678-0690", ("012345/0678",)),
    ("REEL/FRAME: 012345/0678.", ("012345/0678",)),
    ("DATED 12/31/1999", ()),
    ("IN APPLICATION 15/145,443", ()),
    ("IN APPLICATION 09/705446", ()),
    ("OF PCT/US2004/012345", ()),
    ("REEL 000000 FRAME 0000", ()),
]

CORRECTIONS = [
    (
        (
            "CORRECTIVE ASSIGNMENT TO CORRECT THE SPELLING OF THE FOURTEENTH ASSIGNOR'S NAME PREVIOUSLY "
            "RECORDED ON REEL 046669 FRAME 0401. ASSIGNOR(S) HEREBY CONFIRMS THE ASSIGNMENT."
        ),
        "046669/0401",
        "assignment",
    ),
    (
        (
            "CORRECTIVE ASSIGNMENT TO CORRECT THE SPELLING OF THE FIFTH INVENTOR'S NAME PREVIOUSLY RECORDED "
            "ON REEL 047493 FRAME 0453. ASSIGNOR(S) HEREBY CONFIRMS THE CORRECTIVE ASSIGNMENT."
        ),
        "047493/0453",
        None,
    ),
    (
        (
            "CORRECTIVE ASSIGNMENT TO CORRECT THE ASSIGNEE NAME PREVIOUSLY RECORDED ON REEL 049552 "
            "FRAME 0991. ASSIGNOR(S) HEREBY CONFIRMS THE ASSIGNMENT."
        ),
        "049552/0991",
        "assignment",
    ),
    ("CORRECTIVE ASSIGNMENT TO PREVIOUSLY RECORDED ON REEL 013206 AND FRAME 0683.", "013206/0683", None),
    (
        (
            "CORRECTIVE ASSIGNMENT TO CORRECT THE CONVEYING PARTY'S LAST NAME AND RECEIVING PARTY'S STREET "
            "NAME PREVIOUSLY RECORDED ON REEL/FRAME 028805/0592."
        ),
        "028805/0592",
        None,
    ),
    (
        (
            "CORRECTIVE ASSIGNMENT TO REMOVE A PATENT NUMBER PREVIOUSLY RECORDED AT REEL: 12345 FRAME: 678. "
            "ASSIGNOR(S) HEREBY CONFIRMS THE SECURITY INTEREST."
        ),
        "012345/0678",
        "security_interest",
    ),
    (
        (
            "CORRECTIVE ASSIGNMENT TO CORRECT THE ASSIGNEE PREVIOUSLY RECORDED AT REEL: 12345 FRAME: 678. "
            "ASSIGNOR(S) HEREBY CONFIRMS THE RELEASE BY SECURED PARTY."
        ),
        "012345/0678",
        "release",
    ),
    (
        (
            "CORRECTIVE ASSIGNMENT TO CORRECT THE CONVEYANCE TYPE FROM ASSIGNMENT TO SECURITY AGREEMENT "
            "PREVIOUSLY RECORDED ON REEL 012345 FRAME 0678."
        ),
        "012345/0678",
        "security_interest",
    ),
    (
        (
            "CORRECTIVE ASSIGNMENT TO CORRECT THE NATURE OF CONVEYANCE FROM ASSIGNMENT TO CHANGE OF NAME "
            "PREVIOUSLY RECORDED ON REEL 012345 FRAME 0678. ASSIGNOR(S) HEREBY CONFIRMS THE CHANGE OF NAME."
        ),
        "012345/0678",
        "name_change",
    ),
    ("CORRECTIVE ASSIGNMENT TO CORRECT THE ASSIGNEE ADDRESS", None, None),
]

SHARES = [
    ("ASSIGNMENT OF A 50% INTEREST", (1, 2)),
    ("ASSIGNS 33.33 PERCENT OF THE INTEREST", (3333, 10000)),
    ("ASSIGNMENT OF AN UNDIVIDED ONE-HALF INTEREST", (1, 2)),
    ("ASSIGNMENT OF 1/3 UNDIVIDED INTEREST", (1, 3)),
    ("ASSIGNMENT OF ASSIGNORS ENTIRE INTEREST", None),
    ("ASSIGNMENT OF 100% INTEREST", None),
]

INPADOC = [
    (
        (
            "ASSIGNMENT OF ASSIGNORS INTEREST;ASSIGNORS:COLLEY, STEPHEN R.;JURASEK, DAVID W.;PALMER, JOHN F.;"
            "AND OTHERS;SIGNING DATES FROM 19850422 TO 19850430;REEL/FRAME:004419/0196"
        ),
        Conveyance("assignment"),
    ),
    ("SECURITY AGREEMENT;ASSIGNOR:NCUBE CORPORATION;REEL/FRAME:010247/0886", Conveyance("security_interest")),
    (
        (
            "RELEASE OF SECURITY AGREEMENT (010247/0886);ASSIGNOR:TRANSAMERICA BUSINESS CREDIT;"
            "REEL/FRAME:015259/0575"
        ),
        Conveyance("release", ("010247/0886",)),
    ),
    (
        "MERGER;ASSIGNOR:BROADBAND ROYALTY CORPORATION;REEL/FRAME:029729/0828",
        Conveyance("merger", cause="merger"),
    ),
    (
        "CHANGE OF NAME;ASSIGNOR:SECURITY AGREEMENT RELEASES INC;REEL/FRAME:041995/0031",
        Conveyance("name_change"),
    ),
]


@pytest.mark.parametrize(("text", "kind", "references"), REAL, ids=lambda value: str(value)[:60])
def test_texts_of_the_real_files(text, kind, references):
    assert classify(text) == Conveyance(kind, references, cause="merger" if kind == "merger" else None)


@pytest.mark.parametrize(("text", "kind"), PLAUSIBLE)
def test_texts_filers_write_besides(text, kind):
    assert classify(text).kind == kind


@pytest.mark.parametrize(("text", "kind"), [case for case in PLAUSIBLE if case[0]])
def test_case_spacing_and_the_usual_ending_change_nothing(text, kind):
    assert classify("  " + text.lower().replace(" ", "  ") + DETAILS.lower()).kind == kind


@pytest.mark.parametrize(("notation", "references"), NOTATIONS)
def test_reel_and_frame_in_every_notation(notation, references):
    assert classify(f"RELEASE OF SECURITY INTEREST {notation}") == Conveyance("release", references)


@pytest.mark.parametrize(("text", "corrects", "confirms"), CORRECTIONS)
def test_a_correction_names_what_it_corrects_and_what_it_confirms(text, corrects, confirms):
    found = classify(text)
    assert (found.kind, found.corrects, found.confirms) == ("correction", corrects, confirms)


def test_a_correction_may_restate_several_recordings():
    found = classify("CORRECTIVE ASSIGNMENT PREVIOUSLY RECORDED ON REEL 1 FRAME 2 AND REEL 3 FRAME 4.")
    assert (found.corrects, found.also_corrects) == ("000001/0002", ("000003/0004",))


def test_what_a_corrected_release_releases_is_not_itself_corrected():
    found = classify(
        "CORRECTIVE ASSIGNMENT TO CORRECT THE PATENT NUMBER PREVIOUSLY RECORDED ON REEL 012345 FRAME 0678. "
        "ASSIGNOR(S) HEREBY CONFIRMS THE RELEASE OF SECURITY INTEREST (010247/0886)."
    )
    assert (found.corrects, found.also_corrects, found.confirms) == ("012345/0678", (), "release")
    assert found.references == ("012345/0678", "010247/0886")


@pytest.mark.parametrize(("text", "share"), SHARES)
def test_an_assignment_of_a_part_says_which(text, share):
    assert classify(text) == Conveyance("assignment", share=share)


@pytest.mark.parametrize(("text", "expected"), INPADOC)
def test_inpadoc_free_text_is_read_up_to_the_parties(text, expected):
    assert classify(text) == expected


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("COURT ORDER", None),
        ("COURT ORDER TRANSFERRING TITLE", "judgment"),
        ("ASSIGNMENT PURSUANT TO COURT ORDER", "judgment"),
        ("JUDICIAL SALE", "auction"),
        ("SHERIFF'S SALE", "auction"),
        ("DECREE OF DISTRIBUTION", "inheritance"),
    ],
)
def test_a_court_order_passes_title_only_where_it_says_so(text, cause):
    assert classify(text) == Conveyance("court_order", cause=cause)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("LICENSE", None),
        ("EXCLUSIVE LICENSE", "exclusive"),
        ("NON-EXCLUSIVE LICENSE", "ordinary"),
        ("NONEXCLUSIVE LICENSE", "ordinary"),
        ("CONFIRMATORY LICENSE", "ordinary"),
        ("SOLE LICENSE", "sole"),
    ],
)
def test_a_license_says_which(text, kind):
    assert classify(text) == Conveyance("license", license_kind=kind)


@pytest.mark.parametrize(
    ("reel", "frame", "expected"),
    [
        ("49107", "392", "049107/0392"),
        ("049107", "0392", "049107/0392"),
        ("0", "1", None),
        ("1234567", "1", None),
        ("12a", "1", None),
        ("", "", None),
        ("١٢٣", "1", None),
    ],
)
def test_reel_and_frame_are_padded_or_refused(reel, frame, expected):
    assert reel_frame(reel, frame) == expected
