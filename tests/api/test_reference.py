"""The page at /docs: complete, and nothing on it comes from elsewhere."""

import re


def test_every_operation_and_parameter_is_described(reader):
    page = reader.get("/docs")
    document = reader.get("/openapi.json").json()
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert f"<h2>{method.upper()} {path}</h2>" in page.text
            for parameter in operation.get("parameters", ()):
                assert f"<code>{parameter['name']}</code>" in page.text


def test_nothing_is_loaded_or_run(reader):
    """A viewer that fetches its scripts shows an empty page where there is no network."""
    page = reader.get("/docs")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert not re.search(r"<script|<link|<img|src=|url\(|https?://", page.text)


def test_who_is_lost_is_led_there(reader):
    assert "/docs" in reader.get("/").json()["detail"]
