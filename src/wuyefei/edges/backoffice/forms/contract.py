"""Forms of contracts. Rates are typed in per cent, as contracts write them, and kept as shares."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wuyefei.estate.contracts.public import (
    CHANNELS,
    ClauseNote,
    Contract,
    ContractDraft,
    LocalTerm,
    Severity,
    check_clauses,
)
from wuyefei.estate.properties.public import Building, Property, buildings
from wuyefei.estate.tariffs.public import Tariff, tariffs
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.money.billing.public import DEFAULT_CAP, DEFAULT_RATE

from .base import Form, day_field

HUNDRED = Decimal(100)
CYCLES = [(1, _("每月")), (2, _("每两个月")), (3, _("每季")), (4, _("每四个月")), (6, _("每半年")), (12, _("每年"))]
PLAIN = (
    "number", "title", "starts_on", "ends_on", "cycle_months", "cycle_anchor", "due_day", "due_month", "allocation_order",
    "convention", "price_regime", "ceiling_per_m2", "service_grade", "dispute_path", "late_fee_clause", "fee_clause",
)  # fmt: skip


def defaults() -> dict[str, Any]:
    """What a new contract begins with: quarterly, due on the 15th of the first month, the usual late fee."""
    return {
        "cycle_months": 3, "due_month": 1, "due_day": 15, "late_fee_rate": as_percent(DEFAULT_RATE),
        "late_fee_cap": as_percent(DEFAULT_CAP), "allocation_order": "law", "convention": "calendar",
        "price_regime": "market", "dispute_path": "court",
    }  # fmt: skip


def as_percent(share: Decimal | None) -> Decimal | None:
    return None if share is None else (share * HUNDRED).normalize()


def from_contract(contract: Contract) -> dict[str, Any]:
    found = {name: getattr(contract, name) for name in (*PLAIN, "channels")}
    rate, cap = as_percent(contract.late_fee_rate), as_percent(contract.late_fee_cap)
    return found | {"late_fee_rate": rate, "late_fee_cap": cap}


class ContractForm(Form):
    number = forms.CharField(label=_("合同编号"), max_length=40)
    title = forms.CharField(label=_("合同名称"), max_length=80)
    starts_on = day_field(_("合同起始日期"))
    ends_on = day_field(_("合同终止日期"), required=False, help_text=_("最后一天，留空为未约定"))
    cycle_months = forms.TypedChoiceField(label=_("收费周期"), choices=CYCLES, coerce=int)
    cycle_anchor = day_field(_("周期起算月"), required=False, help_text=_("留空按自然季、自然年"))
    due_month = forms.IntegerField(label=_("缴费月"), min_value=1, max_value=12, help_text=_("周期内的第几个月"))
    due_day = forms.IntegerField(label=_("缴费日"), min_value=1, max_value=31, help_text=_("这一天是最后期限，次日起算逾期"))
    fee_clause = forms.CharField(label=_("收费条款"), max_length=40, required=False, help_text=_("合同中的条款编号，如 第六条"))
    late_fee_rate = forms.DecimalField(
        label=_("违约金日比例"), required=False, min_value=0, max_value=1, decimal_places=4, help_text=_("每日百分之几，留空不设违约金")
    )
    late_fee_cap = forms.DecimalField(
        label=_("违约金上限"), required=False, min_value=0, max_value=100, decimal_places=2, help_text=_("应缴金额的百分之几")
    )
    late_fee_clause = forms.CharField(label=_("违约金条款"), max_length=40, required=False, help_text=_("没有条款就不能收违约金"))
    allocation_order = forms.ChoiceField(label=_("核销顺序"), choices=Contract.Order.choices)
    convention = forms.ChoiceField(label=_("计费天数"), choices=Contract.Convention.choices)
    price_regime = forms.ChoiceField(label=_("价格形式"), choices=Contract.Regime.choices)
    ceiling_per_m2 = forms.DecimalField(label=_("指导价上限"), required=False, min_value=0, help_text=_("元/平方米·月"))
    service_grade = forms.CharField(label=_("服务等级"), max_length=20, required=False)
    dispute_path = forms.ChoiceField(label=_("争议解决"), choices=Contract.Dispute.choices)
    channels = forms.MultipleChoiceField(
        label=_("缴费渠道"), choices=[(code, _(name)) for code, name in CHANNELS.items()], required=False, widget=forms.CheckboxSelectMultiple()
    )
    wording = forms.CharField(
        label=_("合同文字"), required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("粘贴收费、违约金、争议条款，只用于检查，不保存"),
    )  # fmt: skip

    local: tuple[LocalTerm, ...] = ()
    """The rules of the place that the checker consults."""

    def clean(self) -> dict[str, Any]:
        """A clause that is void or forbidden is refused here; warnings only stand beside the form."""
        data = super().clean() or {}
        for note in self.notes():
            if note.severity is Severity.ERROR and data.get("wording"):
                self.add_error("wording", Invalid(field=note.clause, reason=note.message).text)
        return data

    def draft(self) -> ContractDraft:
        data = self.cleaned_data
        return ContractDraft(
            **{name: data[name] for name in PLAIN},
            late_fee_rate=_share(data["late_fee_rate"]),
            late_fee_cap=_share(data["late_fee_cap"]),
            channels=tuple(data["channels"]),
        )

    def notes(self) -> list[ClauseNote]:
        """What the clause checker says of what has been typed so far; nothing while the terms cannot be read."""
        data = getattr(self, "cleaned_data", None)
        if data is None or not data.get("starts_on") or not data.get("cycle_months"):
            return []
        known: dict[str, Any] = {name: data.get(name) for name in PLAIN if data.get(name) is not None}
        known |= {"number": data.get("number") or "", "title": data.get("title") or "", "due_day": data.get("due_day")}
        rate, cap = _share(data.get("late_fee_rate")), _share(data.get("late_fee_cap"))
        draft = ContractDraft(**known, late_fee_rate=rate, late_fee_cap=cap)
        return check_clauses(draft, data.get("wording") or "", self.local)


def _share(percent: Decimal | None) -> Decimal | None:
    return percent / HUNDRED if percent else None


class CoverForm(Form):
    """A tariff for every property of the kinds and buildings chosen."""

    tariff = forms.ModelChoiceField(label=_("收费标准"), queryset=Tariff.objects.none(), empty_label=_("请选择"))
    kinds = forms.MultipleChoiceField(
        label=_("房屋类型"), choices=Property.Kind.choices, required=False, widget=forms.CheckboxSelectMultiple()
    )
    buildings = forms.ModelMultipleChoiceField(
        label=_("楼栋"), queryset=Building.objects.none(), required=False, widget=forms.CheckboxSelectMultiple(),
        help_text=_("不选就是全部楼栋"),
    )  # fmt: skip
    starts_on = day_field(_("计费起始日期"))
    ends_on = day_field(_("计费终止日期"), required=False)

    def __init__(self, *args: Any, actor: Actor, contract: Contract, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        place = contract.community_id
        rows = tariffs(actor).filter(community_id=place, ended_on__isnull=True).order_by("name")
        self.fields["tariff"].queryset = rows  # type: ignore[attr-defined]
        self.fields["buildings"].queryset = buildings(actor).filter(community_id=place).order_by("sort_key")  # type: ignore[attr-defined]


class LineForm(Form):
    """One property by its code, with a quantity where it differs from the area."""

    code = forms.CharField(label=_("房屋编号"), max_length=80)
    tariff = forms.ModelChoiceField(label=_("收费标准"), queryset=Tariff.objects.none(), empty_label=_("请选择"))
    starts_on = day_field(_("计费起始日期"))
    ends_on = day_field(_("计费终止日期"), required=False)
    quantity = forms.DecimalField(label=_("计费数量"), required=False, help_text=_("留空按房屋面积"))

    def __init__(self, *args: Any, actor: Actor, contract: Contract, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = tariffs(actor).filter(community_id=contract.community_id, ended_on__isnull=True).order_by("name")
        self.fields["tariff"].queryset = rows  # type: ignore[attr-defined]


class DayAndReason(Form):
    ends_on = day_field(_("终止日期"))
    reason = forms.CharField(label=_("原因"), max_length=400)
