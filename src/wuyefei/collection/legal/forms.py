"""Forms of the legal road, made from the table of acts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wuyefei.foundation.shell.inputs import DayField, YuanField

from .rules.expenses import FEE_NAMES, Move
from .rules.road import Act, Field


def form_of(act: Act, data: Any = None, initial: dict[str, Any] | None = None) -> forms.Form:
    """A form with the fields of the act; what is typed is judged by ``rules.road.read_facts``."""
    form = forms.Form(data, initial=initial)
    for field in act.fields:
        form.fields[field.name] = _control(field)
    return form


def _control(field: Field) -> forms.Field:
    label = _(field.label)
    if field.kind == "choice":
        return forms.CharField(label=label, required=field.required, widget=forms.Select(choices=[("", "—"), *((code, _(name)) for code, name in field.choices)]))
    if field.kind == "day":
        return forms.CharField(label=label, required=field.required, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    attrs = {"inputmode": "decimal"} if field.kind == "money" else {"maxlength": 200}
    return forms.CharField(label=label, required=field.required, widget=forms.TextInput(attrs=attrs))


class NewsForm(forms.Form):
    """What became of a letter."""

    tracking = forms.CharField(label=gettext_lazy("邮件号"), max_length=30, required=False)
    on = forms.DateField(label=gettext_lazy("日期"), required=False)
    proof = forms.CharField(label=gettext_lazy("凭证"), max_length=120, required=False)


class CostForm(forms.Form):
    """A move of costs; what is typed is judged by ``rules.expenses.check_move``."""

    fee = forms.ChoiceField(label=gettext_lazy("费用"))
    amount = YuanField(label=gettext_lazy("金额（元）"))
    on = DayField(label=gettext_lazy("日期"))
    party = forms.CharField(label=gettext_lazy("收款、付款单位"), max_length=60)
    paper = forms.CharField(label=gettext_lazy("凭据"), max_length=80, help_text=gettext_lazy("缴费通知、发票、退费通知或者文书的编号。"))
    agreed = forms.BooleanField(label=gettext_lazy("合同约定这项费用由违约方承担"), required=False)

    def __init__(self, *args: Any, move: Move, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fee = self.fields["fee"]
        assert isinstance(fee, forms.ChoiceField)
        fee.choices = [(one.value, _(name)) for one, name in FEE_NAMES.items()]
        if move is not Move.PAID:
            del self.fields["agreed"]
        if move is Move.AWARDED:
            self.fields["party"].label, self.fields["party"].initial = _("文书由哪个法院作出"), ""
