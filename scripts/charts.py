"""Charts of a pool as SVG or PNG: balances and payments, period by period; labels in Chinese or English.

matplotlib draws without a display. Chinese needs a font that has its characters: the one of the extra
`charts`, else one of this machine; without either labels are English, never empty boxes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ledger.errors import LedgerError
from ledger.values.money import EXPONENTS

_FAMILIES: Final = (
    "Noto Sans SC",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "PingFang SC",
    "Microsoft YaHei",
    "SimHei",
)
_WORDS: Final = {
    "balances": ("Principal owed by class", "各档未偿本金"),
    "payments": ("Payments by item", "各期支付"),
    "cover": ("reserve", "储备金"),
    "start": ("issue", "发行"),
    "period": ("payment day", "兑付日"),
}


class ChartsUnavailable(LedgerError):
    """What draws charts is not installed."""

    code = "CHARTS_UNAVAILABLE"

    def __init__(self) -> None:
        """There is nothing to name."""
        super().__init__(
            "charts need matplotlib: install ipledger[charts]",
            "作图需要 matplotlib：请安装 ipledger[charts]",
        )


@dataclass(frozen=True, slots=True)
class Drawn:
    """What was written, and whether its labels could be Chinese."""

    file: Path
    chinese: bool


def draw_pool(answer: dict[str, Any], file: Path, lang: str) -> Drawn:
    """Draw the periods of an answer of `projections.pool` into `file`, SVG or PNG by its ending.

    The same answer gives the same bytes on one machine.

    Raises:
        ChartsUnavailable: matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ChartsUnavailable from error
    names = [tranche["name"] for tranche in answer["tranches"]]
    with labels(lang, " ".join((answer["name"], *names))) as chinese:
        lang = "zh" if chinese and lang == "zh" else "en"
        figure = Figure(figsize=(9, 7), layout="constrained")
        above, below = figure.subplots(2, 1)
        title = answer["name"] if chinese or answer["name"].isascii() else answer["pool"]
        figure.suptitle(f"{title} ({answer['pool']}, {answer['currency']})")
        _draw_balances(above, answer, names if chinese else _latin(names), lang)
        _draw_payments(below, answer, lang)
        metadata = {"Date": None} if file.suffix.lower() == ".svg" else {"Software": None}
        figure.savefig(file, metadata=metadata)
    return Drawn(file, chinese)


def _draw_balances(axes: Any, answer: dict[str, Any], names: list[str], lang: str) -> None:
    scale = _scale(answer["currency"])
    days = [_word("start", lang), *(each["last"] for each in answer["periods"])]
    for place, tranche in enumerate(answer["tranches"]):
        owed = [tranche["initial"], *(each["principal"][place] for each in answer["periods"])]
        axes.plot(days, [minor / scale for minor in owed], marker="o", label=names[place])
    reserves = [each["reserve"] / scale for each in answer["periods"]]
    if any(reserves):
        axes.plot(days[1:], reserves, linestyle=":", marker=".", label=_word("cover", lang))
    axes.set_title(_word("balances", lang))
    axes.set_ylim(bottom=0)
    _finish(axes, days)


def _draw_payments(axes: Any, answer: dict[str, Any], lang: str) -> None:
    from scripts.commands.pool import ITEMS

    scale = _scale(answer["currency"])
    days = [each["last"] for each in answer["periods"]]
    items = list(dict.fromkeys(line["item"] for each in answer["periods"] for line in each["lines"]))
    base = [0] * len(days)
    for item in items:
        paid = [
            sum(line["paid"] for line in each["lines"] if line["item"] == item) for each in answer["periods"]
        ]
        if any(paid):
            label = ITEMS.get(item, (item, item))[lang == "zh"]
            bottom = [minor / scale for minor in base]
            axes.bar(days, [minor / scale for minor in paid], bottom=bottom, label=label)
            base = [low + minor for low, minor in zip(base, paid, strict=True)]
    axes.set_title(_word("payments", lang))
    axes.set_xlabel(_word("period", lang))
    _finish(axes, days)


def _finish(axes: Any, days: list[str]) -> None:
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}" if value >= 1000 else f"{value:g}")
    axes.tick_params(axis="x", rotation=30 if len(days) > 5 else 0)
    axes.grid(visible=True, axis="y", alpha=0.3)
    if axes.get_legend_handles_labels()[0]:
        axes.legend()


@contextmanager
def labels(lang: str, texts: str) -> Iterator[bool]:
    """Settings that draw every character as an outline; whether Chinese can be drawn."""
    import matplotlib as mpl
    from matplotlib import font_manager

    family = None if lang == "en" and texts.isascii() else _chinese_family(font_manager)
    settings: dict[str, Any] = {
        "svg.fonttype": "path",
        "svg.hashsalt": "ipledger",
        "axes.unicode_minus": False,
        "text.parse_math": False,
        "font.family": [family, "DejaVu Sans"] if family else ["DejaVu Sans"],
    }
    with mpl.rc_context(settings):  # type: ignore[arg-type]  # its keys are checked when they are set
        yield family is not None


def _chinese_family(font_manager: Any) -> str | None:
    """The font of the extra, else one that is installed."""
    try:
        from pylopdf_fonts_zh_cn import sans_path
    except ImportError:
        pass
    else:
        font_manager.fontManager.addfont(sans_path())
    known = {font.name for font in font_manager.fontManager.ttflist}
    return next((family for family in _FAMILIES if family in known), None)


def _latin(names: list[str]) -> list[str]:
    return [name if name.isascii() else f"class {place}" for place, name in enumerate(names, 1)]


def _scale(currency: str) -> int:
    return int(10 ** EXPONENTS.get(currency, 0))


def _word(name: str, lang: str) -> str:
    return _WORDS[name][lang == "zh"]
