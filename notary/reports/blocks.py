"""A report as plain blocks, in one language: what is said, without how it is set."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of a section."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; `strong` for what a hasty reader must not miss."""

    text: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of sentences."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under column heads; a cell may have several lines.

    Attributes:
        widths: each column's share of the page's width.
        digests: columns set in letters of one width.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]
    digests: tuple[int, ...] = ()


CELL_MAX: Final = 600
"""Characters of a cell that are shown: what no page could hold must not keep a report from being made."""


def clipped(cell: str) -> str:
    """A cell's text as it is shown; the package holds it whole."""
    return cell if len(cell) <= CELL_MAX else f"{cell[:CELL_MAX]}…"


@dataclass(frozen=True, slots=True)
class Commands:
    """Lines to type."""

    lines: tuple[str, ...]


Block = Heading | Paragraph | Bullets | Table | Commands


@dataclass(frozen=True, slots=True)
class Document:
    """A report in one language.

    Attributes:
        lang: `zh` or `en`.
        facts: label and value pairs that stand at its head, beside the QR code.
        code: what the QR code holds, and the line under it.
    """

    lang: str
    title: str
    subtitle: str
    facts: tuple[tuple[str, str], ...]
    code: tuple[str, str]
    blocks: tuple[Block, ...]
