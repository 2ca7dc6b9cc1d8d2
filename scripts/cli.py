"""The `ipledger` command. Exit codes: 0 fine, 1 a check failed, 2 usage or input error, 3 not available."""

import typer

from scripts.commands import (
    doctor,
    importing,
    init,
    rebuild,
    reseal,
    seal,
    search,
    serve,
    status,
    timeline,
    verify,
)

app = typer.Typer(
    name="ipledger",
    help="Who owns an intellectual property right, and what encumbers it. 知识产权权属与负担账本。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (init, importing, status, timeline, search, seal, reseal, verify, rebuild, serve, doctor):
    command.register(app)


def main() -> None:
    """Entry point of the installed command."""
    app()


if __name__ == "__main__":
    main()
