"""Reports: two languages, facts first, nothing that loads or runs, the same bytes for the same evidence."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
import segno

from notary.evidence import export as exporting
from notary.evidence.export import export
from notary.evidence.requests import (
    ConsistencyRequest,
    DocumentRequest,
    EntryRequest,
    OrderRequest,
    PriorityRequest,
    RightRequest,
    StatusRequest,
)
from notary.reports import render_html, render_pdf
from notary.reports.blocks import Bullets, Commands, Heading, Paragraph, Table
from notary.reports.content import ENTRIES_SHOWN, write
from notary.reports.qr import matrix
from tests.notary.evidence.conftest import FILE_DIGEST, FIRST, RIGHT, SECOND, UNKNOWN

REQUESTS = {
    "entry": EntryRequest(4),
    "right": RightRequest(RIGHT),
    "status": StatusRequest(RIGHT),
    "absent": StatusRequest(UNKNOWN),
    "priority": PriorityRequest(FIRST, SECOND),
    "order": OrderRequest(5, 2),
    "document": DocumentRequest(FILE_DIGEST),
    "consistency": ConsistencyRequest(3, 8),
}


@pytest.fixture
def evidence(sealed, monkeypatch):
    """What the report of a package is written from."""

    def of(name):
        kept = []
        monkeypatch.setattr(exporting, "render_html", lambda given: kept.append(given) or b"")
        export(sealed.store, REQUESTS[name])
        return kept[0]

    return of


def words(report):
    """Every text of a report, in order."""
    found = [report.title, report.subtitle, *(text for pair in report.facts for text in pair)]
    for block in report.blocks:
        match block:
            case Heading(text) | Paragraph(text):
                found.append(text)
            case Bullets(texts) | Commands(texts):
                found += texts
            case Table(columns, rows):
                found += [*columns, *(cell for row in rows for cell in row)]
    return "\n".join(found)


def headings(report):
    return [block.text for block in report.blocks if isinstance(block, Heading)]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", list(REQUESTS))
def test_a_report_says_what_is_shown_what_is_not_and_how_to_check(evidence, name, lang):
    """Facts come first, the law last (E-22); integrity and credibility are two questions (E-13)."""
    report = write(evidence(name), lang)
    numbered = [text for text in headings(report) if re.match(r"[1-7] |[一二三四五六七]、", text)]
    assert len(numbered) == 7
    assert headings(report)[0] == numbered[0]
    assert headings(report)[-1] == numbered[-1]
    text = words(report)
    assert "openssl ts -verify -data checkpoint" in text
    assert "python3 verify.py" in text
    assert ("入账之前" in text) if lang == "zh" else ("Credibility before entry" in text)


@pytest.mark.parametrize("name", list(REQUESTS))
def test_no_report_says_that_anything_is_valid_in_law(evidence, name):
    of = evidence(name)
    for lang, forbidden in (
        ("en", r"legally valid|is valid|proves ownership"),
        ("zh", r"合法有效|真实有效|有法律效力"),
    ):
        assert not re.search(forbidden, words(write(of, lang)))


def test_the_time_of_the_embedded_authority_is_said_to_be_the_operators(evidence):
    of = evidence("status")
    assert "没有第三方担保" in words(write(of, "zh"))
    assert "vouched for by nobody else" in words(write(of, "en"))


def test_a_bank_reads_who_stands_before_it(evidence):
    """Two standing pledges with their ranks; the released one is history, told in the long form."""
    [table] = [
        block
        for block in write(evidence("status"), "zh").blocks
        if isinstance(block, Table) and block.columns[0] == "顺位"
    ]
    assert [(row[0], row[3]) for row in table.rows] == [("1", "中国农业银行"), ("2", "招商银行")]
    [long] = [
        block
        for block in write(evidence("right"), "zh").blocks
        if isinstance(block, Table) and block.columns[0] == "顺位"
    ]
    assert [row[0] for row in long.rows] == ["1", "2", "–"]


def test_absence_is_said_to_concern_one_number_only(evidence):
    of = evidence("absent")
    assert "仅就这一编号" in words(write(of, "zh"))
    assert "this one id" in words(write(of, "en"))


def test_the_exhibits_are_the_files_of_the_package(evidence):
    of = evidence("right")
    tables = [block for block in write(of, "en").blocks if isinstance(block, Table)]
    [exhibits] = [table for table in tables if table.columns[0] == "No."]
    listed = [row[1] for row in exhibits.rows]
    names = [name for name, _ in of.files if name.startswith(("entries/", "proofs/"))]
    assert sorted(names) == sorted(name for name in listed if name.startswith(("entries/", "proofs/")))
    assert [row[0] for row in exhibits.rows] == [str(number) for number in range(1, len(listed) + 1)]


class _Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.links = set(), []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.links += [value for name, value in attrs if name in {"src", "href", "action"}]


@pytest.mark.parametrize("name", list(REQUESTS))
def test_the_page_loads_nothing_and_runs_nothing(evidence, name):
    text = render_html(evidence(name)).decode()
    page = _Page()
    page.feed(text)
    assert page.links == []
    assert not page.tags & {"script", "iframe", "object", "link", "img", "form"}
    assert "url(" not in text
    assert "@import" not in text
    assert "default-src 'none'" in text


HOSTILE = '</td><script>alert("1")</script>&amp;<b>'


def with_hostile_names(of):
    statement = dict(of.statement)
    owners = [{**owner, "name": HOSTILE} for owner in statement["titles"][-1]["owners"]]
    statement["titles"] = [{**statement["titles"][-1], "owners": owners}]
    statement["title"] = HOSTILE
    return replace(of, statement=statement)


def test_a_hostile_name_stays_a_name(evidence):
    of = with_hostile_names(evidence("status"))
    page = render_html(of).decode()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert render_pdf(of).startswith(b"%PDF-")


def test_a_sign_no_font_of_the_pdf_has_is_named_by_its_number(evidence):
    of = evidence("status")
    statement = dict(of.statement) | {"title": "Žižek 한국 😀 𠮷野家"}
    pdf = render_pdf(replace(of, statement=statement))
    plain = pdf.replace(rb"\000", b"")  # the Chinese font's strings hold two bytes a sign
    for sign in "Ž한😀𠮷":
        assert f"[U+{ord(sign):04X}]".encode() in plain


@pytest.mark.parametrize("name", list(REQUESTS))
def test_the_same_evidence_gives_the_same_bytes(evidence, name):
    of = evidence(name)
    assert render_pdf(of) == render_pdf(of)
    assert render_html(of) == render_html(of)
    pdf = render_pdf(of)
    assert pdf.startswith(b"%PDF-")
    assert pdf.rstrip().endswith(b"%%EOF")
    assert b"FlateDecode" not in pdf


def test_of_many_entries_the_first_are_listed_and_the_rest_counted(evidence):
    of = evidence("right")
    many = tuple(replace(of.entries[0], position=at) for at in range(1, ENTRIES_SHOWN + 51))
    text = words(write(replace(of, entries=many), "en"))
    assert "And 50 more" in text
    assert f"{ENTRIES_SHOWN + 50} entries" in text


def test_the_qr_code_holds_the_checkpoints_digest(evidence):
    of = evidence("entry")
    report = write(of, "zh")
    assert report.code[0] == f"sha256:{of.signed.imprint.hex()}"
    squares = matrix(report.code[0])
    code = segno.make_qr(report.code[0], error="m", boost_error=False)
    assert [list(row) for row in squares] == [[bool(square) for square in row] for row in code.matrix]


def test_a_cell_that_no_page_could_hold_is_cut_and_the_report_is_made_all_the_same(evidence):
    """A pledge changed a thousand times, held by a thousand banks under long names."""
    told = evidence("right")
    statement = dict(told.statement)
    pledge = dict(statement["encumbrances"][0])
    pledge["entries"] = list(range(1, 1001))
    pledge["holders"] = [
        {**pledge["holders"][-1], "names": [f"第{number}银行股份有限公司" for number in range(999)]}
    ]
    statement["encumbrances"] = [pledge]
    huge = replace(told, statement=statement)
    assert render_pdf(huge).startswith(b"%PDF")
    assert "第998银行" not in render_html(huge).decode()
