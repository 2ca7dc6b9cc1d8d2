"""Our own rules, held by reading the code (style 8)."""

import ast
import json
import re
import subprocess
from pathlib import Path

import pytest

from ledger import codes, facts

ROOT = Path(__file__).parents[1]
PACKAGES = ("api", "ledger", "notary", "projections", "scripts")
PURE = ("ledger/facts", "ledger/rules", "ledger/statement", "ledger/values")
FUNCTION_LINES_MAX = 70

SOURCES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]

_CLOCKS = {
    "now", "utcnow", "today", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns",
    "localtime", "gmtime", "uuid1", "uuid4", "urandom", "getrandbits",
}  # fmt: skip
_IMPURE = {"random", "secrets", "time", "uuid", "os", "socket", "threading"}


def tracked_files():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def relative(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("folder", PURE)
def test_facts_statements_and_rules_read_no_clock_and_draw_no_lots(folder):
    """Else a rebuild would give another answer: time and chance enter with the command."""
    found = [
        f"{relative(path)}:{node.lineno}"
        for path in sorted((ROOT / folder).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if _is_impure(node)
    ]
    assert found == []


def _is_impure(node):
    if isinstance(node, ast.Import):
        return any(name.name.partition(".")[0] in _IMPURE for name in node.names)
    if isinstance(node, ast.ImportFrom):
        return (node.module or "").partition(".")[0] in _IMPURE
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr in _CLOCKS
    return False


@pytest.mark.parametrize(
    "line",
    ["import random", "from secrets import token_bytes", "import os.path", "datetime.now()", "date.today()"],
)
def test_the_scan_for_clocks_sees_them(line):
    assert any(_is_impure(node) for node in ast.walk(ast.parse(line)))


def test_no_set_is_walked_where_a_statement_is_made():
    """The order of a set of text differs from process to process, and a statement is hashed."""
    found = [
        f"{relative(path)}:{node.lineno}"
        for path in sorted((ROOT / "ledger" / "statement").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.For | ast.comprehension) and isinstance(node.iter, ast.Set | ast.SetComp)
    ]
    assert found == []


def test_no_function_is_longer_than_a_page():
    long = [
        f"{relative(path)}:{node.lineno} {node.name}"
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno - node.lineno + 1 > FUNCTION_LINES_MAX
    ]
    assert long == []


@pytest.mark.parametrize(("name", "version"), sorted(facts.REGISTRY))
def test_every_fact_has_a_schema_and_a_frozen_vector(name, version):
    assert (ROOT / "docs" / "events" / f"{name}.v{version}.json").is_file()
    vectors = sorted((ROOT / "tests" / "vectors" / "ledger-v1").glob("*.json"))
    rows = [row for path in vectors for row in json.loads(path.read_text("utf-8"))["entries"]]
    entries = [json.loads(row["entry"]) for row in rows]
    assert (name, version) in {(entry["type"], entry["type_v"]) for entry in entries}


def test_every_file_of_facts_opens_with_the_table_of_its_events():
    for family, fact in facts.families():
        module = next(module for module in facts.MODULES if module.__name__.endswith(f".{family}"))
        assert f"| {fact.TYPE} |" in module.__doc__


@pytest.mark.parametrize("code", codes.FLAGS.values(), ids=lambda code: code.name)
def test_every_flag_cites_its_rule_and_speaks_both_languages(code):
    assert re.fullmatch(r"[A-Z][A-Z_]+", code.name)
    assert re.fullmatch(r"[A-Z]{1,2}-[A-Z]*\d+(, [A-Z]{1,2}-[A-Z]*\d+)*", code.rule)
    assert re.search(r"[\u4e00-\u9fff]", code.zh)
    assert not re.search(r"[\u4e00-\u9fff]", code.en)
    assert set(re.findall(r"{\w+}", code.en)) == set(re.findall(r"{\w+}", code.zh))


def test_no_tracked_file_names_a_place_on_somebody_s_machine_or_a_package_index():
    forbidden = re.compile(
        rb"(?<![\w.:/-])/(?:work|tmp|home|root)/|"
        b"pypi"
        rb"\.org|"
        b"python"
        rb"hosted|"
        b"npm"
        rb"js\.(?:com|org)"
    )
    found = []
    for path in tracked_files():
        if path == Path(__file__) or "vectors" in path.parts or "data" in path.parts:
            continue
        for number, line in enumerate(path.read_bytes().splitlines(), 1):
            if forbidden.search(line):
                found.append(f"{relative(path)}:{number}")
    assert found == []


def test_every_package_says_in_its_first_lines_what_it_promises():
    for path in SOURCES:
        assert ast.get_docstring(ast.parse(path.read_text("utf-8"))), relative(path)


def test_tests_are_neither_skipped_for_ever_nor_empty():
    """A test that is only there to be counted proves nothing."""
    found = []
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                body = [part for part in node.body if not _is_docstring(part)]
                if not body or all(isinstance(part, ast.Pass) for part in body):
                    found.append(f"{relative(path)}:{node.lineno} {node.name}")
            if isinstance(node, ast.Attribute) and node.attr in {"skip", "xfail"} and _of_pytest_mark(node):
                found.append(f"{relative(path)}:{node.lineno} {node.attr}")
    assert found == []


def _is_docstring(node):
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _of_pytest_mark(node):
    return isinstance(node.value, ast.Attribute) and node.value.attr == "mark"
