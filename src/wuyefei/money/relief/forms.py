"""The forms of funds and aids."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wuyefei.foundation.shell.inputs import YuanField

from .actions.money import FundOrder
from .models import Aid, Fund, Money
from .rules.aid import FundKind, How


class FundForm(forms.Form):
    kind = forms.ChoiceField(label=_("种类"), choices=Fund.Kind.choices)
    community = forms.TypedChoiceField(label=_("小区"), coerce=int)
    name = forms.CharField(label=_("名称"), max_length=40, strip=True, help_text=_("业主在账单和公示上看到这个名字。"))
    measure = forms.TypedChoiceField(label=_("应急政策"), coerce=int, required=False, empty_value=None, help_text=_("补贴必填：给这项政策涉及的账单。"))
    source = forms.CharField(label=_("拨付单位"), max_length=60, strip=True, required=False, help_text=_("补贴必填，如「示例街道办事处」。"))
    paper = forms.CharField(label=_("文件"), max_length=80, strip=True, required=False, help_text=_("章程、批文的名称或编号。"))

    def __init__(self, *args: Any, places: Sequence[tuple[int, str]], measures: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["community"].choices = places  # type: ignore[attr-defined]
        self.fields["measure"].choices = [("", _("没有")), *measures]  # type: ignore[attr-defined]

    def order(self) -> FundOrder:
        data = self.cleaned_data
        return FundOrder(data["community"], FundKind(data["kind"]), data["name"], data["measure"], data["source"], data["paper"])


class MoneyForm(forms.Form):
    way = forms.ChoiceField(label=_("方式"), choices=[(way.value, way.label) for way in (Money.Way.CASH, Money.Way.FIRM)])
    giver = forms.ChoiceField(label=_("来源"), choices=[pair for pair in Money.Giver.choices if pair[0] != Money.Giver.FIRM])
    amount = YuanField(label=_("金额（元）"))
    paper = forms.CharField(label=_("凭据"), max_length=80, strip=True, help_text=_("捐款收据号、清点单或公司批文。不要写捐款人的姓名。"))


class CareForm(forms.Form):
    amount = YuanField(label=_("资助金额（元）"), help_text=_("从最早的账单付起，只付本金，不付违约金。"))
    reason = forms.CharField(
        label=_("原因"), max_length=400, strip=True, widget=forms.Textarea(attrs={"rows": 2}), help_text=_("写明困难的事由。不要写病情、证件号等敏感信息。"),
    )  # fmt: skip
    consented = forms.BooleanField(label=_("已征得本人同意，为评估使用困难情况"), required=False)


class PassForm(forms.Form):
    how = forms.ChoiceField(label=_("办法"), choices=[pair for pair in Aid.How.choices if pair[0] != How.HOUSEHOLD])
    amount = YuanField(label=_("金额（元）"), help_text=_("每户定额：每户最多这么多；按未缴分摊：一共这么多。"))
    reason = forms.CharField(label=_("说明"), max_length=400, strip=True, widget=forms.Textarea(attrs={"rows": 2}), help_text=_("批次、文件，审批的人据此判断。"))
