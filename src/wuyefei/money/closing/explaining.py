"""What the second person reads about a closing."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.kernel.errors import spoken
from wuyefei.foundation.kernel.money import yuan_text

from .models import Closing
from .queries import NAMES
from .rules import Key


def address(request: Request) -> str:
    row = Closing.objects.get(pk=request.subject_id)
    return reverse("closing:month", args=[row.community_id, str(Month.of(row.month))])


def describe(request: Request) -> list[tuple[str, str]]:
    """The month, and what is carried over with it."""
    row = Closing.objects.select_related("community").get(pk=request.subject_id)
    words = [(_("小区"), row.community.name), (_("月份"), str(Month.of(row.month)))]
    if row.act == Closing.Act.REOPEN:
        return [*words, (_("之后"), _("这个月可以再入账；改完要重新结账"))]
    words.append((_("之后"), _("%(day)s 及以前不能再入账") % {"day": Month.of(row.month).last}))
    for key, count, fen, _weight in row.findings:
        if count:
            sum_ = "" if fen is None else _("，%(sum)s 元") % {"sum": yuan_text(fen)}
            words.append((spoken(NAMES[Key(key)]), _("%(count)s 项带着结转") % {"count": count} + sum_))
    return words
