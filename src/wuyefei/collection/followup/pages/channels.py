"""Channels compared: what each led to, with intervals, and the table as a workbook."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from wuyefei.foundation.access.actor import visible_communities
from wuyefei.foundation.access.gate import needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.foundation.kernel.money import parse_yuan
from wuyefei.foundation.kernel.text import whole_number
from wuyefei.foundation.platform import audit, clock
from wuyefei.foundation.platform.exports import Cell, Fen, Sheet, workbook_response
from wuyefei.relations.contacts.public import CHANNEL_NAMES, Channel

from ..queries.channels import fared
from ..rules.channels import (
    AGE_NAMES,
    ENOUGH,
    KIND_NAMES,
    SPANS,
    Age,
    Fared,
    Kind,
    ahead,
    merged,
    permille,
)
from .common import actor_of


def _asked(request: HttpRequest) -> dict[str, Any]:
    get = request.GET
    return {
        "community": whole_number(get.get("community", "")), "days": next((one for one in SPANS if str(one) == get.get("days")), SPANS[1]),
        "age": get.get("age", "") if get.get("age") in list(Age) else "", "kind": get.get("kind", "") if get.get("kind") in list(Kind) else "",
    }  # fmt: skip


def _found(request: HttpRequest, asked: dict[str, Any], permission: Permission) -> list[Fared]:
    actor = actor_of(request)
    allowed = actor.communities(permission)
    places = [one.pk for one in visible_communities(actor, Permission.FOLLOW_VIEW) if asked["community"] in (None, one.pk) and one.pk in allowed]
    return fared(actor.organisation_id, places, clock.today(), asked["days"])


@require_GET
@needs(Permission.FOLLOW_VIEW)
def channels(request: HttpRequest) -> HttpResponse:
    """By channel: contacts, reached, paid within 7 and 14 days with intervals; what a contact may be said to cost is typed in."""
    asked, actor = _asked(request), actor_of(request)
    found = _found(request, asked, Permission.FOLLOW_VIEW)
    rows = merged(found, age=asked["age"], kind=asked["kind"])
    costs, wrong = _costs(request, rows)
    best = ahead(rows)
    context = {
        "asked": asked, "rows": [_told(row, costs.get(row.channel)) for row in rows], "wrong": wrong, "enough": ENOUGH, "spans": SPANS,
        "places": (places := visible_communities(actor, Permission.FOLLOW_VIEW)), "several": len(places) > 1,
        "ages": [(age.value, _(name)) for age, name in AGE_NAMES.items()], "kinds": [(kind.value, _(name)) for kind, name in KIND_NAMES.items()],
        "best": [_(CHANNEL_NAMES[Channel(one.channel)]) for one in best] if best else [], "made": sum(row.made for row in rows),
        "narrowed": bool(asked["age"] or asked["kind"] or asked["community"]), "may_export": actor.may(Permission.EXPORT),
    }  # fmt: skip
    return render(request, "followup/channels.html", context)


def _costs(request: HttpRequest, rows: list[Fared]) -> tuple[dict[str, int], str]:
    """What one contact costs by channel, as typed in; what cannot be read is named and left out."""
    found, wrong = {}, ""
    for row in rows:
        text = request.GET.get(f"cost_{row.channel}", "").strip()
        if text:
            try:
                found[row.channel] = parse_yuan(text[:12], _(CHANNEL_NAMES[Channel(row.channel)]))
            except Invalid as error:
                wrong = error.text
    return {channel: fen for channel, fen in found.items() if fen >= 0}, wrong


def _told(row: Fared, cost_fen: int | None) -> dict[str, Any]:
    return {
        "row": row, "name": _(CHANNEL_NAMES[Channel(row.channel)]), "reach": _tenth(permille(row.reached, row.known)), "again": _tenth(permille(row.again, row.made)),
        "soon": [_tenth(part) for part in row.soon], "later": [_tenth(part) for part in row.later], "cost_fen": cost_fen,
        "each_fen": row.each_fen(cost_fen) if cost_fen is not None else None,
    }  # fmt: skip


def _tenth(part: int | None) -> str:
    return "" if part is None else f"{part // 10}.{part % 10}"


@require_GET
@needs(Permission.EXPORT)
def channels_export(request: HttpRequest) -> HttpResponse:
    """Every channel by age of debt and kind of payer, counts only; who took it is on record for every place in it."""
    asked, actor = _asked(request), actor_of(request)
    actor.require_anywhere(Permission.FOLLOW_VIEW)
    found = _found(request, asked, Permission.EXPORT)
    allowed = actor.communities(Permission.EXPORT)
    for place in visible_communities(actor, Permission.FOLLOW_VIEW):
        if place.pk in allowed and asked["community"] in (None, place.pk):
            audit.record(actor, "followup.channels", place, community_id=place.pk)
    heads = [_("方式"), _("欠费时间"), _("缴费人"), _("联系次数"), _("知道结果的次数"), _("触达次数"), _("7 天内缴费"), _("14 天内缴费"), _("14 天内缴费率下限 %"), _("14 天内缴费率上限 %"), _("其间又联系过")]
    return workbook_response([Sheet(_("渠道比较"), heads, _cells(found, asked))], _("渠道比较") + ".xlsx")


def _cells(found: list[Fared], asked: dict[str, Any]) -> Iterator[list[Cell | Fen]]:
    for row in found:
        if asked["age"] in ("", row.age) and asked["kind"] in ("", row.kind):
            _rate, low, high = row.later
            yield [
                _(CHANNEL_NAMES[Channel(row.channel)]), _(AGE_NAMES[Age(row.age)]), _(KIND_NAMES[Kind(row.kind)]), row.made, row.known, row.reached, row.paid_soon,
                row.paid_later, _tenth(low), _tenth(high), row.again,
            ]  # fmt: skip
