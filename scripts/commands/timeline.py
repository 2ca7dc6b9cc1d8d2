"""`ipledger timeline RIGHT`: every entry that concerns a right, in order of position."""

from typing import Annotated, Any

import typer

from projections import Views, open_views
from projections import timeline as timeline_of
from scripts.workspace import Json, Lang, output, workspace


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def timeline(
        right: Annotated[str, typer.Argument(metavar="RIGHT")], json: Json = False, lang: Lang = None
    ) -> None:
        """Everything recorded about a right. 权利大事记。"""
        out = output(lang, as_json=json)
        with workspace(out) as here:
            answer = _whole(open_views(here.store), right)
        if json:
            out.json(answer)
            return
        out.table(
            answer["right"],
            [
                out.text("position", "位置"),
                out.text("effective", "生效"),
                out.text("source", "登记"),
                out.text("what", "内容"),
            ],
            [
                [
                    str(item["position"]),
                    item["effective_on"],
                    " ".join(part for part in (item["register"], item["number"]) if part) or "–",
                    item["summary"][out.lang],
                ]
                for item in answer["entries"]
            ],
            wide={3},
        )


def _whole(views: Views, right: str) -> dict[str, Any]:
    """All pages of a timeline in one answer, as known when the first was read."""
    answer = timeline_of(views, right)
    following = answer.pop("next")
    while following is not None:
        page = timeline_of(views, answer["right"], after=following)
        answer["entries"] += [item for item in page["entries"] if item["position"] <= answer["position"]]
        following = page["next"]
    return answer
