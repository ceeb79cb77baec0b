"""A bank line that was taken for a payout and is not (product row D7): undone by two people, for its money was booked.

The line waits for its owner again, its days wait for their money, and what is missing is a difference again.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals import actions as approvals
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.errors import DomainError, NotFound
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.platform import audit, clock
from wuyefei.money.bank.public import BankLine, undo_settlement
from wuyefei.money.ledger.public import Account, Posting, post

from .keeping import close, reopen
from .models import ChannelDay, Difference, Unsettled
from .rules import Kind
from .settling import note

UNSETTLE_KIND, WRITE_OFF_UNDONE_KIND = "recon.unsettle", "recon.write_off_undone"


class NotSettled(DomainError):
    code = "day_not_settled"
    message = "这一天现在没有认作结算款的流水，请刷新后再看。"


def _days(line_id: int) -> QuerySet[ChannelDay]:
    return ChannelDay.objects.filter(settled_line_id=line_id).select_related("setup", "merchant").order_by("pk")


@transaction.atomic
def ask_unsettle(day_id: int, reason: str, *, actor: Actor) -> Request:
    """Ask for the line of a day, and of the other days it paid, to be no payout; somebody else decides.

    Raises ``NotFound``, ``Forbidden``, ``NotSettled``, ``AlreadyAsked``.
    """
    row = ChannelDay.objects.select_for_update(of=("self",)).select_related("settled_line").filter(pk=day_id, organisation_id=actor.organisation_id).first()
    if row is None or (row.community_id is None and Permission.CHANNEL_WORK not in actor.wide):
        raise NotFound()
    if row.community_id is not None:
        actor.require(Permission.CHANNEL_WORK, row.community_id)
    line = row.settled_line
    if line is None:
        raise NotSettled()
    days = list(_days(line.pk))
    payload = {"line": line.pk, "days": [day.pk for day in days], "amount_fen": line.amount_fen}
    return approvals.ask(UNSETTLE_KIND, line, actor=actor, community_id=line.community_id, payload=payload, reason=reason, amount_fen=line.amount_fen)


def unsettle(request: Request, actor: Actor) -> None:
    """Carried out on approval. Raises ``NotSettled`` where the days are not the line's any more."""
    days = list(_days(request.payload["line"]).select_for_update(of=("self",)))
    if [day.pk for day in days] != request.payload["days"]:
        raise NotSettled()
    line = undo_settlement(request.payload["line"], request.reason, actor=actor, owner_id=request.maker_id)
    number, now = line.ref or f"L{line.pk}", clock.now()
    for one in Difference.objects.select_for_update(of=("self",)).filter(channel_day__in=days, kind=Kind.SETTLEMENT, number=number).order_by("pk"):
        _take_back(one, request, actor)
    for day in days:
        day.settled_line = None
        day.save(update_fields=["settled_line"])
        Unsettled.objects.create(
            organisation_id=day.organisation_id, community_id=day.community_id, channel_day=day, line=line, reason=request.reason,
            asked_by_id=request.maker_id, decided_by_id=actor.user_id, at=now,
        )  # fmt: skip
        missing = Difference.objects.filter(channel_day=day, kind=Kind.SETTLEMENT, number="", resolution=Difference.Resolution.NOTED).first()
        if missing is not None:
            reopen(missing, actor)
        note(day, actor)
        Difference.objects.filter(channel_day=day, kind=Kind.SETTLEMENT, closed_at__isnull=True).update(owner_id=request.maker_id)
        audit.record(actor, UNSETTLE_KIND, day, before={"line": line.pk}, after={"net_fen": day.net_fen}, reason=request.reason)


def _take_back(one: Difference, request: Request, actor: Actor) -> None:
    """What the sums differed by is no difference any more; where it was written off, that is undone with it."""
    if one.resolution == Difference.Resolution.WRITTEN_OFF and one.community_id is not None:
        postings = [Posting(Account.CHANNEL, -one.gap_fen), Posting(Account.BANK_FEE, one.gap_fen)]
        post(WRITE_OFF_UNDONE_KIND, one.pk, postings, actor=actor, community_id=one.community_id, memo=f"{one} 撤销核销")
    close(one, Difference.Resolution.VANISHED, request.reason[:200], actor)


def address(request: Request) -> str:
    return reverse("reconciliation:day", args=[request.payload["days"][0]])


def describe(request: Request) -> list[tuple[str, str]]:
    """What the second person reads."""
    line = BankLine.objects.select_related("community").get(pk=request.subject_id)
    days = ChannelDay.objects.filter(pk__in=request.payload["days"]).select_related("setup", "merchant").order_by("day", "pk")
    return [
        (_("流水"), f"{line.community.name} {line.value_date} {line.payer_name} {line.memo}".strip()),
        (_("金额"), _("%(sum)s 元") % {"sum": yuan_text(line.amount_fen)}),
        (_("认作的结算"), "、".join(f"{day} {yuan_text(day.net_fen)}" for day in days[:10])),
        (_("批准后"), _("流水回到待认领，这几天重新等结算款，差异回到待处理；已核销的差额一并冲回。")),
    ]
