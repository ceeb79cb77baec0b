"""Payment channels: which merchant account a community uses, and whether it works."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wuyefei.foundation.access.actor import get_community, visible_communities
from wuyefei.foundation.access.gate import StaffRequest, needs
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, Invalid, NotFound

from ..actions.setups import SetupDraft, save_setup, test_connection
from ..forms import FORMS, SetupForm
from ..models import ChannelSetup
from ..providing import notify_url
from ..queries import get_setup, notices_of, setups
from .common import number_of

INPUTS = {
    "应用号": "app_id", "商户号": "merchant_id", "本系统网址": "site_url", "商户私钥": "merchant_key", "应用私钥": "merchant_key",
    "APIv3 密钥": "api_key", "证书序列号": "serial", "平台公钥": "platform_key", "支付宝公钥": "platform_key",
}  # fmt: skip
"""Which input a refused field is."""


@require_GET
@needs(Permission.CHANNEL_SETUP)
def setup_list(request: StaffRequest) -> HttpResponse:
    """Every setup the person may change, and for each place and channel that has none the way to one."""
    actor = request.actor
    rows = list(setups(actor).select_related("community").order_by("community_id", "channel"))
    wide = Permission.CHANNEL_SETUP in actor.wide
    context = {
        "rows": rows, "channels": ChannelSetup.Channel.choices, "wide": wide, "places": visible_communities(actor, Permission.CHANNEL_SETUP),
        "organisation": actor.organisation_name,
    }  # fmt: skip
    return render(request, "channels/setups.html", context)


@require_http_methods(["GET", "POST"])
@needs(Permission.CHANNEL_SETUP)
def new_setup(request: StaffRequest) -> HttpResponse:
    """A new account: ``?channel=&community=``, an empty community meaning the whole organisation."""
    sent = request.POST if request.method == "POST" else request.GET
    channel = sent.get("channel", "")
    if channel not in FORMS:
        raise NotFound()
    place = _place(request, sent.get("community", ""))
    start = {"site_url": f"https://{request.get_host()}" if request.is_secure() else "", "enabled": True}
    return _edit(request, channel, place, None, start)


@require_http_methods(["GET", "POST"])
@needs(Permission.CHANNEL_SETUP)
def setup_detail(request: StaffRequest, setup_id: int) -> HttpResponse:
    row = get_setup(request.actor, setup_id)
    start = {
        "app_id": row.app_id, "merchant_id": row.merchant_id, "site_url": row.site_url, "serial": row.facts.get("serial", ""),
        "platform_serial": row.facts.get("platform_serial", ""), "enabled": row.enabled,
    }  # fmt: skip
    return _edit(request, row.channel, row.community, row, start)


def _place(request: StaffRequest, text: str) -> Community | None:
    if not text:
        request.actor.require_wide(Permission.CHANNEL_SETUP)
        return None
    found = number_of(text)
    if found is None:
        raise NotFound()
    return get_community(request.actor, found, Permission.CHANNEL_SETUP)


def _edit(request: StaffRequest, channel: str, place: Community | None, row: ChannelSetup | None, start: dict[str, Any]) -> HttpResponse:
    form = FORMS[channel](request.POST if request.method == "POST" else None, initial=start)
    sandbox = row is not None and row.mode == ChannelSetup.Mode.SANDBOX
    if request.method == "POST" and not sandbox and form.is_valid():
        saved = _save(request, form, channel, place, row)
        if saved is not None:
            messages.success(request, _("已保存。请测试连接，通过后业主就可以用了。"))
            return redirect("channels:setup", saved.pk)
    context = {
        "form": form, "row": row, "channel": channel, "channel_name": dict(ChannelSetup.Channel.choices)[channel], "place": place,
        "sandbox": sandbox, "notices": notices_of(row) if row else [], "notify_url": notify_url(row) if row and not sandbox else "",
        "organisation": request.actor.organisation_name,
    }  # fmt: skip
    return render(request, "channels/setup.html", context, status=409 if form.errors else 200)


def _save(request: StaffRequest, form: SetupForm, channel: str, place: Community | None, row: ChannelSetup | None) -> ChannelSetup | None:
    draft = SetupDraft(channel=channel, mode=ChannelSetup.Mode.LIVE, **form.cleaned_data)
    try:
        return save_setup(draft, actor=request.actor, community_id=place.pk if place else None, setup_id=row.pk if row else None)
    except DomainError as error:
        if isinstance(error, (NotFound, Forbidden)):
            raise
        name = INPUTS.get(str(error.data.get("field", ""))) if isinstance(error, Invalid) else None
        form.add_error(name if name in form.fields else None, error.text)
        return None


@require_POST
@needs(Permission.CHANNEL_SETUP)
def test_one(request: StaffRequest, setup_id: int) -> HttpResponse:
    """Ask the provider, and say plainly how it went."""
    row = test_connection(setup_id, actor=request.actor)
    (messages.success if row.test_passed else messages.error)(request, row.test_result)
    return redirect("channels:setup", row.pk)
