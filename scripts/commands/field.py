"""`ipledger field open POSITION PATH`: a confidential field, opened with a log (J-15)."""

from typing import Annotated

import typer

from ledger.store.database import utc_now
from notary.vault import Vault
from notary.vault.vault import Asked
from scripts.workspace import Json, Lang, actor, output, workspace


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(help="Confidential fields. 保密字段。", no_args_is_help=True)
    app.add_typer(group, name="field")

    @group.callback()
    def field() -> None:
        """Confidential fields. 保密字段。"""

    @group.command("open")
    def open_(
        position: Annotated[int, typer.Argument(metavar="POSITION", min=1)],
        path: Annotated[str, typer.Argument(metavar="PATH", help="JSON pointer, such as /title. 字段路径。")],
        reason: Annotated[str, typer.Option(help="Why; it stands in the ledger. 理由，将记入账本。")],
        order: Annotated[str | None, typer.Option(help="Number of the order it rests on. 命令编号。")] = None,
        role: Annotated[str, typer.Option(help="custodian or court_liaison. 角色。")] = "custodian",
        json: Json = False,
        lang: Lang = None,
    ) -> None:
        """Show a confidential field; who asked and why is recorded first. 打开保密字段（先记录后显示）。"""
        out = output(lang, as_json=json)
        with workspace(out) as here:
            vault = Vault(here.store, here.home, utc_now)
            opened = vault.open(position, path, Asked(actor(), role, reason, order))
        if json:
            out.json(
                {
                    "position": position,
                    "path": path,
                    "value": opened.value,
                    "disclosure": opened.text,
                    "commitment": opened.commitment,
                }
            )
            return
        out.console.print(opened.value, markup=False)
        out.say(f"Disclosure for an evidence package: {opened.text}", f"供证据包使用的披露：{opened.text}")
