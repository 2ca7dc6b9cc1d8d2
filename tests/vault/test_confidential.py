"""Disclosures: read as they were handed out, and only by the entry that committed to them."""

import json
from base64 import urlsafe_b64encode
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.confidential import DISCLOSURE_BYTES_MAX, commitment, disclose, opens, read_disclosure
from ledger.errors import InputRejected, NotCanonical


def b64(content):
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def test_a_disclosure_is_made_as_docs_formats_says():
    made = disclose("/title", "一种电动泵")
    assert made.text == b64(f'["{made.salt}","/title","一种电动泵"]'.encode())
    assert made.commitment == b64(sha256(made.text.encode()).digest())
    assert len(made.salt) == 22
    assert read_disclosure(made.text) == made


def test_equal_values_have_other_commitments():
    """A value of few possibilities cannot be found by trying them."""
    assert disclose("/a", "yes").commitment != disclose("/a", "yes").commitment


def test_only_the_entry_that_committed_to_it_is_opened():
    made, other = disclose("/price", 100), disclose("/price", 999)
    assert opens(made.text, [made.commitment]).value == 100
    with pytest.raises(InputRejected) as caught:
        opens(other.text, [made.commitment])
    assert caught.value.code == "DISCLOSURE_NOT_COMMITTED"


SALT = "AAAAAAAAAAAAAAAAAAAAAA"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "=",
        "ü",
        "a",
        b64(b"{}"),
        b64(b"[]"),
        b64(json.dumps([SALT, "/a"]).encode()),
        b64(b'["short","/a",1]'),
        b64(f'["{SALT}","a",1]'.encode()),
        b64(f'["{SALT}","/~2",1]'.encode()),
        b64(f'["{SALT}", "/a",1]'.encode()),
        b64(f'["{SALT}","/a",1.5]'.encode()),
        b64(f'["{SALT}","/a",1]'.encode()) + "==",
        b64(b"\xff"),
        "A" * (DISCLOSURE_BYTES_MAX + 4),
    ],
)
def test_what_is_no_disclosure_is_refused(text):
    with pytest.raises(InputRejected) as caught:
        read_disclosure(text)
    assert caught.value.code == "DISCLOSURE_MALFORMED"


@pytest.mark.parametrize("path", ["", "title", "/~", "/~2", "/" + "a" * 400])
def test_a_path_is_a_json_pointer(path):
    with pytest.raises(InputRejected) as caught:
        disclose(path, 1)
    assert caught.value.code == "PATH_INVALID"


def test_a_field_is_bounded_and_canonical():
    with pytest.raises(InputRejected) as caught:
        disclose("/a", "x" * DISCLOSURE_BYTES_MAX)
    assert caught.value.code == "VALUE_TOO_LARGE"
    with pytest.raises(NotCanonical):
        disclose("/a", 1.5).commitment  # noqa: B018 -- the text is made when it is asked for


@given(st.text(max_size=200) | st.text(alphabet="ABCabc019_-", max_size=200))
def test_whatever_is_sent_ends_in_our_error(text):
    try:
        read = read_disclosure(text)
    except InputRejected as error:
        code = error.code
    else:
        code = "DISCLOSURE_MALFORMED" if commitment(read.text) == commitment(text) else "differs"
    assert code == "DISCLOSURE_MALFORMED"


@given(st.data())
def test_a_changed_disclosure_has_another_digest(data):
    made = disclose("/a", "value")
    index = data.draw(st.integers(0, len(made.text) - 1))
    sign = data.draw(st.sampled_from("AB01_-"))
    changed = made.text[:index] + sign + made.text[index + 1 :]
    if changed != made.text:
        with pytest.raises(InputRejected):
            opens(changed, [made.commitment])
