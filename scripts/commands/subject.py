"""`ipledger subject show|hold|lift|erase`: what keeps a data subject's fields, and their end (PV-3, PV-4)."""

from typing import Annotated, Any

import typer

from ledger.facts.openings import HoldBasis
from ledger.store.database import utc_now
from notary.vault import Vault
from notary.vault.subjects import SubjectState
from scripts.output import Output
from scripts.workspace import Json, Lang, actor, output, workspace

Subject = Annotated[str, typer.Argument(metavar="SUBJECT", help="sub_…")]
Reason = Annotated[str, typer.Option(help="Why; it stands in the ledger. 理由，将记入账本。")]


def _shown(subject: str, state: SubjectState) -> dict[str, Any]:
    return {
        "subject": subject,
        "erased": state.erased,
        "restricted": bool(state.restricted),
        "holds": [
            {"hold": held.hold, "basis": held.basis.value, "until": held.until}
            for held in state.holds.values()
        ],
    }


def _print(states: dict[str, SubjectState], out: Output) -> None:
    for subject, state in states.items():
        kept = out.text("kept", "保存中") if state.erased is None else out.text("erased", "已删除")
        out.console.print(f"{subject}  {kept}", markup=False)
        for held in state.holds.values():
            out.console.print(f"  {held.hold}  {held.basis.value}  {held.until or '–'}", markup=False)
    if not states:
        out.say("This entry has no confidential fields.", "该条目没有保密字段。")


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(help="Data subjects of confidential fields. 保密字段的主体。", no_args_is_help=True)
    app.add_typer(group, name="subject")

    @group.command()
    def show(
        position: Annotated[int, typer.Argument(metavar="POSITION", min=1)],
        json: Json = False,
        lang: Lang = None,
    ) -> None:
        """The subjects of an entry's confidential fields, and where they stand. 条目所涉主体及其状态。"""
        out = output(lang, as_json=json)
        with workspace(out) as here:
            vault = Vault(here.store, here.home, utc_now)
            states = {subject: vault.state(subject) for subject in vault.subject_of(position)}
        if json:
            out.json({"position": position, "subjects": [_shown(*pair) for pair in states.items()]})
        else:
            _print(states, out)

    @group.command()
    def hold(
        subject: Subject,
        basis: Annotated[HoldBasis, typer.Option(help="Which reason of the law. 法定事由。")],
        reason: Reason,
        until: Annotated[str | None, typer.Option(help="Last day; else until lifted. 截止日。")] = None,
        json: Json = False,
        lang: Lang = None,
    ) -> None:
        """Keep a subject's fields for a reason the law accepts. 依法保留。"""
        out = output(lang, as_json=json)
        with workspace(out) as here:
            vault = Vault(here.store, here.home, utc_now)
            made = vault.hold(subject, basis, reason, until=until, who=actor())
        if json:
            out.json({"subject": subject, "hold": made})
            return
        out.say(f"Held: {made}", f"已保留：{made}")

    @group.command()
    def lift(
        subject: Subject,
        hold: Annotated[str, typer.Argument(metavar="HOLD", help="hld_…")],
        reason: Reason,
        json: Json = False,
        lang: Lang = None,
    ) -> None:
        """End a hold. 解除保留。"""
        out = output(lang, as_json=json)
        with workspace(out) as here:
            Vault(here.store, here.home, utc_now).lift(subject, hold, reason, who=actor())
        if json:
            out.json({"subject": subject, "hold": hold, "lifted": True})
            return
        out.say(f"Lifted: {hold}", f"已解除：{hold}")

    @group.command()
    def erase(subject: Subject, reason: Reason, json: Json = False, lang: Lang = None) -> None:
        """Destroy a subject's key; entries and proofs stand as they are. 删除主体数据（销毁密钥）。"""
        out = output(lang, as_json=json)
        with workspace(out) as here:
            position = Vault(here.store, here.home, utc_now).erase(subject, reason, who=actor())
        if json:
            out.json({"subject": subject, "erased": True, "position": position})
            return
        out.say(
            f"Erased; entry {position} says so. Destroy backups of keys/vault.key from before, too.",
            f"已删除，见第 {position} 条。此前 keys/vault.key 的备份也须一并销毁。",
        )
