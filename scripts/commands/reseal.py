"""`ipledger reseal`: stamp everything anew although nothing is new, before what vouches for it ages."""

from datetime import datetime
from typing import Any

import typer
from cryptography import x509

from ledger.store.database import utc_now
from notary.authorities import load_authorities
from notary.sealing import Sealer
from notary.seals import last_seal
from notary.tokens import judge_token
from scripts.commands.seal import described
from scripts.output import UNAVAILABLE, Output
from scripts.workspace import Json, Lang, output, workspace


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def reseal(json: Json = False, lang: Lang = None) -> None:
        """Renew the time-stamps: a new seal over all earlier seals. 续展时间戳。"""
        out = output(lang, as_json=json)
        with workspace(out) as here:
            authorities = load_authorities(here.home, clock=utc_now)
            before = last_seal(here.store)
            sealed = Sealer(here.store, here.home, authorities, utc_now).reseal()
        old = [] if before is None else [_vouched(*token) for token in before.tokens]
        new = [] if sealed.seal is None else [_vouched(*token) for token in sealed.seal.tokens]
        shown = {**described(sealed), "renewed": old, "by": new}
        if out.as_json:
            out.json(shown)
        else:
            _print(shown, out)
        if sealed.seal is None and (sealed.refusals or sealed.pending):
            raise SystemExit(UNAVAILABLE)


def _vouched(authority: str, response: bytes) -> dict[str, Any]:
    """When a token was made, and until when its signer's certificate vouches for it."""
    token = judge_token(response, digest=b"", at=utc_now(), roots=()).token
    if token is None or token.signer_certificate is None:
        return {"authority": authority, "time": None, "certificate_ends": None, "expired": None}
    ends = x509.load_der_x509_certificate(token.signer_certificate).not_valid_after_utc
    return {
        "authority": authority,
        "time": token.gen_time.isoformat(),
        "certificate_ends": ends.isoformat(),
        "expired": ends < utc_now(),
    }


def _print(shown: dict[str, Any], out: Output) -> None:
    for refusal in shown["refused"]:
        out.errors.print(f"{refusal['code']}: {refusal['message'][out.lang]}", markup=False)
    if shown["sealed"] is None:
        if not shown["refused"]:
            out.say("There is nothing to renew.", "没有可续展的内容。")
        return
    for token in shown["renewed"]:
        state_en, state_zh = ("expired", "已过期") if token["expired"] else ("still valid", "仍有效")
        out.say(
            f"  before: {token['authority']}, {_day(token['time'])}, certificate until "
            f"{_day(token['certificate_ends'])} ({state_en})",
            f"  原：{token['authority']}，{_day(token['time'])}，证书有效至 "
            f"{_day(token['certificate_ends'])}（{state_zh}）",
        )
    for token in shown["by"]:
        made, ends = _day(token["time"]), _day(token["certificate_ends"])
        out.say(
            f"  now: {token['authority']}, {made}, certificate until {ends}",
            f"  现：{token['authority']}，{made}，证书有效至 {ends}",
        )
    position = shown["sealed"]["position"]
    out.say(
        f"Renewed: entry {position} seals all before it, earlier seals and their certificates included.",
        f"已续展：第 {position} 条封印了此前的全部内容，含先前的封印及其证书。",
    )


def _day(instant: str | None) -> str:
    return "–" if instant is None else datetime.fromisoformat(instant).date().isoformat()
