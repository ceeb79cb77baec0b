"""What ``verify`` proves of decisions (product row D8)."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet

from wuyefei.foundation.access.models import RoleGrant
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.kernel.errors import Phrase
from wuyefei.foundation.kernel.money import yuan
from wuyefei.foundation.shell.verify import Examined, Finding, Yielded, register_check

from .models import Decision, Request
from .rules import roles_for, stood_in, within


def _decisions(organisation_id: int) -> QuerySet[Decision]:
    rows = Decision.objects.filter(request__organisation_id=organisation_id)
    return rows.select_related("request", "delegation").order_by("pk")


def limits(organisation_id: int) -> Iterator[Yielded]:
    """No decision was made over the limit of the right it was made with; each is of the request's maker, and ended it."""
    for row in _decisions(organisation_id).iterator(chunk_size=2000):
        yield Examined(1)
        if not within(row.request.amount_fen, row.cap_fen):
            what = Phrase("复核 {amount}，超出当时的额度 {cap}", amount=yuan(abs(row.request.amount_fen or 0)), cap=yuan(row.cap_fen or 0))
            yield Finding("approvals.limits", "approvals_decision", row.pk, what)
        ended = Request.State.APPROVED if row.approved else Request.State.REJECTED
        if row.request.state != ended or row.request.maker_id != row.maker_id:
            yield Finding("approvals.limits", "approvals_decision", row.pk, "申请的状态或申请人与复核不一致")


def delegations(organisation_id: int) -> Iterator[Yielded]:
    """Each decision in a colleague's place was made by the one it was lent to, in the days and the place it was lent for, and by a
    right that the giver had."""
    grants: dict[int, list[RoleGrant]] = {}
    for grant in RoleGrant.objects.filter(organisation_id=organisation_id):
        grants.setdefault(grant.user_id, []).append(grant)
    for row in _decisions(organisation_id).filter(delegation__isnull=False):
        yield Examined(1)
        lent, on = row.delegation, row.at.astimezone(CHINA).date()
        assert lent is not None
        parties = (lent.taker_id, lent.giver_id) == (row.person_id, row.behalf_id)
        place = lent.community_id in (None, row.request.community_id)
        if not (parties and place and stood_in(on, row.at, lent.starts_on, lent.ends_on, lent.withdrawn_at)):
            yield Finding("approvals.delegations", "approvals_decision", row.pk, "复核不在委托的人、日期或小区之内")
        able = roles_for(Permission(row.request.permission))
        held = [one for one in grants.get(lent.giver_id, []) if one.starts_on <= on and (one.ended_on is None or on < one.ended_on)]
        if not any(one.role in able for one in held):
            yield Finding("approvals.delegations", "approvals_decision", row.pk, "委托人当天没有这项复核权")


def register() -> None:
    register_check("approvals.limits", "每次复核都在当时的额度之内", limits)
    register_check("approvals.delegations", "代为复核都在委托的日期、小区和权限之内", delegations)
