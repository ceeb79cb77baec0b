"""Forms of runs and of what is asked about a receivable."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wuyefei.estate.tariffs.public import items
from wuyefei.foundation.access.actor import Actor, visible_communities
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.foundation.shell.inputs import DayField, YuanField

REASON_LENGTH = 200


class MonthField(forms.CharField):
    """A calendar month as ``2026-11``."""

    widget = forms.TextInput(attrs={"type": "month"})

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return Month.parse(text) if text else None
        except Invalid as error:
            raise forms.ValidationError(error.data["reason"]) from error


class RunForm(forms.Form):
    """A community and month to bill; without chosen items, all of them."""

    community = forms.TypedChoiceField(label=_("小区"), coerce=int)
    month = MonthField(label=_("账期"), help_text=_("出这个月开始的账单，以及以前漏出的。"))
    items = forms.TypedMultipleChoiceField(
        label=_("收费项目"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple, help_text=_("不选就是全部项目。")
    )

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = visible_communities(actor, Permission.BILLING_DRAFT)
        community, chosen = self.fields["community"], self.fields["items"]
        assert isinstance(community, forms.ChoiceField) and isinstance(chosen, forms.ChoiceField)
        community.choices = [(place.pk, place.name) for place in places if place.ended_on is None]
        chosen.choices = [(item.pk, item.name) for item in items(actor)]


class ReasonForm(forms.Form):
    """What every request carries."""

    reason = forms.CharField(
        label=_("原因"), max_length=REASON_LENGTH, strip=True, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("复核人会看到，并进审计记录。"),
    )  # fmt: skip


class AdjustForm(ReasonForm):
    amount = YuanField(label=_("调整金额（元）"), max_length=20, help_text=_("减少写负数，如 -50.00；最多减到未缴为 0。"))
    field_order = ["amount", "reason"]


class WaiveForm(ReasonForm):
    amount = YuanField(label=_("减免的违约金（元）"), max_length=20)
    field_order = ["amount", "reason"]


class HoldForm(ReasonForm):
    starts_on = DayField(label=_("停计自"), help_text=_("含这一天。"))
    ends_on = DayField(label=_("停计至"), required=False, help_text=_("含这一天；空着就是一直停到另行结束。"))
    field_order = ["starts_on", "ends_on", "reason"]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        first, last = found.get("starts_on"), found.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("止于 %(last)s，早于停计自 %(first)s。") % {"last": last, "first": first})
        return found


class EndHoldForm(forms.Form):
    ends_on = DayField(label=_("最后停计日"), help_text=_("含这一天，次日起恢复计算。"))
