"""The bank file of refunds 付款文件: what finance hands to the bank for refunds that go by transfer (product row D5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.contrib import messages
from django.db import transaction
from django.db.models import Max, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from wuyefei.estate.people.public import Person, reveal
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.gate import StaffRequest, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound, Phrase
from wuyefei.foundation.platform import audit, clock
from wuyefei.foundation.platform.exports import Cell, Fen, Sheet, workbook_response
from wuyefei.foundation.platform.models import AuditEntry

from ..models import Refund
from ..queries import refunds

MOST = 500
FILED = "refund.bank_file"
NEEDED = (Permission.CHANNEL_WORK, Permission.EXPORT, Permission.PERSON_REVEAL)


class TooMany(DomainError):
    code = "bank_file_too_long"
    message = "待转账的退款有 {count} 笔，一份付款文件最多 {most} 笔；请先登记已经付出的。"


def to_transfer(actor: Actor) -> QuerySet[Refund]:
    """The approved refunds by transfer that wait for the bank, where the actor pays refunds out and may see account numbers."""
    places = frozenset.intersection(*(frozenset(actor.communities(one)) for one in NEEDED))
    return refunds(actor).filter(state=Refund.State.APPROVED, method=Refund.Method.TRANSFER, community_id__in=places)


def filed(found: Sequence[Refund]) -> dict[int, dt.date]:
    """The refunds that were in a payment file before, with the day of the last."""
    rows = AuditEntry.objects.filter(subject_type="refund", subject_id__in=[row.pk for row in found], action=FILED)
    return {pk: at.astimezone(CHINA).date() for pk, at in rows.values_list("subject_id").annotate(Max("at")).order_by()}


def payee(refund: Refund) -> Person:
    """To whom a refund goes: whoever holds the deposit, else who paid."""
    if refund.deposit is not None:
        return refund.deposit.holder
    about = refund.payment or refund.order
    assert about is not None
    return about.payer


@require_POST
@needs(Permission.CHANNEL_WORK)
def bank_file(request: StaffRequest) -> HttpResponse:
    """The workbook: payee, account, sum and purpose. Each account that is shown is noted as read."""
    actor = request.actor
    try:
        sheet, count, missing, before = _sheet(actor)
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        messages.error(request, error.text)
        return redirect("channels:refunds")
    if not count:
        messages.info(request, _("没有等转账的退款"))
        return redirect("channels:refunds")
    if before:
        messages.warning(request, _("文件里有 %(count)s 笔以前导出过，最后一列写了哪天；交银行以前请核对，不要付两次") % {"count": before})
    if missing:
        messages.warning(request, _("%(count)s 笔没有登记收款账号，文件里留空，请先到业主档案补上") % {"count": missing})
    return workbook_response([sheet], f"{_('退款付款文件')}-{clock.today()}.xlsx")


@transaction.atomic
def _sheet(actor: Actor) -> tuple[Sheet, int, int, int]:
    """The rows, how many there are, of how many no account is known, and how many were in a file before: the last column says
    on which day, for what is in two files may be paid twice. Raises ``TooMany``."""
    rows = to_transfer(actor).select_related("community", "payment__property", "payment__payer", "order__property", "order__payer", "deposit__holder")
    found = list(rows.order_by("pk")[: MOST + 1])
    if len(found) > MOST:
        raise TooMany(count=rows.count(), most=MOST)
    lines: list[list[Cell | Fen]] = []
    before = filed(found)
    for row in found:
        about, person = row.payment or row.order, payee(row)
        assert about is not None
        account = "" if person.erased_at else reveal(person.pk, "bank", str(Phrase("退款付款 {number}", number=row.number)), actor=actor)
        lines.append([person.name, account, Fen(row.amount_fen), f"{_('退款')} {row.number}", row.community.name, about.property.code, before.get(row.pk)])
    audit.record_each(actor, FILED, found)
    head = [_("收款人"), _("收款账号"), _("金额（元）"), _("用途"), _("项目"), _("房屋"), _("上次导出")]
    return Sheet(_("付款文件"), head, lines), len(lines), sum(not line[1] for line in lines), len(before)
