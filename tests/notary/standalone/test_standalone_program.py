"""The verifier as a court's expert runs it: a copied file, a bare interpreter, exit status, sentences."""

import ast
import hashlib
import json
import os
import shutil
import string
import subprocess
import sys
import zipfile

import pytest

from notary.standalone import SCRIPT, verify
from tests.notary import evidence_lies as lies
from tests.notary.standalone import package_maker as maker

NO_OPENSSL = {"PATH": "/nonexistent"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A folder with the program alone, a package, a lying one, and trust."""
    folder = tmp_path_factory.mktemp("desk")
    shutil.copy(SCRIPT, folder / "verify.py")
    for kind in ("status", "right", "document", "signed"):
        package, files = lies.honest(kind)
        (folder / f"{kind}.zip").write_bytes(package)
    (folder / "lie.zip").write_bytes(lies.lie("omitted_release").package)
    for name, content in files.items():
        path = folder / "trust" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def run(desk, *arguments, interpreter=(sys.executable, "-S", "-I", "-W", "error"), env=None, cwd=None):
    environment = {**os.environ, **(env or {})}
    return subprocess.run(
        [*interpreter, str(desk / "verify.py"), *arguments],
        cwd=cwd or desk, env=environment, capture_output=True, check=False, encoding="utf-8", timeout=120,
    )  # fmt: skip


def test_a_sound_package_exits_0(desk):
    done = run(desk, "status.zip", "--trust", "trust", "--lang", "en")
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split()[1] for line in done.stdout.splitlines() if line[:2].strip().isdigit()] == list(
        verify.CHECKS
    )


def test_a_lie_exits_1_and_concludes_nothing(desk):
    done = run(desk, "lie.zip", "--trust", "trust", "--lang", "en")
    assert done.returncode == 1
    assert "INCOMPLETE" in done.stdout
    assert verify.CLAIM_TEXTS["status"][0].split("{")[0] not in done.stdout


@pytest.mark.parametrize("arguments", [("status.zip",), ("right.zip", "--trust", "trust")])
def test_what_could_not_be_checked_exits_3(desk, arguments):
    assert run(desk, *arguments).returncode == 3


def test_without_openssl_nothing_passes(desk):
    done = run(desk, "status.zip", "--trust", "trust", "--json", env=NO_OPENSSL)
    assert done.returncode == 3
    codes = {finding["code"] for check in json.loads(done.stdout)["checks"] for finding in check["findings"]}
    assert codes == {"OPENSSL_MISSING", "AUTHORITIES_TOO_FEW"}


def test_an_openssl_without_ed25519_is_noticed(desk, tmp_path):
    """A command that accepts everything, and one that refuses everything, cannot check signatures."""
    for status in (0, 1):
        folder = tmp_path / str(status)
        folder.mkdir()
        command = folder / "openssl"
        command.write_text(f"#!/bin/sh\nexit {status}\n")
        command.chmod(0o755)
        done = run(desk, "status.zip", "--trust", "trust", "--json", env={"PATH": str(folder)})
        assert done.returncode == 3
        codes = {f["code"] for check in json.loads(done.stdout)["checks"] for f in check["findings"]}
        assert {"ED25519_UNSUPPORTED", "OPENSSL_UNSUITABLE"} <= codes


def test_an_openssl_without_p256_is_noticed(desk, tmp_path):
    """It answers truly about Ed25519 and about nothing else."""
    sound = shutil.which("openssl")
    command = tmp_path / "openssl"
    for status in (0, 1):
        command.write_text(f'#!/bin/sh\n[ "$1" = dgst ] && exit {status}\nexec {sound} "$@"\n')
        command.chmod(0o755)
        (tmp_path / "es256.zip").write_bytes(lies.signed_in_many_ways()["EdDSA and ES256"].zip())
        package = str(tmp_path / "es256.zip")
        path = f"{tmp_path}:{os.environ['PATH']}"
        done = run(desk, package, "--trust", "trust", "--json", env={"PATH": path})
        [signatures] = [each for each in json.loads(done.stdout)["checks"] if each["code"] == "SIGNATURES"]
        assert [finding["code"] for finding in signatures["findings"]] == ["P256_UNSUPPORTED"]
        assert done.returncode == 3


def test_who_signed_is_told_and_that_nobody_was_asked_whose_key_it_is(desk):
    done = run(desk, "signed.zip", "--trust", "trust", "--lang", "en")
    assert done.returncode == 0, done.stdout
    assert f"in the name of ACME CORP by the key {maker.kid_of(maker.ED25519)}" in done.stdout
    assert verify._HEADINGS["signer_unasked"][0] in done.stdout


def test_the_users_openssl_configuration_changes_nothing(desk, tmp_path):
    broken = tmp_path / "openssl.cnf"
    broken.write_text("openssl_conf = missing_section\n[x\n")
    assert run(desk, "status.zip", "--trust", "trust", env={"OPENSSL_CONF": str(broken)}).returncode == 0


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("missing.zip",),
        ("status.zip", "--trust", "missing"),
        ("status.zip", "--as-of", "2020-02-30"),
        ("status.zip", "--lang", "fr"),
    ],
)
def test_wrong_usage_exits_2(desk, arguments):
    done = run(desk, *arguments)
    assert done.returncode == 2
    assert done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("operator.vkey", b"no key"),
        ("operator.vkey", maker.cosign("witness.example", lies.sealed().note)[0]),
        ("authorities/root.pem", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
        ("authorities/root.pem", b""),
        ("authorities/list.crl", b"no list"),
        ("checkpoints/a.checkpoint", b"no note"),
        ("witnesses/bank.vkey", b"\xff"),
        ("parties/a.jwk", b"no key"),
        ("parties/a.jwk", b'{"party": "ACME CORP", "jwk": {}}'),
        ("parties/a.jwk", b'{"party": "", "jwk": {"kty": "OKP"}}'),
        ("policy.json", b'{"authorities": -1}'),
        ("policy.json", b'{"authority": 1}'),
        ("policy.json", b"[" * 10_000),
    ],
)
def test_a_trust_folder_that_cannot_be_read_is_wrong_usage(desk, tmp_path, name, content):
    """Silence here would pass for trust that was not asked for."""
    path = tmp_path / "trust" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    done = run(desk, "status.zip", "--trust", str(tmp_path / "trust"))
    assert done.returncode == 2
    assert path.name in done.stderr


def unpack(desk, target, name="status.zip"):
    with zipfile.ZipFile(desk / name) as archive:
        archive.extractall(target)


def test_an_unpacked_package_is_checked_from_within(desk, tmp_path):
    unpack(desk, tmp_path)
    done = run(desk, ".", "--trust", str(desk / "trust"), "--lang", "en", cwd=tmp_path)
    assert done.returncode == 0
    assert verify._HEADINGS["unpacked"][0] in done.stdout


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda folder: (folder / "json.py").write_text("print('PASS')"), "MEMBER_UNKNOWN"),
        (lambda folder: (folder / "report.pdf").symlink_to("/etc/passwd"), "NOT_A_FILE"),
        (lambda folder: (folder / "documents").symlink_to("/etc"), "NOT_A_FILE"),
        (lambda folder: os.mkfifo(folder / "report.pdf"), "NOT_A_FILE"),
        (lambda folder: (folder / "report.html").write_text("changed"), "FILE_MISMATCH"),
        (lambda folder: (folder / "checkpoint").unlink(), "FILE_MISMATCH"),
    ],
)
def test_an_unpacked_package_that_was_changed_is_refused(desk, tmp_path, change, code):
    unpack(desk, tmp_path)
    change(tmp_path)
    done = run(desk, ".", "--trust", str(desk / "trust"), "--json", cwd=tmp_path)
    assert done.returncode == 1
    assert code in done.stdout


def test_modules_of_the_package_are_not_run(desk, tmp_path):
    """Python looks beside the script first; a package with its own json.py must not have it run."""
    unpack(desk, tmp_path)
    shutil.copy(SCRIPT, tmp_path / "verify.py")
    for module in ("json", "hashlib", "argparse"):
        (tmp_path / f"{module}.py").write_text("raise SystemExit('run')")
    done = subprocess.run(
        [sys.executable, "verify.py", ".", "--trust", str(desk / "trust")],
        cwd=tmp_path, capture_output=True, check=False, encoding="utf-8", timeout=120,
    )  # fmt: skip
    assert done.returncode == 1
    assert "MEMBER_UNKNOWN" in done.stdout


def test_an_openssl_in_the_current_folder_is_not_run(desk, tmp_path):
    command = tmp_path / "openssl"
    command.write_text("#!/bin/sh\ntouch run\nexit 0\n")
    command.chmod(0o755)
    run(desk, str(desk / "status.zip"), "--trust", str(desk / "trust"), env={"PATH": ":."}, cwd=tmp_path)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("version", ["3.9", "3.10", "3.12", "3.13"])
def test_other_pythons_say_the_same(desk, version):
    """On machines that have them; this interpreter is tested everywhere."""
    found = shutil.which(f"python{version}") or sys.executable
    probe = subprocess.run([found, "-c", ""], capture_output=True, check=False)
    interpreter = found if probe.returncode == 0 else sys.executable
    arguments = ("document.zip", "--trust", "trust", "--json")
    expected = run(desk, *arguments)
    done = run(desk, *arguments, interpreter=(interpreter, "-S", "-I", "-W", "error"))
    assert (done.returncode, done.stdout, done.stderr) == (0, expected.stdout, "")


def test_only_the_standard_library_is_imported():
    tree = ast.parse(SCRIPT.read_text("utf-8"), feature_version=(3, 9))
    imported = {
        (node.module or "").partition(".")[0]
        if isinstance(node, ast.ImportFrom)
        else alias.name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names
    }
    assert imported <= sys.stdlib_module_names
    assert "ssl" not in imported


def test_every_finding_has_a_sentence_in_both_languages():
    tree = ast.parse(SCRIPT.read_text("utf-8"))
    calls = [
        node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    ]
    codes = {
        call.args[0].value: {keyword.arg for keyword in call.keywords}
        for call in calls
        if call.func.id in {"Refused", "Unjudged"} and call.args and isinstance(call.args[0], ast.Constant)
    }
    assert codes.keys() == verify.TEXTS.keys()
    for code, data in codes.items():
        for text in verify.TEXTS[code]:
            named = {name.partition("[")[0] for _, name, _, _ in string.Formatter().parse(text) if name}
            assert named <= data or None in data, code
    reasons = {
        call.args[-1].value
        for call in calls
        if call.func.id in {"malformed", "_not_canonical", "_note_malformed"}
        and isinstance(call.args[-1], ast.Constant)
    }
    assert reasons <= verify.REASONS.keys()


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", ["status.zip", "right.zip", "document.zip", "lie.zip"])
def test_the_report_never_says_valid(desk, lang, name):
    """Facts first, what is not shown last, law to the court (E-22)."""
    done = run(desk, name, "--trust", "trust", "--lang", lang)
    assert "valid" not in done.stdout.lower()
    assert "合法有效" not in done.stdout
    for sentence in verify.NOT_SHOWN[:-1]:
        assert sentence[lang == "zh"] in done.stdout


def test_the_report_gives_owner_pledge_and_rank(desk):
    done = run(desk, "status.zip", "--trust", "trust", "--as-of", "2020-12-31", "--json")
    statement = json.loads(done.stdout)["facts"]["statement"]
    assert [owner["name"] for owner in statement["owners"]] == ["ACME CORP"]
    assert [each["rank"] for each in statement["encumbrances"]] == [1, 2]


def test_the_program_tells_its_own_digest(desk):
    done = run(desk, "status.zip", "--json")
    assert json.loads(done.stdout)["program_sha256"] == hashlib.sha256(SCRIPT.read_bytes()).hexdigest()


def test_names_in_a_package_cannot_steer_the_terminal():
    assert verify.printable("a\x1b[2Jb\u202ec\r\nd") == "a\ufffd[2Jb\ufffdc\ufffd\ufffdd"
