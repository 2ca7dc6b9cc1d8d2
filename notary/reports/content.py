"""The text of a report, in one language: facts first, then what they rest on, then what is not shown.

| section | asked for by |
|---|---|
| 1 what is shown | E-22: facts before any law |
| 2 by whom and since when | E-6, E-7: not later than, never created at |
| 3 two verdicts | E-13: integrity since entry, credibility before entry |
| 4 exhibits | E-18 |
| 5 what is not shown | E-22 |
| 6 how to verify | E-10 |
| 7 notes on jurisdictions | E-22: last, and never "legally valid" |
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from importlib.metadata import version
from typing import Any, Final

from ledger import canonical, facts
from ledger.entry import Entry, format_instant
from ledger.facts.acts import ActSigned
from ledger.rules.base import PLATFORM
from ledger.statement import acts
from ledger.statement.view import view
from ledger.values.dates import SHANGHAI, day_of
from notary.authority import POLICY as EMBEDDED_POLICY
from notary.evidence.members import (
    AbsentClaim,
    Claim,
    ConsistentClaim,
    DocumentClaim,
    EntryClaim,
    HistoryClaim,
    OrderClaim,
    PriorityClaim,
    StatusClaim,
)
from notary.reports import beside
from notary.reports.blocks import Block, Bullets, Commands, Document, Heading, Paragraph, Table
from notary.reports.evidence import Evidence, Stamp
from notary.reports.words import ACTS, CLASSES, EVENTS, KINDS, NAME_KINDS, STATES, STATUSES, TITLES, word

ENTRIES_SHOWN: Final = 100
"""Entries listed one by one; of more, the first are listed and the rest named by their number."""
VALUE_SHOWN: Final = 400
"""Signs of an opened field's value shown in a cell."""
POSITIONS_SHOWN: Final = 12
"""Positions listed in a cell; of more, the first and the last."""


def write(evidence: Evidence, lang: str) -> Document:
    """The report in `zh` or `en`."""
    return _Writer(evidence, lang).document()


