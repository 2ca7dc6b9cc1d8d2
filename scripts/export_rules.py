"""Write `docs/rules.md`: every numbered rule of the law, what it answers with, and the tests that show it.

    python -m scripts.export_rules [FILE]

The page is made from the `RULES` of `ledger/rules/`, the sentences of `ledger/reasons/` and the marks
`@pytest.mark.rule(number, effect)` in `tests/`. It is written whatever is missing; what is missing is told on
the error output, and the exit status is 1.
"""

import ast
import inspect
import re
import sys
from collections.abc import Iterator
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from ledger.codes import FLAGS
from ledger.reasons import REASONS
from ledger.rules import FAMILIES
from ledger.rules.base import Rule

ROOT: Final = Path(__file__).parents[1]
FILE: Final = ROOT / "docs" / "rules.md"

SECTIONS: Final = {
    "N": ("Ground rules", "基本规则"),
    "ID": ("Parties", "当事人"),
    "A-ID": ("Numbers and terms of rights", "权利的号码与期限"),
    "A": ("Rights and their status", "权利及其状态"),
    "R": ("Registration and recordal", "登记与备案"),
    "T": ("Transfers", "转让"),
    "L": ("Licenses", "许可"),
    "P": ("Pledges", "质押"),
    "F": ("Freezes, suspension, insolvency", "冻结、中止与破产"),
    "K": ("Corrections", "更正"),
    "U": ("US-style records", "美国式登记"),
    "V": ("Valuations", "评估"),
    "S": ("Securitization", "证券化"),
    "C": ("Capital contributions", "出资"),
    "G": ("Guarantees, insurance, subsidies", "担保、保险与补贴"),
}
"""Families by the letters their rules are numbered with, in the order of the page."""

MARKS: Final = {
    "V": "text of the provision read",
    "S": "secondary source",
    "M": "from memory, read cautiously",
    "SEED": "the project's source papers",
    "D": "design decision, not law",
}

EFFECTS: Final = ("accepts", "refuses", "holds", "flags")

Marks = dict[str, dict[str, list[str]]]
"""Tests by number of the rule and effect shown, each `tests/…/file.py::name`."""

_PREAMBLE: Final = """# Rules

What a command or report is held to, rule by rule, in the numbering of the specification. Where a source is \
marked *from memory*, the cautious reading is taken and the rule's function says which. A code **refuses** \
or **holds** an act, or **flags** one that is accepted; its sentences are those a caller sees, with the data \
in braces filled in. Not legal advice.

规则编号与规范一致。代码或拒绝、暂存行为，或提示已接受的行为；语句即提交人所见。本页不构成法律意见。

Confidence in a source: V text of the provision read · S secondary source · M from memory, read cautiously · \
SEED the project's source papers · D design decision, not law.

This page is written by `python -m scripts.export_rules`.
"""


def rules() -> list[Rule]:
    """All rules of all families, in the order of the page."""
    found = [rule for family in FAMILIES for rule in getattr(family, "RULES", ())]
    return sorted(found, key=_order)


