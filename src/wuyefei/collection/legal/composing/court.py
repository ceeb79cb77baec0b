"""Court papers: the claim with its computation, the list of evidence, the payment order, mediation and enforcement."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import OpenBill
from wuyefei.relations.contacts.public import (
    Channel,
    Purpose,
    Recipient,
    Refused,
    StepRefused,
    Wanted,
    check,
    gather,
    work_calendar,
)
from wuyefei.relations.contacts.public import Step as Towards

from ..models import Matter, Paper
from ..queries.matters import Past, bills_of, past_of
from ..rules.eligibility import demand_over
from ..rules.road import NotAsked, NothingLeft, NotJudged
from .blocks import (
    IDENTITY,
    MOBILE,
    NAME,
    Block,
    bill_table,
    creditor,
    day,
    facts,
    h,
    line,
    p,
    paper,
    part,
    sign,
    table,
)
from .costs import costs_in_sums, split
from .letters import contracts_of
from .pack import sections_of, sums_blocks


def _bills(matter: Matter, on: dt.date, actor: Actor) -> list[OpenBill]:
    bills = list(bills_of(actor, matter, on).values())
    if not bills:
        raise NothingLeft()
    return bills


def _parties(matter: Matter, ours: str, theirs: str) -> list[Block]:
    return [
        h("当事人"), facts((ours, creditor(matter)), ("住所、法定代表人", "见营业执照复印件")),
        facts((theirs, NAME), ("证件号码", IDENTITY), ("联系电话", MOBILE), ("住址", f"{matter.community.name} {matter.property.code}")),
    ]  # fmt: skip


def _story(matter: Matter, bills: list[OpenBill], on: dt.date, past: Past) -> list[Block]:
    """Facts and reasons, each of them from the books or the log."""
    named = "、".join(f"《{row.title}》（{row.number}）" for row in contracts_of(matter)) or "物业服务关系"
    principal, late = sum(bill.outstanding_fen for bill in bills), sum(bill.late_fee_fen for bill in bills)
    found = [p(f"依据{named}，我方为{matter.community.name}提供物业服务，对方是 {matter.property.code} 的缴费人。截至{day(on)}，对方有 {len(bills)} 笔到期账单未付清，本金 {yuan_text(principal)} 元" + (f"，违约金 {yuan_text(late)} 元。" if late else "。"))]
    for letter in past.letters:
        if letter.delivered_on:
            found.append(p(f"我方于{day(letter.delivered_on)}向对方送达第 {letter.number} 号催款函（邮件号 {letter.tracking}），催告期满后对方仍未付清。"))
    for event in past.events:
        if event.kind in ("failed", "breached"):
            found.append(p(f"{day(event.on)}，{event.get_kind_display()}。"))
    return found


def _claim_lines(bills: list[OpenBill], on: dt.date, who: str) -> list[Block]:
    principal, late = sum(bill.outstanding_fen for bill in bills), sum(bill.late_fee_fen for bill in bills)
    lines = [p(f"一、判令{who}支付物业费用本金 {yuan_text(principal)} 元；")]
    if late:
        lines.append(p(f"二、判令{who}支付违约金，暂计至{day(on)}为 {yuan_text(late)} 元，以后按合同约定计算至付清之日；"))
    return [*lines, p(f"{'三' if late else '二'}、本案诉讼费用由{who}承担。")]


def claim(matter: Matter, on: dt.date, actor: Actor) -> dict[str, Any]:
    bills, past = _bills(matter, on, actor), past_of(matter)
    return paper(matter, "民事起诉状", matter.number, [
        part("民事起诉状", *_parties(matter, "原告", "被告"), h("诉讼请求"), *_claim_lines(bills, on, "被告"), h("事实与理由"), *_story(matter, bills, on, past),
             p("依照《中华人民共和国民法典》第九百四十四条的规定提起诉讼，请依法判决。"), line("此致"), line(_court(past)), sign(f"具状人：{creditor(matter)}", day(on))),
        part("欠费计算表", bill_table(bills, on), *sums_blocks(matter, on, actor)),
    ])  # fmt: skip


def _court(past: Past) -> str:
    event = past.last("file", "order", "enforce")
    return str(event.facts.get("court")) if event and event.facts.get("court") else "＿＿＿＿人民法院"


def evidence(matter: Matter, on: dt.date, actor: Actor) -> dict[str, Any]:
    """The list of evidence: what each part of the pack proves."""
    rows = [(f"{number}", one["title"], one["proves"]) for number, one in enumerate(sections_of(matter, on, actor), 1)]
    return paper(matter, "证据目录", matter.number, [part("证据目录", facts(("案件", matter.number), ("提交人", creditor(matter)), ("日期", day(on))), table(["序号", "证据", "证明内容"], rows, widths=[0, 2, 4]), sign(creditor(matter), day(on)))])


def sums(matter: Matter, on: dt.date, actor: Actor) -> dict[str, Any]:
    bills = _bills(matter, on, actor)
    return paper(matter, "欠费计算表", matter.number, [part("欠费计算表", facts(("案件", matter.number), ("计算到", day(on))), bill_table(bills, on), *sums_blocks(matter, on, actor), *costs_in_sums(matter, on, actor))])


def order(matter: Matter, on: dt.date, actor: Actor) -> dict[str, Any]:
    bills, past = _bills(matter, on, actor), past_of(matter)
    total = sum(bill.total_fen for bill in bills)
    return paper(matter, "支付令申请书", matter.number, [
        part("支付令申请书", *_parties(matter, "申请人", "被申请人"), h("请求事项"), p(f"请求向被申请人发出支付令，督促其支付 {yuan_text(total)} 元（计算到{day(on)}）。"),
             h("事实与理由"), *_story(matter, bills, on, past), p("双方没有其他债务纠纷，支付令能够送达被申请人。依照《中华人民共和国民事诉讼法》关于督促程序的规定提出申请。"),
             line("此致"), line(_court(past)), sign(f"申请人：{creditor(matter)}", day(on))),
        part("欠费计算表", bill_table(bills, on), *sums_blocks(matter, on, actor)),
    ])  # fmt: skip


def mediation(matter: Matter, on: dt.date, actor: Actor) -> dict[str, Any]:
    bills = _bills(matter, on, actor)
    total = sum(bill.total_fen for bill in bills)
    return paper(matter, "调解申请书", matter.number, [
        part("调解申请书", *_parties(matter, "申请人", "被申请人"), h("申请事项"), p(f"申请就 {yuan_text(total)} 元物业费用（计算到{day(on)}）的支付组织调解，可以商量分期。"),
             h("事实与理由"), *_story(matter, bills, on, past_of(matter)), bill_table(bills, on), sign(f"申请人：{creditor(matter)}", day(on))),
    ])  # fmt: skip


def enforce(matter: Matter, on: dt.date, actor: Actor) -> dict[str, Any]:
    bills, past = _bills(matter, on, actor), past_of(matter)
    judged = past.last("judged")
    if judged is None:
        raise NotJudged()
    debts, costs_fen = split(matter, bills)
    text = f"{judged.facts['number']} 号法律文书已于{day(judged.on)}生效，判令支付 {yuan_text(judged.facts['awarded_fen'])} 元。被申请人没有履行完毕，账面尚欠 {yuan_text(sum(bill.total_fen for bill in debts))} 元" + (f"，另有判由其负担的诉讼费用 {yuan_text(costs_fen)} 元。" if costs_fen else "。")
    return paper(matter, "强制执行申请书", matter.number, [
        part("强制执行申请书", *_parties(matter, "申请执行人", "被执行人"), h("申请事项"), p("请求强制执行生效法律文书确定的未履行部分。"), h("事实与理由"), p(text),
             p("依照《中华人民共和国民事诉讼法》第二百五十条的规定，在二年期间内提出申请。"), line("此致"), line(_court(past)), sign(f"申请人：{creditor(matter)}", day(on))),
    ])  # fmt: skip


def preserve(matter: Matter, on: dt.date, actor: Actor) -> dict[str, Any]:
    """The application to preserve property, for the sum that was asked for, with what was found out about it."""
    bills, past = _bills(matter, on, actor), past_of(matter)
    asked, known = past.last("preserve"), past.last("assets")
    if asked is None:
        raise NotAsked()
    found = str(known.facts.get("note")) if known else "＿＿＿＿"
    return paper(matter, "财产保全申请书", matter.number, [
        part("财产保全申请书", *_parties(matter, "申请人", "被申请人"), h("请求事项"),
             p(f"请求对被申请人价值 {yuan_text(asked.facts['amount_fen'])} 元的财产采取查封、冻结等保全措施。"),
             h("事实与理由"), *_story(matter, bills, on, past), p(f"已知的财产：{found}。不采取保全，生效文书可能难以执行。"),
             p(f"担保：{asked.facts['security']}。依照《中华人民共和国民事诉讼法》关于保全的规定提出申请。"),
             line("此致"), line(str(asked.facts["court"])), sign(f"申请人：{creditor(matter)}", day(on))),
    ])  # fmt: skip


def urging(matter: Matter, on: dt.date, actor: Actor) -> dict[str, Any]:
    """The owners' committee's own letter of urging, for it to sign: one household, its sum, a last date. The committee is told of
    a debt only where a joint case stands on record; else the guard refuses."""
    bills = _bills(matter, on, actor)
    now = clock.now()
    facts_now = gather(matter.organisation_id, [Wanted(matter.person_id, tuple(bill.id for bill in bills))], now)[matter.person_id]
    verdict = check(Towards(Channel.LETTER, Purpose.BILL, now, Recipient.COMMITTEE), now=now, facts=replace(facts_now, past=()))
    if isinstance(verdict, Refused):
        raise StepRefused(verdict)
    last = demand_over(on, work_calendar(matter.organisation_id))
    return paper(matter, "督促函", matter.number, [
        part("督促函", line(f"{NAME}："), p(f"截至{day(on)}，{matter.community.name} {matter.property.code} 有 {len(bills)} 笔物业费用到期未交，本金 {yuan_text(sum(bill.outstanding_fen for bill in bills))} 元。"),
             bill_table(bills, on), p(f"依照《物业管理条例》第六十四条，业主委员会督促您在{day(last)}前交纳。对服务或者金额有意见的，请告诉业主委员会，我们与物业企业一起答复。"),
             p("本函只送达您本人。"), sign(f"{matter.community.name}业主委员会（盖章）", day(on))),
    ])  # fmt: skip


COURT_PAPERS: dict[str, Callable[[Matter, dt.date, Actor], dict[str, Any]]] = {
    Paper.Kind.CLAIM: claim, Paper.Kind.EVIDENCE: evidence, Paper.Kind.SUMS: sums, Paper.Kind.ORDER: order, Paper.Kind.MEDIATION: mediation,
    Paper.Kind.ENFORCE: enforce, Paper.Kind.PRESERVE: preserve, Paper.Kind.URGING: urging,
}  # fmt: skip
