"""Saving the filter one is looking at as a view, and removing it."""

from __future__ import annotations

from urllib.parse import parse_qsl

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from wuyefei.foundation.access.gate import needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.insight.measures.public import BUCKET_NAMES

from ..actions import drop_view, save_view
from ..rules import read_filter
from .common import actor_of, link


@require_POST
@needs(Permission.BILLING_VIEW)
def save(request: HttpRequest) -> HttpResponse:
    """Keep the filter of the page the form stood on."""
    chosen, _wrong = read_filter(dict(parse_qsl(request.POST.get("query", "")[:2000])), frozenset(BUCKET_NAMES))
    try:
        row = save_view(request.POST.get("name", ""), chosen, shared=request.POST.get("shared") == "1", actor=actor_of(request))
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        messages.error(request, error.text)
    else:
        messages.success(request, _("已存为视图「{name}」").format(name=row.name))
    return redirect(reverse("arrears:ledger") + link(chosen.query))


@require_POST
@needs(Permission.BILLING_VIEW)
def drop(request: HttpRequest, view_id: int) -> HttpResponse:
    drop_view(view_id, actor=actor_of(request))
    messages.success(request, _("视图已删除"))
    return redirect("arrears:ledger")
