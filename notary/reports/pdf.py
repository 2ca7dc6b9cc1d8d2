"""report.pdf: both languages on A4, in fonts every PDF reader brings, the same bytes for the same evidence.

Chinese is set in STSong-Light, one of the fonts the PDF standard names for Chinese (PDF 32000-1, 9.7.5.2 and
Adobe-GB1), so no font is embedded and none has to be installed here; Latin letters in Helvetica. Nothing is
deflated, as deflated bytes depend on the build of zlib.
"""

import re
from collections.abc import Iterator
from html import escape
from io import BytesIO
from itertools import zip_longest
from typing import Any, Final

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    KeepTogether,
    ListFlowable,
    ListItem,
    LongTable,
    PageBreak,
    PageTemplate,
    Spacer,
    TableStyle,
)
from reportlab.platypus import Paragraph as Text
from reportlab.platypus import Table as Grid

from notary.reports import content, qr
from notary.reports.blocks import Block, Bullets, Commands, Document, Heading, Paragraph, Table, clipped
from notary.reports.evidence import Evidence

_CHINESE: Final = "STSong-Light"
_LATIN: Final = "Helvetica"
_FIXED: Final = "Courier"
_INK, _QUIET, _RULE, _HEAD = (HexColor(code) for code in (0x1B1F24, 0x59636E, 0xC9D1D9, 0x14324F))
_SHADE: Final = HexColor(0xF4F6F8)
_MARGIN: Final = 20 * mm
_WIDTH: Final = A4[0] - 2 * _MARGIN
_CODE: Final = 32 * mm

_RUNS: Final = {
    "zh": re.compile(r"[\x20-\x7e\xa0-\xff–±]+"),
    "en": re.compile(r"[\x20-\x7e\xa0-\xff–—“”‘’…•±]+"),
}
"""Runs of signs set in Helvetica; in Chinese, dashes and quotation marks are Chinese ones."""
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_IDEOGRAPH: Final = re.compile(r"[\u3000-\u9fff\uff01-\uffe5]")


def render_pdf(evidence: Evidence) -> bytes:
    """The document: the Chinese report, then the English one."""
    pdfmetrics.registerFont(UnicodeCIDFont(_CHINESE))
    reports = [content.write(evidence, lang) for lang in ("zh", "en")]
    flow: list[Any] = []
    for report in reports:
        flow += [PageBreak()] if flow else []
        flow += _Setter(report).flow()
    file = BytesIO()
    frame = Frame(
        _MARGIN, _MARGIN, _WIDTH, A4[1] - _MARGIN - 18 * mm, 0, 0, 0, 0
    )  # the last four: no padding, so that text and tables share one edge
    template = BaseDocTemplate(
        file,
        pagesize=A4,
        pageTemplates=[PageTemplate(frames=[frame])],
        title=reports[0].title,
        author=evidence.signed.checkpoint.origin,
        subject=reports[0].code[0],
        creator="ipledger",
        producer="ipledger",
        invariant=1,
        pageCompression=0,
    )
    footer = f"{evidence.signed.checkpoint.origin} | {reports[0].code[0]}"
    template.build(flow, canvasmaker=lambda *args, **options: _Numbered(footer, *args, **options))
    return file.getvalue()


