"""The form of what is given up, read into ``GivingUp``."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.kernel.money import parse_yuan

from .actions.given_up import GivingUp
from .forms import DayField
from .models import GivenUp
from .rules.given_up import Ground, Paper, Way


class GivenUpForm(forms.Form):
    """One way of giving up a bill: writing off asks for a ground, a reduction for its sums."""

    ground = forms.ChoiceField(label=_("依据"), choices=[("", _("请选择")), *GivenUp.Ground.choices])
    principal = forms.CharField(label=_("减本金（元）"), required=False, max_length=14, widget=forms.TextInput(attrs={"inputmode": "decimal"}))
    late = forms.CharField(label=_("减违约金（元）"), required=False, max_length=14, widget=forms.TextInput(attrs={"inputmode": "decimal"}))
    paper = forms.CharField(label=_("文书号"), required=False, max_length=60, strip=True, help_text=_("判决书、调解书、裁定书、公告或注销证明的编号。"))
    paper_on = DayField(label=_("文书日期"), required=False)
    evidence = forms.CharField(
        label=_("证据"), max_length=400, strip=True, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("有哪些材料、放在哪里。不要写病情、证件号等敏感信息。"),
    )  # fmt: skip
    reason = forms.CharField(label=_("原因"), max_length=300, strip=True, widget=forms.Textarea(attrs={"rows": 2}), help_text=_("审批的人据此判断。"))

    def __init__(self, *args: Any, way: Way, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.way = way
        for name in ("principal", "late") if way is Way.WRITE_OFF else ("ground",):
            del self.fields[name]
        for name in ("paper", "paper_on") if way is not Way.WRITE_OFF else ():
            self.fields[name].required = True

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in ("principal", "late"):
            if name in self.fields:
                try:
                    data[name] = parse_yuan(data.get(name) or "0", str(self.fields[name].label))
                except DomainError as error:
                    self.add_error(name, error.text)
        return data

    def order(self) -> GivingUp:
        data = self.cleaned_data
        paper = Paper(data["evidence"], data["paper"], data["paper_on"])
        ground = Ground(data["ground"]) if self.way is Way.WRITE_OFF else None
        return GivingUp(self.way, paper, data["reason"], ground, data.get("principal", 0), data.get("late", 0))
