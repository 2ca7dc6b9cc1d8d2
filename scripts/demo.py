"""`make demo`: the whole story on real register records, with the commands a user would type.

Patent 8,789,601 was pledged, released and pledged again; one pledge was recorded twice and released once; one
release names another application than was pledged. The demonstration imports the public recordings as they
stood at two dates, asks who owns and what encumbers, audits the ledger, changes one digit of it behind its
back, and audits again. It says of each answer what it means, and what it does not.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ledger.entry import parse
from ledger.store.database import open_store
from scripts.output import Output, prepare_streams
from scripts.workspace import default_language

RECORDS: Final = Path(__file__).parent.parent / "tests" / "data" / "registers" / "uspto"
SNAPSHOTS: Final = ("patNum-8789601_snapshot-2019-02.xml", "patNum-8789601_snapshot-2023-11.xml")
NAMED: Final = "15145543"
"""The application that the release names; 15145443 was pledged."""


@dataclass(frozen=True, slots=True)
class Step:
    """What is done next, and what the answer will mean."""

    en: str
    zh: str
    meaning_en: str
    meaning_zh: str


BEGIN: Final = Step(
    "1. A ledger of its own",
    "1. 新建账本",
    """PostgreSQL starts from an installed package, in a folder that is removed at the end. The operator
    gets a key to sign with. Nothing is mocked, and no network is used.""",
    """内置 PostgreSQL 在临时目录中启动（演示结束后删除），并为运营方生成签名密钥。
    没有任何模拟，也不使用网络。""",
)
IMPORT: Final = Step(
    "2. What the register published, in 2019 and again in 2023",
    "2. 登记机关 2019 年与 2023 年公布的数据",
    """Real recordings of the United States Patent and Trademark Office. The second file repeats the first;
    only what is new becomes an entry. Flagged are recordings that contradict others or leave something
    open: they are taken in all the same, because a register is not ours to refuse.""",
    """美国专利商标局的真实登记。第二个文件重复了第一个文件的内容，只有新增部分成为条目。
    带警示的登记与其他登记矛盾或留有疑问，但仍予收录：登记机关的记载不由我们拒绝。""",
)
SEAL: Final = Step(
    "3. Seal it",
    "3. 封印",
    """One signed checkpoint stands for all entries so far, with an RFC 3161 time-stamp token. It means: each
    entry existed in exactly this form no later than that time. It does not mean that what was recorded is
    true. Here only the operator vouches for the time; for a court, name independent authorities in
    authorities.toml.""",
    """以一个签名检查点代表迄今全部条目，并加盖 RFC 3161 时间戳。含义：每一条目最迟在该时刻已以此形式存在；
    并不说明所登记的内容属实。此处的时间仅由运营方担保；用于诉讼时，
    请在 authorities.toml 中配置独立的时间戳机构。""",
)
TODAY: Final = Step(
    "4. A bank asks: who owns patent 8,789,601, and what encumbers it?",
    "4. 银行查询：8,789,601 号专利归谁所有，负有哪些负担？",
    """Four pledges stand, ranked by the day they were registered; four are released, each with the recording
    that released it. Read the flags: one pledge was probably recorded twice (048818/0520 and 049342/0819),
    and only one of the two was released, so the other still stands first. Whether a debt is still owed is
    not in the register, and so not in this answer.""",
    """四项质押存续，按登记日排定顺位；四项已解除，并列明由哪份登记解除。请看警示：一项质押很可能被登记了两次
    （048818/0520 与 049342/0819），只解除了其中一次，另一次因此仍居第一顺位。
    债务是否尚欠不在登记簿中，也就不在此回答中。""",
)
THEN: Final = Step(
    "5. The same question, of a day in the past",
    "5. 同一问题，问过去的某一天",
    """On 1 June 2019, from what is known today. What this ledger would have answered at an earlier moment is
    another question, and --known-at asks it.""",
    """截至 2019 年 6 月 1 日，依今日所知。本账本在更早时刻会如何回答，是另一个问题：用 --known-at 询问。""",
)
RELEASE: Final = Step(
    "6. A release that names the wrong application",
    "6. 一份写错申请号的解除登记",
    """In 2022 CLMG Corp. released its pledge 049107/0392. The release lists application 15/145,543, which was
    never pledged, and not 15/145,443, which is. A release frees what it names and matches, nothing else:
    15/145,443 stays pledged until a corrected release is recorded, and both are flagged. That one digit was
    mistyped is likely; the ledger does not guess.""",
    """2022 年 CLMG Corp. 解除其质押 049107/0392，所列申请号为从未出质的 15/145,543，而非已出质的 15/145,443。
    解除登记只解除其指明且相符的标的：在更正登记之前，15/145,443 仍负有该质权，两件申请均予警示。
    很可能是写错一位数字，但账本不作猜测。""",
)
AUDIT: Final = Step(
    "7. Audit everything",
    "7. 审计整个账本",
    """Every entry, link, tag, document and seal is computed anew from the raw rows of the database and
    compared with what stands there.""",
    """从数据库的原始数据重新计算每一条目、链值、标签、文件与封印，并与所存内容比对。""",
)
TAMPER: Final = Step(
    "8. Somebody changes one digit of entry {position}",
    "8. 有人改动第 {position} 条的一位数字",
    """A database administrator, past every permission and trigger, makes the release read 15/145,443: the
    bank's pledge would seem to be gone. Audit again.""",
    """数据库管理员绕过一切权限与触发器，把该解除登记中的申请号改为 15/145,443：
    银行的质权看似已经消灭。再次审计。""",
)
END: Final = Step(
    "The audit names the entry.",
    "审计指出了被改动的条目。",
    """It does not tell who changed it, or what it said before: for that keep copies. Whoever replaced the
    whole history, seals included, would be caught only by those who kept a checkpoint elsewhere: give
    checkpoints away.""",
    """审计不能说明是谁改动、原文为何：请为此保留备份。若有人连同封印一起替换全部历史，
    则只有在别处保存过检查点的人才能发现：请把检查点交给他人保存。""",
)


