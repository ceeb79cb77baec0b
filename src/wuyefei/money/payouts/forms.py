"""Uploading the bank's answer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from .rules import MOST_BYTES


class AnswerForm(forms.Form):
    use_required_attribute = False
    file = forms.FileField(label=_("银行的回盘文件"), widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xls,.xlsx"}))

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_now("文件有 %(size)s MB，最大 %(most)s MB，请拆开上传。") % {"size": file.size >> 20, "most": MOST_BYTES >> 20})
        return file
