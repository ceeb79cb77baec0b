"""What was laid out in a matter and what became of it, as it stands in papers."""

from __future__ import annotations

import datetime as dt

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.money.billing.public import OpenBill

from ..models import Cost, Matter
from ..queries.costs import awards_of, charged_fen, sums_by_matter
from .blocks import Block, facts, h, p, table


def cost_blocks(matter: Matter, on: dt.date, actor: Actor) -> list[Block]:
    """Every move that stands by ``on``, and the sums. Nothing where nothing was laid out."""
    known = Cost.objects.filter(matter=matter, on__lte=on)
    gone = set(known.filter(reverses__isnull=False).values_list("reverses_id", flat=True))
    rows = list(known.filter(reverses__isnull=True).exclude(pk__in=gone).order_by("on", "pk"))
    charged = charged_fen([row.receivable_id for row in rows if row.receivable_id])
    lines = [
        [str(row.on), str(row.get_fee_display()), str(row.get_move_display()), row.party, row.paper, yuan_text(charged[row.receivable_id] if row.receivable_id else row.amount_fen)]
        for row in rows
    ]  # fmt: skip
    if not lines:
        return []
    sums = sums_by_matter(known)[matter.pk]
    return [
        table(["日期", "费用", "处理", "单位", "凭据", "金额（元）"], lines, right=[5], widths=[2, 3, 3, 3, 3, 2]),
        facts(("垫付", yuan_text(sums.paid_fen)), ("法院退费", yuan_text(sums.refunded_fen)), ("判由对方负担", yuan_text(sums.awarded_fen)), ("还在垫付", yuan_text(sums.waiting_fen))),
    ]  # fmt: skip


def costs_in_sums(matter: Matter, on: dt.date, actor: Actor) -> list[Block]:
    """The costs in a calculation sheet, with the order in which what comes in is settled."""
    found = cost_blocks(matter, on, actor)
    if not found:
        return []
    words = "收到的款项按《民法典》第五百六十一条依次偿还：实现债权的费用、违约金（利息）、本金；迟延履行期间的加倍部分债务利息，在生效法律文书确定的金钱债务还清以后偿还。"
    return [h("诉讼费用"), *found, p(words)]


def split(matter: Matter, bills: list[OpenBill]) -> tuple[list[OpenBill], int]:
    """The debts themselves, and what is open of costs that were laid on the payer."""
    costs = set(awards_of([matter.pk]).get(matter.pk, []))
    return [bill for bill in bills if bill.id not in costs], sum(bill.total_fen for bill in bills if bill.id in costs)
