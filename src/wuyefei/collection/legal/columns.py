"""The limitation of whoever owes, as a column of the arrears ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.insight.arrears.public import Cell
from wuyefei.money.billing.public import Receivable

from .models import Claim
from .queries.matters import clock_for, found_of, matters


def load(actor: Actor, property_ids: Sequence[int], today: dt.date) -> dict[int, Cell]:
    """By property: the earliest last day to sue, interruptions counted, and the matter its bills are in."""
    rows = Receivable.objects.filter(
        property_id__in=property_ids, community_id__in=actor.communities(Permission.LEGAL_VIEW), outstanding_fen__gt=0, reversed_at__isnull=True,
        due_on__lt=today,
    )  # fmt: skip
    bills = list(rows.values_list("pk", "property_id", "due_on"))
    found = found_of([bill for bill, _home, _due in bills])
    earliest: dict[int, dt.date | None] = {}
    for bill, home, due in bills:
        last = clock_for(found, bill, due).last_on
        known = earliest.get(home)
        earliest[home] = last if known is None else min(known, last or known)
    open_claims = Claim.objects.filter(receivable_id__in=[bill for bill, _home, _due in bills], released_at__isnull=True, matter__in=matters(actor))
    taken = {home: (pk, number) for home, pk, number in open_claims.values_list("receivable__property_id", "matter_id", "matter__number")}
    return {home: _cell(last, taken.get(home)) for home, last in earliest.items()}


def _cell(last: dt.date | None, matter: tuple[int, str] | None) -> Cell:
    words = f"{last:%Y-%m-%d}" if last else _("程序中")
    if matter is None:
        return Cell(words, words)
    pk, number = matter
    return Cell(f"{words} {number}", format_html('<a href="{}">{}</a>', reverse("legal:matter", args=[pk]), words), number)
