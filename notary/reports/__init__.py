"""Reports for people in an evidence package: what it shows, by whom, since when, and what it does not show.

`content` writes the text in Chinese and English from what lies in the package; `html` and `pdf` set it. A
report claims nothing that the other members do not prove (docs/formats.md 8), and never says that anything is
valid in law (E-22). The same evidence gives the same bytes.
"""

from notary.reports.evidence import Evidence, Opened, Stamp
from notary.reports.html import render_html
from notary.reports.pdf import render_pdf

__all__ = ["Evidence", "Opened", "Stamp", "render_html", "render_pdf"]
