"""Forms of declared turnover."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wuyefei.foundation.shell.inputs import MonthField, YuanField


class DeclareForm(forms.Form):
    month = MonthField(label=_("月份"), max_length=7)
    amount = YuanField(label=_("营业额（元）"), max_length=20, help_text=_("含税，按商户报来的数。"))
    note = forms.CharField(label=_("备注"), max_length=200, required=False, help_text=_("凭据或更正的原因。更正已确认的月份必须写。"))


class FileForm(forms.Form):
    file = forms.FileField(label=_("营业额表"), help_text=_("xlsx 或 csv。没填营业额的行不管。"))


class SettleForm(forms.Form):
    verdict = forms.ChoiceField(choices=[("confirm", _("确认")), ("refuse", _("退回"))])
    reason = forms.CharField(label=_("原因"), max_length=200, required=False)
    declared = forms.TypedMultipleChoiceField(coerce=int)

    def __init__(self, ids: list[int], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["declared"]
        assert isinstance(field, forms.TypedMultipleChoiceField)
        field.choices = [(pk, pk) for pk in ids]
        field.error_messages["required"] = _("请先勾选要处理的申报。")