class _Numbered(Canvas):  # type: ignore[misc]  # reportlab ships no types
    """A canvas that knows how many pages there are when it writes their numbers."""

    def __init__(self, footer: str, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._footer = footer
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802 -- reportlab's name
        self._pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for page in self._pages:
            self.__dict__.update(page)
            self._number(len(self._pages))
            super().showPage()
        super().save()

    def _number(self, count: int) -> None:
        self.setStrokeColor(_RULE)
        self.line(_MARGIN, 15 * mm, A4[0] - _MARGIN, 15 * mm)
        self.setFillColor(_QUIET)
        self.setFont(_FIXED, 6.3)
        self.drawString(_MARGIN, 11 * mm, self._footer.encode("ascii", "replace").decode())
        self.setFont(_LATIN, 8)
        self.drawRightString(A4[0] - _MARGIN, 11 * mm, f"{self._pageNumber} / {count}")


class _Setter:
    """Sets one report."""

    def __init__(self, report: Document) -> None:
        self._report = report
        chinese = report.lang == "zh"
        base = ParagraphStyle(
            "base",
            fontName=_CHINESE if chinese else _LATIN,
            fontSize=10 if chinese else 9.3,
            leading=16 if chinese else 13.6,
            textColor=_INK,
            wordWrap="CJK" if chinese else None,
            spaceAfter=4,
            splitLongWords=1,
        )
        # Names and digests wrap anywhere; so cells are set as Chinese is in either language.
        cell = ParagraphStyle("cell", base, fontSize=8.6, leading=12.4, wordWrap="CJK", spaceAfter=0)
        self._styles = {
            "base": base,
            "title": ParagraphStyle("title", base, fontSize=20, leading=27, textColor=_HEAD, spaceAfter=3),
            "lead": ParagraphStyle("lead", base, fontSize=8.6, leading=12.4, textColor=_QUIET, spaceAfter=8),
            "heading": ParagraphStyle(
                "heading", base, fontSize=13, leading=18, textColor=_HEAD, spaceBefore=12, spaceAfter=4
            ),
            "strong": ParagraphStyle(
                "strong", base, leftIndent=8, borderColor=_HEAD, borderWidth=0, textColor=_HEAD
            ),
            "cell": cell,
            "label": ParagraphStyle("label", cell, textColor=_QUIET),
            "head": ParagraphStyle("head", cell, textColor=_HEAD),
            "words": ParagraphStyle("words", cell, wordWrap=None),
            "lead-in": ParagraphStyle("lead-in", base, keepWithNext=1),
            "digest": ParagraphStyle("digest", cell, fontName=_FIXED, fontSize=7.1),
            "code": ParagraphStyle("code", cell, fontName=_FIXED, fontSize=7.6, leading=11.4),
            "caption": ParagraphStyle(
                "caption", cell, fontSize=7, leading=9, alignment=TA_CENTER, textColor=_QUIET
            ),
        }

    def flow(self) -> Iterator[Flowable]:
        yield self._header()
        yield Spacer(1, 4)
        for block, following in zip_longest(self._report.blocks, self._report.blocks[1:]):
            if isinstance(block, Paragraph) and isinstance(following, Bullets | Commands | Table):
                yield CondPageBreak(24 * mm)
                yield self._text(block.text, "lead-in") if not block.strong else self._strong(block.text)
            else:
                yield from self._block(block)

    def _header(self) -> Flowable:
        report = self._report
        label_width = 34 * mm if report.lang == "en" else 30 * mm
        left = _WIDTH - _CODE - 6 * mm
        facts = Grid(
            [
                [
                    self._text(label, "label"),
                    self._text(value, "digest" if _DIGEST.fullmatch(value) else "cell"),
                ]
                for label, value in report.facts
            ],
            colWidths=[label_width, left - label_width],
            style=_plain_style(top=0.8, bottom=0.8),
        )
        text, caption = report.code
        words = [self._text(report.title, "title"), self._text(report.subtitle, "lead"), facts]
        code = [_Code(text), Spacer(1, 2), self._text(caption, "caption")]
        style = _plain_style(top=0, bottom=8)
        style.add("LINEBELOW", (0, 0), (-1, -1), 1.4, _HEAD)
        return Grid([[words, code]], colWidths=[_WIDTH - _CODE, _CODE], style=style)

    def _block(self, block: Block) -> Iterator[Flowable]:
        match block:
            case Heading(text):
                yield CondPageBreak(32 * mm)
                yield self._text(text, "heading")
            case Paragraph(text, strong):
                yield self._strong(text) if strong else self._text(text, "base")
            case Bullets(items):
                yield ListFlowable(
                    [ListItem(self._text(item, "base")) for item in items],
                    bulletType="bullet",
                    start="•",
                    bulletFontName=_LATIN,
                    bulletFontSize=9,
                    leftIndent=12,
                )
            case Commands(lines):
                style = _plain_style(top=4, bottom=4)
                style.add("BACKGROUND", (0, 0), (-1, -1), _SHADE)
                style.add("LEFTPADDING", (0, 0), (-1, -1), 6)
                cells = [[[self._text(line, "code") for line in lines]]]
                yield KeepTogether([Grid(cells, colWidths=[_WIDTH], style=style), Spacer(1, 5)])
            case Table():
                yield self._table(block)
                yield Spacer(1, 6)

    def _strong(self, text: str) -> Flowable:
        style = _plain_style(top=1, bottom=3)
        style.add("LINEBEFORE", (0, 0), (0, -1), 2, _HEAD)
        return Grid([[self._text(text, "strong")]], colWidths=[_WIDTH], style=style, spaceAfter=5)

    def _table(self, table: Table) -> Flowable:
        heads = [self._text(column, "head") for column in table.columns]
        rows = [
            [
                self._text(clipped(cell), "digest" if at in table.digests else "cell")
                for at, cell in enumerate(row)
            ]
            for row in table.rows
        ]
        style = _plain_style(top=2.4, bottom=2.8)
        style.add("LINEABOVE", (0, 0), (-1, 0), 1.1, _HEAD)
        style.add("LINEBELOW", (0, 0), (-1, 0), 0.7, _HEAD)
        style.add("LINEBELOW", (0, 1), (-1, -1), 0.4, _RULE)
        style.add("LINEBELOW", (0, -1), (-1, -1), 0.7, _HEAD)
        total = sum(table.widths)
        widths = [_WIDTH * width / total for width in table.widths]
        return LongTable([heads, *rows], colWidths=widths, style=style, repeatRows=1)

    def _text(self, text: str, style: str) -> Flowable:
        if style == "cell" and not _IDEOGRAPH.search(text):
            style = "words"
        font = self._styles[style].fontName
        lines = [_marked(line, font, _RUNS[self._report.lang]) for line in text.split("\n")]
        return Text("<br/>".join(lines), self._styles[style])


class _Code(Flowable):  # type: ignore[misc]  # reportlab ships no types
    """A QR code, drawn as squares."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._squares = qr.matrix(text)
        self.width = self.height = _CODE

    def draw(self) -> None:
        side = _CODE / len(self._squares)
        self.canv.setFillColor(HexColor(0))
        for y, row in enumerate(self._squares):
            for x, dark in enumerate(row):
                if dark:
                    self.canv.rect(x * side, _CODE - (y + 1) * side, side, side, stroke=0, fill=1)


def _plain_style(*, top: float, bottom: float) -> TableStyle:
    return TableStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("RIGHTPADDING", (0, 0), (-1, -1), 6),
            ("TOPPADDING", (0, 0), (-1, -1), top),
            ("BOTTOMPADDING", (0, 0), (-1, -1), bottom),
        ]
    )


def _marked(text: str, font: str, latin: re.Pattern[str]) -> str:
    """Text with the font named for each run the paragraph's own font cannot set."""
    parts: list[str] = []
    at = 0
    for match in latin.finditer(text):
        parts += [_in_font(text[at : match.start()], _CHINESE, font), _in_font(match[0], _LATIN, font)]
        at = match.end()
    parts.append(_in_font(text[at:], _CHINESE, font))
    return "".join(parts)


def _in_font(text: str, font: str, around: str) -> str:
    if not text:
        return ""
    if font == _CHINESE:
        text = "".join(sign if _is_in_chinese_font(sign) else f"[U+{ord(sign):04X}]" for sign in text)
    if font == around or (font == _LATIN and around == _FIXED):
        return escape(text, quote=False)
    return f'<font name="{font}">{escape(text, quote=False)}</font>'


def _is_in_chinese_font(sign: str) -> bool:
    """Whether Adobe-GB1 has the sign; else its number is printed rather than nothing."""
    code = ord(sign)
    return any(
        first <= code <= last
        for first, last in (
            (0x20, 0x7E),
            (0xA4, 0xF7),
            (0x2010, 0x2027),
            (0x2030, 0x203B),
            (0x2160, 0x2179),
            (0x2190, 0x2193),
            (0x2460, 0x249B),
            (0x2500, 0x25CF),
            (0x3000, 0x312F),
            (0x3220, 0x3229),
            (0x3400, 0x4DB5),
            (0x4E00, 0x9FA5),
            (0xFE30, 0xFE6B),
            (0xFF01, 0xFF5E),
            (0xFFE0, 0xFFE5),
        )
    )
