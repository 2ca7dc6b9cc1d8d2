"""`ipledger seal`: a signed checkpoint of everything committed, stamped by the authorities."""

from typing import Any

import typer

from ledger.store.database import utc_now
from notary.authorities import EMBEDDED, load_authorities
from notary.sealing import Sealed, Sealer
from notary.tokens import judge_token
from scripts.output import UNAVAILABLE, Output
from scripts.workspace import Json, Lang, output, workspace


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def seal(json: Json = False, lang: Lang = None) -> None:
        """Seal what is new with RFC 3161 tokens. 封印账本。"""
        out = output(lang, as_json=json)
        with workspace(out) as here:
            authorities = load_authorities(here.home, clock=utc_now)
            sealer = Sealer(here.store, here.home, authorities, utc_now)
            sealed = sealer.seal()
        _print(sealed, out)
        if sealed.seal is None and sealed.refusals:
            raise SystemExit(UNAVAILABLE)


def described(sealed: Sealed) -> dict[str, Any]:
    """A run of sealing as JSON: what was sealed, with which tokens, and who refused."""
    seal = sealed.seal
    return {
        "sealed": None
        if seal is None
        else {
            "position": seal.position,
            "size": seal.signed.checkpoint.size,
            "root": seal.signed.checkpoint.root.hex(),
            "chain": seal.signed.checkpoint.chain.hex(),
            "imprint": seal.signed.imprint.hex(),
            "tokens": [
                {"authority": name, "time": _time(response, seal.signed.imprint)}
                for name, response in seal.tokens
            ],
        },
        "refused": [
            {
                "authority": name,
                "code": error.code,
                "message": {"en": error.message_en, "zh": error.message_zh},
            }
            for name, error in sealed.refusals
        ],
    }


def _time(response: bytes, imprint: bytes) -> str | None:
    token = judge_token(response, digest=imprint, at=utc_now(), roots=()).token
    return None if token is None else token.gen_time.isoformat()


def _print(sealed: Sealed, out: Output) -> None:
    shown = described(sealed)
    if out.as_json:
        out.json(shown)
        return
    for refusal in shown["refused"]:
        out.errors.print(f"{refusal['code']}: {refusal['message'][out.lang]}", markup=False)
    seal = shown["sealed"]
    if seal is None:
        if not shown["refused"]:
            out.say("Nothing is new since the last seal.", "自上次封印以来没有新条目。")
        return
    out.say(
        f"Sealed {seal['size']} entries; the seal is entry {seal['position']}.",
        f"已封印 {seal['size']} 条；封印本身为第 {seal['position']} 条。",
    )
    for token in seal["tokens"]:
        note_en, note_zh = "", ""
        if token["authority"] == EMBEDDED:
            note_en, note_zh = " (vouched for by the operator only)", "（仅由运营方担保）"
        out.say(
            f"  {token['authority']}: existed not later than {token['time']}{note_en}",
            f"  {token['authority']}：不晚于 {token['time']} 已存在{note_zh}",
        )
