"""What follow-up knows of whoever owes, as columns of the arrears ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence

from django.db.models import Q
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.shell.templatetags.wy import grade
from wuyefei.insight.arrears.public import Cell
from wuyefei.money.billing.public import LateFeeHold, Receivable

from .models import Case, Promise
from .queries.cases import open_cases
from .queries.policies import rung_names

HOLD_NAMES = {"dispute": "争议", "instalment": "分期", "deferral": "缓缴"}
Load = Callable[[Actor, Sequence[int], dt.date], dict[int, Cell]]


def _by_home(actor: Actor, property_ids: Sequence[int]) -> dict[int, list[Case]]:
    """By property, the open cases of the payers with something overdue there."""
    owing = Receivable.objects.filter(
        property_id__in=property_ids, community_id__in=actor.communities(Permission.FOLLOW_VIEW), outstanding_fen__gt=0,
        reversed_at__isnull=True,
    )  # fmt: skip
    pairs = set(owing.order_by().values_list("property_id", "payer_id").distinct())
    rows = {row.person_id: row for row in open_cases(actor).filter(person_id__in={payer for _home, payer in pairs}).select_related("owner")}
    found: dict[int, list[Case]] = {}
    for home, payer in sorted(pairs):
        if payer in rows:
            found.setdefault(home, []).append(rows[payer])
    return found


def _column(cell: Callable[[list[Case]], Cell | None]) -> Load:
    def load(actor: Actor, property_ids: Sequence[int], today: dt.date) -> dict[int, Cell]:
        found = {home: cell(rows) for home, rows in _by_home(actor, property_ids).items()}
        return {home: one for home, one in found.items() if one is not None}

    return load


def _grade(rows: list[Case]) -> Cell:
    letters = sorted({row.grade for row in rows}, key="SABC".index)
    words = "、".join(_("%(letter)s 级") % {"letter": letter} for letter in letters)
    return Cell(words, format_html_join(" ", "{}", ((grade(letter),) for letter in letters)))


def _next(rows: list[Case]) -> Cell:
    row = min(rows, key=lambda one: (one.next_on, one.pk))
    words = f"{row.get_next_kind_display()}"
    address = reverse("followup:case", args=[row.pk])
    note = f"{row.next_on:%m-%d}" + (f" · {row.owner.name}" if row.owner else "")
    return Cell(f"{words} {row.next_on}", format_html('<a href="{}">{}</a>', address, words), note)


def _last(rows: list[Case]) -> Cell | None:
    """When the payers were last contacted about the debt, and the reason they gave."""
    days = [row.last_on for row in rows if row.last_on]
    why = "、".join(dict.fromkeys(str(row.get_reason_display()) for row in rows if row.reason))
    if not days:
        return Cell(why, "—", why) if why else None
    return Cell(f"{max(days).isoformat()} {why}".rstrip(), f"{max(days):%m-%d}", why)


def promises(actor: Actor, property_ids: Sequence[int], today: dt.date) -> dict[int, Cell]:
    """The open promise of whoever owes there."""
    homes = _by_home(actor, property_ids)
    people = {row.person_id for rows in homes.values() for row in rows}
    said = {row.person_id: row for row in Promise.objects.filter(person_id__in=people, state=Promise.State.OPEN)}
    return {home: _promise(said[row.person_id]) for home, rows in homes.items() for row in rows if row.person_id in said}


def _promise(row: Promise) -> Cell:
    return Cell(f"{row.due_on} {yuan_text(row.amount_fen)}", yuan_text(row.amount_fen), f"{row.due_on:%m-%d}")


def stages(actor: Actor, property_ids: Sequence[int], today: dt.date) -> dict[int, Cell]:
    """The rung of the cadence, with how often the payers were contacted."""
    names = rung_names(actor.organisation_id)
    homes = _by_home(actor, property_ids)
    found: dict[int, Cell] = {}
    for home, rows in homes.items():
        words = "、".join(dict.fromkeys(_(names.get(row.rung, row.rung)) for row in rows))
        count = sum(row.acts for row in rows)
        found[home] = Cell(words, words, ngettext("联系 %(count)s 次", "联系 %(count)s 次", count) % {"count": count} if count else "")
    return found


def holds(actor: Actor, property_ids: Sequence[int], today: dt.date) -> dict[int, Cell]:
    """What stops the late fee or the asking today: a dispute, an instalment plan, a deferral."""
    rows = LateFeeHold.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=today), receivable__property_id__in=property_ids, receivable__outstanding_fen__gt=0,
        receivable__community_id__in=actor.communities(Permission.FOLLOW_VIEW), starts_on__lte=today,
    )  # fmt: skip
    found: dict[int, dict[str, str]] = {}
    for row in rows.select_related("receivable").order_by("pk"):
        note = f"{row.ends_on:%m-%d}" if row.ends_on else ""
        found.setdefault(row.receivable.property_id, {})[_(HOLD_NAMES.get(row.kind, "其他"))] = note
    return {home: Cell("、".join(kinds), "、".join(kinds), next(iter(kinds.values()))) for home, kinds in found.items()}


grades, next_steps, last_contacts = _column(_grade), _column(_next), _column(_last)


def every() -> Iterable[tuple[str, Load, int]]:
    """(key, load, order) of the columns."""
    return (
        ("grade", grades, 20), ("stage", stages, 24), ("promise", promises, 30), ("last", last_contacts, 40),
        ("next", next_steps, 50), ("held", holds, 55),
    )  # fmt: skip
