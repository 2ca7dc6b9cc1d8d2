"""What a conveyance recorded at the USPTO does, read from the words it was recorded with.

The register states the nature of a conveyance in free text of the filer (37 CFR 3.31). The text decides
whether the receiving party is an owner, a secured party, a licensee or nobody at all, so it is read from
the most specific words to the least, and what is not understood is `unknown`, never taken for an assignment.

| kind | such as |
|---|---|
| assignment | ASSIGNMENT OF ASSIGNORS INTEREST; QUITCLAIM ASSIGNMENT; CONFIRMATORY ASSIGNMENT |
| nunc_pro_tunc | NUNC PRO TUNC ASSIGNMENT |
| security_interest | SECURITY INTEREST; PATENT SECURITY AGREEMENT; COLLATERAL ASSIGNMENT; MORTGAGE |
| release | RELEASE BY SECURED PARTY; TERMINATION AND RELEASE OF PATENT SECURITY AGREEMENT; RELEASE OF LIEN |
| pledge_assignment | ASSIGNMENT OF SECURITY INTEREST; NOTICE OF SUCCESSION OF AGENCY |
| merger | MERGER; MERGER AND CHANGE OF NAME |
| name_change | CHANGE OF NAME; ENTITY CONVERSION |
| address_change | ASSIGNEE ADDRESS CHANGE |
| license | LICENSE; CONFIRMATORY LICENSE |
| license_end | TERMINATION OF LICENSE |
| correction | CORRECTIVE ASSIGNMENT TO CORRECT … PREVIOUSLY RECORDED ON REEL 046669 FRAME 0401 |
| lien | TAX LIEN; NOTICE OF LEVY |
| court_order | COURT ORDER; JUDICIAL SALE; DECREE OF DISTRIBUTION |
| unknown | everything else, also an option, a conditional assignment, an assignment of royalties |
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Final, Literal

Kind = Literal[
    "assignment",
    "nunc_pro_tunc",
    "security_interest",
    "release",
    "pledge_assignment",
    "merger",
    "name_change",
    "address_change",
    "license",
    "license_end",
    "correction",
    "lien",
    "court_order",
    "unknown",
]
Cause = Literal["merger", "inheritance", "judgment", "auction"]


@dataclass(frozen=True, slots=True)
class Conveyance:
    """A conveyance text, understood.

    `references` are the recordings it names, as `049107/0392`, in order. Of a correction, `corrects` is the
    recording it restates, where it names one (`also_corrects` the further ones), and `confirms` the kind of
    conveyance it says the earlier one is or should have been. `cause` is set where title passes without an
    assignment, `share` where the text says that only a part does, `license_kind` where it says which license.
    """

    kind: Kind
    references: tuple[str, ...] = ()
    corrects: str | None = None
    also_corrects: tuple[str, ...] = ()
    confirms: Kind | None = None
    cause: Cause | None = None
    share: tuple[int, int] | None = None
    license_kind: Literal["exclusive", "sole", "ordinary"] | None = None


@lru_cache(maxsize=16384)
def classify(text: str) -> Conveyance:
    """U-1: what the recorded words say.

    `text` may be INPADOC's free text, `MERGER;ASSIGNOR:…;REEL/FRAME:029729/0828`: only what stands before
    the parties is read, so neither a party's name nor the recording's own number is taken for a word of it.
    """
    words = _words(text)
    kind = _kind(words)
    references = _references(words)
    if kind == "correction":
        return _correction(words, references)
    share = _share(words) if kind in {"assignment", "nunc_pro_tunc"} else "whole"
    if share == "unclear":
        return Conveyance("unknown", references)
    return Conveyance(
        kind,
        references,
        cause=_cause(kind, words),
        share=None if isinstance(share, str) else share,
        license_kind=_license_kind(words) if kind == "license" else None,
    )


def reel_frame(reel: str, frame: str) -> str | None:
    """`49107`, `392` as `049107/0392`; None for anything that is no reel and frame number."""
    if not (_REEL.fullmatch(reel) and _FRAME.fullmatch(frame)) or not int(reel):
        return None
    return f"{int(reel):06}/{int(frame):04}"


_REEL: Final = re.compile(r"[0-9]{1,6}")
_FRAME: Final = re.compile(r"[0-9]{1,4}")

_READ_MAX: Final = 1000
"""The kind stands at the beginning of the text; reading on would only cost time in made-up ones."""

_PARTIES_FOLLOW: Final = re.compile(
    r";\s*(?:ASSIGNORS?|ASSIGNEES?|REEL/FRAME|SIGNING DATES?|EFFECTIVE DATE)\b"
)

_SECURITY: Final = (
    r"(?:SECURITY (?:AND PLEDGE |PLEDGE )?(?:INTERESTS?|AGREEMENTS?|ASSIGNMENTS?|DEEDS?|DOCUMENTS?|CONTRACTS?"
    r"|INSTRUMENTS?|SUPPLEMENTS?|TRUST|GRANTS?|TRANSFERS?|RIGHTS?|LIENS?)\b"
    r"|\bSECURED\b|\bCOLLATERAL|\bMORTGAGES?\b|\bPLEDGES?\b|\bHYPOTHEC|\bDEBENTURES?\b|\bCHARGE\b"
    r"|FINANCING STATEMENT|\bUCC\b|\b(?:FOR|AS|BY WAY OF) (?:THE )?SECURITY\b"
    r"|\bGRANT (?:OF|IN) (?:THE |ITS |IP |PATENT )?SECURITY\b"
    r"|^(?:PATENT |IP |INTELLECTUAL PROPERTY )?SECURITY\b(?! \w))"
)
_LIEN: Final = r"(?:\bLIENS?\b|\bLEVY\b|(?:WRIT|NOTICE|ORDER) OF ATTACHMENT\b|\bENCUMBRANCES?\b)"
_DISCHARGED: Final = r"(?:\bRELEAS|\bTERMINAT|\bDISCHARG|\bSATISF|\bCANCEL|\bRECONVEY|\bEXTINGUISH)"
_UNDONE: Final = r"(?:\bTERMINAT|\bCANCEL|\bRELEAS|\bRESCI|\bREVO[CK]|\bEXPIR|\bWITHDR|\bVOID|\bSURRENDER)"
_LICENSE: Final = r"\b(?:SUB-?)?LICEN[SC]"
_WHICH_SECURITY: Final = (
    r"(?: (?:ALL|THE|ITS|A|AN|CERTAIN|EXISTING|RIGHTS?|TITLE|INTERESTS?|IN|UNDER|TO|PATENTS?|TRADEMARKS?"
    r"|COPYRIGHTS?|IP|INTELLECTUAL|PROPERTY|FIRST|SECOND|THIRD|JUNIOR|SENIOR|PRIORITY|LIEN|ABL|TERM|LOAN"
    r"|NOTES|GRANT OF))*"
)

_KINDS: Final[tuple[tuple[Kind, re.Pattern[str]], ...]] = (
    ("unknown", re.compile(r"\bERRONEOUS|\bFREE (?:AND CLEAR )?OF\b")),
    ("correction", re.compile(r"\bCORRECT(?!LY\b)|\bRE-?RECORD")),
    ("license_end", re.compile(rf"^(?!.*{_SECURITY})(?=.*{_LICENSE}).*{_UNDONE}")),
    (
        "release",
        re.compile(rf"{_DISCHARGED}.*(?:{_SECURITY}|{_LIEN})|(?:{_SECURITY}|{_LIEN}).*{_DISCHARGED}"),
    ),
    (
        "release",
        re.compile(r"\b(?:RELEASE|TERMINATION|DISCHARGE) (?:OF|IN) (?:THE |ITS |IP |PATENT )?SECURITY\b"),
    ),
    (
        "release",
        re.compile(
            r"^(?:NOTICE OF |FULL |PARTIAL |PATENT |IP |INTELLECTUAL PROPERTY )*RELEASE"
            r"(?: OF (?:CERTAIN )?(?:PATENTS?|IP|INTELLECTUAL PROPERTY)| AND RE-?ASSIGNMENT.*)?"
            r"(?: \(SEE DOCUMENT.*| ?\(?(?:RECORDED |AT |ON |OF )*(?:REEL|R/F|\d{4,6}/\d{4}).*)?\.?$"
        ),
    ),
    (
        "pledge_assignment",
        re.compile(
            r"\b(?:ASSIGNMENT|ASSUMPTION|TRANSFER|SALE)(?: AND (?:ASSUMPTION|TRANSFER|ASSIGNMENT))? OF"
            rf"{_WHICH_SECURITY} (?:SECURITY (?:INTEREST|AGREEMENT|RIGHT|DEED|DOCUMENT)"
            r"|LIENS?\b|MORTGAGE|PLEDGE)"
            r"|SECURITY (?:INTERESTS?|AGREEMENTS?) (?:ASSIGNMENT|TRANSFER)\b"
        ),
    ),
    (
        "pledge_assignment",
        re.compile(
            r"\b(?:SUCCE(?:SSION|SSOR)|SUBSTITUTE|SUBSTITUTION|REPLACEMENT|APPOINTMENT|RESIGNATION|CHANGE)"
            r"(?: AND \w+)?(?: (?:OF|IN|AS))?(?: THE)?(?: SUCCESSOR)?"
            r" (?:(?:ADMINISTRATIVE |COLLATERAL |SECURITY )*(?:AGENT|AGENCY)"
            r"|(?:COLLATERAL|SECURITY|INDENTURE) TRUSTEE)\b"
            r"|\bAGENCY (?:SUCCESSION|SUBSTITUTION|RESIGNATION)"
        ),
    ),
    (
        "unknown",
        re.compile(r"\bSUBORDINATION|\bINTERCREDITOR|\bFORBEARANCE|\bFORECLOS|BY (?:THE )?SECURED PART"),
    ),
    ("security_interest", re.compile(_SECURITY)),
    ("lien", re.compile(_LIEN)),
    (
        "unknown",
        re.compile(
            r"\b(?:OPTION|AGREEMENT TO|PROMISE TO|COVENANT|ROYALT|RENTS\b|CONDITIONAL|LIS PENDENS|RE-?ASSIGN)"
            rf"|{_UNDONE}"
        ),
    ),
    (
        "court_order",
        re.compile(
            r"\bCOURT\b|\bJUDGE?MENT|\bDECREE|\bJUDICIAL|\bSHERIFF|EXECUTION SALE|\bORDER (?:OF|APPROV)"
        ),
    ),
    ("merger", re.compile(r"(?<!DE-)\b(?:MERGERS?|MERGED|AMALGAMAT\w+|CONSOLIDATION)\b")),
    (
        "name_change",
        re.compile(
            r"\bNAME[ -]CHANGE|\bCHANGED? (?:OF|IN|TO) (?:\w+(?:'S)? ){0,3}NAME\b"
            r"|\bCONVERSION\b|\bCONVERTED\b"
            r"|\bCHANGE (?:OF|IN) (?:THE |LEGAL |CORPORATE )*(?:ENTITY|FORM|STATUS|STATE OF INCORPORATION)\b"
            r"|\b(?:RE-?)?DOMESTICATION\b"
        ),
    ),
    ("address_change", re.compile(r"\bADDRESS")),
    ("unknown", re.compile(rf"\b(?:ASSIGN|TRANSFER)\w* OF .*{_LICENSE}")),
    ("license", re.compile(rf"{_LICENSE}|EXECUTIVE ORDER 9424")),
    ("nunc_pro_tunc", re.compile(r"\bNUNC PRO TUNC")),
    (
        "assignment",
        re.compile(
            r"\bASSIGN(?:MENTS?|S|ED)?\b|\bQUIT-?CLAIM|\bBILL OF SALE"
            r"|\bTRANSFER OF (?:PATENTS?|TITLE|OWNERSHIP)\b"
        ),
    ),
)
"""Tried in this order. What ends a right stands before what grants it, and what concerns a security
interest before an assignment: in both cases the words of the latter occur in the former."""

_PREVIOUSLY: Final = re.compile(r"PREVIOUSLY RECORDED(?P<where>(?:(?!\bCONFIRM).)*)")
_CONFIRMS: Final = re.compile(r"CONFIRMS? (?:THE |THAT THE )?(?P<what>[^.;]+)")
_FROM_TO: Final = re.compile(
    r"(?:CONVEYANCE|DOCUMENT)(?: TYPE)?.{0,40}?\bFROM .{3,80}? TO (?:AN? |THE )?(?P<what>.{3,80}?)"
    r"(?: PREVIOUSLY| RECORDED|[.;]|$)"
)


def _words(text: str) -> str:
    upper = " ".join(text.upper().replace("’", "'").split())
    return _PARTIES_FOLLOW.split(upper, maxsplit=1)[0].strip()


def _kind(words: str) -> Kind:
    beginning = words[:_READ_MAX]
    return next((kind for kind, pattern in _KINDS if pattern.search(beginning)), "unknown")


def _correction(words: str, references: tuple[str, ...]) -> Conveyance:
    """The conveyance restated may itself name recordings: those "previously recorded" are corrected."""
    earlier = _PREVIOUSLY.search(words)
    corrected = _references(earlier["where"] if earlier else re.split(r"\bCONFIRM", words)[0])
    return Conveyance(
        "correction",
        references,
        corrects=corrected[0] if corrected else None,
        also_corrects=corrected[1:],
        confirms=_confirmed(words),
    )


def _confirmed(words: str) -> Kind | None:
    """What a corrective text says the recording is; a "corrective assignment" names only its own form."""
    for pattern in (_CONFIRMS, _FROM_TO):
        for found in pattern.finditer(words):
            kind = _kind(found["what"].strip())
            if kind not in {"unknown", "correction"}:
                return kind
    return None


def _cause(kind: Kind, words: str) -> Cause | None:
    if kind == "merger":
        return "merger"
    if kind != "court_order":
        return None
    return next((cause for cause, pattern in _CAUSES if pattern.search(words)), None)


_CAUSES: Final[tuple[tuple[Cause, re.Pattern[str]], ...]] = (
    ("auction", re.compile(r"JUDICIAL SALE|SHERIFF'?S SALE|EXECUTION SALE")),
    ("inheritance", re.compile(r"DECREE OF DISTRIBUTION")),
    (
        "judgment",
        re.compile(
            r"(?:ORDER|JUDGE?MENT|DECREE).*\b(?:ASSIGNING|TRANSFERRING|VESTING|CONVEYING|AWARDING|QUIETING)\b"
            r"|\b(?:ASSIGNMENT|TRANSFER|CONVEYANCE) (?:OF .*)?(?:BY|PURSUANT TO|UNDER)"
            r" (?:\w+ ){0,3}(?:COURT|JUDGE?MENT|DECREE)"
        ),
    ),
)


_PERCENT: Final = re.compile(r"(?<![\d.])(\d{1,3}(?:\.\d{1,4})?) ?(?:%|PERCENT|PER CENT)")
_FRACTION: Final = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})(?![\d/]).{0,40}\bINTEREST")
_HALF: Final = re.compile(r"\bONE[- ]HALF\b.{0,40}\bINTEREST|\bHALF INTEREST")
_PART: Final = re.compile(
    r"%|\bPERCENT|\bPER CENT|\bHALF\b|\bTHIRDS?\b|\bUNDIVIDED\b|\bPARTIAL\b|\bPART INTEREST"
)
_WHOLE: Final = re.compile(r"\b100 ?(?:%|PERCENT)|\bENTIRE\b")


def _share(words: str) -> tuple[int, int] | Literal["whole", "unclear"]:
    """The part of the title an assignment says it conveys."""
    if _WHOLE.search(words):
        return "whole"
    if found := _PERCENT.search(words):
        share = Fraction(found[1]) / 100
    elif (found := _FRACTION.search(words)) and int(found[2]):
        share = Fraction(int(found[1]), int(found[2]))
    elif _HALF.search(words):
        share = Fraction(1, 2)
    else:
        return "unclear" if _PART.search(words) else "whole"
    return (share.numerator, share.denominator) if 0 < share < 1 else "unclear"


_NUMBER_WORD: Final = r"[\s.:#]*(?:\(S\)|NOS?\b|NUMBERS?\b)?[\s.:#]*"
_NEXT: Final = r"\s*(?:,|;|&|\bAND\b)*\s*"
_REFERENCE: Final = re.compile(
    rf"""
      (?<![\w/])(?P<reel1>\d{{1,6}})\s*[/,;:&.-]?\s*(?:AND\s|AT\s|ON\s)?\s*FRAMES?{_NUMBER_WORD}
                (?P<frame1>\d{{1,4}})(?!\d)
    | \b(?:REELS?\s?[/-]\s?FRAMES?|R/F|RF|REELS?){_NUMBER_WORD}
                (?P<reel2>\d{{1,6}})\s?[/-]\s?(?P<frame2>\d{{1,4}})(?![\d/])
    | \bFRAMES?{_NUMBER_WORD}(?P<frame3>\d{{1,4}})\s*,?\s*(?:OF|ON|AT|AND)?\s*REEL{_NUMBER_WORD}
                (?P<reel3>\d{{1,6}})(?!\d)
    | (?<![\w/])(?P<reel4>\d{{4,6}})\s?/\s?(?P<frame4>\d{{4}})(?![\d/])
    """,
    re.VERBOSE,
)
_LISTED: Final = re.compile(rf"{_NEXT}(\d{{1,6}})\s?/\s?(\d{{1,4}})(?![\d/])")


def _references(words: str) -> tuple[str, ...]:
    """The recordings named, in any notation from `REEL 048818/FRAME 0520` to `(010247/0886)`."""
    pairs: list[tuple[str, str]] = []
    at = 0
    while found := _REFERENCE.search(words, at):
        numbers = {name: value for name, value in found.groupdict().items() if value}
        reel, frame = sorted(numbers, reverse=True)
        pairs.append((numbers[reel], numbers[frame]))
        at = found.end()
        while listed := _LISTED.match(words, at):
            pairs.append((listed[1], listed[2]))
            at = listed.end()
    known = (reel_frame(reel, frame) for reel, frame in pairs)
    return tuple(dict.fromkeys(reference for reference in known if reference))


def _license_kind(words: str) -> Literal["exclusive", "sole", "ordinary"] | None:
    if re.search(r"\bNON-? ?EXCLUSIVE|\bCONFIRMATORY LICEN", words):
        return "ordinary"
    if re.search(r"\bEXCLUSIVE\b", words):
        return "exclusive"
    return "sole" if re.search(r"\bSOLE LICEN", words) else None
