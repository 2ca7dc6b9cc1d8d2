"""What a reason is: a code with its rule, what is wrong and what to do about it, in English and Chinese.

A sentence may name members of a finding's data in braces. A member the finding does not have is shown
as a dash, so that a refusal is never lost to its own wording.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ledger.codes import FLAGS, Code
from ledger.reasons.words import in_chinese

ABSENT: Final = "–"


class _Shown(dict[str, str]):
    """Members as text; one that is absent is a dash."""

    def __missing__(self, name: str) -> str:
        return ABSENT


@dataclass(frozen=True, slots=True)
class Reason(Code):
    """A code with its remedy; a sentence starts in lower case and carries no full stop."""

    remedy_en: str
    remedy_zh: str

    def message(self, data: Mapping[str, Any]) -> dict[str, str]:
        """What is wrong, then what to do, filled from `data`: `{"en": …, "zh": …}`."""
        return {
            "en": f"{self.en}; {self.remedy_en}".format_map(_shown(data, ", ", str)),
            "zh": f"{self.zh}；{self.remedy_zh}".format_map(_shown(data, "、", in_chinese)),
        }


def of_flag(name: str, remedy_en: str, remedy_zh: str) -> Reason:
    """The flag `name` of a statement, whose sentences stand in `ledger.codes`, with what to do about it."""
    flag = FLAGS[name]
    return Reason(flag.name, flag.rule, flag.en, flag.zh, remedy_en, remedy_zh)


def _shown(data: Mapping[str, Any], joint: str, say: Callable[[str], str]) -> _Shown:
    return _Shown({name: _text(value, joint, say) for name, value in data.items()})


def _text(value: Any, joint: str, say: Callable[[str], str]) -> str:
    if isinstance(value, list | tuple):
        return joint.join(_text(part, joint, say) for part in value) or ABSENT
    return ABSENT if value is None else say(str(value)) or ABSENT
