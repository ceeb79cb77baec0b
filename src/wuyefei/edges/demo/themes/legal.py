"""The legal road of a few households: letters, a mediation that is agreed, a case in court, an enforcement, letters just made."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial

from wuyefei.collection.legal.public import (
    Claim,
    CostOrder,
    Fee,
    Letter,
    Matter,
    Move,
    NotEligible,
    Road,
    Step,
    act,
    arrived,
    ask_cost,
    award,
    followed,
    households,
    make_batch,
    make_paper,
    post,
    settle,
    tell,
)
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.kernel.dates import DAY, Month
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import Receivable, open_bills
from wuyefei.relations.contacts.public import StepRefused
from wuyefei.relations.notices.public import missing_for

from ..scene import Act, Scene

FIRST, LATER = 3, 4
COURT = "临江市临江区人民法院"


def plan(scene: Scene, month: Month) -> Iterator[Act]:
    if Role.LEGAL not in scene.crew:
        return
    for back, hour, deed in STORY:
        day = scene.calendar.today - DAY * back
        if Month.of(day) == month and month > scene.started:
            yield Act(scene.calendar.at(day, hour, 5), partial(deed, scene))


def _matters(scene: Scene, *steps: Step) -> list[Matter]:
    """The place's matters in those steps, the oldest first; what has been paid is closed on the way."""
    rows = Matter.objects.filter(community_id=scene.community.pk, closed_on__isnull=True).order_by("pk")
    for row in rows:
        settle(row.pk)
    return list(rows.filter(step__in=[step.value for step in steps]))


def _do(scene: Scene, matter: Matter, code: str, **facts: object) -> None:
    given = {"on": str(clock.today()), **{name: str(value) for name, value in facts.items()}}
    with suppress(NotEligible):  # a bill may be in dispute by now: legal then waits
        act(matter.pk, code, given, actor=scene[Role.LEGAL])


def _letters(scene: Scene, most: int) -> None:
    found = households(scene[Role.LEGAL], scene.community.pk, Road.LETTER, clock.today())[:most]
    if found:
        make_batch([[bill.id for bill in one.bills] for one in found], actor=scene[Role.LEGAL])


def _post(scene: Scene, most: int, *, told: bool = False) -> None:
    """``told``: the household is told by text as well."""
    rows = Letter.objects.filter(community_id=scene.community.pk, posted_on__isnull=True, void_on__isnull=True, matter__closed_on__isnull=True).order_by("pk")
    for row in rows[:most]:
        bills = Receivable.objects.filter(pk__in=row.receivable_ids)
        if sum(bills.values_list("outstanding_fen", flat=True)) == row.principal_fen:
            with suppress(StepRefused):  # the refusal is on record, the letter stays unposted
                post(row.pk, f"EX9{row.pk:08d}CN", actor=scene[Role.LEGAL])
                if told and not missing_for(row.organisation_id, "demand"):
                    tell(row.pk, actor=scene[Role.LEGAL])


def _arrive(scene: Scene, most: int) -> None:
    waiting = Letter.objects.filter(community_id=scene.community.pk, posted_on__isnull=False, delivered_on__isnull=True, returned_on__isnull=True)
    for row in waiting.order_by("pk")[:most]:
        arrived(row.pk, clock.today(), "本人签收，邮政回执", actor=scene[Role.LEGAL])


def _follow(scene: Scene) -> None:
    for row in Letter.objects.filter(community_id=scene.community.pk, delivered_on__isnull=False, followed_on__isnull=True):
        followed(row.pk, actor=scene[Role.LEGAL])


def _mediate(scene: Scene) -> None:
    for row in _matters(scene, Step.DEMAND)[:1]:
        _do(scene, row, "mediate", body="street", note="街道调解室")


