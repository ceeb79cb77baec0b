"""The form of a campaign, read into ``CampaignOrder``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wuyefei.foundation.kernel.dates import Span
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.kernel.money import parse_yuan
from wuyefei.foundation.shell.inputs import DayField

from .actions import CampaignOrder
from .models import Campaign
from .rules import MOST_STOCK, MOST_TIERS, CampaignKind, Terms, Tier


class YuanField(forms.CharField):
    """Fen, typed in yuan; nothing typed is 0."""

    widget = forms.TextInput(attrs={"inputmode": "decimal"})

    def __init__(self, *, label: Any, **more: Any) -> None:
        super().__init__(label=label, max_length=14, required=False, **more)

    def clean(self, value: Any) -> int:
        try:
            return parse_yuan(super().clean(value) or "0", str(self.label))
        except DomainError as error:
            raise forms.ValidationError(error.text) from error


class CampaignForm(forms.Form):
    """One of the kinds of campaign: of gifts by tiers, or of a fee waived."""

    community = forms.TypedChoiceField(label=_("小区"), coerce=int)
    name = forms.CharField(label=_("名称"), max_length=40, strip=True, help_text=_("减免的，业主在账单上看到这个名字。"))
    basis = forms.CharField(label=_("依据"), max_length=200, strip=True, help_text=_("公司决定的名称和文号。"))
    starts_on = DayField(label=_("起日"))
    ends_on = DayField(label=_("止日"))

    def __init__(self, *args: Any, kind: CampaignKind, places: Sequence[tuple[int, str]], items: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        self.fields["community"].choices = places  # type: ignore[attr-defined]
        if kind is CampaignKind.FEE:
            self.fields["item"] = forms.TypedChoiceField(label=_("免哪项费用"), coerce=int, choices=items)
            self.fields["most"] = YuanField(label=_("每户最多（元）"))
            self.fields["budget"] = YuanField(label=_("预算（元）"))
            return
        for n in range(1, MOST_TIERS + 1):
            self.fields[f"least{n}"] = YuanField(label=_("第 %(n)s 档：预缴满（元）") % {"n": n})
            self.fields[f"gift{n}"] = forms.CharField(label=_("礼品或服务"), max_length=80, strip=True, required=False)
            self.fields[f"cost{n}"] = YuanField(label=_("每份成本（元）"))
            self.fields[f"stock{n}"] = forms.IntegerField(label=_("份数"), min_value=0, max_value=MOST_STOCK, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("starts_on"), data.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("不能早于起日。"))
        return data

    def order(self) -> CampaignOrder:
        data = self.cleaned_data
        tiers = tuple(
            Tier(data[f"least{n}"], data[f"gift{n}"], data[f"cost{n}"], data[f"stock{n}"] or 0)
            for n in range(1, MOST_TIERS + 1) if data.get(f"least{n}") or data.get(f"gift{n}")
        )  # fmt: skip
        terms = Terms(self.kind, Span(data["starts_on"], data["ends_on"]), tiers, data.get("most", 0), data.get("budget", 0))
        return CampaignOrder(data["community"], data["name"], data["basis"], terms, data.get("item"))


KINDS = Campaign.Kind.choices
