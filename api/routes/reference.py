"""`/docs`: the interface described on one page, drawn from the OpenAPI document.

Plain HTML without scripts or anything fetched from elsewhere: the usual viewers load theirs from other
servers, and show nothing on a machine without network.
"""

from html import escape
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

router = APIRouter()

_HEADERS: Final = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
_STYLE: Final = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h2 { margin-top: 2.5rem; font-size: 1.05rem; border-top: 1px solid #ccc; padding-top: 1rem; }
code, h2 { font-family: ui-monospace, monospace; }
table { border-collapse: collapse; margin: .5rem 0; }
td, th { text-align: left; vertical-align: top; padding: .15rem .9rem .15rem 0; }
th { font-weight: 600; }
"""


@router.get("/docs", include_in_schema=False)
def reference(request: Request) -> HTMLResponse:
    """The page."""
    return HTMLResponse(_page(request.app.openapi()), headers=_HEADERS)


def _page(document: dict[str, Any]) -> str:
    info = document["info"]
    operations = "".join(
        _operation(method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    )
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(info["title"])}</title>'
        f"<style>{_STYLE}</style><h1>{escape(info['title'])} {escape(info['version'])}</h1>"
        f"{_paragraphs(info['description'])}"
        '<p>OpenAPI: <a href="/openapi.json">/openapi.json</a></p>'
        f"{operations}</html>"
    )


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    parameters = "".join(map(_parameter, operation.get("parameters", ())))
    responses = "".join(
        f"<tr><td><code>{escape(code)}</code></td><td>{escape(response['description'])}</td></tr>"
        for code, response in operation["responses"].items()
    )
    table = f"<table><tr><th>parameter<th>in<th>meaning</tr>{parameters}</table>" if parameters else ""
    return (
        f"<h2>{method.upper()} {escape(path)}</h2><p><b>{escape(operation.get('summary', ''))}</b></p>"
        f"{_paragraphs(operation.get('description', ''))}{table}"
        f"<table><tr><th>status<th>answer</tr>{responses}</table>"
    )


def _parameter(parameter: dict[str, Any]) -> str:
    required = "" if parameter.get("required") else " (optional)"
    meaning = parameter.get("description") or parameter["schema"].get("description", "")
    return (
        f"<tr><td><code>{escape(parameter['name'])}</code></td><td>{escape(parameter['in'])}{required}</td>"
        f"<td>{escape(meaning)}</td></tr>"
    )


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{escape(part)}</p>" for part in text.strip().split("\n\n") if part)
