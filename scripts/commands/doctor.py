"""`ipledger doctor`: is everything here that ought to be, one line a thing."""

from dataclasses import asdict
from typing import Final

import typer

from ledger.store.database import utc_now
from projections import open_views
from scripts.checkup import Check, notary_checks
from scripts.output import CHECK_FAILED, Output
from scripts.workspace import Json, Lang, Workspace, output, workspace

NAMES: Final = {
    "database": "数据库",
    "durability": "持久性",
    "protection": "写保护",
    "keys": "密钥",
    "authority": "时间戳机构",
    "authorities": "时间戳机构合计",
    "seal": "封印",
    "anchored": "锚定",
    "witness": "见证方",
    "witnesses": "见证方合计",
    "views": "视图",
}
"""What each check looks at, in Chinese."""


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def doctor(json: Json = False, lang: Lang = None) -> None:
        """Look at database, protection, keys, seals, authorities, witnesses and views. 健康检查。"""
        out = output(lang, as_json=json)
        with workspace(out) as here:
            checks = [*_store(here), *notary_checks(here.home, here.store, utc_now), _views(here)]
        healthy = all(check.ok or not check.grave for check in checks)
        if json:
            out.json({"ok": healthy, "checks": [asdict(check) for check in checks]})
        else:
            _print(checks, out)
        if not healthy:
            raise SystemExit(CHECK_FAILED)


def _store(here: Workspace) -> list[Check]:
    head = here.store.reader.head()
    protection = here.store.database.protection()
    durability = ", ".join(f"{name}={value}" for name, value in protection.durability.items())
    durable = protection.durability.get("fsync") == "on"
    missing = "; ".join(protection.missing)
    return [
        Check(
            "database",
            ok=True,
            en=f"PostgreSQL {protection.server_version}, ledger {here.store.origin}, {head.position} entries",
            zh=f"PostgreSQL {protection.server_version}，账本 {here.store.origin}，共 {head.position} 条",
        ),
        Check("durability", ok=durable, en=durability, zh=durability),
        Check(
            "protection",
            ok=not missing,
            grave=False,
            en=missing or "the application cannot change entries",
            zh=f"尚缺：{missing}" if missing else "应用无法修改条目",
        ),
    ]


def _views(here: Workspace) -> Check:
    behind = open_views(here.store).progress().lag
    return Check(
        "views",
        ok=True,
        en=f"{behind} entries behind the ledger" if behind else "up to date",
        zh=f"落后 {behind} 条" if behind else "已同步",
    )


def _print(checks: list[Check], out: Output) -> None:
    for check in checks:
        mark = "✓" if check.ok else "✗" if check.grave else "!"
        out.say(f"{mark} {check.name}: {check.en}", f"{mark} {NAMES.get(check.name, check.name)}：{check.zh}")
