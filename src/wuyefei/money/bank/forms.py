"""The form that takes a bank's file in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from wuyefei.foundation.access.models import Community
from wuyefei.money.intake.public import Limits


class StatementForm(forms.Form):
    use_required_attribute = False
    community = forms.TypedChoiceField(label=_("小区"), coerce=int)
    account = forms.CharField(label=_("收款账号"), max_length=40, required=False, help_text=_("文件里写着账号时可以不填"))
    file = forms.FileField(
        label=_("文件"), help_text=_("MT940、camt.053，或网银导出的 Excel、CSV；列的顺序不限，按列名识别。"),
        widget=forms.FileInput(attrs={"accept": ".sta,.mt940,.940,.xml,.txt,.csv,.xls,.xlsx"}),
    )  # fmt: skip

    def __init__(self, *args: Any, places: list[Community], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["community"].choices = [(place.pk, place.name) for place in places]  # type: ignore[attr-defined]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        cap = Limits().max_bytes
        if file.size > cap:
            raise forms.ValidationError(_now("文件有 %(size)s MB，最大 %(most)s MB，请拆开上传。") % {"size": file.size >> 20, "most": cap >> 20})
        return file
