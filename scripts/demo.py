"""`make demo`: the whole story on real register records, with the commands a user would type.

Patent 8,789,601 was pledged, released and pledged again; one release meant another right and left an
application encumbered. The demonstration imports the public recordings as they stood at two dates, asks
who owns and what encumbers, audits the ledger, changes one byte behind its back, and audits again.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from ledger.store.database import open_store

RECORDS = Path(__file__).parent.parent / "tests" / "data" / "registers" / "uspto"
SNAPSHOTS = (
    "patNum-8789601_snapshot-2019-02.xml",
    "patNum-8789601_snapshot-2023-11.xml",
)
CHINESE = (os.environ.get("IPLEDGER_LANG") or os.environ.get("LANG", "")).lower().startswith("zh")
console = Console(highlight=False, soft_wrap=True)


def main() -> None:
    """Tell the story in a folder of its own, which is removed at the end."""
    home = Path(tempfile.mkdtemp(prefix="ipledger-demo-"))
    os.environ["IPLEDGER_HOME"] = str(home)
    os.environ.pop("IPLEDGER_DATABASE_URL", None)
    try:
        _record()
        _ask()
        _audit(home)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _record() -> None:
    _say(
        "1. A ledger of its own: PostgreSQL from a wheel, keys, no network.",
        "1. 新建账本：内置 PostgreSQL 与密钥，无需网络。",
    )
    _run("init", "--origin", "demo.example/ipledger")
    _say(
        "2. Two snapshots of the same public recordings; the second adds only what is new.",
        "2. 同一批公开登记在两个时点的数据；第二次只新增尚未记录的内容。",
    )
    for snapshot in SNAPSHOTS:
        _run("import", "uspto", str(RECORDS / snapshot))
    _say("3. Seal it: a signed checkpoint with an RFC 3161 token.", "3. 封印：签名检查点加 RFC 3161 时间戳。")
    _run("seal")


def _ask() -> None:
    _say("4. The patent today, and on a day in 2019.", "4. 该专利今天的状态，以及 2019 年某日的状态。")
    _run("status", "US 8,789,601 B2", "--all")
    _run("status", "US 8,789,601 B2", "--as-of", "2019-06-01")
    _say(
        "5. A release that named the wrong application: 15/145,543 was never pledged, 15/145,443 still is.",
        "5. 一份写错申请号的解除登记：15/145,543 从未出质，15/145,443 仍负有质权。",
    )
    _run("status", "15/145,443")
    _run("status", "15/145,543")


def _audit(home: Path) -> None:
    _say("6. Audit everything from the raw rows.", "6. 从原始数据审计整个账本。")
    _run("verify")
    with open_store(home) as store:
        position = store.reader.head().position // 2
        with store.database.connect_owner() as connection:
            connection.execute("SET session_replication_role = replica")
            connection.execute(
                "UPDATE ledger_entry SET raw = set_byte(raw, 200, get_byte(raw, 200) # 1) "
                "WHERE position = %s",
                (position,),
            )
    _say(
        f"7. A database administrator changes one bit of entry {position}, past every trigger. Audit again.",
        f"7. 数据库管理员绕过触发器改动第 {position} 条的一个比特。再次审计。",
    )
    _run("verify", expected=1)
    _say("The audit names the entry. Done.", "审计指出了被改动的条目。演示结束。")


def _run(*arguments: str, expected: int = 0) -> None:
    console.print(f"$ ipledger {' '.join(_quoted(argument) for argument in arguments)}", style="cyan")
    language = ("--lang", "zh") if CHINESE else ("--lang", "en")
    done = subprocess.run([sys.executable, "-m", "scripts.cli", *arguments, *language], check=False)
    if done.returncode != expected:
        raise SystemExit(f"expected exit code {expected}, got {done.returncode}")
    console.print()


def _quoted(argument: str) -> str:
    if os.sep in argument and Path(argument).exists():
        return Path(argument).name
    return f'"{argument}"' if " " in argument else argument


def _say(en: str, zh: str) -> None:
    console.print(zh if CHINESE else en, style="bold")


if __name__ == "__main__":
    main()
