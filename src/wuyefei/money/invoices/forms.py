"""The forms of a title and of the setup."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from .models import InvoiceSetup, TitleKind

HIDDEN = {"autocomplete": "new-password", "spellcheck": "false"}
KEY = {"rows": 3, "spellcheck": "false", "autocomplete": "off"}


class TitleForm(forms.Form):
    """What the title's own rules check is checked there; an identity number once given is kept while it is left empty."""

    kind = forms.ChoiceField(label=_("抬头类型"), choices=TitleKind.choices, widget=forms.RadioSelect, initial=TitleKind.PERSONAL)
    name = forms.CharField(label=_("抬头名称"), max_length=100)
    tax_number = forms.CharField(label=_("税号"), max_length=24, required=False, help_text=_("单位必填：18 位统一社会信用代码"))
    identity = forms.CharField(
        label=_("身份证号"), max_length=24, required=False, help_text=_("个人选填，加密保存；留空沿用上次的"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    email = forms.CharField(label=_("电子邮箱"), max_length=100, required=False, help_text=_("选填，服务商把发票发到这里"))


class InvoiceSetupForm(forms.Form):
    """The setup; a secret is never filled in again."""

    provider_name = forms.CharField(label=_("服务商名称"), max_length=40)
    base_url = forms.CharField(label=_("接口网址"), max_length=200, help_text=_("服务商给的地址，https:// 开头"))
    app_key = forms.CharField(label=_("应用标识"), max_length=64)
    signing = forms.ChoiceField(label=_("签名方式"), choices=InvoiceSetup.Signing.choices)
    secret = forms.CharField(
        label=_("应用密钥"), required=False, max_length=8000, widget=forms.PasswordInput(attrs=HIDDEN),
        help_text=_("HMAC 为共享密钥（至少 32 个字符），RSA 为本方私钥；留空表示不改"),
    )  # fmt: skip
    provider_key = forms.CharField(
        label=_("服务商公钥"), required=False, max_length=8000, widget=forms.Textarea(attrs=KEY), help_text=_("仅 RSA 需要；留空表示不改")
    )
    seller_name = forms.CharField(label=_("销售方名称"), max_length=100)
    seller_tax_number = forms.CharField(label=_("销售方税号"), max_length=24)
    auto_issue = forms.BooleanField(label=_("收到申请后自动开具"), required=False)
    enabled = forms.BooleanField(label=_("启用，业主和收银台可以申请"), required=False)
