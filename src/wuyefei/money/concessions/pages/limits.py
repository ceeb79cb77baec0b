"""Within what plans are granted, and what it was before."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wuyefei.foundation.access.gate import actor_of, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Forbidden

from ..forms import LimitsForm
from ..limiting import history_of, limits_of, save_limits


@require_http_methods(["GET", "POST"])
@needs(Permission.BILLING_VIEW)
def limits(request: HttpRequest) -> HttpResponse:
    """The limits in force and the earlier ones: open to everybody who sees bills, set by who has the right everywhere."""
    actor = actor_of(request)
    now = limits_of(actor.organisation_id)
    may_set = Permission.CONCESSION_EDIT in actor.wide
    if request.method == "POST" and not may_set:
        raise Forbidden(permission=_("制定优惠政策"))
    form = LimitsForm(request.POST if request.method == "POST" else None, limits=now)
    if request.method == "POST" and form.is_valid():
        try:
            save_limits(form.chosen(), form.cleaned_data["reason"], actor=actor)
            messages.success(request, _("分期的限度已保存，从现在起的申请按它审"))
            return redirect("concessions:limits")
        except DomainError as error:
            form.add_error(None, error.text)
    context = {"form": form, "limits": now, "may_set": may_set, "history": history_of(actor)}
    return render(request, "concessions/limits.html", context, status=422 if form.errors else 200)
