"""Reminders, quiet hours, large type, auto-debit."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.relations.accounts.public import get_account, save_preferences

from ..forms import PreferencesForm
from ..gate import OwnerRequest, owner_page, show


@owner_page
@require_http_methods(["GET", "POST"])
def settings(request: OwnerRequest) -> HttpResponse:
    assert request.owner is not None
    account = get_account(request.owner)
    names = ("reminder", "quiet_from", "quiet_to", "auto_debit", "large_type")
    form = PreferencesForm(request.POST or None, initial={name: getattr(account, name) for name in names})
    refusal, status = "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                save_preferences(request.owner, **{name: form.cleaned_data[name] for name in names})
                return redirect("portal:settings")
            except DomainError as error:
                refusal = error.text
        else:
            refusal = _("有一项没有填对，请看下面。")
    return show(request, "settings", {"form": form, "refusal": refusal, "tab": "me"}, status=status)
