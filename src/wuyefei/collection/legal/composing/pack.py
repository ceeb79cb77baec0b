"""The evidence pack 证据材料: sections from every room that has something to show, with an index and a digest of each."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from wuyefei.collection.followup.public import files_of
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.money.billing.public import explanation, late_fee_of
from wuyefei.money.payments.public import Allocation
from wuyefei.relations.contacts.public import contacts

from ..models import Matter
from ..queries.matters import claims_of, clock_for, found_of, past_of
from .blocks import Block, creditor, day, facts, h, paper, part, table
from .costs import cost_blocks
from .inspections import inspection_blocks
from .letters import contracts_of
from .service import service_blocks

Load = Callable[[Matter, dt.date, Actor], list[Block]]



@dataclass(frozen=True, slots=True)
class Section:
    """``proves``: what the part is evidence of; ``load`` answers blocks, none where there is nothing to show. Blocks may hold
    facts only: no moment of making, no personal number."""

    key: str
    title: str
    proves: str
    load: Load
    order: int = 100


_sections: dict[str, Section] = {}


def register_section(section: Section) -> None:
    """For rooms above and beside, in ``AppConfig.ready``; the same key again replaces it."""
    _sections[section.key] = section


def sections_of(matter: Matter, on: dt.date, actor: Actor) -> list[dict[str, Any]]:
    """The sections that have something to show, in order."""
    found = []
    for section in sorted(_sections.values(), key=lambda one: (one.order, one.key)):
        blocks = section.load(matter, on, actor)
        if blocks:
            made = part(section.title, *blocks)
            digest = hashlib.sha256(json.dumps(made, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()
            found.append(made | {"proves": section.proves, "digest": digest})
    return found


def pack_data(matter: Matter, on: dt.date, *, actor: Actor) -> dict[str, Any]:
    cover = [
        facts(("案件", matter.number), ("提交人", creditor(matter)), ("房屋", f"{matter.community.name} {matter.property.code}"), ("计算到", day(on))),
        {"k": "line", "t": "每一部分的 SHA-256 按其内容的规范 JSON 计算，事实不变，重新生成的值也不变。"},
    ]
    return paper(matter, "证据材料", matter.number, sections_of(matter, on, actor), cover=cover, index=True)


def sums_blocks(matter: Matter, on: dt.date, actor: Actor) -> list[Block]:
    """How each bill and its late fee came about."""
    found: list[Block] = []
    for claim in claims_of(matter):
        row = claim.receivable
        told = explanation(row)
        found.append(h(f"{row.property.code} {row.item.name} {row.service_from} 至 {row.service_to}"))
        if told.pieces:
            lines = [[f"{one.span.first} 至 {one.span.last}", one.formula, one.share or "整月", yuan_text(one.amount_fen)] for one in told.pieces]
            found.append(table(["期间", "算式", "折算", "金额（元）"], lines, right=[3], widths=[3, 4, 2, 2]))
        else:
            found.append(facts(("期初或者一次性应收", yuan_text(row.amount_fen)), ("说明", row.memo or "—")))
        late = late_fee_of(row, on)
        if late is not None and late.stretches:
            lines = [[f"{one.span.first} 至 {one.span.last}", yuan_text(one.principal_fen), str(one.days), "停计" if one.held else one.yuan_text] for one in late.stretches]
            note = f"每日 {late.rate}" + (f"，不超过 {late.cap}（{yuan_text(late.cap_fen)} 元）" if late.cap_fen is not None else "")
            found += [facts(("违约金", note), ("计至", str(on)), ("应付", yuan_text(late.standing.payable_fen) + " 元")), table(["期间", "本金（元）", "天数", "违约金（元）"], lines, right=[1, 2, 3], widths=[3, 2, 1, 2])]
    return found


def contract_blocks(matter: Matter, on: dt.date, actor: Actor) -> list[Block]:
    return [
        facts(
            ("合同", f"{row.title}（{row.number}）"), ("期限", f"{row.starts_on} 起" + (f"至 {row.ends_on}" if row.ends_on else "")),
            ("收费条款", row.fee_clause or "—"), ("违约金条款", row.late_fee_clause or "无"), ("争议解决", str(row.get_dispute_path_display())),
        )
        for row in contracts_of(matter)
    ]  # fmt: skip


def notice_blocks(matter: Matter, on: dt.date, actor: Actor) -> list[Block]:
    """The demand letters with their delivery."""
    rows = [
        [one.number, str(one.made_on), yuan_text(one.principal_fen + one.late_fee_fen), one.tracking or "—", str(one.posted_on or "—"), str(one.delivered_on or (f"{one.returned_on} 退回" if one.returned_on else "—")), one.proof or "—", one.paper.digest[:16]]
        for one in past_of(matter).letters
    ]  # fmt: skip
    return [table(["编号", "日期", "金额（元）", "邮件号", "交寄", "送达", "凭证", "摘要"], rows, right=[2], widths=[3, 2, 2, 3, 2, 2, 3, 3])] if rows else []


def log_blocks(matter: Matter, on: dt.date, actor: Actor) -> list[Block]:
    """Calls, messages, letters and visits to the payer, the oldest first."""
    rows = contacts(actor).filter(person_id=matter.person_id, state="done", at__date__lte=on).order_by("at", "pk")
    lines = [
        [f"{row.at.astimezone(CHINA):%Y-%m-%d %H:%M}", str(row.get_channel_display()), str(row.get_purpose_display()), str(row.get_outcome_display()), row.note or "—"]
        for row in rows.iterator(chunk_size=2000)
    ]
    found = [table(["时间", "方式", "目的", "结果", "说明"], lines, widths=[3, 1, 2, 2, 5])] if lines else []
    kept = [
        [f"{one.at.astimezone(CHINA):%Y-%m-%d %H:%M}", one.kind, f"{one.content_type}，{one.size} 字节", one.sha256[:32], one.sha256[32:]]
        for one in files_of(actor, matter.person_id, on)
    ]
    if kept:
        found += [h("联系时的照片、语音和签名（SHA-256 分两段；到期删除的原件只留指纹）"), table(["联系时间", "种类", "格式与大小", "SHA-256", "（续）"], kept, widths=[3, 1, 3, 4, 4])]
    return found


def ledger_blocks(matter: Matter, on: dt.date, actor: Actor) -> list[Block]:
    """What the books hold of the claims: charged, settled, left."""
    claims = claims_of(matter)
    ids = [claim.receivable_id for claim in claims]
    rows = [[str(claim.due_on), f"{claim.receivable.property.code} {claim.receivable.item.name} {claim.receivable.service_from:%Y-%m}", yuan_text(claim.receivable.amount_fen), yuan_text(claim.receivable.outstanding_fen)] for claim in claims]
    found = [h("应收"), table(["到期日", "账单", "应收（元）", "未付本金（元）"], rows, right=[2, 3], widths=[2, 5, 2, 2])]
    paid = Allocation.objects.filter(receivable_id__in=ids, value_date__lte=on).select_related("receivable__item", "receivable__property").order_by("value_date", "pk")
    lines = [[str(one.value_date), f"{one.receivable.property.code} {one.receivable.item.name} {one.receivable.service_from:%Y-%m}", str(one.get_part_display()), yuan_text(one.amount_fen)] for one in paid]
    if lines:
        found += [h("收款核销"), table(["日期", "账单", "核销", "金额（元）"], lines, right=[3], widths=[2, 5, 2, 2])]
    return found


def limitation_blocks(matter: Matter, on: dt.date, actor: Actor) -> list[Block]:
    """The clock of each claim, line by line."""
    claims = claims_of(matter)
    known = found_of([claim.receivable_id for claim in claims])
    found: list[Block] = []
    for claim in claims:
        clock = clock_for(known, claim.receivable_id, claim.due_on)
        lines = [[str(one.on), one.words, one.source or "—", str(one.last_on or "不计算")] for one in clock.lines]
        found += [h(f"{claim.receivable.property.code} {claim.receivable.item.name} {claim.receivable.service_from:%Y-%m}"), table(["日期", "事由", "凭据", "期间届满"], lines, widths=[2, 4, 3, 2])]
    return found


def register_own() -> None:
    for number, (key, title, proves, load) in enumerate((
        ("contract", "物业服务合同", "双方的权利义务、收费标准和违约金约定", contract_blocks),
        ("sums", "账单与计算", "每笔物业费和违约金怎么得来", sums_blocks),
        ("notices", "催告与送达", "已经书面催告并且送达", notice_blocks),
        ("log", "联系记录", "催缴的经过", log_blocks),
        ("service", "服务记录", "按合同提供了服务，对方提出的都有答复", service_blocks),
        ("inspections", "巡检记录", "欠费期间对本楼和公共部位做了巡检，发现的问题有处理", inspection_blocks),
        ("ledger", "账簿摘录", "应收、已付和欠付", ledger_blocks),
        ("costs", "诉讼费用", "为实现债权支出的费用和法院的退费", cost_blocks),
        ("limitation", "诉讼时效计算", "请求没有超过诉讼时效", limitation_blocks),
    ), 1):  # fmt: skip
        register_section(Section(key, title, proves, load, number * 10))
