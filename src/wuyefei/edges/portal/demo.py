"""Owners of the demo company whose phone pages are worth a look: one who owes, one who has paid everything;
those who had a notice and have asked something before others."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from wuyefei.estate.people.public import reveal
from wuyefei.foundation import environment
from wuyefei.foundation.access.actor import SYSTEM, service_actor
from wuyefei.money.billing.public import Receivable
from wuyefei.relations.notices.public import Target
from wuyefei.relations.service.public import Ticket

PURPOSE = "演示登录"


@dataclass(frozen=True, slots=True)
class DemoOwner:
    mobile: str
    words: str


def demo_owners() -> list[DemoOwner]:
    """Empty outside demo mode, where no number is ever printed."""
    if not environment.demo_mode():
        return []
    asked = Ticket.objects.filter(person_id=OuterRef("payer_id"), closed_at__isnull=True)
    told = Target.objects.filter(person_id=OuterRef("payer_id"))
    rows = (
        Receivable.objects.filter(reversed_at__isnull=True, payer__kind="individual")
        .exclude(payer__mobile_mark="")
        .values("payer_id", "organisation_id")
        .annotate(open=Count("pk", filter=Q(outstanding_fen__gt=0)), whole=Count("pk"), asked=Exists(asked), told=Exists(told))
    )
    owing = rows.filter(open__gte=1, open__lte=5).order_by("-asked", "-told", "-open", "payer_id").first()
    clear = rows.filter(open=0).order_by("-asked", "-whole", "payer_id").first()
    return [
        DemoOwner(reveal(row["payer_id"], "mobile", PURPOSE, actor=service_actor(row["organisation_id"], SYSTEM)), words)
        for row, words in ((owing, noop("有几笔待缴")), (clear, noop("都缴清了")))
        if row is not None
    ]


def lines() -> list[str]:
    """What ``demo`` prints below the sign-ins of the staff."""
    found = demo_owners()
    return ["", _("业主手机页 /h5/：用这些手机号登录，验证码会显示在页面上")] + [f"  {one.mobile} {_(one.words)}" for one in found] if found else []
