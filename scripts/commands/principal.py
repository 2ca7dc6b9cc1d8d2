"""`ipledger principal add|list|remove`: who may write over HTTP, and as whom (N-1)."""

from typing import Annotated

import typer

from api.principals import FILE, Principal, as_toml, new_principal, read_principals
from ledger.entry import EntryClass
from ledger.errors import InputRejected, LedgerError
from notary.files import replace_file
from scripts.output import Output
from scripts.workspace import Json, Lang, home_folder, output

Name = Annotated[str, typer.Argument(metavar="NAME", show_default=False)]


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(help="Who may write over HTTP. HTTP 提交人。", no_args_is_help=True)
    app.add_typer(group, name="principal")

    @group.command()
    def add(
        name: Name,
        classes: Annotated[
            list[EntryClass] | None,
            typer.Option(
                "--class", help="What it may speak as; default PARTY. 提交身份。", show_default=False
            ),
        ] = None,
        parties: Annotated[
            list[str] | None,
            typer.Option("--party", help="The only parties it may act for. 仅可代表的当事人。"),
        ] = None,
        json: Json = False,
        lang: Lang = None,
    ) -> None:
        """Add a principal; its token is printed once and kept nowhere. 添加提交人，令牌仅显示一次。"""
        out = output(lang, as_json=json)
        try:
            made, token = new_principal(name, classes or [EntryClass.PARTY], parties or [])
            _add(made)
        except LedgerError as error:
            out.fail(error)
        if json:
            out.json({**_described(made), "token": token})
            return
        out.say(f"Token of {name}; it is not shown again:", f"{name} 的令牌（不再显示）：")
        out.console.print(token, markup=False)

    @group.command("list")
    def list_(json: Json = False, lang: Lang = None) -> None:
        """Who may write over HTTP. 列出提交人。"""
        out = output(lang, as_json=json)
        try:
            known = _known()
        except LedgerError as error:
            out.fail(error)
        if json:
            out.json({"principals": [_described(each) for each in known]})
            return
        _print(known, out)

    @group.command()
    def remove(name: Name, json: Json = False, lang: Lang = None) -> None:
        """Let a principal's token open nothing any more. 删除提交人。"""
        out = output(lang, as_json=json)
        try:
            _remove(name)
        except LedgerError as error:
            out.fail(error)
        if json:
            out.json({"name": name, "removed": True})
            return
        out.say(f"Removed: {name}", f"已删除：{name}")


def _print(known: tuple[Principal, ...], out: Output) -> None:
    for each in known:
        classes = " ".join(sorted(each.permissions.classes))
        parties = ", ".join(each.permissions.parties or ())
        out.console.print(f"{each.name}  {classes}  {parties}".rstrip(), markup=False)
    if not known:
        out.say("Nobody may write over HTTP.", "没有可通过 HTTP 提交的人。")


def _add(made: Principal) -> None:
    known = _known()
    if any(each.name == made.name for each in known):
        raise InputRejected(
            "PRINCIPAL_EXISTS",
            f"a principal {made.name} exists; remove it first to give it another token",
            f"提交人 {made.name} 已存在；如需更换令牌，请先删除",
            name=made.name,
        )
    _write((*known, made))


def _remove(name: str) -> None:
    known = _known()
    if all(each.name != name for each in known):
        raise InputRejected(
            "PRINCIPAL_UNKNOWN", f"there is no principal {name}", f"没有提交人 {name}", name=name
        )
    _write(tuple(each for each in known if each.name != name))


def _known() -> tuple[Principal, ...]:
    path = home_folder() / FILE
    return read_principals(path) if path.exists() else ()


def _write(principals: tuple[Principal, ...]) -> None:
    home = home_folder()
    home.mkdir(parents=True, exist_ok=True)
    replace_file(home / FILE, as_toml(principals))


def _described(principal: Principal) -> dict[str, object]:
    parties = principal.permissions.parties
    return {
        "name": principal.name,
        "classes": sorted(principal.permissions.classes),
        "parties": None if parties is None else list(parties),
    }
