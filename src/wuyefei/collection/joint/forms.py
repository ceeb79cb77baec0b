"""Forms of joint work."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wuyefei.foundation.shell.inputs import DayField, YuanField

from .actions import OUTCOMES
from .models import PURPOSES, SIDES

Choices = Sequence[tuple[Any, Any]]


def _lines(label: Any, most: int, *, required: bool = True, rows: int = 2, help_text: Any = "") -> forms.CharField:
    return forms.CharField(label=label, max_length=most, required=required, strip=True, help_text=help_text, widget=forms.Textarea(attrs={"rows": rows}))


class OpenForm(forms.Form):
    """A new effort."""

    community = forms.TypedChoiceField(label=_("小区"), coerce=int)
    title = forms.CharField(label=_("名称"), max_length=60, strip=True)
    purpose = forms.ChoiceField(label=_("目的"), choices=PURPOSES, widget=forms.RadioSelect, help_text=_("目的决定能给对方看什么，开了以后不能改。"))
    partners = forms.CharField(label=_("合作单位"), max_length=160, strip=True, help_text=_("写全称，如某街道办事处、某社区居委会。"))
    basis = forms.CharField(label=_("依据"), max_length=160, strip=True, help_text=_("文号、会议纪要或者联合办理协议的编号。"))

    def __init__(self, *args: Any, places: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["community"].choices = places  # type: ignore[attr-defined]


class JoinForm(forms.Form):
    """Which cases to bring in."""

    cases = forms.TypedMultipleChoiceField(label=_("欠费的户"), coerce=int, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, cases: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cases"].choices = cases  # type: ignore[attr-defined]


class VisitForm(forms.Form):
    """A joint visit."""

    household = forms.TypedChoiceField(label=_("哪一户"), coerce=int)
    at = forms.DateTimeField(label=_("时间"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"))
    people = forms.IntegerField(label=_("一共几人"), min_value=1, max_value=20, help_text=_("双方加起来，至少 2 人。"))
    sides = forms.MultipleChoiceField(label=_("到场的"), choices=SIDES, widget=forms.CheckboxSelectMultiple)
    outcome = forms.ChoiceField(label=_("结果"), choices=OUTCOMES)
    note = _lines(_("经过"), 400)
    agreed = _lines(_("谈成什么"), 400, required=False)

    def __init__(self, *args: Any, households: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["household"].choices = households  # type: ignore[attr-defined]


class MeetingForm(forms.Form):
    """Minutes of a three-party meeting."""

    on = DayField(label=_("日期"))
    place = forms.CharField(label=_("地点"), max_length=60, strip=True)
    sides = forms.MultipleChoiceField(label=_("到场的"), choices=SIDES, widget=forms.CheckboxSelectMultiple)
    present = forms.TypedMultipleChoiceField(label=_("到会的户"), coerce=int, widget=forms.CheckboxSelectMultiple)
    said = _lines(_("各方意见"), 1000, rows=5)
    agreed = _lines(_("谈成什么"), 400, required=False)

    def __init__(self, *args: Any, households: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["present"].choices = households  # type: ignore[attr-defined]


class WorkForm(forms.Form):
    """A small work."""

    title = forms.CharField(label=_("做什么"), max_length=60, strip=True, help_text=_("如楼道灯、单元门、健身角。"))
    homes = forms.IntegerField(label=_("受益户数"), min_value=1, max_value=100_000)
    cost = YuanField(label=_("预计花费"), max_length=16, help_text=_("只用来比较先做哪一件，不记账。"))
    planned_on = DayField(label=_("计划哪天做完"))


class ShowForm(forms.Form):
    """What is handed to whom."""

    side = forms.ChoiceField(label=_("提供给"), choices=SIDES)
    receiver = forms.CharField(label=_("接收人"), max_length=60, strip=True, help_text=_("单位和姓名。"))
    fields_ = forms.MultipleChoiceField(label=_("提供哪几项"), widget=forms.CheckboxSelectMultiple, required=False)

    def __init__(self, *args: Any, allowed: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["fields_"].choices = allowed  # type: ignore[attr-defined]


class CloseForm(forms.Form):
    """How it ended."""

    result = _lines(_("结果"), 400, rows=3)


class DoneForm(forms.Form):
    """What came of a work."""

    note = forms.CharField(label=_("说明"), max_length=200, required=False, strip=True)
