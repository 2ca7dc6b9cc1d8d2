"""`ipledger seal`: a signed checkpoint of everything committed, stamped by the authorities."""

from typing import Any

import typer

from ledger.entry import format_instant
from ledger.store.database import utc_now
from notary.authorities import EMBEDDED, load_authorities
from notary.sealing import Sealed, Sealer
from notary.tokens import judge_token
from notary.witnesses import CONTRADICTIONS, Witnessed, Witnesses, load_witnesses
from scripts.output import CHECK_FAILED, UNAVAILABLE, Output
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
            policy = load_witnesses(here.home)
            witnessed = (
                Witnesses(here.store, here.home, policy, utc_now).cosign_last() if policy.witnesses else None
            )
        _print(sealed, witnessed, out)
        if sealed.seal is None and sealed.refusals:
            raise SystemExit(UNAVAILABLE)
        if witnessed is not None:
            _insist(witnessed, policy.required)


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
    return None if token is None else format_instant(token.gen_time)


def _insist(witnessed: Witnessed, required: int) -> None:
    """Leave with 1 if a witness has seen another history, with 3 if too few answered."""
    if any(error.code in CONTRADICTIONS for _, error in witnessed.refusals):
        raise SystemExit(CHECK_FAILED)
    if witnessed.size is not None and len(witnessed.cosigned) < required:
        raise SystemExit(UNAVAILABLE)


def _witnesses(witnessed: Witnessed) -> dict[str, Any]:
    """Who cosigned the newest seal, and why the others did not."""
    return {
        "size": witnessed.size,
        "cosigned": [
            {"witness": each.witness.name, "time": format_instant(each.at)} for each in witnessed.cosigned
        ],
        "refused": [
            {
                "witness": name,
                "code": error.code,
                "message": {"en": error.message_en, "zh": error.message_zh},
            }
            for name, error in witnessed.refusals
        ],
    }


def _print_witnesses(witnessed: Witnessed, out: Output) -> None:
    for _, error in witnessed.refusals:
        message = error.message_zh if out.lang == "zh" else error.message_en
        out.errors.print(f"{error.code}: {message}", markup=False)
    for each in witnessed.cosigned:
        at = format_instant(each.at)
        out.say(
            f"  {each.witness.name}: cosigned the seal of {witnessed.size} entries at {at}",
            f"  {each.witness.name}：已于 {at} 联署 {witnessed.size} 条的封印",
        )


def _print(sealed: Sealed, witnessed: Witnessed | None, out: Output) -> None:
    shown = described(sealed)
    if out.as_json:
        out.json(shown if witnessed is None else shown | {"witnesses": _witnesses(witnessed)})
        return
    _print_seal(shown, out)
    if witnessed is not None:
        _print_witnesses(witnessed, out)


def _print_seal(shown: dict[str, Any], out: Output) -> None:
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
