"""`ipledger search TEXT`: rights by number, title or party."""

from typing import Annotated

import typer

from ledger.store.database import Store
from projections import Views, open_views
from projections import search as search_for
from scripts.workspace import Json, Lang, output, workspace


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def search(
        text: Annotated[str, typer.Argument(metavar="TEXT")],
        limit: Annotated[int, typer.Option(min=1, max=500)] = 50,
        json: Json = False,
        lang: Lang = None,
    ) -> None:
        """Find rights by number, title or name of a party. 按号码、名称或当事人检索。"""
        out = output(lang, as_json=json)
        with workspace(out) as here:
            answer = search_for(_current(here.store), text, limit=limit)
        if json:
            out.json(answer)
            return
        out.table(
            text,
            [out.text("right", "权利"), out.text("title", "名称"), out.text("owners", "权利人")],
            [
                [item["right"], item["title"] or "–", "; ".join(item["owners"]) or "–"]
                for item in answer["items"]
            ],
            wide={1, 2},
        )
        if answer["next"] is not None:
            out.say(
                f"There are more; add a word, or take a higher --limit than {limit}.",
                f"还有更多结果；请增加检索词，或调高 --limit（当前 {limit}）。",
            )
        if not answer["items"]:
            out.say("Nothing found on this ledger.", "本账本中未找到。")


def _current(store: Store) -> Views:
    """Views that hold all that was committed before the question."""
    views = open_views(store)
    views.reach_head()
    return views
