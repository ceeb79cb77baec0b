"""Carriers, and the addresses of a person."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wuyefei.estate.people.public import get_person
from wuyefei.foundation import environment
from wuyefei.foundation.access.gate import needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.shell.refusals import answered

from ..actions import settings as acts
from ..actions.transactional import missing_for
from ..carriers import KINDS_OF
from ..forms import AddressForm, CarrierForm
from ..models import CHANNELS, Carrier
from ..queries import addresses_of
from .common import actor_of

NAMES = dict(CHANNELS)


@require_GET
@needs(Permission.ADMIN, wide=True)
def carriers(request: HttpRequest) -> HttpResponse:
    """Every channel: on or off; and whether owners get their one-time codes."""
    organisation_id = actor_of(request).organisation_id
    rows = {row.channel: row for row in Carrier.objects.filter(organisation_id=organisation_id)}
    context = {
        "lines": [(channel, name, rows.get(channel)) for channel, name in CHANNELS], "missing": missing_for(organisation_id),
        "demo": environment.demo_mode(),
    }  # fmt: skip
    return render(request, "notices/carriers.html", context)


@require_http_methods(["GET", "POST"])
@needs(Permission.ADMIN, wide=True)
def carrier(request: HttpRequest, channel: str) -> HttpResponse:
    """The settings of one channel, and the address its receipts come to."""
    if channel not in KINDS_OF:
        raise NotFound()
    actor = actor_of(request)
    row = Carrier.objects.filter(organisation_id=actor.organisation_id, channel=channel).first()
    asked = request.POST.get("kind") or request.GET.get("kind") or (row.kind if row is not None else "")
    kind = asked if asked in KINDS_OF[channel] else KINDS_OF[channel][0]
    form = CarrierForm(kind, row, request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        enabled, per_second, data["kind"] = data.pop("enabled"), data.pop("per_second"), kind
        if answered(form, lambda: acts.save_carrier(channel, data, enabled=enabled, per_second=per_second, kind=data.pop("kind"), actor=actor)) is not None:
            messages.success(request, _("渠道设置已保存"))
            return redirect("notices:carriers")
    hook = request.build_absolute_uri(reverse("notices:receipts", args=[row.hook])) if row is not None and channel in ("sms", "wechat", "mini", "app") else ""
    services = [(one, Carrier.Kind(one).label) for one in KINDS_OF[channel]]
    context = {"form": form, "name": NAMES[channel], "hook": hook, "services": services if len(services) > 1 else [], "kind": kind}
    return render(request, "notices/carrier.html", context, status=422 if form.errors else 200)


@require_POST
@needs(Permission.NOTICE_SEND)
def lead(request: HttpRequest, contract_id: int) -> HttpResponse:
    """How early a contract's bills are announced, said on the contract's own page."""
    text = request.POST.get("days", "").strip()
    try:
        acts.set_lead(contract_id, int(text) if text.isascii() and text.isdigit() and len(text) < 4 else -1, actor=actor_of(request))
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        messages.error(request, error.text)
    else:
        messages.success(request, _("提前天数已保存"))
    return redirect("backoffice:contract", contract_id)


@require_http_methods(["GET", "POST"])
@needs(Permission.NOTICE_VIEW)
def addresses(request: HttpRequest, person_id: int) -> HttpResponse:
    """Where a person is reached; changed by those who keep the register."""
    actor = actor_of(request)
    person = get_person(actor, person_id)
    actor.require(Permission.NOTICE_VIEW, person.community_id)
    form = AddressForm(request.POST or None)
    if request.method == "POST":
        actor.require(Permission.ESTATE_EDIT, person.community_id)
        if form.is_valid() and answered(form, lambda: acts.set_address(person.pk, actor=actor, **form.cleaned_data)) is not None:
            messages.success(request, _("联系方式已更新"))
            return redirect("notices:addresses", person.pk)
    rows = addresses_of([person.pk]).get(person.pk, {})
    context = {
        "person": person, "form": form, "rows": [(name, rows.get(channel)) for channel, name in CHANNELS if channel in acts.ADDRESSED],
        "may_edit": actor.may(Permission.ESTATE_EDIT, person.community_id) and person.erased_at is None,
    }  # fmt: skip
    return render(request, "notices/addresses.html", context, status=422 if form.errors else 200)
