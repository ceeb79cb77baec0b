"""The alerts as a workbook: one sheet of alerts, one of the deeds they rest on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.platform.exports import Fen, Sheet

from .models import Alert
from .queries import alerts
from .rules import SIGN_NAMES, Sign

MOST = 5_000


def exportable(actor: Actor, *, closed: bool | None = None) -> QuerySet[Alert]:
    """The alerts that the actor may take away, the latest first; ``closed``: only the closed ones, or only the others."""
    rows = alerts(actor).filter(community_id__in=actor.communities(Permission.EXPORT)).order_by("-pk")
    return rows if closed is None else rows.filter(closed_at__isnull=not closed)


def signs_of(row: Alert) -> str:
    return "、".join(_(SIGN_NAMES[Sign(one["sign"])]) for one in row.signs) or _("几种迹象合起来")


def sheets_of(rows: Iterable[Alert]) -> list[Sheet]:
    found = list(rows)[:MOST]
    head = [_("涉及"), _("小区"), _("哪一周"), _("迹象"), _("偏离度"), _("状态"), _("期限"), _("查到什么"), _("处理人"), _("处理时间")]
    told = [
        [row.concerns.name, row.community.name, row.week, signs_of(row), row.score, str(row.get_verdict_display()) if row.closed_at else _("待处理"),
         row.due_at, row.finding, row.closed_by.name if row.closed_by else "", row.closed_at]
        for row in found
    ]  # fmt: skip
    deeds = [
        [row.concerns.name, row.week, dt.datetime.fromisoformat(one["at"]).astimezone(CHINA), _(SIGN_NAMES[Sign(one["sign"])]), one["text"], Fen(one["fen"])]
        for row in found for one in row.evidence
    ]  # fmt: skip
    return [Sheet(_("警报"), head, told), Sheet(_("依据"), [_("涉及"), _("哪一周"), _("什么时候"), _("迹象"), _("单据"), _("金额（元）")], deeds)]
