"""Forms of inspections."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.shell.inputs import DayField

from .inspection_rules import NOTE, POINT, WHO, WHY, Result, Round, Sort
from .models import RESULTS, SORTS


class InspectionForm(forms.Form):
    """A look at one point; the building is chosen before. ``time`` blank is now."""

    point = forms.CharField(label=_("点位"), max_length=POINT, strip=True, help_text=_("如：大堂、电梯机房、消防栓 3 层。"))
    sort = forms.ChoiceField(label=_("类别"), choices=SORTS, widget=forms.RadioSelect, initial=Sort.FACILITY.value)
    result = forms.ChoiceField(label=_("结果"), choices=RESULTS, widget=forms.RadioSelect, initial=Result.FINE.value)
    note = forms.CharField(
        label=_("情况"), max_length=NOTE, required=False, strip=True, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("有问题的写明是什么问题。不写住户姓名、电话。"),
    )  # fmt: skip
    ticket = forms.TypedChoiceField(label=_("关联工单"), coerce=int, empty_value=None, required=False)
    photo = forms.FileField(label=_("照片"), required=False, widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png", "capture": "environment"}), help_text=_("可不拍。拍摄地点会去掉，不拍人。"))
    who = forms.CharField(label=_("巡检人"), max_length=WHO, strip=True)
    on = DayField(label=_("日期"))
    time = forms.TimeField(label=_("时间"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), help_text=_("空着就是现在。"))

    def __init__(self, *args: Any, tickets: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ticket"].choices = [("", _("没有")), *tickets]  # type: ignore[attr-defined]

    def round(self, building: int | None, now: dt.datetime) -> Round:
        """What was typed as the rules take it."""
        data = self.cleaned_data
        today = now.astimezone(CHINA)
        moment = data["time"] or (today.time().replace(microsecond=0) if data["on"] == today.date() else dt.time())
        return Round(
            building, data["point"], Sort(data["sort"]), dt.datetime.combine(data["on"], moment, tzinfo=CHINA), data["who"], Result(data["result"]), data["note"]
        )


class SheetForm(forms.Form):
    file = forms.FileField(label=_("巡检表"), help_text=_("xlsx 或 csv，一行一个点位。"))


class VoidForm(forms.Form):
    reason = forms.CharField(label=_("原因"), max_length=WHY, strip=True)
