"""The class of whoever owes, as a column of the arrears ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils.html import format_html_join
from django.utils.translation import gettext as _

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.shell.templatetags.wy import klass
from wuyefei.insight.arrears.public import Cell
from wuyefei.money.billing.public import Receivable

from .queries import letters


def classes(actor: Actor, property_ids: Sequence[int], today: dt.date) -> dict[int, Cell]:
    """By property, the classes of the payers with something open there, the worst first."""
    owing = Receivable.objects.filter(
        property_id__in=property_ids, community_id__in=actor.communities(Permission.CLASS_VIEW), outstanding_fen__gt=0,
        reversed_at__isnull=True,
    )  # fmt: skip
    pairs = set(owing.order_by().values_list("property_id", "payer_id").distinct())
    known = letters(actor, {payer for _home, payer in pairs})
    found: dict[int, set[str]] = {}
    for home, payer in pairs:
        if payer in known:
            found.setdefault(home, set()).add(known[payer])
    return {home: _cell(sorted(every, reverse=True)) for home, every in found.items()}


def _cell(every: list[str]) -> Cell:
    words = "、".join(_("%(letter)s 类") % {"letter": letter} for letter in every)
    return Cell(words, format_html_join(" ", "{}", ((klass(letter),) for letter in every)))
