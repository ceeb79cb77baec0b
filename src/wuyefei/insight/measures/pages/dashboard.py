"""收缴分析: the first dashboard, its export."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from wuyefei.estate.properties.public import Building, Property
from wuyefei.estate.tariffs.public import ChargeItem
from wuyefei.foundation.access.actor import visible_communities
from wuyefei.foundation.access.gate import StaffRequest, needs
from wuyefei.foundation.access.models import Region
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.platform.exports import workbook_response

from ..papers.sheets import dashboard_sheets
from ..queries.dashboard import Dashboard, dashboard
from ..queries.groups import Dimension
from ..rules import DEFINED, VERSION, Figures
from . import shown
from .asked import Asked, beside, period_text, read, units

DIMENSIONS = (Dimension.COMMUNITY, Dimension.BUILDING, Dimension.ITEM, Dimension.KIND, Dimension.HOUSEKEEPER, Dimension.REGION)


def dimension_names() -> dict[Dimension, str]:
    return {
        Dimension.COMMUNITY: _("项目"), Dimension.BUILDING: _("楼栋"), Dimension.ITEM: _("收费项目"), Dimension.KIND: _("物业类型"),
        Dimension.HOUSEKEEPER: _("管家"), Dimension.REGION: _("区域"),
    }  # fmt: skip


@require_GET
@needs(Permission.REPORT_VIEW)
def show(request: StaffRequest) -> HttpResponse:
    asked = read(request.GET, request.actor)
    board = dashboard(asked.scope, asked.dimension)
    ages, age_pieces, age_summary, arrears = shown.age_rows(board, asked)
    names = dimension_names()
    context = {
        "asked": asked, "board": board, "period": period_text(asked.scope.period), "kpis": shown.kpis(board, asked),
        "chart": shown.trend_chart(board), "ages": ages, "age_pieces": age_pieces, "age_summary": age_summary, "arrears": arrears,
        "arrears_homes": sum(row.households for row in ages[:-1]), "bars": shown.channel_bars(board, asked),
        "online": shown.percent(board.online), "online_change": shown.points(
            None if board.online is None or board.online_before is None else board.online - board.online_before),
        "rows": shown.table_rows(board, asked), "left_out": max(0, len(board.groups) - shown.SHOWN),
        "dimension": names[asked.dimension], "version": VERSION, "received_means": _(DEFINED["received"].definition),
        "tabs": [(names[one], asked.address(by=one), one is asked.dimension) for one in DIMENSIONS],
        "total": _total(board), **_around(asked),
    }  # fmt: skip
    return render(request, "measures/dashboard.html", context)


def _total(board: Dashboard) -> dict[str, Any]:
    now: Figures = board.figures
    return {"figures": now, "current": shown.percent(now.current), "household": shown.percent(now.household),
            "clearance": shown.percent(now.clearance), "overall": shown.percent(now.overall),
            "gap": shown.points(None if now.current is None else now.current - board.target)}  # fmt: skip


def _around(asked: Asked) -> dict[str, Any]:
    """The scope bar: periods beside this one, what it is narrowed to, and the choices of the filter."""
    scope, actor, period = asked.scope, asked.scope.actor, asked.scope.period
    return {
        "units": units(asked), "earlier": beside(asked, period.previous),
        "later": beside(asked, period.next) if period.next.first <= scope.as_of else "",
        "narrowings": narrowings(asked), "choices": _choices(asked), "may_export": actor.may(Permission.EXPORT),
        "may_set": actor.may(Permission.TARGET_EDIT), "export_url": asked.address("measures:export"),
        "option_lines": _options(asked),
    }  # fmt: skip


def narrowings(asked: Asked) -> list[tuple[str, str]]:
    """What the report is narrowed to, in words, and the address without it."""
    scope, part, found = asked.scope, asked.scope.part, []
    if asked.narrowed_by("region"):
        region = scope.communities[0].region
        found.append((region.name if region else _("未分区域"), asked.address(region=None)))
    if asked.narrowed_by("community"):
        found.append((scope.communities[0].name, asked.address(community=None, building=None)))
    if part.building_id is not None:
        row = Building.objects.filter(pk=part.building_id, community_id__in=scope.community_ids).first()
        found.append((row.name if row else _("无楼栋"), asked.address(building=None)))
    if part.item_id is not None:
        item = ChargeItem.objects.filter(pk=part.item_id, organisation_id=scope.actor.organisation_id).first()
        found.append((item.name if item else _("没有这个收费项目"), asked.address(item=None)))
    if part.kind:
        found.append((str(dict(Property.Kind.choices).get(part.kind, part.kind)), asked.address(kind=None)))
    if part.housekeeper_id is not None:
        row_ = Building.objects.filter(housekeeper_id=part.housekeeper_id, community_id__in=scope.community_ids)
        keeper = row_.select_related("housekeeper").first() if part.housekeeper_id else None
        found.append((keeper.housekeeper.name if keeper and keeper.housekeeper else _("未指定管家"), asked.address(housekeeper=None)))
    return found


def _choices(asked: Asked) -> dict[str, Any]:
    actor, scope = asked.scope.actor, asked.scope
    covered = visible_communities(actor, Permission.REPORT_VIEW)
    regions = Region.objects.filter(organisation_id=actor.organisation_id, pk__in={place.region_id for place in covered})
    buildings = Building.objects.filter(community_id__in=scope.community_ids).order_by("sort_key") if len(scope.communities) == 1 else []
    return {
        "communities": covered, "regions": regions.order_by("name"), "buildings": buildings,
        "items": ChargeItem.objects.filter(organisation_id=actor.organisation_id).order_by("pk"), "kinds": Property.Kind.choices,
    }  # fmt: skip


def _options(asked: Asked) -> list[tuple[str, str, bool]]:
    """The options of the rate: the word, the address with it turned, whether it stands."""
    options = asked.scope.options
    return [
        (_("预存抵扣计入"), asked.address(prepaid=0 if options.prepaid else None), options.prepaid),
        (_("违约金计入"), asked.address(fees=None if options.late_fees else 1), options.late_fees),
        (_("减免冲减应收"), asked.address(waived=0 if options.waived else None), options.waived),
    ]


@require_GET
@needs(Permission.EXPORT)
def export(request: StaffRequest) -> HttpResponse:
    """Every figure of the page, and every group, as a workbook; of the places whose exports are the reader's."""
    asked = read(request.GET, request.actor)
    allowed = request.actor.communities(Permission.EXPORT)
    scope = replace(asked.scope, communities=tuple(place for place in asked.scope.communities if place.pk in allowed))
    board = dashboard(scope, asked.dimension)
    name = f"{_('收缴分析')}-{asked.scope.period}-{asked.scope.as_of}.xlsx"
    return workbook_response(dashboard_sheets(board, dimension_names()[asked.dimension], period_text(asked.scope.period)), name)
