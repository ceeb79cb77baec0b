"""The register of what is held about people and why, and how each kind of fact about one person is read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from wuyefei.estate.occupancy.public import ties_of_person
from wuyefei.estate.people.public import Person
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.platform.exports import Cell, Fen
from wuyefei.foundation.platform.models import PersonalDataRead
from wuyefei.money.billing.public import receivables
from wuyefei.money.invoices.public import invoices
from wuyefei.money.payments.public import payments
from wuyefei.relations.accounts.public import wechat_identities
from wuyefei.relations.contacts.public import contacts
from wuyefei.relations.notices.public import habits, messages, reminders
from wuyefei.relations.service.public import tickets

from .models import Consent

Row = Sequence[Cell | Fen]

CONTRACT = "履行物业服务合同所必需（个人信息保护法第十三条第二项）"
DUTY = "履行法定义务所必需（个人信息保护法第十三条第三项）"
AGREED = "取得个人同意（个人信息保护法第十三条第一项）"


@dataclass(frozen=True)
class Holding:
    """One kind of fact. ``name``, ``purpose``, ``ground``, ``kept`` and ``head`` are Chinese, translated where shown;
    ``read`` gives the rows about one person; whoever
    lacks ``permission`` would not get all of them."""

    key: str
    name: str
    purpose: str
    ground: str
    kept: str
    head: tuple[str, ...]
    read: Callable[[Actor, Person], Iterable[Row]]
    permission: Permission
    sensitive: bool = False


_known: dict[str, Holding] = {}


def register_holding(holding: Holding) -> None:
    """Called in ``AppConfig.ready`` by a room that keeps facts about people."""
    _known[holding.key] = holding


def holdings() -> list[Holding]:
    return list(_known.values())


def _moment(at: dt.datetime | None) -> dt.datetime | None:
    return at.astimezone(CHINA).replace(tzinfo=None) if at else None


def _ties(actor: Actor, person: Person) -> Iterable[Row]:
    for tie in ties_of_person(actor, person.pk):
        yield tie.property.code, str(tie.get_role_display()), tie.starts_on, tie.ends_on


def _bills(actor: Actor, person: Person) -> Iterable[Row]:
    rows = receivables(actor).filter(payer_id=person.pk).select_related("property", "item").order_by("service_from", "pk")
    for row in rows:
        yield (
            row.property.code, row.item.name, row.service_from, row.service_to, row.due_on, Fen(row.amount_fen), Fen(row.outstanding_fen),
        )  # fmt: skip


def _paid(actor: Actor, person: Person) -> Iterable[Row]:
    for row in payments(actor).filter(payer_id=person.pk).select_related("property").order_by("pk"):
        yield row.value_date, row.property.code, str(row.get_kind_display()), Fen(row.amount_fen)


def _invoices(actor: Actor, person: Person) -> Iterable[Row]:
    for row in invoices(actor).filter(payer_id=person.pk).order_by("pk"):
        yield row.invoice_date, row.invoice_number, row.buyer_name, row.buyer_tax_number, row.email, Fen(row.amount_fen)


def _contacts(actor: Actor, person: Person) -> Iterable[Row]:
    for row in contacts(actor).filter(person_id=person.pk).order_by("at", "pk"):
        yield _moment(row.at), str(row.get_channel_display()), str(row.get_purpose_display()), str(row.get_outcome_display()), row.note


def _messages(actor: Actor, person: Person) -> Iterable[Row]:
    for row in messages(actor).filter(person_id=person.pk).order_by("pk"):
        yield _moment(row.sent_at), str(row.get_channel_display()), str(row.get_state_display())


def _habits(actor: Actor, person: Person) -> Iterable[Row]:
    for row in habits(actor).filter(person_id=person.pk):
        yield str(row.get_pattern_display()), row.seen, row.day or None, row.hour if row.hour >= 0 else None, _moment(row.reckoned_at)


def _reminders(actor: Actor, person: Person) -> Iterable[Row]:
    for row in reminders(actor).filter(person_id=person.pk).order_by("pk"):
        yield _moment(row.made_at), str(row.get_channel_display()), str(row.get_cause_display()), Fen(row.amount_fen)


def _tickets(actor: Actor, person: Person) -> Iterable[Row]:
    for row in tickets(actor).filter(person_id=person.pk).order_by("pk"):
        yield _moment(row.made_at), str(row.get_kind_display()), str(row.get_state_display()), row.text


def _consents(actor: Actor, person: Person) -> Iterable[Row]:
    rows = Consent.objects.filter(organisation_id=actor.organisation_id, person_id=person.pk).order_by("pk")
    for row in rows:
        yield _moment(row.made_at), str(row.get_use_display()), "同意" if row.given else "撤回或不同意", row.how


def _reads(actor: Actor, person: Person) -> Iterable[Row]:
    rows = PersonalDataRead.objects.filter(
        organisation_id=actor.organisation_id, subject_type="person", subject_id=person.pk
    ).order_by("pk")
    for row in rows:
        yield _moment(row.at), row.reader_name, row.field, row.purpose


def _nothing(actor: Actor, person: Person) -> Iterable[Row]:
    """Written by the export itself: the numbers are opened there, and that is noted."""
    return ()


def _wechat(actor: Actor, person: Person) -> Iterable[Row]:
    for row in wechat_identities(actor, person.pk):
        yield _moment(row.made_at), str(row.get_purpose_display())


_P = Permission
RETAINED = "最后一项关系结束后，到保存期满删除"
BOOKS = "账簿与凭证长期保存；删除姓名与号码后不再指向个人"


def register_own() -> None:
    """What the rooms below hold; in the order of the register."""
    for holding in (
        Holding("person", "姓名与号码", "识别缴费人，送达账单与通知", CONTRACT, RETAINED, ("项目", "内容"), _nothing, _P.PERSON_REVEAL, sensitive=True),
        Holding("tie", "与房屋的关系", "确定由谁缴费", CONTRACT, RETAINED, ("房号", "关系", "从", "到"), _ties, _P.ESTATE_VIEW),
        Holding(
            "bill", "账单", "收取物业费", CONTRACT, BOOKS, ("房号", "收费项目", "服务从", "服务到", "到期日", "金额", "未缴"), _bills, _P.BILLING_VIEW
        ),
        Holding("payment", "缴费", "记账与开具收据", DUTY, BOOKS, ("收款日", "房号", "方式", "金额"), _paid, _P.PAYMENT_VIEW),
        Holding(
            "invoice", "发票与抬头", "按申请开具发票", DUTY, BOOKS, ("开票日期", "发票号码", "抬头", "税号", "电子邮箱", "金额"), _invoices, _P.PAYMENT_VIEW
        ),
        Holding("contact", "联系记录", "依法催缴并留下证据", CONTRACT, RETAINED, ("时间", "方式", "目的", "结果", "内容"), _contacts, _P.CONTACT_VIEW),
        Holding("message", "通知", "送达账单与通知", CONTRACT, RETAINED, ("时间", "方式", "状态"), _messages, _P.NOTICE_VIEW),
        Holding("reminder", "到期提醒", "按本人同意的时机提醒缴费", CONTRACT, RETAINED, ("时间", "方式", "原因", "金额"), _reminders, _P.NOTICE_VIEW),
        Holding("habit", "缴费习惯", "选合适的通知时间", CONTRACT, RETAINED, ("习惯", "看过的次数", "日", "时", "更新"), _habits, _P.NOTICE_VIEW),
        Holding("ticket", "异议与工单", "答复业主", CONTRACT, RETAINED, ("时间", "种类", "状态", "内容"), _tickets, _P.SERVICE_HANDLE),
        Holding("wechat", "微信标识", "在微信内支付", CONTRACT, "退出登录即删除，最长 30 天", ("时间", "用途"), _wechat, _P.PERSON_REVEAL),
        Holding("consent", "同意记录", "证明已取得同意", DUTY, BOOKS, ("时间", "用途", "意见", "依据"), _consents, _P.PRIVACY_MANAGE),
        Holding("read", "号码查看记录", "查明谁看过个人信息", DUTY, BOOKS, ("时间", "查看人", "字段", "用途"), _reads, _P.PRIVACY_MANAGE),
    ):
        register_holding(holding)
