"""What the group said to its owners: calls and visits of the last weeks, and a billing notice with its coverage."""

from __future__ import annotations

import datetime as dt
import random

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.kernel.dates import DAY
from wuyefei.foundation.platform import clock, jobs
from wuyefei.money.billing.public import Receivable
from wuyefei.relations.contacts.public import Channel, Draft, Purpose, StepRefused, plan, record, set_wish
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

from .estate import Company, Settled
from .history import at

BODY = "{称呼}您好，{小区}{房号} {账期} {项目}共 {金额} 元，请于 {到期日} 前缴纳。{企业}"
LETTER = "{称呼}：\n您在{小区}的{房号}，{账期}的{项目}共 {金额} 元，缴费日为 {到期日}。\n可以到服务中心缴纳，也可以致电询问明细。感谢您的支持。"
CALLS = (
    ("promised", "答应这个周末来前台缴"), ("no_answer", ""), ("reached", "已说明账单，回去核对"), ("disputes", "说楼道灯坏了半个月没修"),
    ("claims_paid", "说家人已经转账，请他发回单"),
)  # fmt: skip
PER_PLACE = 12
BOUNCED, SILENT = 0.04, 0.06


def talk(company: Company, today: dt.date, dice: random.Random) -> None:
    """Calls in the first two communities; a notice in the one with a bill lately due."""
    collector, manager = company.actors[Role.COLLECTOR], company.actors[Role.GROUP_MANAGER]
    for settled in company.places[:2]:
        _calls(settled, collector, today, dice)
    _texts(company.actors[Role.FINANCE], manager, company.actors[Role.ADMINISTRATOR])
    for settled in company.places:
        if _notice(settled, company.actors[Role.FINANCE], today, dice):
            return


def _calls(settled: Settled, collector: Actor, today: dt.date, dice: random.Random) -> None:
    owing = [row for row in settled.households if row.habit in ("C", "D")][:PER_PLACE]
    for number, household in enumerate(owing):
        outcome, note = CALLS[number % len(CALLS)]
        day = today - DAY * (2 + number)
        with clock.at(at(day, 10 + number % 7, 20)):
            draft = Draft(household.payer.pk, Channel.PHONE, Purpose.SERVICE, clock.now(), household.flat.pk, note=note)
            record(draft, outcome, actor=collector)
    with clock.at(at(today, 9)):
        for number, household in enumerate(owing[:4]):
            hour = (18, 21, 10, 22)[number]
            draft = Draft(household.payer.pk, Channel.PHONE, Purpose.REMINDER, at(today + DAY, hour, 30), household.flat.pk)
            try:
                plan(draft, actor=collector)
            except StepRefused:  # the guard's own page then has something to show
                continue
        if owing:
            set_wish(owing[-1].payer.pk, "phone", "refused", "来电要求只发短信", actor=collector)


def _texts(author: Actor, approver: Actor, administrator: Actor) -> None:
    for channel, body, subject, number in (("sms", BODY, "", "1001"), ("letter", LETTER, "缴费通知", "")):
        made = save_version("bill", channel, body, subject=subject, carrier_template=number, actor=author)
        decide_version(made.pk, approved=True, actor=approver)
    settings = {"secret_id": "demo", "secret_key": "demo", "app_id": "1400000000", "sign": "演示", "endpoint": "sandbox:"}
    save_carrier("sms", settings, enabled=True, per_second=1000, actor=administrator)
    save_carrier("letter", {"return_address": "演示路 1 号"}, enabled=True, actor=administrator)


def _notice(settled: Settled, finance: Actor, today: dt.date, dice: random.Random) -> bool:
    """A notice for the latest due date with something open, sent this morning; its receipts came in by their own chance."""
    rows = Receivable.objects.filter(community_id=settled.community.pk, outstanding_fen__gt=0, reversed_at__isnull=True, kind="run")
    due_on = rows.order_by("-due_on").values_list("due_on", flat=True).first()
    if due_on is None:
        return False
    with clock.at(at(today, 9, 30)):
        batch = start_batch(settled.community.pk, due_on, actor=finance)
        assert batch.job_id is not None
        jobs.run_job(batch.job_id)
        _receipts(batch, dice)
    return True


def _receipts(batch: Batch, dice: random.Random) -> None:
    carrier = Carrier.objects.get(organisation_id=batch.organisation_id, channel="sms")
    for message in Message.objects.filter(batch=batch, channel="sms", state="sent").order_by("pk"):
        luck = dice.random()
        if luck < BOUNCED:
            take_receipt(carrier, "bounced", key=message.key, reason="空号")
        elif luck >= BOUNCED + SILENT:
            take_receipt(carrier, "delivered", key=message.key)
