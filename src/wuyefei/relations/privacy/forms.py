"""Forms of consents and of the retention."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from .models import USES
from .rules import LEAST_YEARS, MOST_YEARS


class ConsentForm(forms.Form):
    use = forms.ChoiceField(label=_("用途"), choices=USES)
    given = forms.ChoiceField(label=_("意见"), choices=[("yes", _("同意")), ("no", _("撤回或不同意"))], widget=forms.RadioSelect, initial="yes")
    how = forms.CharField(label=_("依据"), max_length=120, help_text=_("在哪里说的或签的，如纸质同意书编号"))


class RetentionForm(forms.Form):
    years = forms.IntegerField(label=_("保存年数"), min_value=LEAST_YEARS, max_value=MOST_YEARS)
    reason = forms.CharField(label=_("原因"), max_length=200)
