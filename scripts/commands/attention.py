"""`ipledger attention`: what needs attention on a day, for a role or a party."""

from typing import Annotated, Any

import typer

from ledger.errors import InputRejected
from projections import attention as attention_on
from projections.attention_kinds import ROLES, Role
from scripts.asking import AsOf, question, say_when
from scripts.output import Output
from scripts.workspace import Json, Lang, output


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def attention(
        role: Annotated[
            str | None, typer.Option(metavar="ROLE", help="bank, platform, trustee or owner. 角色。")
        ] = None,
        party: Annotated[str | None, typer.Option(metavar="NAME", help="A name, or pty_…. 当事人。")] = None,
        as_of: AsOf = None,
        after: Annotated[str, typer.Option(metavar="CURSOR", help="The page behind it. 续页。")] = "",
        limit: Annotated[int, typer.Option(min=1, max=500)] = 100,
        json: Json = False,
        lang: Lang = None,
    ) -> None:
        """What needs attention: fees, freezes, deadlines, triggers. 待办提醒。"""
        out = output(lang, as_json=json)
        with question(out, as_of) as asked:
            answer = attention_on(
                asked.views,
                role=_role(role),
                party=party,
                as_of=asked.as_of,
                after=after,
                limit=limit,
            )
        if json:
            out.json(answer)
        else:
            _print(answer, out)


def _role(text: str | None) -> Role | None:
    """The role of this name.

    Raises:
        InputRejected: `ROLE_INVALID`.
    """
    if text is None:
        return None
    for role in ROLES:
        if role == text:
            return role
    raise InputRejected(
        "ROLE_INVALID",
        f"--role takes {', '.join(ROLES)}",
        f"--role 须为 {'、'.join(ROLES)} 之一",
        given=text[:40],
    )


def _print(answer: dict[str, Any], out: Output) -> None:
    say_when(answer, out)
    out.table(
        out.text("Needs attention", "待办提醒"),
        [out.text("since", "自"), out.text("due", "期限"), out.text("what", "事项")],
        [
            [
                each["since"] or "–",
                each["due_on"] or "–",
                f"{each['code']}\n{each['message'][out.lang]}",
            ]
            for each in answer["items"]
        ],
        wide={2},
    )
    if not answer["items"]:
        out.say("Nothing needs attention on that day.", "该日没有待办事项。")
    if answer["next"]:
        out.say(f"More: --after {answer['next']}", f"还有更多：--after {answer['next']}")
