"""`ipledger doctor`: is everything here that ought to be, one line a thing."""

from dataclasses import asdict, dataclass
from typing import Any

import typer

from ledger.store.database import utc_now
from notary.authorities import EMBEDDED, load_authorities
from notary.errors import NotaryError
from notary.sealing import operator_key
from notary.seals import last_seal
from notary.timestamps import request_token
from projections import open_views
from scripts.output import CHECK_FAILED, Output
from scripts.workspace import Json, Lang, Workspace, output, workspace


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: fine or not, and what was found, in both languages."""

    name: str
    ok: bool
    en: str
    zh: str


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def doctor(json: Json = False, lang: Lang = None) -> None:
        """Look at database, protection, keys, seals, authorities and views. 健康检查。"""
        out = output(lang, as_json=json)
        with workspace(out) as here:
            checks = [*_store(here), *_notary(here), _views(here)]
        healthy = all(check.ok for check in checks)
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
            ok=True,
            en=missing or "the application cannot change entries",
            zh=f"尚缺：{missing}" if missing else "应用无法修改条目",
        ),
    ]


def _notary(here: Workspace) -> list[Check]:
    try:
        key = operator_key(here.home, here.store.origin)
        authorities = load_authorities(here.home, clock=utc_now)
    except NotaryError as error:
        return [Check("keys", ok=False, en=error.message_en, zh=error.message_zh)]
    checks = [
        Check("keys", ok=True, en=f"operator's key {key.verifier}", zh=f"运营方公钥 {key.verifier}"),
        _last_seal(here),
    ]
    for authority in authorities:
        try:
            receipt = request_token(authority, bytes(32), utc_now)
        except NotaryError as error:
            checks.append(Check("authority", ok=False, en=error.message_en, zh=error.message_zh))
            continue
        independent = authority.name != EMBEDDED
        time = receipt.gen_time.isoformat()
        checks.append(
            Check(
                "authority",
                ok=True,
                en=f"{authority.name} answers, {time}"
                + ("" if independent else "; time vouched for by the operator only"),
                zh=f"{authority.name} 正常应答，{time}" + ("" if independent else "；时间仅由运营方担保"),
            )
        )
    return checks


def _last_seal(here: Workspace) -> Check:
    seal = last_seal(here.store)
    head = here.store.reader.head().position
    if seal is None:
        return Check(
            "seal",
            ok=head == 0,
            en="nothing sealed yet; run ipledger seal",
            zh="尚未封印；请运行 ipledger seal",
        )
    size, unsealed = seal.signed.checkpoint.size, head - (seal.position or 0)
    return Check(
        "seal",
        ok=True,
        en=f"{size} entries sealed, {unsealed} since",
        zh=f"已封印 {size} 条，其后新增 {unsealed} 条",
    )


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
        mark: Any = "✓" if check.ok else "✗"
        out.console.print(f"{mark} {check.name}: {out.text(check.en, check.zh)}", markup=False)
