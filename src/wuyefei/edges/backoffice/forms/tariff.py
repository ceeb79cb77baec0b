"""Forms of charge items, tariffs and prices."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wuyefei.estate.tariffs.public import ChargeItem, Tariff, items
from wuyefei.estate.tariffs.rules.public import typed_formulas, typed_rent, typed_score, typed_seasons
from wuyefei.foundation.access.actor import Actor

from .base import Form, day_field

ZERO = Decimal(0)
Method = Tariff.Method
LEASE = ("rent_by", "rent_steps", "months", "share", "free", "turnover")
DATED = ("seasons", "score_linked", "score_points", "score_bands", "score_on", "score_by", "score_paper")
"""What every plain price may have besides."""
USES: dict[str, tuple[str, ...]] = {
    Method.AREA: ("per_unit", *DATED), Method.FIXED: ("fixed", *DATED), Method.FIXED_AREA: ("per_unit", "fixed", *DATED),
    Method.PARKING: ("per_unit", *DATED), Method.QUANTITY: ("per_unit", "unit", *DATED),
    Method.PARKING_DAY: ("per_unit", *DATED), Method.PARKING_OWN: ("per_unit", "rented"),
    Method.PER_HEAD: ("per_unit",), Method.FORMULA: ("formulas",), Method.RENT: LEASE,
}  # fmt: skip
"""Which fields a method's price has."""
NEEDED = ("rented", "formulas", "rent_steps")
"""Fields that a method which has them cannot do without."""
PRICE_FIELDS = ("per_unit", "fixed", "unit", "rented", "formulas", *LEASE, *DATED)


def number(label: Any, help_text: Any = "", **kwargs: Any) -> forms.DecimalField:
    widget = forms.TextInput(attrs={"inputmode": "decimal", "class": "num", "autocomplete": "off"})
    return forms.DecimalField(label=label, required=False, widget=widget, help_text=help_text, **kwargs)


def typed(label: Any, help_text: Any, rows: int = 2) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows, "autocomplete": "off"})
    return forms.CharField(label=label, required=False, max_length=2000, widget=widget, help_text=help_text)


