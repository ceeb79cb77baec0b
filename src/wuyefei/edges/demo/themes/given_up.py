"""What is given up: at the old estate a debt written off after its enforcement came to nothing, and paid in part after all; in the first
place one reduced by a judgment; at the offices one whose firm is gone waits for its second person."""

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

from .. import cast
from ..scene import Act, Scene
from .agreements import debtors
from .files import paid_by_bank

OFF, CUT, AGAIN, WAITS = 45, 20, 10, 1
"""Days ago: written off, reduced, taken up again (on the Monday before, when what came in up to Sunday is booked), asked for."""
BILLS, PAID = 6, 4
"""Bills of one payer that are written off, and how many of them are settled after all."""


def plan(scene: Scene, month: Month) -> Iterator[Act]:
    calendar = scene.calendar
    if Role.LEGAL not in scene.crew or scene.place.since is not None:
        return
    again = calendar.today - DAY * AGAIN
    stories: tuple[tuple[dt.date, Callable[[Scene], None]], ...] = ()
    if scene.place.age == "old":
        stories = ((calendar.today - DAY * OFF, _write_off), (again - DAY * again.weekday(), _recover))
    elif scene.place.prefix == cast.GROUP.places[0].prefix:
        stories = ((calendar.today - DAY * CUT, _reduce),)
    elif scene.place.office_per_m2:
        stories = ((calendar.today - DAY * WAITS, _wait),)
    for day, deed in stories:
        if Month.of(day) == month and month > scene.started:
            yield Act(calendar.at(day, 11, 20), partial(deed, scene))


def _bills(scene: Scene, most: int = 1) -> list[Receivable]:
    """The oldest bills of somebody who never pays of himself and owes as many."""
    return next((rows[-most:] for payer, rows in debtors(scene) if payer.habit in "CD" and len(rows) >= most), [])


def _ask(scene: Scene, order: GivingUp, bill: Receivable, *, agreed: bool = True) -> None:
    row = ask_giving_up(bill.pk, order, actor=scene[Role.FINANCE])
    if agreed:
        decide(row.request_id or 0, approved=True, actor=scene[Role.FINANCE_LEAD])


def _write_off(scene: Scene) -> None:
    paper = Paper("终结本次执行裁定书、财产查询结果，存法务卷宗", f"（{clock.today().year}）示执 0231 号", clock.today() - DAY * 12)
    for bill in _bills(scene, BILLS):
        _ask(scene, GivingUp(Way.WRITE_OFF, paper, "法院查无可供执行的财产，裁定终结本次执行", Ground.COURT), bill)


def _recover(scene: Scene) -> None:
    """The payer comes after all and settles the oldest of what was written off."""
    rows = list(GivenUp.objects.filter(community_id=scene.community.pk, way=Way.WRITE_OFF, state="done").select_related("receivable"))
    rows = sorted(rows, key=lambda row: (row.receivable.due_on, row.pk))[:PAID]
    for row in rows:
        take_up_again(row.pk, row.principal_fen, "本人来电，找到工作了，先缴最早几个月的", actor=scene[Role.FINANCE])
    bills = open_bills(scene[Role.FINANCE], clock.today(), receivable_ids=[row.receivable_id for row in rows])
    if bills:
        home = rows[0].receivable
        paid_by_bank(scene, "HX", home.property_id, home.payer_id, bills, sum(bill.total_fen for bill in bills), "核销后收回")


def _reduce(scene: Scene) -> None:
    today = clock.today()
    for bill in _bills(scene):
        paper = Paper("判决书原件、送达回证，存法务卷宗", f"（{today.year}）示民初 0417 号", today - DAY * 9)
        reason = "法院认定保洁、绿化服务有瑕疵，酌减两成"
        _ask(scene, GivingUp(Way.JUDGMENT, paper, reason, principal_fen=bill.outstanding_fen // 5), bill)


def _wait(scene: Scene) -> None:
    for bill in _bills(scene):
        paper = Paper("登记机关注销公告截图、注销核准通知书复印件、邮寄催款函回执", f"示市监注〔{clock.today().year}〕0826 号", clock.today() - DAY * 30)
        _ask(scene, GivingUp(Way.WRITE_OFF, paper, "租户公司已注销，无清算财产，押金已抵完", Ground.WOUND_UP), bill, agreed=False)
