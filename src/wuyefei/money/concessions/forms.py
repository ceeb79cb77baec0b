"""The form of a new plan, read into ``PlanTerms``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wuyefei.estate.properties.public import Property
from wuyefei.foundation.kernel.dates import Span
from wuyefei.foundation.shell.inputs import DayField

from .actions.plans import PlanTerms
from .rules.emergency import DEFERRAL_MONTHS, MOST_PERCENT, Terms
from .rules.limits import BOUNDS, NAMES, Limits
from .rules.plans import BASIS_NAMES, Basis, months_of
from .rules.yearly import TERM_BOUNDS, TERM_NAMES, YearTerms


class PlanForm(forms.Form):
    basis = forms.ChoiceField(label=_("依据"), widget=forms.RadioSelect)
    months = forms.IntegerField(label=_("期数"), min_value=1)
    first_due_on = DayField(label=_("首期到期日"), help_text=_("以后各期在每月的这一天；没有这一天的月份在月末。"))
    relief_percent = forms.TypedChoiceField(
        label=_("违约金减免"), coerce=int,
        help_text=_("只有困难分期可以，全部按期付清才生效。"),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("原因"), max_length=400, strip=True, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("写明困难或大额的事由。不要写病情、证件号等敏感信息。"),
    )  # fmt: skip

    def __init__(self, *args: Any, limits: Limits, mediated: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        basis, relief = self.fields["basis"], self.fields["relief_percent"]
        assert isinstance(basis, forms.ChoiceField) and isinstance(relief, forms.ChoiceField)
        spans = {code: months_of(code, limits) for code in Basis if mediated or code is not Basis.MEDIATION}
        basis.choices = [(code, f"{_(name)}（{spans[code][0]}–{spans[code][1]}）") for code, name in BASIS_NAMES.items() if code in spans]
        percents = sorted({*range(limits.relief_least, limits.relief_most + 1, 10), limits.relief_most} - {0})
        relief.choices = [(0, _("不减免")), *((n, f"{n}%") for n in percents)]

    def terms(self, follows: int | None, origin: str) -> PlanTerms:
        data = self.cleaned_data
        return PlanTerms(
            Basis(data["basis"]), data["months"], data["first_due_on"], data["reason"], data["relief_percent"], follows, origin
        )


class LimitsForm(forms.Form):
    """Within what plans are granted: one field a figure, the sum in yuan."""

    def __init__(self, *args: Any, limits: Limits, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (least, most) in BOUNDS.items():
            money = name == "large_fen"
            self.fields[name] = forms.IntegerField(
                label=f"{_(NAMES[name])}{_('（元）') if money else ''}", initial=getattr(limits, name) // (100 if money else 1),
                min_value=least // (100 if money else 1), max_value=most // (100 if money else 1),
            )  # fmt: skip
        self.fields["reason"] = forms.CharField(label=_("原因"), max_length=200, strip=True, help_text=_("会进审计记录。"))

    def chosen(self) -> Limits:
        values = {name: self.cleaned_data[name] for name in BOUNDS}
        return Limits(**{**values, "large_fen": values["large_fen"] * 100})


class YearTermsForm(forms.Form):
    """What a year paid ahead earns: one field a figure."""

    def __init__(self, *args: Any, terms: YearTerms, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (least, most) in TERM_BOUNDS.items():
            self.fields[name] = forms.IntegerField(label=_(TERM_NAMES[name]), initial=getattr(terms, name), min_value=least, max_value=most)
        self.fields["reason"] = forms.CharField(label=_("原因"), max_length=200, strip=True, help_text=_("会进审计记录。"))

    def chosen(self) -> YearTerms:
        return YearTerms(**{name: self.cleaned_data[name] for name in TERM_BOUNDS})


class MeasureForm(forms.Form):
    """An emergency policy: where, for whom, what. The choices are those of the actor's places."""

    name = forms.CharField(label=_("名称"), max_length=40, strip=True)
    basis = forms.CharField(label=_("依据"), max_length=200, strip=True, help_text=_("政府通知、公司决定的名称和文号。"))
    region = forms.TypedChoiceField(label=_("区域"), required=False, coerce=int, empty_value=None, help_text=_("选了区域，其中的小区都算在内。"))
    communities = forms.TypedMultipleChoiceField(label=_("小区"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple)
    kinds = forms.MultipleChoiceField(label=_("房屋类型"), required=False, widget=forms.CheckboxSelectMultiple, help_text=_("不选就是全部。"))
    starts_on = DayField(label=_("起日"))
    ends_on = DayField(label=_("止日"))
    percent = forms.IntegerField(label=_("减免百分比"), min_value=0, max_value=MOST_PERCENT, initial=0)
    deferral_months = forms.TypedChoiceField(label=_("缓缴"), coerce=int, initial=0)

    def __init__(self, *args: Any, regions: Sequence[tuple[int, str]], places: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        least, most = DEFERRAL_MONTHS
        for name, choices in (
            ("region", [("", _("不按区域")), *regions]), ("communities", list(places)), ("kinds", list(Property.Kind.choices)),
            ("deferral_months", [(0, _("不缓缴")), *((n, _("%(count)s 个月") % {"count": n}) for n in range(least, most + 1))]),
        ):  # fmt: skip
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("starts_on"), data.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("不能早于起日。"))
        return data

    def terms(self) -> Terms:
        data = self.cleaned_data
        return Terms(Span(data["starts_on"], data["ends_on"]), data["deferral_months"], data["percent"], tuple(data["kinds"]))
