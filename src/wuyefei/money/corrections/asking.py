"""What the second person reads about a correction."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from wuyefei.estate.tariffs.public import price_words
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.money import yuan_text

from .models import Correction


def address(request: Request) -> str:
    return reverse("corrections:correction", args=[request.subject_id])


def describe(request: Request) -> list[tuple[str, str]]:
    row = Correction.objects.select_related("tariff", "community").get(pk=request.subject_id)
    return [
        (_("小区"), row.community.name),
        (_("收费标准"), row.tariff.name),
        (_("价格"), price_words(row.tariff.method, row.per_unit, row.fixed, row.terms) or _("免收")),
        (_("生效日期"), str(row.effective_from)),
        (_("更正的账单"), _("%(count)s 笔") % {"count": row.line_count}),
        (_("补收"), _("%(sum)s 元") % {"sum": yuan_text(row.up_fen)}),
        (_("退减"), _("%(sum)s 元") % {"sum": yuan_text(-row.down_fen)}),
        (_("结果"), _("每笔账单在未结账的月份记一笔调整；多付的转为缴费人的预存")),
        *([(_("撤销"), _("这个价格收回，不再用于任何一天；更正过的账单逐笔恢复原来的金额"))] if row.undoes_id else []),
    ]
