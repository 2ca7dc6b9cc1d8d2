"""`ipledger rebuild`: fill the views anew from the first entry, and swap them in."""

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from projections import rebuild as rebuild_views
from scripts.workspace import Json, Lang, output, workspace


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def rebuild(json: Json = False, lang: Lang = None) -> None:
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
        if json:
            out.json({"position": reached.position, "generation": reached.generation})
        else:
            out.say(
                f"Views rebuilt up to entry {reached.position}.", f"视图已重建至第 {reached.position} 条。"
            )