class _Writer:
    def __init__(self, evidence: Evidence, lang: str) -> None:
        self._of = evidence
        self._lang = lang
        time = evidence.not_later_than
        self._day = None if time is None else day_of(time)

    def document(self) -> Document:
        digest = self._of.signed.imprint.hex()
        blocks = (
            *self._shown(),
            *self._statement(),
            *self._entries(),
            *self._signed(),
            *self._opened(),
            *self._by_whom(),
            *self._verdicts(),
            *self._exhibits(),
            *self._not_shown(),
            *self._how_to_verify(),
            *self._jurisdictions(),
        )
        return Document(
            lang=self._lang,
            title=word(TITLES, self._title(), self._lang),
            subtitle=self._say(
                "Report of an ipledger evidence package. It repeats what the other files of the "
                "package prove, and "
                "proves nothing by itself.",
                "ipledger 证据包报告。本报告仅转述证据包内其他文件所证明的内容，报告本身不构成证明。",
            ),
            facts=tuple(self._facts()),
            code=(f"sha256:{digest}", self._say("SHA-256 of the checkpoint", "检查点的 SHA-256 摘要")),
            blocks=blocks,
        )

    def _say(self, en: str, zh: str) -> str:
        return zh if self._lang == "zh" else en

    def _title(self) -> str:
        claims = self._of.claims
        if any(isinstance(claim, AbsentClaim) for claim in claims):
            return "absent"
        return "order" if any(isinstance(claim, OrderClaim) for claim in claims) else self._of.kind

    def _facts(self) -> Iterator[tuple[str, str]]:
        request = self._of.request
        yield self._say("Ledger", "账本"), self._of.signed.checkpoint.origin
        if "right" in request:
            yield self._say("Right", "权利"), str(request["right"])
        if "sha256" in request:
            yield self._say("File (SHA-256)", "文件（SHA-256）"), str(request["sha256"])
        if "position" in request:
            yield self._say("Entry", "条目"), self._entry_no(request["position"])
        yield (
            self._say("As far as", "范围"),
            self._say(
                f"entries 1 to {self._of.size}; the seal is entry {self._of.seal}",
                f"第 1 条至第 {self._of.size} 条；封印为第 {self._of.seal} 条",
            ),
        )
        time = self._of.not_later_than
        if time is not None:
            yield self._say("Existed not later than", "至迟存在于"), self._instant(time)
            names = self._say(", ", "、").join(stamp.authority for stamp in self._of.stamps)
            yield self._say("Time vouched for by", "时间证明机构"), names + self._embedded_note()
        yield self._say("Checkpoint (SHA-256)", "检查点（SHA-256）"), self._of.signed.imprint.hex()
        yield self._say("Made by", "制作软件"), f"ipledger {version('ipledger')}"

    def _embedded_note(self) -> str:
        if any(_is_embedded(stamp) for stamp in self._of.stamps):
            return self._say(" (the operator's own clock)", "（运营方自有时钟）")
        return ""

    def _shown(self) -> Iterator[Block]:
        yield Heading(self._say("1  What this package shows", "一、本证据包所证事实"))
        yield Paragraph(
            self._say(
                "If the checks of section 6 all say PASS, the package proves these facts:",
                "第六节所列检查全部为“PASS”时，本证据包证明下列事实：",
            )
        )
        asked_for = (PriorityClaim, OrderClaim, DocumentClaim)  # before the claims they rest on
        claims = sorted(self._of.claims, key=lambda claim: not isinstance(claim, asked_for))
        yield Bullets(tuple(map(self._claim, claims)))

    def _claim(self, claim: Claim) -> str:
        match claim:
            case EntryClaim(position=position):
                return self._say(
                    f"Entry {position} has stood in the ledger unchanged since the seal; it is one of its "
                    f"{self._of.size} entries.",
                    f"第 {position} 条自封印时起即在账本中且未作任何改动，为其 {self._of.size} 条之一。",
                )
            case HistoryClaim() | StatusClaim() | AbsentClaim():
                return self._claim_of_right(claim)
            case PriorityClaim() | OrderClaim():
                return self._claim_of_order(claim)
            case DocumentClaim(sha256=digest, position=position):
                return self._say(
                    f"Entry {position} holds the SHA-256 digest {digest}. A file with that digest "
                    "existed before the "
                    "time stamped.",
                    f"第 {position} 条载有 SHA-256 摘要 {digest}。具有该摘要的文件在时间戳所示时间之前"
                    "已经存在。",
                )
            case ConsistentClaim(from_=earlier, to=later):
                return self._say(
                    f"The log of {later} entries begins with the {earlier} entries of the earlier "
                    "log: none of them "
                    "was changed, removed or moved.",
                    f"共 {later} 条的日志以此前 {earlier} 条的日志为开头：其中没有任何一条被改动、删除"
                    "或移位。",
                )

    def _claim_of_right(self, claim: HistoryClaim | StatusClaim | AbsentClaim) -> str:
        match claim:
            case HistoryClaim(right=right, count=count):
                return self._say(
                    f"The {count} entries enclosed are all the entries the ledger had about {right}: "
                    "numbered 1 to "
                    f"{count} without a gap, each naming the digest of the one before.",
                    f"随附的 {count} 个条目即账本中涉及 {right} 的全部条目：序号 1 至 {count} 连续无缺，"
                    "每一条目均载有前一条目的摘要。",
                )
            case StatusClaim(right=right, count=count):
                return self._say(
                    f"About {right} the ledger said what the tables below say, resting on {count} "
                    "entries, and "
                    "nothing else. The ledger can give one answer only for one right at one seal.",
                    f"账本关于 {right} 的记载即为下列各表所示，依据 {count} 个条目，此外别无其他记载。"
                    "对同一权利，账本在同一封印之下只能有一个答案。",
                )
            case AbsentClaim(right=right):
                return self._say(
                    f"No entry of the ledger concerned the right of this id: {right}.",
                    f"账本中没有任何条目涉及以下编号的权利：{right}。",
                )

    def _claim_of_order(self, claim: PriorityClaim | OrderClaim) -> str:
        if isinstance(claim, OrderClaim):
            first, second = sorted((claim.first, claim.second))
            return self._say(
                f"Entry {first} was recorded before entry {second}.", f"第 {first} 条先于第 {second} 条入账。"
            )
        names = {item["id"]: item["reference"] for item in (self._of.statement or {}).get("encumbrances", ())}
        one, other = (
            f"{names.get(ranked.id, ranked.id)} ({ranked.id})" for ranked in (claim.first, claim.second)
        )
        return self._say(
            f"As of {claim.as_of}, {one} has rank {claim.first.rank} and {other} has rank "
            f"{claim.second.rank} on "
            f"{claim.right}. Ranks follow the day of registration; of one day, they are equal. The "
            "verifier computes "
            "them from the entries.",
            f"截至 {claim.as_of}，在 {claim.right} 上，{one} 为第 {claim.first.rank} 顺位，"
            f"{other} 为第 {claim.second.rank} 顺位。顺位依登记日先后排列，同日登记者顺位相同；核验程"
            "序由条目重新推算。",
        )

    def _statement(self) -> Iterator[Block]:
        statement, day = self._of.statement, self._statement_day()
        if statement is None or day is None:
            return
        shown = view(dict(statement), day, include_ended=self._of.kind == "right")
        title = f" — {shown['title']}" if shown["title"] else ""
        yield Heading(
            self._say(f"What the ledger says, as of {day}", f"账本记载的内容（截至 {day}）") + title
        )
        names = [
            f"{word(NAME_KINDS, name['kind'], self._lang)} {name['number']}" for name in statement["names"]
        ]
        status = word(STATUSES, shown["status"], self._lang)
        numbers = self._say(", ", "、").join(names) or "–"
        yield Paragraph(
            self._say(f"Numbers: {numbers}. Status: {status}.", f"号码：{numbers}。法律状态：{status}。")
        )
        yield from self._owners(shown)
        yield from self._encumbrances(shown)
        yield from beside.blocks(shown, self._lang, _listed)
        if shown["flags"]:
            yield Paragraph(self._say("Warnings the ledger attaches:", "账本附带的提示："))
            yield Bullets(tuple(self._flag(flag) for flag in shown["flags"]))

    def _statement_day(self) -> date | None:
        for claim in self._of.claims:
            if isinstance(claim, PriorityClaim):
                return date.fromisoformat(claim.as_of)
        return self._day

    def _owners(self, shown: dict[str, Any]) -> Iterator[Block]:
        rows = tuple(
            (
                owner["name"],
                "/".join(map(str, owner["share"])),
                owner["since"] or "–",
                str(owner["entry"] or "–"),
            )
            for owner in shown["owners"]
        )
        if not rows:
            yield Paragraph(self._say("The ledger shows no owner.", "账本未显示权利人。"))
            return
        columns = (
            self._say("Owner", "权利人"),
            self._say("Share", "份额"),
            self._say("Since", "自"),
            self._say("Entry", "条目"),
        )
        yield Table(columns, rows, (52, 14, 20, 14))

    def _encumbrances(self, shown: dict[str, Any]) -> Iterator[Block]:
        rows = tuple(
            (
                "–" if item["rank"] is None else str(item["rank"]),
                word(KINDS, item["kind"], self._lang),
                f"{item['register']} {item['reference']}".strip(),
                self._say("; ", "；").join(item["holders"]) or "–",
                item["registered_at"] or "–",
                word(STATES, item["state"], self._lang)
                + (f"\n{item['ended_at']}" if item["ended_at"] else ""),
                _listed(item["entries"]),
            )
            for item in (*shown["encumbrances"], *shown["pending"])
        )
        if not any(item["ended_at"] is None for item in shown["encumbrances"]):
            yield Paragraph(
                self._say(
                    "No pledge, lien, license or freeze stood in the ledger on that day.",
                    "该日账本中没有存续的质押、留置、许可或冻结记载。",
                ),
                strong=True,
            )
        if rows:
            columns = (
                self._say("Rank", "顺位"),
                self._say("Kind", "种类"),
                self._say("Reference", "登记号"),
                self._say("Holder", "持有人"),
                self._say("Registered", "登记日"),
                self._say("State", "状态"),
                self._say("Entries", "条目"),
            )
            yield Table(columns, rows, (7, 10, 18, 27, 13, 15, 10))

    def _flag(self, flag: dict[str, Any]) -> str:
        entries = _listed(flag["entries"])
        where = self._say(f" [entries {entries}]", f"〔第 {entries} 条〕") if entries else ""
        return f"{flag['message'][self._lang]}{where} ({flag['code']})"

    def _entries(self) -> Iterator[Block]:
        entries = self._of.entries
        if not entries:
            return
        yield Heading(self._say("The entries enclosed", "随附条目"))
        columns = (
            self._say("Entry", "条目"),
            self._say("Fact", "事实"),
            self._say("Whose word", "陈述者"),
            self._say("Legal date", "法律日期"),
            self._say("Recorded (UTC)", "入账时间（UTC）"),
            self._say("Source", "来源"),
        )
        rows = tuple(self._entry_row(entry) for entry in entries[:ENTRIES_SHOWN])
        yield Table(columns, rows, (9, 22, 17, 13, 20, 19))
        if len(entries) > ENTRIES_SHOWN:
            rest = entries[ENTRIES_SHOWN:]
            yield Paragraph(
                self._say(
                    f"And {len(rest)} more, entries {rest[0].position} to {rest[-1].position}; all "
                    "lie in the folder "
                    "entries/.",
                    f"另有 {len(rest)} 个条目（第 {rest[0].position} 条至第 {rest[-1].position} 条之间），"
                    "均在 entries/ 文件夹中。",
                )
            )

    def _entry_row(self, entry: Entry) -> tuple[str, ...]:
        source = "–" if entry.source is None else f"{entry.source.register} {entry.source.number}"
        return (
            str(entry.position),
            word(EVENTS, entry.type, self._lang),
            word(CLASSES, entry.entry_class.value, self._lang),
            entry.effective_at[:10],
            format_instant(entry.recorded_at)[:19].replace("T", " "),
            source,
        )

    def _signed(self) -> Iterator[Block]:
        """Who signed which act by which key, as the entries say; check 17 decides whether it is so."""
        rows = tuple(row for entry in self._of.entries for row in self._signatures(entry))
        if not rows:
            return
        yield Heading(self._say("Signatures of the parties", "当事人签名"))
        columns = (
            self._say("Entry", "条目"),
            self._say("Act", "行为"),
            self._say("Signed in the name of", "签名名义人"),
            self._say("Key (RFC 7638 thumbprint)", "密钥（RFC 7638 指纹）"),
        )
        yield Table(columns, rows, (8, 24, 28, 40), digests=(3,))
        yield Paragraph(
            self._say(
                "Check 17 shows that whoever holds these keys signed the text kept in the entry; nobody "
                "else, the operator included, can have invented it. Whose keys they are follows only from "
                "what the verifier got from the parties themselves (folder parties/ of TRUST).",
                "第 17 项检查表明：持有上述密钥者签署了条目所载文本，运营方及他人均无从编造。"
                "密钥归属仅以核验者自当事人处取得的材料为准（TRUST 文件夹的 parties/）。",
            )
        )

    def _signatures(self, entry: Entry) -> Iterator[tuple[str, ...]]:
        if (entry.type, entry.type_v) != (ActSigned.TYPE, ActSigned.VERSION):
            return
        fact = facts.read(entry)
        assert isinstance(fact, ActSigned)
        kind = acts.kind_of(fact.command)
        for each in fact.signatures:
            act = f"{word(ACTS, kind or '–', self._lang)}\n{fact.act}"
            yield str(entry.position), act, each.party.name, each.kid

    def _opened(self) -> Iterator[Block]:
        opened = self._of.opened
        if opened is None:
            return
        yield Heading(self._say("Confidential fields opened", "公开的保密字段"))
        columns = (self._say("Entry", "条目"), self._say("Field", "字段"), self._say("Value", "内容"))
        rows = tuple((str(position), path, _shortened(value)) for position, path, value in opened.fields)
        yield Table(columns, rows, (10, 25, 65))
        order_en = f" under the order {opened.order}" if opened.order else ""
        order_zh = f"，依据：{opened.order}" if opened.order else ""
        yield Paragraph(
            self._say(
                f"Opened by {opened.by} ({opened.role}){order_en}. Reason given: {opened.reason}. The ledger "
                "logged the opening, behind this seal. Each entry commits to the digest of its fields, so a "
                "value shown is the one recorded; other confidential fields stay closed.",
                f"公开者：{opened.by}（{opened.role}）{order_zh}。理由：{opened.reason}。账本已就此次公开留下"
                "记录，位于本封印之后。条目载有各保密字段的摘要，故所示内容即入账时的内容；其他保密字段未予公开。",
            )
        )

    def _by_whom(self) -> Iterator[Block]:
        yield Heading(self._say("2  By whom and since when", "二、由谁、自何时"))
        if self._of.stamps:
            columns = (
                self._say("Authority", "机构"),
                self._say("Time (Beijing)", "时间（北京时间）"),
                self._say("Accuracy", "精度"),
                self._say("Serial number", "序列号"),
            )
            rows = tuple(
                (
                    stamp.authority,
                    stamp.token.gen_time.astimezone(SHANGHAI).isoformat(" ", "milliseconds"),
                    self._accuracy(stamp),
                    f"{stamp.token.serial:x}",
                )
                for stamp in self._of.stamps
            )
            yield Table(columns, rows, (17, 28, 12, 43), digests=(3,))
        if any(_is_embedded(stamp) for stamp in self._of.stamps):
            yield Paragraph(
                self._say(
                    "The time of the embedded authority is that of the operator's own clock, vouched "
                    "for by nobody "
                    "else. Who must not trust the operator must not trust this time.",
                    "内置机构（embedded）的时间取自运营方自有时钟，没有第三方担保。不信任运营方的，不"
                    "应采信该时间。",
                ),
                strong=True,
            )
        signer = self._of.signed.signatures[0]
        yield Bullets(
            (
                self._say(
                    "A time-stamp (RFC 3161) shows that the checkpoint, and so every entry in it, "
                    "existed not later "
                    "than its time. It does not show when something was made.",
                    "时间戳（RFC 3161）证明检查点及其所含全部条目至迟在该时间已经存在；并不证明其作成时间。",
                ),
                self._lower_bound(),
                self._say(
                    f"The operator of {signer.name} signed the checkpoint (Ed25519, key id "
                    f"{signer.key_id.hex()}).",
                    f"账本 {signer.name} 的运营方已签署检查点（Ed25519，密钥标识 {signer.key_id.hex()}）。",
                ),
                self._say(
                    "“Recorded” is the operator's clock when the entry came in. Whose word an entry "
                    "is stands beside "
                    "it: an authority's report, a party's word, or the operator's own record.",
                    "“入账时间”为条目进入账本时运营方时钟的时间。各条目均注明陈述者：登记机关等的记"
                    "载、当事人陈述"
                    "或运营方自身的记录。",
                ),
            )
        )

    def _lower_bound(self) -> str:
        previous = self._of.signed.checkpoint.previous
        if not any(previous):
            return self._say(
                "This is the first seal of the ledger: nothing enclosed says since when the entries "
                "exist at the "
                "earliest.",
                "此为账本的首个封印：证据包中没有内容表明各条目最早自何时存在。",
            )
        return self._say(
            f"The checkpoint names the digest of the seal before it ({previous.hex()}), so it was "
            "made after that "
            "seal; entries behind that seal were recorded after it.",
            f"检查点载有前一封印的摘要（{previous.hex()}），故其作成晚于前一封印；位于前一封印之后的条"
            "目亦晚于该封印入账。",
        )

    def _accuracy(self, stamp: Stamp) -> str:
        accuracy = stamp.token.accuracy_us
        return self._say("not stated", "未声明") if accuracy is None else f"±{accuracy / 1_000_000:g} s"

    def _verdicts(self) -> Iterator[Block]:
        yield Heading(self._say("3  Two questions, two verdicts", "三、两个问题，分别判断"))
        yield Table(
            (self._say("Question", "问题"), self._say("What this package contributes", "本证据包的作用")),
            (
                (
                    self._say("Integrity since entry", "入账之后是否完整、未被改动"),
                    self._say(
                        "Decided by the checks of section 6. PASS: the bytes are those that were "
                        "sealed, in that order, "
                        "with none of the entries claimed left out. FAIL names what is wrong. "
                        "INDETERMINATE says what "
                        "could not be checked with what was at hand.",
                        "由第六节的检查得出。PASS：字节、先后次序均与封印时一致，所称条目无一遗漏；"
                        "FAIL：指明不符之处；INDETERMINATE：指明因材料不足而未能检查之处。",
                    ),
                ),
                (
                    self._say("Credibility before entry", "入账之前内容是否真实"),
                    self._say(
                        "Not decided here. It is judged from the circumstances below and from other "
                        "evidence.",
                        "本证据包不作判断，须结合下列情况及其他证据审查认定。",
                    ),
                ),
            ),
            (28, 72),
        )
        yield Table(
            (
                self._say("Before entry", "入账之前的情况"),
                self._say("What the package holds", "证据包所含内容"),
            ),
            tuple(self._circumstances()),
            (28, 72),
        )

    def _circumstances(self) -> Iterator[tuple[str, str]]:
        entries = self._of.entries
        none = self._say("nothing in this package", "本证据包中没有")
        registers = sorted({entry.source.register for entry in entries if entry.source is not None})
        digests = {entry.source.digest for entry in entries if entry.source is not None}
        joined = self._say(", ", "、").join
        yield self._say("Source", "数据来源"), joined(registers) or none
        actors = sorted({entry.actor for entry in entries})
        yield self._say("Submitted by", "提交者"), joined(actors) or none
        kept = self._say(
            f"the entries name {len(digests)} source document(s) by SHA-256; the operator keeps their "
            "exact bytes",
            f"各条目以 SHA-256 指明 {len(digests)} 份来源文件；运营方保存其原始字节",
        )
        yield self._say("Generation and storage", "生成与存储"), kept if digests else none
        yield self._say("Notarial certificate", "公证文书"), none
        yield (
            self._say("Witnesses of the checkpoint", "检查点的见证方"),
            joined(self._of.witnesses) or none,
        )
        yield (
            self._say("Corroboration", "相互印证"),
            self._say(
                "compare with an extract of the official register and with the parties' own documents",
                "请与官方登记簿副本及当事人所持文件核对",
            ),
        )

    def _exhibits(self) -> Iterator[Block]:
        yield Heading(self._say("4  List of exhibits", "四、证据目录"))
        columns = (
            self._say("No.", "序号"),
            self._say("File", "文件"),
            self._say("Source", "来源"),
            self._say("Fact to prove", "证明对象"),
            self._say("Date", "日期"),
        )
        rows = tuple((str(number), *row) for number, row in enumerate(self._exhibit_rows(), start=1))
        yield Table(columns, rows, (7, 28, 18, 32, 15))
        yield Paragraph(
            self._say(
                "All files are electronic data, exact copies bit for bit of what the operator holds; "
                "manifest.json lists "
                "the digest of each.",
                "以上均为电子数据，与运营方所存数据逐字节一致；各文件的摘要见 manifest.json。",
            )
        )

    def _exhibit_rows(self) -> Iterator[tuple[str, str, str, str]]:
        operator = self._say("operator", "运营方")
        time = self._of.not_later_than
        day = "–" if time is None else str(day_of(time))
        yield "checkpoint", operator, self._say("state of the ledger", "账本状态"), day
        for stamp in self._of.stamps:
            yield (
                f"tokens/{stamp.name}.tsr",
                stamp.authority,
                self._say("the checkpoint's time", "检查点的时间"),
                str(day_of(stamp.token.gen_time)),
            )
        shown = self._of.entries if len(self._of.entries) <= ENTRIES_SHOWN else ()
        for entry in shown:
            source = "–" if entry.source is None else entry.source.register
            yield (
                f"entries/{entry.position}.json",
                source,
                word(EVENTS, entry.type, self._lang),
                entry.effective_at[:10],
            )
        if self._of.entries and not shown:
            count = len(self._of.entries)
            yield "entries/*.json", operator, self._say(f"{count} entries", f"{count} 个条目"), "–"
        purposes = {
            "proofs/entries.json": self._say("the entries stand in the log", "条目在日志中"),
            "proofs/map.json": self._say("nothing else is recorded", "别无其他记载"),
            "proofs/statement.json": self._say("what the ledger says of the right", "账本关于权利的记载"),
            "proofs/consistency.json": self._say("the log only grew", "日志只增不改"),
        }
        for name, _ in self._of.files:
            if name in purposes:
                yield name, operator, purposes[name], day
            elif name.startswith("disclosures/"):
                yield name, operator, self._say("opened fields", "公开的保密字段"), "–"
            elif name.startswith("documents/"):
                yield f"{name[:26]}…", *self._document(name.removeprefix("documents/")), "–"

    def _document(self, digest: str) -> tuple[str, str]:
        """Whose file it is, and what it shows."""
        for entry in self._of.entries:
            if f"record:command:{digest}" in entry.subjects or _is_from_command(entry, digest):
                return entry.actor, self._say("the command as submitted", "提交的指令原文")
        for entry in self._of.entries:
            if entry.source is not None and entry.source.digest == digest:
                return entry.source.register, self._say("the source of the entry", "条目来源文件")
        return self._say("depositor", "存证人"), self._say("the file", "文件本身")

    def _not_shown(self) -> Iterator[Block]:
        yield Heading(self._say("5  What this package does not show", "五、本证据包未证事项"))
        items = [
            self._say(
                "It does not show what other registers hold. The ledger is not the register: where the law "
                "asks for registration, the register decides; ask it for an extract.",
                "不证明其他登记簿的内容。账本不是登记簿：法律规定以登记为准的，以登记簿为准；"
                "请调取登记簿副本。",
            ),
            self._say(
                "It does not show that what was recorded was true before it was recorded, nor that a "
                "document recorded is genuine.",
                "不证明所记载内容在入账之前即属真实，也不证明所涉文件真实。",
            ),
            self._say(
                "It says nothing of acts that were never recorded here, nor of those recorded after the seal "
                f"(after entry {self._of.size}).",
                f"不涉及从未在本账本记载的行为，也不涉及封印之后（第 {self._of.size} 条之后）记载的行为。",
            ),
            self._say(
                "It does not show that the operator showed the same ledger to everybody. Compare the "
                "checkpoint with what others were shown, or have witnesses cosign it.",
                "不证明运营方向所有人出示同一账本。请与他人所见的检查点比对，或由见证方联署检查点。",
            ),
        ]
        claims = self._of.claims
        if any(isinstance(claim, AbsentClaim) for claim in claims):
            items.append(
                self._say(
                    "It does not show that the right is free. The proof is about this one id; the right may "
                    "be recorded under another number, or in a register only.",
                    "不证明该权利上没有负担。本证明仅就这一编号而言；该权利可能以其他号码记载，或仅记载于登记簿。",
                )
            )
        if any(isinstance(claim, StatusClaim) for claim in claims) and not self._of.entries:
            items.append(
                self._say(
                    "It does not show how the statement follows from the entries: this short form rests on "
                    "the operator's commitment to it. The long form (export right) holds the entries, from "
                    "which everybody computes it again.",
                    "不展示状态如何由条目推得：简式仅以运营方对该状态的承诺为据；"
                    "详式（export right）随附全部条目，任何人均可重新推算。",
                )
            )
        if any(isinstance(claim, DocumentClaim) for claim in claims):
            items.append(
                self._say(
                    "It does not show who made the file, or when; only that it existed.",
                    "不证明文件由谁作成、何时作成；仅证明其存在。",
                )
            )
        yield Bullets(tuple(items))

    def _how_to_verify(self) -> Iterator[Block]:
        yield Heading(self._say("6  How to verify", "六、核验方法"))
        yield Paragraph(
            self._say(
                "What you trust must not come from this package: get the operator's key and the "
                "authorities' root "
                "certificates by another road, and put them in a folder TRUST (operator.vkey, "
                "authorities/*.pem). "
                "Then, with Python 3.11 and openssl, without network and without our software:",
                "信任依据不得取自本证据包：请以其他途径取得运营方密钥与时间戳机构根证书，放入文件夹 TRUST"
                "（operator.vkey、authorities/*.pem）。随后仅凭 Python 3.11 与 openssl，无需联网、无"
                "需我方软件：",
            )
        )
        yield Commands(
            ("unzip -p PACKAGE.zip verify.py > verify.py", "python3 verify.py PACKAGE.zip --trust TRUST")
        )
        yield Paragraph(
            self._say(
                "It prints 17 numbered checks, each PASS, FAIL or INDETERMINATE." + self._left_open()[0],
                "程序列出十七项编号检查，各为 PASS、FAIL 或 INDETERMINATE。" + self._left_open()[1],
            )
        )
        yield Paragraph(self._say("By hand, with openssl alone:", "亦可仅用 openssl 手工核对："))
        yield Commands(tuple(self._by_hand()))
        yield Paragraph(
            self._say(
                "The QR code on the first page and the first command must give the same digest. The "
                "format of every file "
                "is published with the ledger (docs/formats.md).",
                "首页二维码所载摘要应与第一条命令的结果一致。各文件格式随账本公开（docs/formats.md）。",
            )
        )

    def _left_open(self) -> tuple[str, str]:
        """What verify.py alone cannot conclude of a package that holds a right's entries and statement."""
        if self._of.statement is None or not self._of.entries:
            return "", ""
        english = (
            " That the statement follows from the entries, verify.py leaves open (INDETERMINATE, "
            "STATEMENT_RECOMPUTED); the full verifier computes it again: "
            "ipledger evidence verify PACKAGE.zip --trust TRUST."
        )
        chinese = (
            "状态是否由条目推得，verify.py 不作结论（INDETERMINATE，STATEMENT_RECOMPUTED）；"
            "完整核验程序会重新推算：ipledger evidence verify PACKAGE.zip --trust TRUST。"
        )
        return english, chinese

    def _by_hand(self) -> Iterator[str]:
        yield "openssl dgst -sha256 checkpoint"
        names = {name for name, _ in self._of.files}
        for stamp in self._of.stamps:
            pem = f"tokens/{stamp.name}.pem"
            untrusted = f" -untrusted {pem}" if pem in names else ""
            yield (
                f"openssl ts -verify -data checkpoint -in tokens/{stamp.name}.tsr "
                f"-CAfile TRUST/authorities/ROOT.pem{untrusted}"
            )
            yield f"openssl ts -reply -in tokens/{stamp.name}.tsr -text"

    def _jurisdictions(self) -> Iterator[Block]:
        yield Heading(self._say("7  Notes on jurisdictions", "七、法域说明"))
        yield Paragraph(
            self._say(
                "For orientation only; no opinion on law, and none on what a court will hold.",
                "仅供参考，不构成法律意见，亦不预断法院的认定。",
            )
        )
        yield Bullets(
            (
                self._say(
                    "China: Online Litigation Rules of the people's courts, art. 16 to 19 (integrity "
                    "after, authenticity "
                    "before entry on a chain); Provisions on Internet courts, art. 11; Evidence "
                    "Provisions, art. 93, 94.",
                    "中国：《人民法院在线诉讼规则》第十六条至第十九条（上链后未经篡改与上链前真实性的审查）；"
                    "《关于互联网法院审理案件若干问题的规定》第十一条；《关于民事诉讼证据的若干规定》"
                    "第九十三条、第九十四条。",
                ),
                self._say(
                    "United States: Federal Rules of Evidence 901, 902(13) and 902(14) ask for a "
                    "certificate of a "
                    "qualified person; this report is none.",
                    "美国：《联邦证据规则》第 901 条、第 902(13) 条、第 902(14) 条要求由适格人员出具"
                    "证明；本报告不是此类证明。",
                ),
                self._say(
                    "European Union: eIDAS art. 41 gives presumptions to qualified time-stamps only; "
                    "whether an authority "
                    "was qualified is looked up in the trusted lists.",
                    "欧盟：eIDAS 第 41 条的推定仅及于合格时间戳；机构是否合格，以可信名单为准。",
                ),
            )
        )

    def _entry_no(self, position: int) -> str:
        return self._say(f"entry {position}", f"第 {position} 条")

    def _instant(self, instant: datetime) -> str:
        beijing = instant.astimezone(SHANGHAI).isoformat(" ", "seconds").removesuffix("+08:00")
        utc = format_instant(instant)[:19].replace("T", " ")
        return self._say(f"{utc} UTC ({beijing} Beijing)", f"北京时间 {beijing}（UTC {utc}）")


def _is_from_command(entry: Entry, digest: str) -> bool:
    return entry.source is not None and entry.source.register == PLATFORM and entry.source.digest == digest


def _is_embedded(stamp: Stamp) -> bool:
    return stamp.token.policy == EMBEDDED_POLICY


def _shortened(value: Any) -> str:
    """A field's value for a cell; the disclosure holds it whole."""
    text = value if isinstance(value, str) else canonical.encode(value).decode()
    return text if len(text) <= VALUE_SHOWN else f"{text[:VALUE_SHOWN]}…"


def _listed(positions: Sequence[int]) -> str:
    """Positions for a cell: the first and the last of a long list; the statement holds it whole."""
    if len(positions) <= POSITIONS_SHOWN:
        return ", ".join(map(str, positions))
    shown = ", ".join(map(str, positions[: POSITIONS_SHOWN - 1]))
    return f"{shown}, … {positions[-1]} ({len(positions)})"
