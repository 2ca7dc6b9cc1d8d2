"""The `ipledger` command. Exit codes: 0 fine, 1 a check failed, 2 usage or input error, 3 not available.

`scripts.endings` has the codes of what does not come to its own end.

Each command lies in a file of its own in `scripts/commands` and is imported when it is called, so that a
status does not wait for a web server's modules.
"""

from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperGroup

from scripts.endings import ended_in_order, listen_for_signals, wrong_usage_told
from scripts.output import prepare_streams

COMMANDS: Final = {
    "init": "init",
    "import": "importing",
    "submit": "submit",
    "status": "status",
    "timeline": "timeline",
    "search": "search",
    "licenses": "licensing",
    "freezes": "licensing",
    "calendar": "licensing",
    "pledge": "finance",
    "exposure": "finance",
    "loan": "finance",
    "fund": "finance",
    "pool": "pool",
    "attention": "attention",
    "seal": "seal",
    "reseal": "reseal",
    "verify": "verify",
    "evidence": "evidence",
    "token": "token",
    "rebuild": "rebuild",
    "export": "export",
    "stats": "stats",
    "serve": "serve",
    "doctor": "doctor",
    "deposit": "deposit",
    "field": "field",
    "subject": "subject",
    "witness": "witness",
    "principal": "principal",
}
"""Command and the module in `scripts.commands` whose `register(app)` adds it, in the order of the help."""


class _OnDemand(TyperGroup):
    """A group whose commands are imported when asked for."""

    def make_context(self, *arguments: Any, **options: Any) -> Any:
        """Read the arguments."""
        with wrong_usage_told():
            return super().make_context(*arguments, **options)

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        with wrong_usage_told(), ended_in_order():
            return super().invoke(ctx)

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002  # the signature is click's
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002  # the signature is click's
        if cmd_name not in COMMANDS:
            return None
        part = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        import_module(f"scripts.commands.{COMMANDS[cmd_name]}").register(part)
        command = typer.main.get_command(part)
        return command.commands[cmd_name] if isinstance(command, TyperGroup) else command


app = typer.Typer(
    name="ipledger",
    cls=_OnDemand,
    help="Who owns an intellectual property right, and what encumbers it. 知识产权权属与负担账本。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def ipledger() -> None:
    """Who owns an intellectual property right, and what encumbers it. 知识产权权属与负担账本。"""  # noqa: D415  # it is the help line


def main() -> None:
    """Entry point of the installed command."""
    prepare_streams()
    listen_for_signals()
    app()


if __name__ == "__main__":
    main()
