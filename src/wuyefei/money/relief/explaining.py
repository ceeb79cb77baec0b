"""What the second person reads about money of a fund and about an aid."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.money.concessions.public import SEAT_NAMES, Seat

from .models import Aid, Money
from .queries import balance_of, opinions, words_of
from .rules.aid import How

Words = list[tuple[str, str]]


def _yuan(fen: int) -> str:
    return _("%(sum)s 元") % {"sum": yuan_text(fen)}


def money_address(request: Request) -> str:
    return reverse("relief:fund", args=[Money.objects.values_list("fund_id", flat=True).get(pk=request.subject_id)])


def describe_money(request: Request) -> Words:
    """Whose fund, how it came, on what paper."""
    row = Money.objects.select_related("fund__community").get(pk=request.subject_id)
    return [
        (_("基金"), f"{row.fund.community.name} {row.fund.name}"),
        (_("方式"), str(row.get_way_display())),
        *([(_("来源"), str(row.get_giver_display()))] if row.giver else []),
        (_("金额"), _yuan(row.amount_fen)),
        (_("凭据"), row.paper or "—"),
        (_("基金余额"), _yuan(balance_of(row.fund_id))),
    ]


def aid_address(request: Request) -> str:
    return reverse("relief:aid", args=[request.subject_id])


def describe_aid(request: Request) -> Words:
    """What leaves the fund, for whom, what the owners will read; on a household also what the other two have said."""
    row = Aid.objects.select_related("fund__community", "property", "payer").get(pk=request.subject_id)
    words = [
        (_("基金"), f"{row.fund.community.name} {row.fund.name}"),
        (_("基金余额"), _yuan(balance_of(row.fund_id))),
        (_("金额"), _yuan(row.total_fen)),
        (_("账单"), _("%(bills)s 笔，%(homes)s 户") % {"bills": row.bills.count(), "homes": row.households}),
    ]
    if row.property and row.payer:
        words += [(_("房屋"), row.property.code), (_("缴费人"), row.payer.name)]
    else:
        words.append((_("办法"), f"{row.get_how_display()} {yuan_text(row.asked_fen)}"))
    words.append((_("业主看到"), words_of(row.fund)))
    if row.how == How.HOUSEHOLD:
        said = opinions(row)
        for seat in (Seat.PROJECT, Seat.SERVICE):
            one = said.get(seat)
            words.append((_(SEAT_NAMES[seat]), _("还没有评估") if one is None else f"{_('同意') if one.agreed else _('不同意')} {one.person.name}"))
    return words
