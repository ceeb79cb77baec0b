"""Forms of meters: what is typed off a dial."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wuyefei.foundation.shell.inputs import DayField

from .models import Dial


class Figure(forms.DecimalField):
    """A figure off a dial: not negative, at most four decimals."""

    def __init__(self, label: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 13)
        widget = forms.TextInput(attrs={"inputmode": "decimal", "class": "num", "autocomplete": "off"})
        super().__init__(label=label, min_value=Decimal(0), decimal_places=4, widget=widget, **kwargs)


class ReadForm(forms.Form):
    """One reading on the round; ``sure`` says that a doubtful figure was looked at again."""

    on = DayField(label=_("抄表日"))
    value = Figure(_("本次读数"), error_messages={"required": _("还没有填读数。"), "invalid": _("读数只能是数字。")})
    rolled = forms.BooleanField(label=_("过了满度，从零重新走"), required=False)
    note = forms.CharField(label=_("备注"), max_length=200, required=False)
    photo = forms.FileField(label=_("表盘照片"), required=False)
    sure = forms.BooleanField(required=False, widget=forms.HiddenInput)


class InstallForm(forms.Form):
    on = DayField(label=_("装表日"))
    value = Figure(_("底数"), help_text=_("装上时表盘显示的数。"))
    multiplier = Figure(_("倍率"), initial=Decimal(1), help_text=_("没有互感器的表是 1。"))
    digits = forms.IntegerField(label=_("表盘位数"), initial=5, min_value=3, max_value=9, help_text=_("小数点前的位数。"))
    band = forms.ChoiceField(
        label=_("时段"), required=False, choices=[("", _("不分时")), *Dial.Band.choices],
        help_text=_("峰谷表的每个时段各登记一块，如 88001-峰、88001-谷。"),
    )  # fmt: skip


class MeterForm(InstallForm):
    code = forms.CharField(label=_("房号"), max_length=80)
    kind = forms.CharField(label=_("表的种类"), max_length=20, help_text=_("如 水表、电表、燃气表。"))
    number = forms.CharField(label=_("表号"), max_length=40)
    field_order = ["code", "kind", "number", "on", "value", "multiplier", "digits", "band"]


class ReplaceForm(forms.Form):
    on = DayField(label=_("换表日"))
    closing = Figure(_("旧表拆下时的读数"))
    number = forms.CharField(label=_("新表表号"), max_length=40)
    opening = Figure(_("新表底数"), initial=Decimal(0))
    multiplier = Figure(_("新表倍率"), initial=Decimal(1))
    digits = forms.IntegerField(label=_("新表位数"), initial=5, min_value=3, max_value=9)


class SettleForm(forms.Form):
    """The second look at a reading."""

    verdict = forms.ChoiceField(choices=[("confirm", _("确认无误")), ("void", _("作废"))])
    reason = forms.CharField(label=_("原因"), max_length=200)


class EstimateForm(forms.Form):
    on = DayField(label=_("估抄日"))
    since = DayField(label=_("这天之后没有抄到的"))

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        on, since = found.get("on"), found.get("since")
        if on and since and since > on:
            self.add_error("since", _("不能晚于估抄日。"))
        return found
