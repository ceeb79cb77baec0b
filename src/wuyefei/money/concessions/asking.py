"""What the second person reads about a plan."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from wuyefei.estate.properties.public import Property
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.money import yuan_text

from .giving_up import words_of
from .models import GivenUp, Measure, Plan, YearBill
from .queries import opinions, parts_of
from .rules.plans import SEAT_NAMES, Seat

Words = list[tuple[str, str]]


def plan_address(request: Request) -> str:
    return reverse("concessions:plan", args=[request.subject_id])


def describe_plan(request: Request) -> Words:
    """The plan in figures; of a payer in difficulty also what the other two have said."""
    plan = Plan.objects.select_related("property", "payer").prefetch_related("parts").get(pk=request.subject_id)
    parts = parts_of(plan)
    words = [
        (_("房屋"), plan.property.code),
        (_("缴费人"), plan.payer.name),
        (_("本金"), _("%(sum)s 元") % {"sum": yuan_text(plan.total_fen)}),
        (_("期数"), _("%(count)s 期，每期约 %(sum)s 元") % {"count": plan.months, "sum": yuan_text(parts[0].amount_fen)}),
        (_("首期到期"), str(parts[0].due_on)),
        (_("末期到期"), str(parts[-1].due_on)),
    ]
    if plan.basis == Plan.Basis.HARDSHIP:
        words.append((_("违约金减免"), _("按期付清后减免 %(percent)s%%") % {"percent": plan.relief_percent}))
        said = opinions(plan)
        for seat in (Seat.PROJECT, Seat.SERVICE):
            row = said.get(seat)
            words.append((_(SEAT_NAMES[seat]), _("还没有评估") if row is None else f"{_('同意') if row.agreed else _('不同意')} {row.person.name}"))
    return words


def year_address(request: Request) -> str:
    return reverse("concessions:year", args=[request.subject_id])


def describe_year(request: Request) -> Words:
    """The year in figures: what it costs by list, what is taken off, and until when it has to be paid."""
    row = YearBill.objects.select_related("property", "payer", "item").get(pk=request.subject_id)
    return [
        (_("房屋"), row.property.code),
        (_("缴费人"), row.payer.name),
        (_("项目"), row.item.name),
        (_("服务期"), f"{row.starts_on} – {row.ends_on}"),
        (_("原价"), _("%(sum)s 元") % {"sum": yuan_text(row.list_fen)}),
        (_("优惠"), f"{row.percent}%，{yuan_text(row.off_fen)}"),
        (_("应付"), _("%(sum)s 元") % {"sum": yuan_text(row.list_fen - row.off_fen)}),
        (_("付清期限"), str(row.deadline)),
    ]


def measure_address(request: Request) -> str:
    return reverse("concessions:measure", args=[request.subject_id])


def describe_measure(request: Request) -> Words:
    """The policy in words: where, for whom, what."""
    row = Measure.objects.get(pk=request.subject_id)
    names = list(row.places.order_by("community__sort_key").values_list("community__name", flat=True))
    kinds = dict(Property.Kind.choices)
    return [
        (_("名称"), row.name),
        (_("依据"), row.basis),
        (_("小区"), _("%(count)s 个：%(names)s") % {"count": len(names), "names": "、".join(names[:8])}),
        (_("房屋类型"), "、".join(str(kinds[kind]) for kind in row.kinds) or _("全部")),
        (_("起止"), f"{row.starts_on} – {row.ends_on}"),
        (_("减免"), f"{row.percent}%"),
        (_("缓缴"), _("%(count)s 个月，不计违约金") % {"count": row.deferral_months} if row.deferral_months else _("没有")),
    ]


def given_up_address(request: Request) -> str:
    return reverse("concessions:given_up", args=[request.subject_id])


def describe_given_up(request: Request) -> Words:
    """What is given up, on what ground, proved by what, and what the owner will read."""
    row = GivenUp.objects.select_related("receivable__property", "receivable__payer", "receivable__item").get(pk=request.subject_id)
    bill = row.receivable
    return [
        (_("房屋"), bill.property.code),
        (_("缴费人"), bill.payer.name),
        (_("账单"), f"{bill.item.name} {bill.service_from} – {bill.service_to}"),
        (_("方式"), row.get_way_display()),
        *([(_("依据"), row.get_ground_display())] if row.ground else []),
        (_("本金"), _("%(sum)s 元") % {"sum": yuan_text(row.principal_fen)}),
        (_("违约金"), _("%(sum)s 元") % {"sum": yuan_text(row.late_fee_fen)}),
        *([(_("文书"), f"{row.paper} {row.paper_on}")] if row.paper else []),
        (_("证据"), row.evidence),
        (_("业主看到"), words_of(row)),
    ]
