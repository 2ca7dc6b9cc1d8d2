"""Licenses on record (L-1, L-13, L-14)."""

from tests.ledger.statement.histories import (
    flags,
    license_,
    license_change,
    license_end,
    offer,
    offer_withdrawn,
    seen,
    standing,
    told,
)


def test_a_license_without_a_stated_kind_is_ordinary():
    (item,) = seen(license_("EC01", "A", "L", "2024-01-01"))["encumbrances"]
    assert (item["kind"], item["detail"], item["holders"], item["grantors"], item["rank"]) == (
        "license",
        "ordinary",
        ["L"],
        ["A"],
        None,
    )


def test_an_exclusive_license_is_told():
    (item,) = seen(license_("EC01", "A", "L", "2024-01-01", "exclusive"))["encumbrances"]
    assert item["detail"] == "exclusive"


def test_a_cancelled_license_ends_on_the_day_of_cancellation():
    history = (license_("EC01", "A", "L", "2024-01-01"), license_end("EC02", "EC01", "2024-06-01"))
    assert standing(seen(*history, as_of="2024-05-31")) == {"EC01": None}
    assert standing(seen(*history, as_of="2024-06-01")) == {}
    assert standing(seen(*reversed(history), as_of="2024-06-01")) == {}


def test_the_first_cancellation_counts():
    history = (
        license_("EC01", "A", "L", "2024-01-01"),
        license_end("EC02", "EC01", "2024-06-01"),
        license_end("EC03", "EC01", "2024-07-01"),
    )
    (item,) = told(*history)["encumbrances"]
    assert (item["ended_on"], item["ended_by"]) == ("2024-06-01", "EC02")


def test_a_change_is_kept_with_the_license():
    history = (license_("EC01", "A", "L", "2024-01-01"), license_change("EC02", "EC01", "2024-02-01", "M"))
    (item,) = told(*history)["encumbrances"]
    assert item["changes"] == [{"on": "2024-02-01", "item": "licensee", "before": "L", "after": "M"}]


def test_the_end_of_an_unknown_license_is_flagged():
    assert flags(seen(license_end("EC02", "EC01", "2024-06-01"))) == [
        "OWNER_UNKNOWN",
        "LICENSE_REFERENCE_UNKNOWN",
    ]


def test_an_open_license_stands_until_withdrawn():
    history = (offer("OL1", "2024-02-01"), offer_withdrawn("OL2", "OL1", "2024-06-01"))
    (item,) = seen(*history, as_of="2024-03-01")["encumbrances"]
    assert (item["kind"], item["detail"]) == ("open_license", None)
    (ended,) = seen(*history, as_of="2024-06-01", include_ended=True)["encumbrances"]
    assert ended["state"] == "withdrawn"
