"""`ipledger init`: make a ledger, or say which one is here."""

import os
from typing import Annotated, Any

import typer

from ledger.errors import LedgerError
from ledger.store.database import open_store, utc_now
from notary.authorities import load_authorities
from notary.errors import NotaryError
from notary.keys import check_name
from notary.sealing import operator_key
from scripts.workspace import Json, Lang, home_folder, output


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def init(
        origin: Annotated[
            str | None,
            typer.Option(help="The ledger's name in checkpoints, such as example.com/ipledger. 账本名称。"),
        ] = None,
        json: Json = False,
        lang: Lang = None,
    ) -> None:
        """Make a ledger with its keys, or show the one that is here. 初始化账本。"""
        out = output(lang, as_json=json)
        home = home_folder()
        origin = origin or os.environ.get("IPLEDGER_ORIGIN") or None
        try:
            if origin is not None:
                check_name(origin)  # before a ledger is made that keeps its name for ever
            with open_store(home, origin=origin) as store:
                key = operator_key(home, store.origin)
                authorities = load_authorities(home, clock=utc_now)
                made: dict[str, Any] = {
                    "origin": store.origin,
                    "home": str(home.resolve()),
                    "position": store.reader.head().position,
                    "verifier_key": str(key.verifier),
                    "authorities": [authority.name for authority in authorities],
                }
        except (LedgerError, NotaryError) as error:
            out.fail(error)
        if json:
            out.json(made)
            return
        out.say(f"Ledger {made['origin']} is ready.", f"账本 {made['origin']} 已就绪。")
        out.say(f"  home: {made['home']}", f"  目录：{made['home']}")
        out.say(
            f"  operator's key, to be given to whoever verifies: {made['verifier_key']}",
            f"  运营方公钥（交给验证方保存）：{made['verifier_key']}",
        )
        if made["authorities"] == ["embedded"]:
            out.say(
                "  time: vouched for by the operator only; name authorities in authorities.toml",
                "  时间：仅由运营方担保；请在 authorities.toml 中配置独立的时间戳机构",
            )
