"""Records are cut out of XML by their exact bytes, and nothing in a file is expanded, fetched or lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from ledger.registers import xml_records
from ledger.registers.reports import Rejection
from ledger.registers.xml_records import Prolog, prolog, records


def scan(tmp_path, content, tag="doc", **options):
    path = tmp_path / "file.xml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(records(path, tag, **options))


def codes(found):
    return [element.code for _, _, element in found if isinstance(element, Rejection)]


def texts(found):
    return ["".join(element.itertext()) for _, _, element in found if not isinstance(element, Rejection)]


def test_each_record_comes_with_its_exact_bytes(tmp_path):
    first, second = "<doc  a='1' ><s>x &amp; y</s></doc >", "<doc>ü\r\n</doc>"
    found = scan(tmp_path, f"<r>\n{first} text {second}</r>")
    assert [(number, source.decode()) for number, source, _ in found] == [(1, first), (2, second)]
    assert texts(found) == ["x & y", "ü\n"]


@pytest.mark.parametrize(
    "hidden",
    [
        "<!-- <doc>hidden</doc> -->",
        "<![CDATA[ <doc>hidden</doc> ]]>",
        "<?note <doc>hidden</doc> ?>",
        '<other title="/>"/>',
        "<docs>hidden</docs>",
        "<doc-list/>",
    ],
)
def test_what_only_looks_like_a_record_is_none(tmp_path, hidden):
    found = scan(tmp_path, f"<r>{hidden}<doc>1</doc>{hidden}<doc>2</doc>{hidden}</r>")
    assert texts(found) == ["1", "2"]


@pytest.mark.parametrize("hidden", ["<!--</doc>-->", "<![CDATA[</doc>]]>", "<?x </doc> ?>"])
def test_an_end_tag_inside_a_comment_ends_nothing(tmp_path, hidden):
    found = scan(tmp_path, f"<r><doc>1{hidden}2</doc></r>")
    assert codes(found) == []
    assert texts(found)[0].replace("</doc>", "") == "12"


def test_quoted_greater_than_signs_do_not_end_the_start_tag(tmp_path):
    found = scan(tmp_path, """<r><doc a="x/>" b='>'>1</doc><doc a="/"/><doc>2</doc></r>""")
    assert texts(found) == ["1", "", "2"]


def test_namespaces_of_the_root_hold_in_each_record(tmp_path):
    found = scan(
        tmp_path,
        '<a:r xmlns:a="urn:a"\n xmlns = "urn:d"><a:doc><v>1</v></a:doc></a:r>',
        "a:doc",
        root_tag="a:r",
    )
    assert [element.tag for _, _, element in found] == ["{urn:a}doc"]
    assert found[0][2][0].tag == "{urn:d}v"


def test_a_prefix_nobody_declared_breaks_its_record_only(tmp_path):
    found = scan(tmp_path, "<r><doc><b:x/></doc><doc>2</doc></r>")
    assert codes(found) == ["RECORD_MALFORMED"]
    assert texts(found) == ["2"]


def test_the_root_may_be_the_record(tmp_path):
    assert texts(scan(tmp_path, "<doc>1</doc>")) == ["1"]
    assert codes(scan(tmp_path, "<doc>1")) == ["FILE_TRUNCATED"]


BOMB = """<?xml version="1.0"?>
<!DOCTYPE r [
 <!-- it's a comment with ' and > and ]> -->
 <!ENTITY a "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa">
 <!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">
 <!ENTITY d "<doc>]></doc>">
 <!ENTITY file SYSTEM "file:///etc/passwd">
]>
<r><doc>&c;</doc><doc>&d;</doc><doc>&file;</doc><doc>fine</doc></r>"""


def test_no_entity_is_expanded_or_fetched(tmp_path):
    found = scan(tmp_path, BOMB)
    assert codes(found) == ["RECORD_MALFORMED"] * 3
    assert texts(found) == ["fine"]


def test_a_document_type_inside_a_record_breaks_it(tmp_path):
    found = scan(tmp_path, '<r><doc><!DOCTYPE x [<!ENTITY y "z">]>&y;</doc></r>')
    assert codes(found) == ["RECORD_MALFORMED"]


@pytest.mark.parametrize(
    ("broken", "count"),
    [
        ("<doc><a></b></doc>", 1),
        ("<doc>1", 1),
        ("1</doc>", 1),
        ("<doc>&nope;</doc>", 1),
        ("<doc a=1>1</doc>", 1),
        ("<doc>\x01</doc>", 1),
    ],
)
def test_a_broken_record_rejects_itself_only(tmp_path, broken, count):
    found = scan(tmp_path, f"<r><doc>before</doc>{broken}<doc>after</doc></r>")
    assert codes(found) == ["RECORD_MALFORMED"] * count
    assert texts(found) == ["before", "after"]
    assert [number for number, _, _ in found] == [1, 2, 3]


def test_bytes_that_are_no_text_reject_their_record_only(tmp_path):
    found = scan(tmp_path, b"<r><doc>\xff\xfe</doc><doc>2</doc></r>")
    assert codes(found) == ["ENCODING_INVALID"]
    assert texts(found) == ["2"]


@pytest.mark.parametrize("codec", ["iso-8859-1", "windows-1252", "utf-8"])
def test_the_declared_encoding_is_read(tmp_path, codec):
    content = f'<?xml version="1.0" encoding="{codec.upper()}"?><r><doc>DÜRR</doc></r>'
    assert texts(scan(tmp_path, content.encode(codec))) == ["DÜRR"]


def test_chinese_encodings_are_read(tmp_path):
    content = '<?xml version="1.0" encoding="GB18030"?><r><doc>专利权质押</doc></r>'.encode("gb18030")
    assert texts(scan(tmp_path, content)) == ["专利权质押"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "FILE_EMPTY"),
        (b" \n ", "FILE_EMPTY"),
        (b"%PDF-1.7", "FILE_NOT_XML"),
        (b"reel,frame\n1,2\n", "FILE_NOT_XML"),
        (b"<!-- only a comment -->", "FILE_NOT_XML"),
        (b"<!DOCTYPE r [ <!ENTITY", "FILE_NOT_XML"),
        (b"<", "FILE_NOT_XML"),
        ("<r><doc>1</doc></r>".encode("utf-16"), "ENCODING_INVALID"),
        ("<r><doc>1</doc></r>".encode("utf-16-le"), "ENCODING_INVALID"),
        ("<r><doc>1</doc></r>".encode("utf-32-be"), "ENCODING_INVALID"),
        (b'<?xml version="1.0" encoding="utf-7"?><r/>', "ENCODING_INVALID"),
        (b"<html><body>Service Unavailable</body></html>", "FILE_TYPE_UNKNOWN"),
    ],
)
def test_a_file_of_another_kind_is_rejected_as_a_whole(tmp_path, content, code):
    found = scan(tmp_path, content, root_tag="r")
    assert [(number, source) for number, source, _ in found] == [(0, b"")]
    assert codes(found) == [code]
    assert found[0][2].where == "file"


def test_a_file_that_cannot_be_opened_is_rejected(tmp_path):
    assert codes(list(records(tmp_path / "absent.xml", "doc"))) == ["FILE_UNREADABLE"]
    assert codes(list(records(tmp_path, "doc"))) == ["FILE_UNREADABLE"]
    assert prolog(tmp_path).code == "FILE_UNREADABLE"


def test_the_byte_order_mark_of_utf_8_is_no_content(tmp_path):
    assert texts(scan(tmp_path, b"\xef\xbb\xbf<r><doc>1</doc></r>")) == ["1"]


WHOLE = b"<?xml version='1.0'?><r><doc>1</doc><doc><a>2</a></doc><doc>3</doc><!-- end --></r>"


@pytest.mark.parametrize("length", range(len(b"<?xml version='1.0'?><r>"), len(WHOLE)))
def test_a_truncated_file_loses_no_record_but_its_last_and_says_so(tmp_path, length):
    found = scan(tmp_path, WHOLE[:length])
    assert texts(found) == ["1", "2", "3"][: WHOLE[:length].count(b"</doc>")]
    assert codes(found) == ["FILE_TRUNCATED"]


@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 64])
def test_chunks_may_end_anywhere(tmp_path, monkeypatch, chunk):
    whole = scan(tmp_path, BOMB)
    monkeypatch.setattr(xml_records, "CHUNK_BYTES", chunk)
    monkeypatch.setattr(xml_records, "_PROLOG_BYTES_MAX", BOMB.index("<r>") + 3)
    cut = scan(tmp_path, BOMB)
    assert [source for _, source, _ in cut] == [source for _, source, _ in whole]
    assert codes(cut) == codes(whole)


def test_a_record_too_large_is_let_go_and_the_next_one_read(tmp_path, monkeypatch):
    monkeypatch.setattr(xml_records, "CHUNK_BYTES", 100)
    monkeypatch.setattr(xml_records, "_PROLOG_BYTES_MAX", 50)
    monkeypatch.setattr(xml_records, "RECORD_BYTES_MAX", 1000)
    found = scan(tmp_path, f"<r><doc>1</doc><doc>{'x' * 5000}</doc><doc>3</doc></r>")
    assert codes(found) == ["RECORD_MALFORMED"]
    assert [source for _, source, _ in found] == [b"<doc>1</doc>", b"", b"<doc>3</doc>"]


def test_a_tree_too_deep_is_refused(tmp_path):
    found = scan(tmp_path, f"<r><doc>{'<a>' * 5000}{'</a>' * 5000}</doc><doc>2</doc></r>")
    assert codes(found) == ["RECORD_MALFORMED"]
    assert texts(found) == ["2"]


def test_the_prolog_says_root_and_encoding(tmp_path):
    path = tmp_path / "file.xml"
    path.write_bytes(b"<?xml version='1.0' encoding='ISO-8859-1'?><!DOCTYPE a:r><a:r x='>' xmlns:a='u'>")
    found = prolog(path)
    assert isinstance(found, Prolog)
    assert (found.root, found.codec) == ("a:r", "iso-8859-1")


@given(st.lists(st.text(alphabet="<>&\"'/!-[]?=docr \né中", max_size=30), max_size=8))
def test_anything_at_all_ends_in_records_or_rejections(tmp_path_factory, parts):
    path = tmp_path_factory.mktemp("any") / "file.xml"
    path.write_bytes(("<r><doc>" + "</doc><doc>".join(parts) + "</doc></r>").encode())
    for number, source, element in records(path, "doc"):
        assert isinstance(element, etree._Element | Rejection)
        assert isinstance(source, bytes)
        assert number >= 0
