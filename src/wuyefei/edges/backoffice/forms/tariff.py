"""Forms of charge items, tariffs and prices."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wuyefei.estate.tariffs.public import ChargeItem, Tariff, items
from wuyefei.foundation.access.actor import Actor

from .base import Form, day_field

ZERO = Decimal(0)


class PriceForm(Form):
    """A price from a day on. Which of the two figures a method uses is checked by the tariffs room."""

    effective_from = day_field(_("生效日期"))
    per_unit = forms.DecimalField(label=_("单价"), required=False, help_text=_("元/月，每平方米或每个车位，最多四位小数"))
    fixed = forms.DecimalField(label=_("固定金额"), required=False, help_text=_("元/月，每套房屋"))
    note = forms.CharField(label=_("说明"), max_length=200, required=False)

    def __init__(self, *args: Any, method: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if method == Tariff.Method.FIXED:
            del self.fields["per_unit"]
            self.fields["fixed"].required = True
        elif method in (Tariff.Method.AREA, Tariff.Method.PARKING):
            del self.fields["fixed"]
            self.fields["per_unit"].required = True

    def price(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {"per_unit": data.get("per_unit") or ZERO, "fixed": data.get("fixed") or ZERO, "note": data["note"]}


class TariffForm(PriceForm):
    item = forms.ModelChoiceField(label=_("收费项目"), queryset=ChargeItem.objects.none(), empty_label=_("请选择"))
    name = forms.CharField(label=_("名称"), max_length=60)
    method = forms.ChoiceField(label=_("计费方式"), choices=Tariff.Method.choices)
    basis = forms.ChoiceField(label=_("面积口径"), choices=Tariff.Basis.choices, required=False)
    field_order = ["item", "name", "method", "basis", "per_unit", "fixed", "effective_from", "note"]

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["item"].queryset = items(actor)  # type: ignore[attr-defined]


class ItemForm(Form):
    name = forms.CharField(label=_("名称"), max_length=40)
    code = forms.SlugField(label=_("编码"), max_length=20, help_text=_("字母、数字，用于接口和账套"))
    nature = forms.ChoiceField(label=_("款项性质"), choices=ChargeItem.Nature.choices)
    tax_rate = forms.DecimalField(
        label=_("税率"), min_value=0, max_value=99, max_digits=4, decimal_places=2, help_text=_("百分数，如 6")
    )


class EndTariffForm(Form):
    ended_on = day_field(_("停用日期"))
    reason = forms.CharField(label=_("原因"), max_length=400)
