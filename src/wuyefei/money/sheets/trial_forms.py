"""Forms of the try-it page, one a kind of charge, each filled with an example."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wuyefei.estate.tariffs.public import DepositPolicy
from wuyefei.foundation.kernel.dates import Month

from .forms import ChangesField, DayField, PriceField, SeasonsField, YuanField

NUMBER = {"inputmode": "decimal", "class": "num", "autocomplete": "off"}
LONGEST_DAYS = 40 * 366


def number(label: Any, initial: str, most: int = 10_000_000, **kwargs: Any) -> forms.DecimalField:
    widget = forms.TextInput(attrs=NUMBER)
    return forms.DecimalField(
        label=label, initial=Decimal(initial), min_value=Decimal(0), max_value=Decimal(most), decimal_places=4, widget=widget, **kwargs
    )


class DaysForm(forms.Form):
    first = DayField(label=_("自"))
    last = DayField(label=_("至"))

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        first, last = found.get("first"), found.get("last")
        if first and last and last < first:
            self.add_error("last", _("不能早于起始日。"))
        elif first and last and (last - first).days > LONGEST_DAYS:
            self.add_error("last", _("最多 40 年。"))
        return found


class AreaTrial(DaysForm):
    quantity = number(_("面积或数量"), "89.55")
    price = number(_("每月单价（元）"), "2.5")
    convention = forms.ChoiceField(label=_("按日折算"), choices=[("calendar", _("按当月天数")), ("thirty", _("每月按 30 天"))])
    field_order = ["quantity", "price", "first", "last", "convention"]


class SeasonsTrial(DaysForm):
    """A monthly price that is another in some seasons of the year."""

    quantity = number(_("面积或数量"), "89.55")
    price = number(_("其余日子每月单价（元）"), "2.5")
    seasons = forms.CharField(
        label=_("分季价格"), initial="采暖季 11-15 03-15 3.5", max_length=400, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("一行一季：名称 起 止 单价。"),
    )  # fmt: skip
    field_order = ["quantity", "price", "seasons", "first", "last"]


class BandsTrial(forms.Form):
    """Registers that count parts of the day, and prices by season."""

    figures = forms.CharField(
        label=_("各时段的起止"), initial="峰 1203 1263\n平 2410 2450\n谷 880 930", widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("一行一个时段：尖、峰、平或谷，上次读数，本次读数。"),
    )  # fmt: skip
    multiplier = number(_("倍率"), "1", 100_000)
    steps = PriceField(label=_("各时段单价"), max_length=400, initial="峰 1.2，平 0.8，谷 0.4")
    seasons = SeasonsField(label=_("分季单价"), required=False, max_length=400, help_text=_("一行一季：名称 起 止 各时段单价。"))
    since = DayField(label=_("上次抄表日"))
    on = DayField(label=_("本次抄表日"))
    field_order = ["figures", "multiplier", "steps", "seasons", "since", "on"]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("since") and found.get("on") and found["on"] <= found["since"]:
            self.add_error("on", _("应晚于上次抄表日。"))
        return found


class HeadsTrial(DaysForm):
    price = number(_("每人每月（元）"), "10")
    heads = forms.CharField(
        label=_("居住人数"), widget=forms.Textarea(attrs={"rows": 3}), help_text=_("一行一段：自哪天起 几人。"),
    )  # fmt: skip
    field_order = ["price", "heads", "first", "last"]


class QuantityTrial(DaysForm):
    quantity = number(_("数量"), "2")
    price = number(_("每份每月（元）"), "15.5")
    field_order = ["quantity", "price", "first", "last"]


class DailyTrial(DaysForm):
    quantity = number(_("车位数"), "1")
    price = number(_("每天（元）"), "5")
    field_order = ["quantity", "price", "first", "last"]


class OwnTrial(DaysForm):
    own = number(_("自有每月（元）"), "60")
    rented = number(_("租用每月（元）"), "300")
    owned_from = DayField(label=_("自哪天起自有"), required=False)
    field_order = ["own", "rented", "owned_from", "first", "last"]


class MeteredTrial(forms.Form):
    start = number(_("起"), "1203")
    end = number(_("止"), "1233")
    multiplier = number(_("倍率"), "1", 100_000)
    steps = PriceField(label=_("单价或阶梯"), max_length=400, initial="180 2.07，260 4.07，不限 6.07")
    before = number(_("本周期先前用量"), "170")
    since = DayField(label=_("上次抄表日"), required=False)
    on = DayField(label=_("本次抄表日"), required=False)
    changes = ChangesField(label=_("周期中换价"), required=False, max_length=800, help_text=_("一行一次：哪天起 新单价。"))
    rolled = forms.BooleanField(label=_("过了满度"), required=False)
    estimated = forms.BooleanField(label=_("起为估抄"), required=False)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        since, on = found.get("since"), found.get("on")
        if found.get("changes") and not (since and on):
            self.add_error("on", _("有换价就要写两次的抄表日。"))
        elif since and on and on <= since:
            self.add_error("on", _("应晚于上次抄表日。"))
        return found


class SharedTrial(forms.Form):
    total = YuanField(label=_("分摊总额（元）"), max_length=20, initial="300.00")
    participants = forms.CharField(
        label=_("参加的房屋"), initial="1-1-101 89.5\n1-1-102 120.1\n1-1-201 90.4 0.7", widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("一行一户：房号、面积（或份数、用量、人数、约定的份额）、系数。"),
    )  # fmt: skip


class RentTrial(DaysForm):
    rent_steps = forms.CharField(label=_("分档"), widget=forms.Textarea(attrs={"rows": 3}), help_text=_("一行一档：起始日 每月租金（元）。"))
    months = forms.IntegerField(label=_("每几个月递增"), min_value=1, max_value=120, required=False, initial=12)
    share = number(_("递增（%）"), "5", 50, required=False)
    free = forms.CharField(label=_("免租期"), required=False, widget=forms.Textarea(attrs={"rows": 2}), help_text=_("一行一段：起 止。"))


class TurnoverTrial(forms.Form):
    turnover = YuanField(label=_("营业额（元）"), max_length=20, initial="300000.00")
    bands = forms.CharField(label=_("分成"), initial="200000 8，不限 5", help_text=_("上限（元）和百分比，最后一档写不限。"))
    minimum = YuanField(label=_("保底（元）"), max_length=20, initial="10000.00")
    days = forms.IntegerField(label=_("当月租期天数"), initial=30, min_value=1, max_value=31)
    free_days = forms.IntegerField(label=_("其中免租天数"), initial=0, min_value=0, max_value=31)
    before = YuanField(label=_("更正前已收的分成（元）"), max_length=20, initial="0.00")


class DepositTrial(forms.Form):
    deposit_by = forms.ChoiceField(label=_("怎么算"), choices=DepositPolicy.By.choices, initial="months")
    figure = number(_("标准（元，或几个月）"), "2")
    of = number(_("面积、件数或月租金（元）"), "8000")


class FormulaTrial(forms.Form):
    formula = forms.CharField(label=_("公式"), max_length=400, initial="最大(建筑面积 × 0.6, 50) + 人数 × 10")
    parts = forms.CharField(
        label=_("各部分"), required=False, initial="建筑面积 100\n人数 3", widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("一行一个：名称 数。"),
    )  # fmt: skip


FORMS: dict[str, type[forms.Form]] = {
    "area": AreaTrial, "seasons": SeasonsTrial, "quantity": QuantityTrial, "per_head": HeadsTrial, "parking_day": DailyTrial, "parking_own": OwnTrial, "metered": MeteredTrial, "bands": BandsTrial, "shared": SharedTrial, "rent": RentTrial, "turnover": TurnoverTrial, "deposit": DepositTrial, "formula": FormulaTrial,
}  # fmt: skip
NAMES: dict[str, Any] = {
    "area": _("按面积"), "seasons": _("分季价格"), "quantity": _("按数量"), "per_head": _("按居住人数"), "parking_day": _("车位按天"), "parking_own": _("车位自有或租用"), "metered": _("抄表与阶梯"), "bands": _("峰平谷分时"), "shared": _("公摊"), "rent": _("商铺租金"), "turnover": _("营业额分成"), "deposit": _("押金"), "formula": _("公式"),
}  # fmt: skip


def example(kind: str, today: dt.date) -> dict[str, Any]:
    """What a fresh form holds beside the fields' own examples, so that it can be worked out at once."""
    start = Month.of(today).plus(-2).day(10)
    found: dict[str, Any] = {name: field.initial for name, field in FORMS[kind].base_fields.items()}
    year = today.replace(month=1, day=1)
    days = dict.fromkeys(("area", "seasons", "quantity", "per_head", "parking_day", "parking_own"), (start, today)) | {"rent": (year, year.replace(year=year.year + 3) - dt.timedelta(days=1))}
    if kind in days:
        found |= {"first": days[kind][0], "last": days[kind][1], "convention": "calendar"}
    if kind == "bands":
        found |= {"since": Month.of(today).plus(-1).first - dt.timedelta(days=1), "on": Month.of(today).first - dt.timedelta(days=1)}
    if kind == "per_head":
        found["heads"] = f"{start} 2\n{Month.of(today).first} 3"
    if kind == "parking_own":
        found["owned_from"] = Month.of(today).first
    if kind == "rent":
        found |= {"rent_steps": f"{year} 8000", "free": f"{year} {year.replace(month=2)}"}
    return {name: "" if value is None else value for name, value in found.items()}
