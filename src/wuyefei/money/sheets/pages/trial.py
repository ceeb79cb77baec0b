"""试算: choose a kind of charge, type figures, see the calculation. Nothing is written."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from wuyefei.foundation.access.gate import needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.platform import clock

from .. import trial_forms
from ..trials import TRIALS
from ..trying import Tried


@require_GET
@needs(Permission.BILLING_VIEW)
def trial(request: HttpRequest) -> HttpResponse:
    kind = request.GET.get("trial", "area")
    kind = kind if kind in TRIALS else "area"
    typed = any(name in request.GET for name in trial_forms.FORMS[kind].base_fields)
    form = trial_forms.FORMS[kind](request.GET if typed else trial_forms.example(kind, clock.today()))
    tried: Tried | None = None
    if form.is_valid():
        try:
            tried = TRIALS[kind](form.cleaned_data)
        except DomainError as error:
            form.add_error(None, error.text)
    context = {"form": form, "trial": kind, "names": trial_forms.NAMES.items(), "tried": tried}
    part = bool(getattr(request, "htmx", False)) and not request.htmx.history_restore_request  # type: ignore[attr-defined]
    return render(request, "sheets/_tried.html" if part else "sheets/trial.html", context)