def _sue(scene: Scene) -> None:
    for row in _matters(scene, Step.DEMAND)[:2]:
        _do(scene, row, "early", ground="assets", note="房屋已挂牌出售")
        _do(scene, row, "assets", source="registry", expected_fen="4000", note="名下房产一处", mortgage="银行抵押", seizure="无")
        _do(scene, row, "file", court=COURT, track="small", fee_fen="25")
        _costs(scene, row, Move.PAID, Fee.COURT, 2500, "案件受理费通知")


def _costs(scene: Scene, row: Matter, move: Move, fee: Fee, fen: int, paper: str) -> None:
    """Money goes out and a second person agrees."""
    manager = scene.crew.get(Role.PROJECT_MANAGER, scene.crew.get(Role.GROUP_MANAGER))
    party = "临江明理律师事务所" if fee is Fee.LAWYER else COURT
    if manager is not None:
        asked = ask_cost(row.pk, CostOrder(move, fee, fen, clock.today(), party, f"{paper} {row.pk} 号"), actor=scene[Role.LEGAL])
        decide(asked.pk, approved=True, actor=manager)


def _accepted(scene: Scene) -> None:
    for row in _matters(scene, Step.COURT):
        _do(scene, row, "accepted", number=f"（{clock.today().year}）示民初 {row.pk} 号")


def _agreed(scene: Scene) -> None:
    for row in _matters(scene, Step.MEDIATION)[:1]:
        ids = Claim.objects.filter(matter=row).values_list("receivable_id", flat=True)
        owed = sum(bill.total_fen for bill in open_bills(scene[Role.LEGAL], clock.today(), receivable_ids=list(ids)))
        _do(scene, row, "agreed", agreed_fen=yuan_text(owed), last_on=clock.today() + dt.timedelta(days=150), times="5", note="分五期付清，当天付第一期")


def _judged(scene: Scene) -> None:
    for row in _matters(scene, Step.COURT)[1:2]:
        _do(scene, row, "judged", number=f"（{clock.today().year}）示民初 {row.pk} 号", perform_by=clock.today() + dt.timedelta(days=10), awarded_fen="3000")
        row.refresh_from_db()
        if row.step == Step.JUDGED:
            _costs(scene, row, Move.PAID, Fee.NOTICE, 30000, "公告费发票")
            _costs(scene, row, Move.EXPENSED, Fee.LAWYER, 150000, "律师费发票")
            award(row.pk, CostOrder(Move.AWARDED, Fee.COURT, 32500, clock.today(), COURT, "判决书主文第三项"), actor=scene[Role.LEGAL])


def _enforce(scene: Scene) -> None:
    for row in _matters(scene, Step.JUDGED):
        _do(scene, row, "enforce", court=COURT)
    for row in _matters(scene, Step.ENFORCEMENT):
        _do(scene, row, "measure", measure="freeze", note="冻结银行账户")
        if row.person.kind == row.person.Kind.INDIVIDUAL:
            _do(scene, row, "declare", way="share", court=COURT, declared_fen="3325", due_on=clock.today() + dt.timedelta(days=20))


def _hearing(scene: Scene) -> None:
    for row in _matters(scene, Step.COURT):
        _do(scene, row, "hearing", on=clock.today() + dt.timedelta(days=15))
        make_paper(row.pk, "pack", actor=scene[Role.LEGAL])


STORY: tuple[tuple[int, int, Callable[[Scene], object]], ...] = (
    (75, 10, partial(_letters, most=FIRST)), (74, 10, partial(_post, most=FIRST)), (71, 15, partial(_arrive, most=FIRST)), (67, 10, _follow),
    (46, 10, _mediate), (44, 14, _sue), (40, 10, _accepted), (33, 10, _agreed), (20, 15, _judged), (9, 10, partial(_letters, most=LATER)),
    (8, 10, partial(_post, most=2, told=True)), (5, 15, partial(_arrive, most=1)), (4, 10, _enforce), (3, 10, _hearing), (0, 3, _matters),
)  # fmt: skip
"""Days back from today, the hour, and what is done."""
