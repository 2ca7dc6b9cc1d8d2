"""`ipledger rebuild`: the views anew from the first entry, and with `--proofs` tiles and map too."""

from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from ledger.store.database import Store
from notary.log import Log
from notary.map_store import MapStore
from notary.seals import recorded_seals
from projections import rebuild as rebuild_views
from scripts.workspace import Json, Lang, output, workspace


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def rebuild(
        proofs: Annotated[
            bool, typer.Option("--proofs", help="The log's tiles and the map of every seal too. 含证明。")
        ] = False,
        json: Json = False,
        lang: Lang = None,
    ) -> None:
        """Rebuild the views while the old ones serve. 重建视图。"""
        out = output(lang, as_json=json)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with workspace(out) as here:
            head = here.store.reader.head().position
            with Progress(
                *columns, console=out.errors, transient=True, disable=not out.shows_progress
            ) as progress:
                task = progress.add_task(out.text("entries", "条目"), total=head)
                reached = rebuild_views(
                    here.store,
                    report=lambda done, aim: progress.update(task, completed=done, total=aim),
                )
                if proofs:
                    progress.add_task(out.text("tiles and map", "日志与映射"), total=None)
                    _rebuild_proofs(here.store)
        if json:
            out.json({"position": reached.position, "generation": reached.generation})
        else:
            out.say(
                f"Views rebuilt up to entry {reached.position}.", f"视图已重建至第 {reached.position} 条。"
            )


def _rebuild_proofs(store: Store) -> None:
    """Nothing of the notary's tables is anybody's word: all of it follows from the entries and the seals."""
    Log(store).rebuild()
    MapStore(store).rebuild(seal.signed.checkpoint.size for seal in recorded_seals(store))
