"""The form of a setup."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from .models import ChannelSetup

KEY = {"rows": 4, "spellcheck": "false", "autocomplete": "off"}
HIDDEN = {"autocomplete": "new-password", "spellcheck": "false"}


class SetupForm(forms.Form):
    """Fields of WeChat Pay; ``AlipayForm`` takes away what Alipay does not have. Secrets are never filled in again."""

    app_id = forms.CharField(label=_("应用号 AppID"), max_length=32)
    merchant_id = forms.CharField(label=_("商户号"), max_length=32)
    site_url = forms.CharField(
        label=_("本系统网址"), max_length=200, help_text=_("支付渠道从公网访问本系统的网址，如 https://fee.example.cn")
    )
    serial = forms.CharField(label=_("商户证书序列号"), max_length=64)
    merchant_key = forms.CharField(
        label=_("商户私钥"), required=False, max_length=8000, widget=forms.Textarea(attrs=KEY), help_text=_("PEM 或 Base64；留空表示不改")
    )
    api_key = forms.CharField(
        label=_("APIv3 密钥"), required=False, max_length=64, widget=forms.PasswordInput(attrs=HIDDEN), help_text=_("32 个字符；留空表示不改")
    )
    app_secret = forms.CharField(
        label=_("公众号 AppSecret"), required=False, max_length=64, widget=forms.PasswordInput(attrs=HIDDEN),
        help_text=_("填了它，业主在微信里就能直接支付；公众号后台要把本系统的域名设为网页授权域名。留空表示不改"),
    )  # fmt: skip
    platform_serial = forms.CharField(label=_("平台公钥 ID 或平台证书序列号"), max_length=64)
    platform_key = forms.CharField(
        label=_("平台公钥或平台证书"), required=False, max_length=8000, widget=forms.Textarea(attrs=KEY), help_text=_("PEM 或 Base64；留空表示不改")
    )
    enabled = forms.BooleanField(label=_("向业主提供这种支付方式"), required=False)


class AlipayForm(SetupForm):
    merchant_id = forms.CharField(label=_("收款账号 PID"), max_length=32)
    merchant_key = forms.CharField(
        label=_("应用私钥"), required=False, max_length=8000, widget=forms.Textarea(attrs=KEY), help_text=_("PEM 或 Base64；留空表示不改")
    )
    platform_key = forms.CharField(
        label=_("支付宝公钥"), required=False, max_length=8000, widget=forms.Textarea(attrs=KEY), help_text=_("PEM 或 Base64；留空表示不改")
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for name in ("serial", "api_key", "app_secret", "platform_serial"):
            del self.fields[name]


FORMS: dict[str, type[SetupForm]] = {ChannelSetup.Channel.WECHAT: SetupForm, ChannelSetup.Channel.ALIPAY: AlipayForm}
