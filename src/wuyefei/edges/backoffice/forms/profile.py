"""Forms of the owner record: how a person pays, what was checked, and how often."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wuyefei.estate.profiles.public import (
    CYCLES,
    DETAILS,
    DOCUMENTS,
    EBILLS,
    METHODS,
    Profile,
    ProfileRow,
    Rule,
    When,
)

from .base import Form, day_field


class ProfileForm(Form):
    """Details are typed in and never shown back: a blank keeps what is there."""

    method = forms.ChoiceField(label=gettext_lazy("缴费方式"))
    cycle_months = forms.TypedChoiceField(label=gettext_lazy("缴费周期"), coerce=int)
    ebill = forms.ChoiceField(label=gettext_lazy("电子账单"), required=False)
    email = forms.CharField(label=gettext_lazy("电子邮箱"), max_length=80, required=False)
    age = forms.CharField(label=gettext_lazy("年龄"), max_length=3, required=False)
    occupation = forms.CharField(label=gettext_lazy("职业"), max_length=40, required=False)
    family = forms.CharField(label=gettext_lazy("家庭情况"), max_length=200, required=False)
    needs = forms.CharField(label=gettext_lazy("特殊需求"), max_length=200, required=False)
    score = forms.TypedChoiceField(label=gettext_lazy("满意度"), required=False, coerce=int, empty_value=None)
    clear = forms.MultipleChoiceField(label=gettext_lazy("清除"), required=False, widget=forms.CheckboxSelectMultiple())

    def __init__(self, *args: Any, profile: Profile | None = None, **kwargs: Any) -> None:
        initial = {name: getattr(profile, name) for name in ("method", "cycle_months", "ebill", "score")} if profile else {}
        super().__init__(*args, initial=initial, **kwargs)
        choices: dict[str, list[tuple[Any, str]]] = {
            "method": [("", _("请选择")), *((code, _(name)) for code, name in METHODS.items())],
            "cycle_months": [("", _("请选择")), *((months, _(name)) for months, name in CYCLES.items())],
            "ebill": [(code, _(name)) for code, name in EBILLS.items()],
            "score": [("", _("没有问过")), *((score, _("%(score)s 分") % {"score": score}) for score in range(1, 6))],
        }
        for name, values in choices.items():
            self.fields[name].choices = values  # type: ignore[attr-defined]
        held = profile.known if profile else []
        for name in held:
            self.fields[name].help_text = _("已登记，留空不改")
        if held:
            self.fields["clear"].choices = [(name, _(DETAILS[name])) for name in held]  # type: ignore[attr-defined]
        else:
            del self.fields["clear"]

    def row(self) -> ProfileRow:
        data = self.cleaned_data
        names = ("method", "cycle_months", "ebill", "score", *DETAILS)
        return ProfileRow(**{name: data[name] for name in names})


class VerifyForm(Form):
    verified_on = day_field(gettext_lazy("核实日期"))
    document = forms.ChoiceField(label=gettext_lazy("所见证件"), required=False)
    note = forms.CharField(label=gettext_lazy("说明"), max_length=200, required=False, help_text=gettext_lazy("不要写证件号码"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["document"].choices = [("", _("没有看证件")), *((code, _(name)) for code, name in DOCUMENTS.items())]  # type: ignore[attr-defined]


class RuleForm(Form):
    """One group's interval; ``months`` only where the group goes by the calendar."""

    months = forms.IntegerField(label=gettext_lazy("几个月一次"), required=False)
    grace_days = forms.IntegerField(label=gettext_lazy("宽限天数"))

    def __init__(self, *args: Any, rule: Rule, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"months": rule.months, "grace_days": rule.grace_days})
        super().__init__(*args, **kwargs)
        if rule.when is not When.MONTHS:
            del self.fields["months"]
