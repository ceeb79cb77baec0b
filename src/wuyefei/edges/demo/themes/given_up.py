"""What is given up: at the old estate a debt written off and paid in part after all, another reduced by a judgment; at the offices
one whose firm is gone waits for its second person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from functools import partial

from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.kernel.dates import DAY, Month
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import Receivable, open_bills
from wuyefei.money.concessions.public import (
    GivenUp,
    GivingUp,
    Ground,
    Paper,
    Way,
    ask_giving_up,
    take_up_again,
)

from ..scene import Act, Scene
from .agreements import debtors
from .files import paid_by_bank

OFF, CUT, AGAIN, WAITS = 45, 20, 10, 1
"""Days ago: written off, reduced, taken up again (on the Monday before, when what came in up to Sunday is booked), asked for."""


def plan(scene: Scene, month: Month) -> Iterator[Act]:
    calendar = scene.calendar
    if Role.LEGAL not in scene.crew or scene.place.since is not None:
        return
    again = calendar.today - DAY * AGAIN
    stories: tuple[tuple[dt.date, Callable[[Scene], None]], ...] = ()
    if scene.place.age == "old":
        stories = ((calendar.today - DAY * OFF, _write_off), (calendar.today - DAY * CUT, _reduce), (again - DAY * again.weekday(), _recover))
    elif scene.place.office_per_m2:
        stories = ((calendar.today - DAY * WAITS, _wait),)
    for day, deed in stories:
        if Month.of(day) == month and month > scene.started:
            yield Act(calendar.at(day, 11, 20), partial(deed, scene))


def _bill(scene: Scene) -> Receivable | None:
    """The oldest bill of somebody who never pays of himself, and to whom nothing was given up yet."""
    known = set(GivenUp.objects.filter(community_id=scene.community.pk).values_list("receivable__payer_id", flat=True))
    return next((rows[-1] for payer, rows in debtors(scene) if payer.habit in "CD" and payer.person_id not in known), None)


def _ask(scene: Scene, order: GivingUp, bill: Receivable, *, agreed: bool = True) -> None:
    row = ask_giving_up(bill.pk, order, actor=scene[Role.FINANCE])
    if agreed:
        decide(row.request_id or 0, approved=True, actor=scene[Role.FINANCE_LEAD])


def _write_off(scene: Scene) -> None:
    bill = _bill(scene)
    if bill is not None:
        evidence = "死亡证明复印件、遗产清单、继承人放弃继承的书面声明，存财务档案 2 号柜"
        reason = "户主去世，房屋抵押给银行正在处置，遗产不足清偿，继承人放弃继承"
        _ask(scene, GivingUp(Way.WRITE_OFF, Paper(evidence), reason, Ground.ESTATE), bill)


def _recover(scene: Scene) -> None:
    """A relative comes after all and pays three fifths of what was written off."""
    row = GivenUp.objects.filter(community_id=scene.community.pk, way=Way.WRITE_OFF, state="done").select_related("receivable").first()
    if row is None:
        return
    fen = max(1, row.principal_fen * 3 // 5)
    take_up_again(row.pk, fen, "女儿来电，愿意先替父亲缴清大部分", actor=scene[Role.FINANCE])
    bills = open_bills(scene[Role.FINANCE], clock.today(), receivable_ids=[row.receivable_id])
    if bills:
        paid_by_bank(scene, "HX", row.receivable.property_id, row.receivable.payer_id, bills, fen, "核销后收回")


def _reduce(scene: Scene) -> None:
    bill, today = _bill(scene), clock.today()
    if bill is not None and bill.outstanding_fen >= 100:
        paper = Paper("判决书原件、送达回证，存法务卷宗", f"（{today.year}）示民初 0417 号", today - DAY * 9)
        reason = "法院认定保洁、绿化服务有瑕疵，酌减两成"
        _ask(scene, GivingUp(Way.JUDGMENT, paper, reason, principal_fen=bill.outstanding_fen // 5), bill)


def _wait(scene: Scene) -> None:
    bill = _bill(scene)
    if bill is not None:
        paper = Paper("登记机关注销公告截图、注销核准通知书复印件、邮寄催款函回执", f"示市监注〔{clock.today().year}〕0826 号", clock.today() - DAY * 30)
        _ask(scene, GivingUp(Way.WRITE_OFF, paper, "租户公司已注销，无清算财产，押金已抵完", Ground.WOUND_UP), bill, agreed=False)
