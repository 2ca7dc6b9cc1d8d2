"""What stands beside the register: contracts, courts, disputes and waiting acts, for the eyes of people.

An answer that showed the register's encumbrances alone would look free where a license was contracted, a
freeze awaits service, or somebody disputes the right.
"""

from collections.abc import Iterator
from typing import Any, Final

from scripts.output import Output

WORDS: Final = {
    "license": ("license", "许可合同"),
    "transfer": ("transfer contract", "转让合同"),
    "waiting": ("waiting freeze", "轮候冻结"),
    "unserved": ("freeze, service not proved", "冻结（送达未证明）"),
    "suspensions": ("suspension of procedures", "程序中止"),
    "insolvencies": ("insolvency", "破产程序"),
    "disputes": ("dispute", "权属争议"),
    "invalidations": ("invalidation requested", "无效宣告请求"),
    "surrenders": ("surrender declared", "已声明放弃"),
    "pools": ("pooled", "已入资产池"),
    "held": ("act held", "待补正的行为"),
    "reported": ("act reported, outside the ledger's rules", "平台外行为报告"),
}
LICENSE_KINDS: Final = {
    "exclusive": ("exclusive", "独占"),
    "sole": ("sole", "排他"),
    "ordinary": ("ordinary", "普通"),
}

Row = tuple[str, str, str | None, str | None]
"""What it is, whose, since when, its number."""


def print_standing(answer: dict[str, Any], out: Output) -> bool:
    """A table of what else concerns the right on that day; False where there is nothing."""
    rows = list(_rows(answer, out))
    out.table(
        out.text("Beside the register", "登记之外的事项"),
        [out.text("matter", "事项"), out.text("concerns", "当事人"), out.text("since", "自"), ""],
        [[what, whose or "", since or "", number or ""] for what, whose, since, number in rows],
        wide={1, 3},
    )
    return bool(rows)


def _rows(answer: dict[str, Any], out: Output) -> Iterator[Row]:
    yield from _contracts(answer, out)
    yield from _courts(answer, out)
    yield from _claims(answer, out)
    for pool in answer.get("pools", ()):
        yield _word("pools", out), pool["licensee"], pool["from"], pool["pool"]
    for act in answer.get("held", ()):
        if act["state"] == "held":
            yield _word("held", out), "", act["held_on"], act["kind"]
    for act in answer.get("reported", ()):
        yield _word("reported", out), "", act["happened_on"], act["kind"]


def _courts(answer: dict[str, Any], out: Output) -> Iterator[Row]:
    for member in ("waiting", "unserved"):
        for freeze in answer.get("freeze_queue", {}).get(member, ()):
            yield _word(member, out), _listed(freeze["holders"]), freeze["served_on"], freeze["reference"]
    for item in answer.get("suspensions", ()):
        yield _word("suspensions", out), _listed(item["holders"]), item["from"], item["reference"]
    for case in answer.get("insolvencies", ()):
        yield _word("insolvencies", out), case["party"], case["accepted_on"], case["reference"]


def _claims(answer: dict[str, Any], out: Output) -> Iterator[Row]:
    for dispute in answer.get("disputes", ()):
        yield _word("disputes", out), _listed(dispute["claimants"]), dispute["from"], dispute["dispute"]
    for case in answer.get("invalidations", ()):
        yield _word("invalidations", out), "", case["requested_on"], case["case"]
    for surrender in answer.get("surrenders", ()):
        yield _word("surrenders", out), _listed(surrender["owners"]), surrender["declared_on"], None


def _contracts(answer: dict[str, Any], out: Output) -> Iterator[Row]:
    on_register = {item["id"] for item in answer["encumbrances"]}
    for license_ in answer.get("licenses", ()):
        if license_["state"] != "ended" and license_["id"] not in on_register:
            en, zh = LICENSE_KINDS.get(license_["kind"], ("", ""))
            kind = out.text(f"{en} {WORDS['license'][0]}".strip(), zh + WORDS["license"][1])
            yield kind, _listed(license_["licensees"]), license_["from"], license_["id"]
    for contract in answer.get("transfer_pending", ()):
        parties = _listed([grantee["name"] for grantee in contract["grantees"]])
        yield _word("transfer", out), f"→ {parties}", contract["executed_on"], contract["id"]


def _word(name: str, out: Output) -> str:
    return out.text(*WORDS[name])


def _listed(names: list[str]) -> str:
    return "; ".join(names)