def main() -> None:
    """Tell the story in a folder of its own, which is removed at the end."""
    prepare_streams()
    out = Output(default_language(), as_json=False)
    if not RECORDS.exists():
        raise SystemExit(out.text("run it in the repository: make demo", "请在代码仓库中运行：make demo"))
    home = Path(tempfile.mkdtemp(prefix="ipledger-demo-"))
    home.chmod(0o711)
    os.environ["IPLEDGER_HOME"] = str(home)
    os.environ["IPLEDGER_LANG"] = out.lang
    os.environ.pop("IPLEDGER_DATABASE_URL", None)
    try:
        _tell(home, out)
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _tell(home: Path, out: Output) -> None:
    _step(BEGIN, out)
    _run(out, "init", "--origin", "demo.example/ipledger")
    _step(IMPORT, out)
    for snapshot in SNAPSHOTS:
        _run(out, "import", "uspto", str(RECORDS / snapshot))
    _step(SEAL, out)
    _run(out, "seal")
    _step(TODAY, out)
    _run(out, "status", "US 8,789,601 B2", "--all")
    _step(THEN, out)
    _run(out, "status", "US 8,789,601 B2", "--as-of", "2019-06-01")
    _step(RELEASE, out)
    _run(out, "status", "15/145,443")
    _run(out, "status", "15/145,543")
    _step(AUDIT, out)
    _run(out, "verify")
    _step(TAMPER, out, position=_change_one_digit(home))
    _run(out, "verify", expected=1)
    _step(END, out)


def _change_one_digit(home: Path) -> int:
    """Let the release name the pledged application, as only a superuser can; the release's position."""
    with open_store(home) as store:
        entries = (
            parse(each.raw, each.position) for each in store.reader.tagged([f"asset:US:patent:{NAMED}"])
        )
        position = next(entry.position for entry in entries if entry.type == "pledge.released")
        assert position is not None
        with store.database.connect_owner() as connection:
            connection.execute("SET session_replication_role = replica")
            connection.execute(
                "UPDATE ledger_entry SET raw = set_byte(raw, position(%s::bytea IN raw) + 4, ascii('4')) "
                "WHERE position = %s",
                (NAMED.encode(), position),
            )
    return position


def _step(step: Step, out: Output, **given: int) -> None:
    out.say("", "")
    out.prose(step.en.format(**given), step.zh.format(**given), style="bold")
    lines = [line.strip() for line in step.meaning_zh.splitlines()]
    out.prose(" ".join(step.meaning_en.split()), "".join(lines))


def _run(out: Output, *arguments: str, expected: int = 0) -> None:
    command = f"$ ipledger {' '.join(_quoted(argument) for argument in arguments)}"
    out.say("", "")
    out.prose(command, command, style="cyan")
    sys.stdout.flush()
    done = subprocess.run([sys.executable, "-m", "scripts.cli", *arguments], check=False)
    if done.returncode != expected:
        raise SystemExit(f"expected exit code {expected}, got {done.returncode}")


def _quoted(argument: str) -> str:
    if os.sep in argument and Path(argument).exists():
        return Path(argument).name
    return f'"{argument}"' if " " in argument else argument


if __name__ == "__main__":
    main()
