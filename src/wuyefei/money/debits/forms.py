"""The forms of the room."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.foundation.kernel.money import parse_yuan
from wuyefei.foundation.shell.inputs import DayField

from .actions.mandates import MandateDraft
from .actions.terms import TermsDraft
from .models import DebitTerms
from .rules import APART_BOUNDS, ATTEMPT_BOUNDS, ATTEMPTS, DAYS_APART, MOST_BACK_BYTES
from .rules.layouts import BACK_COLUMNS, CSV_COLUMNS, FIXED_COLUMNS


class SignForm(forms.Form):
    use_required_attribute = False
    holder = forms.CharField(label=_("户名"), max_length=80)
    bank = forms.CharField(label=_("开户行"), max_length=60)
    account = forms.CharField(label=_("账号"), max_length=40, help_text=_("加密保存，页面上只显示后四位。"))
    limit = forms.CharField(label=_("每次限额（元）"), max_length=16, required=False, help_text=_("一次最多扣多少；不填则不限。"))
    signed_on = DayField(label=_("签约日期"))

    def clean_limit(self) -> int | None:
        text = self.cleaned_data["limit"]
        if not text:
            return None
        try:
            return parse_yuan(text)
        except Invalid as error:
            raise forms.ValidationError(error.text) from error

    def draft(self) -> MandateDraft:
        given = self.cleaned_data
        return MandateDraft(bank=given["bank"], holder=given["holder"], account=given["account"], signed_on=given["signed_on"], limit_fen=given["limit"])


class TermsForm(forms.Form):
    use_required_attribute = False
    merchant = forms.CharField(label=_("商户号或协议号"), max_length=40)
    note = forms.CharField(label=_("摘要"), max_length=40, required=False, help_text=_("业主的银行短信里看到的字。"))
    attempts = forms.IntegerField(label=_("最多扣几次"), min_value=ATTEMPT_BOUNDS[0], max_value=ATTEMPT_BOUNDS[1], initial=ATTEMPTS)
    days_apart = forms.IntegerField(label=_("两次相隔天数"), min_value=APART_BOUNDS[0], max_value=APART_BOUNDS[1], initial=DAYS_APART)
    shape = forms.ChoiceField(label=_("报盘文件"), choices=DebitTerms.Shape.choices)
    columns = forms.CharField(label=_("报盘的列"), initial=CSV_COLUMNS, widget=forms.Textarea(attrs={"rows": 8}))
    back_shape = forms.ChoiceField(label=_("回盘文件"), choices=DebitTerms.Shape.choices)
    back_columns = forms.CharField(
        label=_("回盘的列"), required=False, widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("按列名的回盘可以不填，按常用列名识别；定长的必须填。"),
    )  # fmt: skip
    codes = forms.CharField(
        label=_("返回码"), required=False, widget=forms.Textarea(attrs={"rows": 4}), help_text=_("每行一个，如 E4=余额不足；不填按常用返回码解释。")
    )

    def draft(self) -> TermsDraft:
        return TermsDraft(**self.cleaned_data)


SAMPLES = (("csv", CSV_COLUMNS), ("fixed", FIXED_COLUMNS), ("back", BACK_COLUMNS))
"""Texts to begin from, as the settings page shows them."""


class AnswerForm(forms.Form):
    use_required_attribute = False
    file = forms.FileField(label=_("回盘文件"), widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xls,.xlsx"}))
    day = DayField(label=_("扣款日期"), help_text=_("文件里没有日期的行按这一天入账。"))

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BACK_BYTES:
            raise forms.ValidationError(_now("文件有 %(size)s MB，最大 %(most)s MB，请拆开上传。") % {"size": file.size >> 20, "most": MOST_BACK_BYTES >> 20})
        return file
