"""What an owner types."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from wuyefei.estate.people.public import normalise_bank
from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.foundation.kernel.money import parse_yuan
from wuyefei.relations.accounts.public import Account


class MobileForm(forms.Form):
    mobile = forms.CharField(
        label=_("手机号"), max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel-national", "placeholder": ""}),
    )  # fmt: skip


class RoomForm(forms.Form):
    community = forms.CharField(label=_("小区名称"), max_length=80, help_text=_("写全名，如物业通知单上的名称"))
    room = forms.CharField(label=_("房号"), max_length=40, help_text=_("如 3-2-1201，或 3栋2单元1201"))
    name = forms.CharField(label=_("登记姓名"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "name"}))


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("验证码"), max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "code", "pattern": "[0-9 ]*"}),
    )  # fmt: skip


class PreferencesForm(forms.Form):
    reminder = forms.ChoiceField(label=_("怎么提醒我"), choices=Account.Reminder.choices)
    quiet_from = forms.TimeField(label=_("免打扰从"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    quiet_to = forms.TimeField(label=_("到"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    large_type = forms.BooleanField(label=_("大字"), required=False)


class InvoiceForm(forms.Form):
    """Who an invoice is made out to; what is wrong with it is said by the rules of invoices."""

    kind = forms.ChoiceField(label=_("抬头类型"), choices=[("personal", _("个人")), ("company", _("单位"))])
    name = forms.CharField(label=_("抬头名称"), max_length=100)
    tax_number = forms.CharField(label=_("税号（单位必填）"), max_length=24, required=False, help_text=_("18 位统一社会信用代码"))
    identity = forms.CharField(
        label=_("身份证号（个人选填）"), max_length=24, required=False, help_text=_("加密保存；留空沿用上次的"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    email = forms.CharField(label=_("电子邮箱（选填）"), max_length=100, required=False, widget=forms.EmailInput)


class DebitForm(forms.Form):
    """An account that the bank may debit; ``limit`` comes out in fen."""

    holder = forms.CharField(label=_("户名"), max_length=80)
    bank = forms.CharField(label=_("开户行"), max_length=60, help_text=_("如 某某银行某某支行"))
    account = forms.CharField(
        label=_("账号"), max_length=40, help_text=_("加密保存，页面上只显示后四位。"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip
    limit = forms.CharField(
        label=_("每次最多扣（元，选填）"), max_length=16, required=False, widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    agreed = forms.BooleanField(label=_("我是户主，同意物业委托银行从这个账号扣收我的物业费账单"))

    def clean_account(self) -> str:
        try:
            return normalise_bank(self.cleaned_data["account"])
        except Invalid as error:
            raise forms.ValidationError(error.text) from error

    def clean_limit(self) -> int | None:
        text = self.cleaned_data["limit"]
        try:
            fen = parse_yuan(text) if text else None
        except Invalid as error:
            raise forms.ValidationError(error.text) from error
        if fen is not None and fen <= 0:
            raise forms.ValidationError(_("应大于 0；不填就是不限。"))
        return fen
