"""Finding rights by number, by the name of a party, or by title.

Text is cut into tokens: words for alphabets, pairs of neighboring characters for Chinese, Japanese and
Korean, which put no spaces between words. A word finds everything that begins with it, Chinese text
everything that contains it. PostgreSQL keeps the tokens in a `tsvector` with a GIN index; its own parsers
know no Chinese, and the trigram extension is not on every server.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

import orjson

from ledger.statement.view import view
from ledger.values.dates import day_of
from ledger.values.parties import normalize
from projections.tables import Projected, RightTable, Row
from projections.views import Views

TEXT_MAX: Final = 200

_TOKEN_MAX: Final = 100
_CJK: Final = "\u3005\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_RUN: Final = re.compile(rf"(?P<cjk>[{_CJK}]+)|(?P<word>[^\W{_CJK}]+)")


def _rows(projected: Projected) -> Iterator[Row]:
    texts = dict.fromkeys(normalize(text) for text in _texts(projected))
    tokens = sorted(set().union(*map(_tokens, texts)))
    # Tokens hold letters and digits only, so quoting them is all a tsvector needs.
    yield (projected.right, "\n".join(texts), " ".join(f"'{token}'" for token in tokens))


def _texts(projected: Projected) -> Iterator[str]:
    statement = projected.statement
    yield projected.right.rpartition(":")[2]
    for name in statement["names"]:
        yield name["number"]
    if statement["title"]:
        yield statement["title"]
    for period in statement["titles"]:
        yield from (owner["name"] for owner in period["owners"])
    for item in statement["encumbrances"]:
        yield from item["grantors"]
        for step in item["holders"]:
            yield from step["names"]


TABLE = RightTable(
    name="search",
    columns="""right_id text COLLATE "C" NOT NULL, body text COLLATE "C" NOT NULL,
        tokens tsvector NOT NULL""",
    key="right_id",
    rows=_rows,
    indexes=("USING gin (tokens)",),
)


def search(views: Views, text: str, *, after: str = "", limit: int = 20) -> dict[str, Any]:
    """Rights whose numbers, title or parties hold every word of `text`, in order of right.

    Members: `items` (each with `right`, `names`, `title`, `status`, `owners`: names of today's owners);
    `next`: what to give as `after` for the next page, None on the last; `position`: how far the search
    reaches. A `text` without any letter or digit finds nothing.

    Raises:
        StorageUnavailable, ProjectionBehind
    """
    position = views.progress().position
    query, parts = _query(text[:TEXT_MAX])
    if not query:
        return {"items": [], "next": None, "position": position}
    rows = views.rows(
        """SELECT s.right_id, r.statement FROM {search} s JOIN {statement} r USING (right_id)
            WHERE s.tokens @@ %s::tsquery AND s.right_id > %s
              AND NOT EXISTS (SELECT FROM unnest(%s::text[]) AS u (part) WHERE position(u.part IN s.body) = 0)
            ORDER BY s.right_id LIMIT %s""",
        query,
        after,
        parts,
        limit + 1,
    )
    today = day_of(views.store.clock())
    answers = [view(orjson.loads(statement), today) for _, statement in rows[:limit]]
    return {
        "items": [
            {
                "right": answer["right"],
                "names": answer["names"],
                "title": answer["title"],
                "status": answer["status"],
                "owners": [owner["name"] for owner in answer["owners"]],
            }
            for answer in answers
        ],
        "next": answers[-1]["right"] if len(rows) > limit else None,
        "position": position,
    }


@lru_cache(maxsize=16384)
def _tokens(text: str) -> tuple[str, ...]:
    tokens: list[str] = []
    for cjk, word in _RUN.findall(text):
        tokens += [word[:_TOKEN_MAX]] if word else [*_pairs(cjk), cjk[-1]]
    return tuple(tokens)


def _pairs(run: str) -> Iterator[str]:
    return (run[index : index + 2] for index in range(len(run) - 1))


def _query(text: str) -> tuple[str, list[str]]:
    """The tsquery for `text`, and what must stand in a match letter by letter.

    Pairs alone would also find text in which they stand apart.
    """
    lexemes: list[str] = []
    parts: list[str] = []
    for run in _RUN.finditer(normalize(text)):
        if run["word"]:
            lexemes.append(f"'{run['word'][:_TOKEN_MAX]}':*")
        elif len(run["cjk"]) == 1:
            lexemes.append(f"'{run['cjk']}':*")
        else:
            lexemes += [f"'{pair}'" for pair in _pairs(run["cjk"])]
            parts.append(run["cjk"])
    return " & ".join(dict.fromkeys(lexemes)), parts
