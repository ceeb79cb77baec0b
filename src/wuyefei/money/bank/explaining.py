"""What the pages and the second person read about a line."""

from __future__ import annotations

from django.db.models import Count, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.money import yuan_text

from .actions.claiming import RETURN_KIND
from .models import BankLine, PaidOver, SlipLine
from .rules.matching import Doubt, Reason


def reason_name(reason: Reason) -> str:
    return {
        Reason.ACCOUNT: _("付款账号是登记的账号"), Reason.HABIT: _("这个账号以前替这户付过"), Reason.ROOM: _("摘要写了房号"),
        Reason.NAME: _("付款户名相同"), Reason.MEMO_NAME: _("摘要写了姓名"), Reason.AMOUNT: _("金额与未缴相符"),
    }[reason]  # fmt: skip


def doubt_text(doubt: str) -> str:
    """Why a line was not booked by itself."""
    if not doubt:
        return _("没有找到可能的付款人")
    return {
        Doubt.WEAK: _("依据不足"), Doubt.CLOSE: _("有不止一户可能"), Doubt.OTHER: _("房号和付款人各指一户"),
        Doubt.SURPLUS: _("比这户的未缴多，也没写预缴"), Doubt.CHANGED: _("像是以前导入过的一笔，内容不同"),
        Doubt.REFUSED: _("能认出付款人，但入账被拒"),
    }[Doubt(doubt)]  # fmt: skip


def address(request: Request) -> str:
    return reverse("bank:line", args=[request.subject_id])


def describe(request: Request) -> list[tuple[str, str]]:
    line = BankLine.objects.select_related("community", "statement").get(pk=request.subject_id)
    words = [
        (_("小区"), line.community.name),
        (_("流水"), _("%(day)s，%(file)s 第 %(row)s 行") % {"day": line.value_date, "file": line.statement.name, "row": line.number}),
        (_("付款人"), f"{line.payer_name} {'****' + line.payer_tail if line.payer_tail else ''}".strip() or "—"),
        (_("摘要"), line.memo or "—"),
        (_("金额"), _("%(sum)s 元") % {"sum": yuan_text(line.amount_fen)}),
    ]
    if request.kind == RETURN_KIND and request.payload["amount_fen"] != line.amount_fen:
        words.append((_("退回余款"), _("%(sum)s 元") % {"sum": yuan_text(request.payload["amount_fen"])}))
    if line.returned_fen:
        words.append((_("已退回付款人"), _("%(sum)s 元") % {"sum": yuan_text(line.returned_fen)}))
    stands = line.bookings.filter(payment__voided_at__isnull=True)
    for booking in stands.filter(payment__community_id=line.community_id).select_related("payment__property", "payment__payer"):
        paid = booking.payment
        words.append((_("已入账给"), f"{paid.property.code} {paid.payer.name} {yuan_text(paid.amount_fen)}"))
    others = stands.exclude(payment__community_id=line.community_id).values("payment__community__name").annotate(count=Count("pk"), fen=Sum("payment__amount_fen"))
    for row in others.order_by("payment__community__name"):
        facts = {"place": row["payment__community__name"], "count": row["count"], "sum": yuan_text(row["fen"])}
        words.append((_("已入账给"), _("%(place)s %(count)s 户 %(sum)s 元") % facts))
    for over in PaidOver.objects.filter(line=line, undone_at__isnull=True).select_related("owing"):
        words.append((_("划来的项目"), over.owing.name))
    for shown in SlipLine.objects.filter(line=line, undone_at__isnull=True).select_related("slip"):
        words.append((_("缴款单"), f"{shown.slip.number} {yuan_text(shown.slip.amount_fen)}"))
    return words
