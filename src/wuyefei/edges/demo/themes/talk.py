"""What the firm says to its owners in the last weeks: calls with their outcomes, plans, and a billing notice with its
coverage. Only where somebody does such work; the firm's texts and carriers are set up by the first place that needs them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial

from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.kernel.dates import DAY, Month
from wuyefei.foundation.platform import clock, jobs
from wuyefei.money.billing.public import Receivable
from wuyefei.relations.contacts.public import Channel, Draft, Purpose, StepRefused, record, set_wish
from wuyefei.relations.contacts.public import plan as plan_contact
from wuyefei.relations.notices.public import (
    Batch,
    Carrier,
    Message,
    decide_version,
    save_carrier,
    save_version,
    start_batch,
    take_receipt,
)

from ..habits import Payer
from ..scene import Act, Scene

BODY = "{称呼}您好，{小区}{房号} {账期} {项目}共 {金额} 元，请于 {到期日} 前缴纳。{企业}"
LETTER = "{称呼}：\n您在{小区}的{房号}，{账期}的{项目}共 {金额} 元，缴费日为 {到期日}。\n可以到服务中心缴纳，也可以致电询问明细。感谢您的支持。"
CALLS = (
    ("promised", "答应这个周末来前台缴"), ("no_answer", ""), ("reached", "已说明账单，回去核对"), ("disputes", "说楼道灯坏了半个月没修"),
    ("claims_paid", "说家人已经转账，请他发回单"),
)  # fmt: skip
MOST_CALLS = 12
PLANNED_HOURS = (18, 21, 10, 22)
"""Two of them lie in the quiet hours: the guard's own page then has something to show."""
BOUNCED, SILENT = 0.04, 0.06


def plan(scene: Scene, month: Month) -> Iterator[Act]:
    if month != scene.calendar.month or not {Role.COLLECTOR, Role.ADMINISTRATOR, Role.GROUP_MANAGER} <= set(scene.crew):
        return
    today = scene.calendar.today
    slow = [payer for payer in scene.payers() if payer.habit in "CD"][:MOST_CALLS]
    for number, payer in enumerate(slow):
        moment = scene.calendar.at(today - DAY * (2 + number), 10 + number % 7, 20)
        yield Act(moment, partial(_call, scene, payer, *CALLS[number % len(CALLS)]))
    morning = scene.calendar.at(today, 9)
    for hour, payer in zip(PLANNED_HOURS, slow, strict=False):
        yield Act(morning, partial(_plan, scene, payer, today + DAY, hour))
    if slow:
        yield Act(morning, partial(set_wish, slow[-1].person_id, "phone", "refused", "来电要求只发短信", actor=scene[Role.COLLECTOR]))
    yield Act(scene.calendar.at(today, 9, 30), partial(_notice, scene))


def _call(scene: Scene, payer: Payer, outcome: str, note: str) -> None:
    draft = Draft(payer.person_id, Channel.PHONE, Purpose.SERVICE, clock.now(), payer.home_id, note=note)
    record(draft, outcome, actor=scene[Role.COLLECTOR])


def _plan(scene: Scene, payer: Payer, day: date, hour: int) -> None:
    draft = Draft(payer.person_id, Channel.PHONE, Purpose.REMINDER, scene.calendar.at(day, hour, 30), payer.home_id)
    try:
        plan_contact(draft, actor=scene[Role.COLLECTOR])
    except StepRefused:
        return


def _texts(scene: Scene) -> None:
    for channel, body, subject, number in (("sms", BODY, "", "1001"), ("letter", LETTER, "缴费通知", "")):
        made = save_version("bill", channel, body, subject=subject, carrier_template=number, actor=scene[Role.FINANCE])
        decide_version(made.pk, approved=True, actor=scene[Role.GROUP_MANAGER])
    settings = {"secret_id": "demo", "secret_key": "demo", "app_id": "1400000000", "sign": "演示", "endpoint": "sandbox:"}
    save_carrier("sms", settings, enabled=True, per_second=1000, actor=scene[Role.ADMINISTRATOR])
    save_carrier("letter", {"return_address": "演示路 1 号"}, enabled=True, actor=scene[Role.ADMINISTRATOR])


def _notice(scene: Scene) -> None:
    """A notice for the latest due date with something open, sent this morning; its receipts came in by their own chance."""
    rows = Receivable.objects.filter(community_id=scene.community.pk, outstanding_fen__gt=0, reversed_at__isnull=True, kind="run")
    due_on = rows.order_by("-due_on").values_list("due_on", flat=True).first()
    if due_on is None:
        return
    if not Carrier.objects.filter(organisation_id=scene.community.organisation_id).exists():
        _texts(scene)
    batch = start_batch(scene.community.pk, due_on, actor=scene[Role.FINANCE])
    assert batch.job_id is not None
    jobs.run_job(batch.job_id)
    _receipts(scene, batch)


def _receipts(scene: Scene, batch: Batch) -> None:
    dice = scene.dice("receipts", batch.due_on)
    carrier = Carrier.objects.get(organisation_id=batch.organisation_id, channel="sms")
    for message in Message.objects.filter(batch=batch, channel="sms", state="sent").order_by("pk"):
        luck = dice.random()
        if luck < BOUNCED:
            take_receipt(carrier, "bounced", key=message.key, reason="空号")
        elif luck >= BOUNCED + SILENT:
            take_receipt(carrier, "delivered", key=message.key)