def marks(tests: Path = ROOT / "tests") -> Marks:
    """The tests marked with each rule."""
    found: Marks = {}
    for path in sorted(tests.rglob("test_*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        for name, number, effect in _marked(tree, (), ""):
            test = f"{path.relative_to(tests.parent).as_posix()}::{name}"
            listed = found.setdefault(number, {}).setdefault(effect, [])
            if test not in listed:
                listed.append(test)
    return found


def missing(found: Marks | None = None) -> list[str]:
    """What the rules still lack, a line each: a test, a home, a sentence."""
    found = marks() if found is None else found
    told = rules()
    lines = [f"{number}: is told more than once" for number in _repeated(told)]
    numbers = {rule.number for rule in told}
    lines += [
        f"{number}: tests are marked with it, but no family has it"
        for number in sorted(found.keys() - numbers)
    ]
    for rule in told:
        lines += [f"{rule.number}: {what}" for what in (*_untold(rule), *_untested(rule, found))]
    return lines


def page(found: Marks | None = None) -> str:
    """The text of `docs/rules.md`."""
    found = marks() if found is None else found
    told = rules()
    parts = [_PREAMBLE]
    for letters, (en, zh) in SECTIONS.items():
        family = [rule for rule in told if _letters(rule.number) == letters]
        if family:
            parts.append(f"## {letters}: {en} {zh}\n")
            parts += [_entry(rule, found.get(rule.number, {})) for rule in family]
    return "\n".join(parts)


def main(file: Path = FILE) -> int:
    """Write the page; 1 if something is missing, which is told."""
    found = marks()
    file.write_text(page(found), "utf-8")
    lacking = missing(found)
    for line in lacking:
        print(line, file=sys.stderr)
    return 1 if lacking else 0


def docstring_of(dotted: str) -> str:
    """What is said of the object a rule's home names, `package.module:Class.member`; empty if nothing is.

    Raises:
        ModuleNotFoundError, AttributeError: there is none.
    """
    name, _, path = dotted.partition(":")
    module = import_module(name)
    here: Any = module
    for step in path.split(".") if path else ():
        here = inspect.getattr_static(here, step) if inspect.isclass(here) else getattr(here, step)
    if isinstance(here, property):
        here = here.fget
    if inspect.isroutine(here) or inspect.isclass(here) or inspect.ismodule(here):
        return inspect.getdoc(here) or ""
    return _said_below(ast.parse(inspect.getsource(module)), path)


def _said_below(module: ast.Module, constant: str) -> str:
    """The text that stands below a module's constant."""
    for line, following in pairwise(module.body):
        targets = line.targets if isinstance(line, ast.Assign) else [getattr(line, "target", None)]
        if not any(isinstance(target, ast.Name) and target.id == constant for target in targets):
            continue
        if isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant):
            return str(following.value.value)
    return ""


def _marked(node: ast.AST, outer: tuple[tuple[str, str], ...], prefix: str) -> Iterator[tuple[str, str, str]]:
    """Triples of test, rule number and effect; a mark on a class is one on each of its tests."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef):
            yield from _marked(child, (*outer, *_marks_of(child)), f"{prefix}{child.name}::")
        elif isinstance(child, ast.FunctionDef) and child.name.startswith("test"):
            for number, effect in dict.fromkeys((*outer, *_marks_of(child))):
                yield f"{prefix}{child.name}", number, effect


def _marks_of(node: ast.ClassDef | ast.FunctionDef) -> list[tuple[str, str]]:
    """Also those on single parameters."""
    calls = [
        call
        for decorator in node.decorator_list
        for call in ast.walk(decorator)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "rule"
    ]
    found = []
    for call in calls:
        values = [argument.value for argument in call.args if isinstance(argument, ast.Constant)]
        assert len(values) == 2, f"line {call.lineno}: a mark names one rule and one effect"
        assert values[1] in EFFECTS, f"line {call.lineno}: {values[1]!r} is none of {EFFECTS}"
        found.append((str(values[0]), str(values[1])))
    return found


def _repeated(told: list[Rule]) -> list[str]:
    numbers = [rule.number for rule in told]
    return sorted({number for number in numbers if numbers.count(number) > 1})


def _untold(rule: Rule) -> Iterator[str]:
    yield from (
        f"code {code} has no sentence" for code in rule.codes if code.partition(":")[0] not in REASONS
    )
    if re.split(r"[^A-Z]", rule.mark)[0] not in MARKS:
        yield f"mark {rule.mark!r} does not begin with one of {', '.join(MARKS)}"
    if rule.home is None:
        if rule.left_out is None:
            yield "has no home, and no reason why it is left out"
        return
    try:
        said = docstring_of(rule.home)
    except (ImportError, AttributeError):
        yield f"home {rule.home} does not exist"
        return
    if not _names(said, rule.number):
        yield f"the docstring of {rule.home} does not name it"


def _names(text: str, number: str) -> bool:
    """Whether a text names a rule, alone or in a run such as *T-16 to T-18* of its family."""
    if re.search(rf"(?<![A-Za-z0-9-]){re.escape(number)}(?![0-9])", text):
        return True
    letters, own = _letters(number), _place(number)
    runs = re.findall(rf"{letters}-?(\d+) (?:to|-|–) {letters}-?(\d+)", text)
    return any(int(first) <= own <= int(last) for first, last in runs)


def _untested(rule: Rule, found: Marks) -> Iterator[str]:
    if rule.left_out is not None:
        return
    shown = found.get(rule.number, {})
    if "accepts" not in shown:
        yield "no test shows it accepting"
    if not any(effect in shown for effect in EFFECTS[1:]) and rule.codes:
        yield "no test shows it refusing, holding or flagging"


def _entry(rule: Rule, shown: dict[str, list[str]]) -> str:
    lines = [f"### {rule.number}", "", f"{_sentence(rule.en)}.", "", f"{rule.zh}。", ""]
    lines.append(f"- Source 依据: {rule.source} [{rule.mark}]")
    if rule.home:
        lines.append(f"- Home 实现: `{rule.home}`")
    if rule.left_out:
        lines.append(f"- Left out 未实现: {rule.left_out}")
    lines += [f"- `{code}`: {_sentences(code)}" for code in rule.codes]
    lines += [f"- {effect}: `{test}`" for effect in EFFECTS for test in shown.get(effect, ())]
    return "\n".join([*lines, ""])


def _sentences(code: str) -> str:
    """What a caller is told, and what to do; a statement's own flag has no remedy."""
    name = code.partition(":")[0]
    if name in REASONS:
        reason = REASONS[name]
        return f"{reason.en}; {reason.remedy_en} / {reason.zh}；{reason.remedy_zh}"
    if name in FLAGS:
        return f"{FLAGS[name].en} / {FLAGS[name].zh}"
    return "–"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".")


def _letters(number: str) -> str:
    match = re.match(r"A-ID|[A-Z]+", number)
    assert match is not None, number
    return match[0]


def _place(number: str) -> int:
    match = re.search(r"(\d+)", number.removeprefix(_letters(number)))
    assert match is not None, number
    return int(match[1])


def _order(rule: Rule) -> tuple[int, int, str]:
    return (list(SECTIONS).index(_letters(rule.number)), _place(rule.number), rule.number)


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:2])))
