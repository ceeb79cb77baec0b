"""What was said to the owners: calls of the last weeks, planned ones, steps the guard refused, and a billing notice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import suppress
from functools import partial

from wuyefei.foundation.access.rules import Permission, Role
from wuyefei.foundation.kernel.dates import DAY, Month
from wuyefei.foundation.platform import clock, jobs
from wuyefei.money.billing.public import Receivable
from wuyefei.relations.contacts.public import Channel, Draft, Purpose, StepRefused, record, set_wish
from wuyefei.relations.contacts.public import plan as plan_contact
from wuyefei.relations.notices.public import (
    Batch,
    Carrier,
    Message,
    Template,
    decide_version,
    save_carrier,
    save_version,
    start_batch,
    take_receipt,
)

from ..scene import Act, Scene
from .corrections import overdue

BODY = "{称呼}您好，{小区}{房号} {账期} {项目}共 {金额} 元，请于 {到期日} 前缴纳。{企业} {电话}"
LETTER = "{称呼}：\n您在{小区}的{房号}，{账期}的{项目}共 {金额} 元，缴费日为 {到期日}。\n可以到服务中心缴纳，也可以来电（{电话}）询问明细。感谢您的支持。"
DEMAND = "{称呼}：{函号} 号催款函已寄出（邮件号 {邮件号}），涉及 {房号} 物业费用 {金额} 元。有疑问请致电 {电话}。"
CODE = "您的验证码是 {验证码}，五分钟内有效。请勿告诉他人。{企业}"
DEBIT = "{称呼}您好，{房号} 的物业费 {金额} 元银行代扣没有成功：{扣款原因}。{怎么办}。{企业} {电话}"
SMART = "{问候}，{称呼}。{房号} {账期}{项目}共 {金额} 元，{到期日} 前缴。{比上期}{同户型}{社区预告}{企业} {电话}"
REMIND = "{称呼}您好，{房号} {账期}{项目} {金额} 元还没有缴，{到期日} 到期。已缴请忽略。{企业}"
TEXTS = (
    ("bill", "sms", BODY, "", "1001"), ("bill", "letter", LETTER, "缴费通知", ""), ("code", "sms", CODE, "", "1002"), ("demand", "sms", DEMAND, "", "1003"),
    ("debit", "sms", DEBIT, "", "1006"),
    ("smart", "sms", SMART, "", "1004"), ("remind", "sms", REMIND, "", "1005"),
)  # fmt: skip
"""Step, channel, text, title, and the number with the carrier."""
CALLS = (
    ("promised", "答应这个周末来前台缴"), ("no_answer", ""), ("reached", "已说明账单，回去核对"), ("disputes", "说楼道灯坏了半个月没修"),
    ("claims_paid", "说家人已经转账，请他发回单"),
)  # fmt: skip
CALLED, PLANNED, AT_MOST = 12, 4, 150
BOUNCED, SILENT = 0.04, 0.06


def plan(scene: Scene, month: Month) -> Iterator[Act]:
    if month != scene.calendar.month or Role.COLLECTOR not in scene.crew:
        return
    at, today = scene.calendar.at, scene.calendar.today
    for number in range(CALLED):
        yield Act(at(today - DAY * (2 + number), 10 + number % 7, 20), partial(_call, scene, number))
    yield Act(at(today, 11), partial(_ahead, scene))
    yield Act(at(today, 11, 30), partial(_notice, scene), shared=True)


def _owing(scene: Scene) -> list[tuple[int, int]]:
    """Who owes overdue, and for which property, in order."""
    found: dict[int, int] = {}
    for payer_id, property_id in overdue(scene).values_list("payer_id", "property_id"):
        found.setdefault(payer_id, property_id)
    return list(found.items())[:60]


def _call(scene: Scene, number: int) -> None:
    rows = _owing(scene)
    if number < len(rows):
        (payer_id, property_id), (outcome, note) = rows[number], CALLS[number % len(CALLS)]
        draft = Draft(payer_id, Channel.PHONE, Purpose.SERVICE, clock.now(), property_id, note=note)
        record(draft, outcome, actor=scene[Role.COLLECTOR])


def _ahead(scene: Scene) -> None:
    """Calls for tomorrow, two of them at an hour that the guard refuses; somebody wants no calls."""
    rows, tomorrow = _owing(scene), scene.calendar.today + DAY
    for (payer_id, property_id), hour in zip(rows[CALLED : CALLED + PLANNED], (18, 21, 10, 22), strict=False):
        moment = scene.calendar.at(tomorrow, hour, 30)
        with suppress(StepRefused):
            plan_contact(Draft(payer_id, Channel.PHONE, Purpose.REMINDER, moment, property_id), actor=scene[Role.COLLECTOR])
    if rows:
        set_wish(rows[-1][0], "phone", "refused", "来电要求只发短信", actor=scene[Role.COLLECTOR])


def texts(scene: Scene) -> bool:
    """Texts and carriers of the firm, made once by those who may; whether they are there."""
    author, approver, admin = (scene.crew.get(role) for role in (Role.FINANCE, Role.GROUP_MANAGER, Role.ADMINISTRATOR))
    if author is None or approver is None or admin is None:
        return False
    if Permission.NOTICE_SEND not in author.wide or Permission.NOTICE_APPROVE not in approver.wide or Permission.ADMIN not in admin.wide:
        return False
    if Template.objects.filter(organisation_id=author.organisation_id).exists():
        return True
    for step, channel, body, subject, number in TEXTS:
        made = save_version(step, channel, body, subject=subject, carrier_template=number, actor=author)
        decide_version(made.pk, approved=True, actor=approver)
    settings = {"secret_id": "demo", "secret_key": "demo", "app_id": "1400000000", "sign": "演示", "endpoint": "sandbox:"}
    save_carrier("sms", settings, enabled=True, per_second=1000, actor=admin)
    save_carrier("letter", {"return_address": "演示路 1 号"}, enabled=True, actor=admin)
    return True


def _ready(scene: Scene) -> bool:
    """Whether this is the first community of the firm to send a notice today."""
    sent = Batch.objects.filter(organisation_id=scene.community.organisation_id, made_at__gte=scene.calendar.at(scene.calendar.today, 0))
    return texts(scene) and not sent.exists()


def _due(scene: Scene) -> dt.date | None:
    """The latest due date with something open, of not too many households."""
    rows = Receivable.objects.filter(community_id=scene.community.pk, outstanding_fen__gt=0, reversed_at__isnull=True, kind="run")
    for due_on in rows.order_by("-due_on").values_list("due_on", flat=True).distinct()[:6]:
        if rows.filter(due_on=due_on).count() <= AT_MOST:
            return due_on
    return None


def _notice(scene: Scene) -> None:
    """A notice in the first community that has one to send; receipts come in by their own chance."""
    due_on = _due(scene)
    if due_on is None or not _ready(scene):
        return
    batch = start_batch(scene.community.pk, due_on, actor=scene[Role.FINANCE])
    assert batch.job_id is not None
    jobs.run_job(batch.job_id)
    carrier, dice = Carrier.objects.get(organisation_id=batch.organisation_id, channel="sms"), scene.dice("receipts")
    for message in Message.objects.filter(batch=batch, channel="sms", state="sent").order_by("pk"):
        luck = dice.random()
        if luck < BOUNCED:
            take_receipt(carrier, "bounced", key=message.key, reason="空号")
        elif luck >= BOUNCED + SILENT:
            take_receipt(carrier, "delivered", key=message.key)
