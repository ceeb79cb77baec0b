"""What the second person reads about a new price."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from wuyefei.estate.tariffs.public import price_words
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.money import yuan_text

from .models import Proposal
from .queries import lines_now, overtaken
from .wording import before_words


def address(request: Request) -> str:
    return reverse("pricing:proposal", args=[request.subject_id])


def describe(request: Request) -> list[tuple[str, str]]:
    row = Proposal.objects.select_related("tariff", "community").get(pk=request.subject_id)
    late, lines = overtaken(row), lines_now(row)
    return [
        (_("小区"), row.community.name),
        (_("收费标准"), row.tariff.name),
        (_("原价格"), before_words(row)),
        (_("新价格"), price_words(row.tariff.method, row.per_unit, row.fixed, row.terms) or _("免收")),
        (_("生效日期"), str(row.effective_from)),
        (_("涉及"), _("%(homes)s 套房屋，%(lines)s 条计费行") % {"homes": row.property_count, "lines": row.line_count}),
        (_("每月合计"), _("%(before)s → %(after)s 元") % {"before": yuan_text(row.before_fen), "after": yuan_text(row.after_fen)}),
        *([(_("注意"), _("提出以后合同有变化，现在是 %(lines)s 条计费行，打开看现在的金额") % {"lines": lines})] if lines is not None else []),
        *([(_("注意"), _("等待期间已出账到 %(day)s，不能通过，请退回改为补录") % {"day": late})] if late else []),
    ]
