"""report.html: both languages in one page that loads nothing, runs nothing and prints on A4."""

from html import escape
from typing import Final

from notary.reports import content, qr
from notary.reports.blocks import Block, Bullets, Commands, Document, Heading, Paragraph, Table, clipped
from notary.reports.evidence import Evidence

_STYLE: Final = """
@page { size: A4; margin: 20mm 18mm 22mm }
:root { --ink: #1b1f24; --quiet: #59636e; --rule: #c9d1d9; --head: #14324f }
* { box-sizing: border-box }
body { margin: 0; background: #eceff2; color: var(--ink);
  font: 14px/1.7 "Source Han Sans SC", "Noto Sans CJK SC", "PingFang SC",
  "Microsoft YaHei", "Helvetica Neue", Arial, sans-serif }
article { max-width: 880px; margin: 28px auto; padding: 52px 60px 44px; background: #fff;
  box-shadow: 0 1px 5px rgb(0 0 0 / 14%) }
header { display: flex; gap: 28px; justify-content: space-between; align-items: flex-start;
  border-bottom: 2px solid var(--head); padding-bottom: 18px }
h1, h2 { font-family: "Source Han Serif SC", "Noto Serif CJK SC", "Songti SC", SimSun, Georgia, serif;
  color: var(--head) }
h1 { font-size: 27px; line-height: 1.3; margin: 0 0 6px }
.lead { color: var(--quiet); margin: 0 0 14px; font-size: 13px }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 3px 16px; margin: 0; font-size: 13px }
dt { color: var(--quiet) }
dd { margin: 0; overflow-wrap: anywhere }
figure { margin: 0; flex: none; width: 132px; text-align: center; color: var(--quiet); font-size: 11px;
  line-height: 1.4 }
figure svg { width: 132px; height: 132px; display: block; margin-bottom: 4px }
h2 { font-size: 17px; margin: 26px 0 6px; break-after: avoid }
p { margin: 6px 0 }
p.strong { border-left: 3px solid var(--head); padding: 2px 0 2px 12px; font-weight: 600 }
ul { margin: 6px 0; padding-left: 20px }
li { margin: 3px 0 }
table { width: 100%; border-collapse: collapse; margin: 8px 0 12px; font-size: 12.5px; line-height: 1.5;
  table-layout: fixed; border-bottom: 1px solid var(--head) }
th { text-align: left; font-weight: 600; color: var(--head); border-top: 1.5px solid var(--head);
  border-bottom: 1px solid var(--head); padding: 4px 8px 4px 0 }
td { border-bottom: 1px solid var(--rule); padding: 4px 8px 4px 0; vertical-align: top;
  overflow-wrap: anywhere }
tr { break-inside: avoid }
.digest, pre { font-family: ui-monospace, "SF Mono", Consolas, "DejaVu Sans Mono", monospace;
  font-size: 12px }
pre { background: #f4f6f8; border: 1px solid var(--rule); padding: 8px 12px; white-space: pre-wrap;
  overflow-wrap: anywhere; line-height: 1.55; margin: 8px 0 }
@media print { body { background: none; font-size: 10.5pt } article { box-shadow: none; margin: 0; padding: 0;
  max-width: none } article + article { break-before: page } }
@media (max-width: 700px) { article { padding: 24px 18px } header { flex-direction: column } }
"""

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"


def render_html(evidence: Evidence) -> bytes:
    """The page: the Chinese report, then the English one."""
    reports = [content.write(evidence, lang) for lang in ("zh", "en")]
    title = escape(" · ".join(report.title for report in reports))
    body = "\n".join(_article(report) for report in reports)
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    ).encode(errors="xmlcharrefreplace")


def _article(report: Document) -> str:
    facts = "".join(f"<dt>{escape(label)}</dt><dd>{escape(value)}</dd>" for label, value in report.facts)
    text, caption = report.code
    lang = "zh-CN" if report.lang == "zh" else "en"
    return (
        f'<article lang="{lang}">\n<header><div><h1>{escape(report.title)}</h1>\n'
        f'<p class="lead">{escape(report.subtitle)}</p>\n<dl>{facts}</dl></div>\n'
        f"<figure>{_code(text, caption)}<figcaption>{escape(caption)}</figcaption></figure></header>\n"
        + "\n".join(_block(block) for block in report.blocks)
        + "\n</article>"
    )


def _block(block: Block) -> str:
    match block:
        case Heading(text):
            return f"<h2>{escape(text)}</h2>"
        case Paragraph(text, strong):
            return f'<p class="strong">{escape(text)}</p>' if strong else f"<p>{escape(text)}</p>"
        case Bullets(items):
            return "<ul>" + "".join(f"<li>{escape(item)}</li>" for item in items) + "</ul>"
        case Commands(lines):
            return f"<pre>{escape(chr(10).join(lines))}</pre>"
        case Table():
            return _table(block)


def _table(table: Table) -> str:
    columns = "".join(f'<col style="width:{width}%">' for width in table.widths)
    heads = "".join(f"<th>{escape(column)}</th>" for column in table.columns)
    rows = "".join(
        "<tr>"
        + "".join(
            (f'<td class="digest">{_lines(cell)}</td>' if at in table.digests else f"<td>{_lines(cell)}</td>")
            for at, cell in enumerate(row)
        )
        + "</tr>"
        for row in table.rows
    )
    return (
        f"<table><colgroup>{columns}</colgroup><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _lines(cell: str) -> str:
    return "<br>".join(map(escape, clipped(cell).split("\n")))


def _code(text: str, caption: str) -> str:
    squares = qr.matrix(text)
    size = len(squares) + 4
    path = "".join(
        f"M{x + 2} {y + 2}h1v1h-1z" for y, row in enumerate(squares) for x, dark in enumerate(row) if dark
    )
    return (
        f'<svg viewBox="0 0 {size} {size}" shape-rendering="crispEdges" role="img" '
        f'aria-label="{escape(caption)}"><path fill="#000" d="{path}"/></svg>'
    )