class PriceForm(Form):
    """A price from a day on. Only what its method uses is shown; what it may be is checked by the tariffs room."""

    effective_from = day_field(_("生效日期"))
    per_unit = number(_("单价"), _("元/月，每平方米、车位、人或份；车位按天的为元/天。最多四位小数"))
    fixed = number(_("固定金额"), _("元/月，每套房屋"))
    unit = forms.CharField(label=_("数量单位"), required=False, max_length=6, help_text=_("如 台、张、袋"))
    rented = number(_("租用单价"), _("元/月；上面的单价用于自有车位"))
    formulas = typed(_("公式"), _("一行一个：名称 = 公式，最后一行是每月金额。可用：建筑面积、套内面积、居住人数、计费数量，＋ − × ÷ 和 最小、最大、取整、进一、舍去。"), 4)
    rent_by = forms.ChoiceField(label=_("租金口径"), required=False, choices=[("total", _("整间每月")), ("area", _("每平方米每月"))])
    rent_steps = typed(_("租金分档"), _("一行一档：第几个月起 租金（元）。月份从计费起始日数起。"))
    months = forms.IntegerField(label=_("每几个月递增"), required=False, min_value=1, max_value=120)
    share = number(_("递增（%）"), max_value=50)
    free = typed(_("免租期"), _("一行一段：第几个月起 几个月。"))
    turnover = typed(_("营业额分成"), _("一行一档：营业额上限（元） 百分比，最后一档写不限。租金为保底。"))
    seasons = typed(_("分季价格"), _("全年一个价就空着。一行一季：名称 起 止 单价，如 采暖季 11-15 03-15 3.5；其余日子按上面的价。固定金额加面积的写两个数：单价、固定金额。"))
    score_linked = number(_("和考核挂钩（%）"), _("合同约定价格的百分之几按考核得分计；没有约定就空着。"), max_value=100)
    score_bands = typed(_("考核各档"), _("一行一档，从高到低：多少分起 计百分之几。最后一档从 0 分起，如 90 100、80 90、0 70。"), 3)
    score_points = number(_("考核得分"), _("最近一次年度考核的得分。"), max_value=1000)
    score_on = day_field(_("考核日期"), required=False)
    score_by = forms.CharField(label=_("考核单位"), max_length=60, required=False, help_text=_("谁考核的，如街道、业主委员会、第三方机构"))
    score_paper = forms.CharField(label=_("考核报告"), max_length=60, required=False, help_text=_("报告名称和编号"))
    note = forms.CharField(label=_("说明"), max_length=200, required=False)

    def __init__(self, *args: Any, method: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.chosen = method
        if method:
            for name in set(PRICE_FIELDS) - set(USES[method]):
                del self.fields[name]
        chosen = method or (self.data.get("method", "") if self.is_bound else "")
        for name in NEEDED:
            if name in self.fields and (not self.is_bound or name in USES.get(chosen, ())):
                self.fields[name].required = True
        for name in ("per_unit", "fixed"):
            if name in self.fields and method not in ("", Method.FIXED_AREA):
                self.fields[name].required = True

    def price(self) -> dict[str, Any]:
        """What the method's price takes of the fields. Raises ``Invalid`` for terms that cannot be read."""
        data = self.cleaned_data
        method = self.chosen or data["method"]
        found: dict[str, Any] = {name: data.get(name) or ZERO for name in ("per_unit", "fixed")}
        return {**found, "terms": terms_of(method, data), "note": data["note"]}


def terms_of(method: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """The terms as typed. Raises ``Invalid``."""
    found = _own_terms(method, data)
    seasons = typed_seasons(method, data.get("seasons", "")) if "seasons" in USES[method] else []
    score = typed_score(data.get("score_linked"), data.get("score_bands", ""), data.get("score_points")) if "seasons" in USES[method] else {}
    if score:
        score["report"] = {"on": str(data.get("score_on") or ""), "by": data.get("score_by", ""), "paper": data.get("score_paper", "")}
    return {**found, **({"seasons": seasons} if seasons else {}), **({"score": score} if score else {})}


def _own_terms(method: str, data: Mapping[str, Any]) -> dict[str, Any]:
    if method == Method.QUANTITY:
        return {"unit": data.get("unit", "")}
    if method == Method.PARKING_OWN:
        return {"rented": "" if data.get("rented") is None else str(data["rented"])}
    if method == Method.FORMULA:
        return {"formulas": typed_formulas(data.get("formulas", ""))}
    if method == Method.RENT:
        return typed_rent(
            data.get("rent_by") or "total", data.get("rent_steps", ""), data.get("months"), data.get("share"), data.get("free", ""),
            data.get("turnover", ""),
        )  # fmt: skip
    return {}


class TariffForm(PriceForm):
    item = forms.ModelChoiceField(label=_("收费项目"), queryset=ChargeItem.objects.none(), empty_label=_("请选择"))
    name = forms.CharField(label=_("名称"), max_length=60)
    method = forms.ChoiceField(label=_("计费方式"), choices=Tariff.Method.choices)
    basis = forms.ChoiceField(label=_("面积口径"), choices=Tariff.Basis.choices, required=False)
    field_order = ["item", "name", "method", "basis", *PRICE_FIELDS, "effective_from", "note"]

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["item"].queryset = items(actor).exclude(nature=ChargeItem.Nature.ADVANCE)  # type: ignore[attr-defined]


class ItemForm(Form):
    name = forms.CharField(label=_("名称"), max_length=40)
    code = forms.SlugField(label=_("编码"), max_length=20, help_text=_("字母、数字，用于接口和账套"))
    nature = forms.ChoiceField(label=_("款项性质"), choices=[pair for pair in ChargeItem.Nature.choices if pair[0] != ChargeItem.Nature.ADVANCE])
    tax_rate = forms.DecimalField(
        label=_("税率"), min_value=0, max_value=99, max_digits=4, decimal_places=2, help_text=_("百分数，如 6")
    )


class EndTariffForm(Form):
    ended_on = day_field(_("停用日期"))
    reason = forms.CharField(label=_("原因"), max_length=400)
