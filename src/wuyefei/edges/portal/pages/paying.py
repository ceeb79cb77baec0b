"""From chosen bills to a receipt: confirm, the wallet, and what became of it (product row E4: three taps)."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from urllib.parse import urlencode

import segno
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET, require_http_methods

from wuyefei.foundation.access.actor import PORTAL, service_actor
from wuyefei.foundation.access.sessions import address_of
from wuyefei.foundation.kernel.errors import DomainError, NotFound
from wuyefei.foundation.kernel.text import whole_number
from wuyefei.foundation.platform import clock
from wuyefei.money.channels.public import (
    EntryPoint,
    Order,
    OrderRequest,
    OrderState,
    WayKind,
    ask_provider,
    channels_for,
    login_for,
    start_order,
)
from wuyefei.relations.accounts.public import Entry, Place, Step, note_step

from ..gate import OwnerRequest, entry, place_page, show
from ..queries.debits import debits_at
from ..queries.home import OpenLine, open_lines
from ..queries.orders import bill_ids_of, in_question, order_of, settled_question
from .receipts import ticket
from .wechat import inside_wechat, leave_for_wechat, openid_for

ASK_EVERY = 2
"""Seconds between two questions to the provider while a page waits."""
PHONES = ("Android", "iPhone", "iPad", "Mobile", "HarmonyOS")


def chosen(values: Sequence[str]) -> list[int]:
    """Bill ids as sent by a form; anything else is left out."""
    return [int(value) for value in values if whole_number(value) is not None][:200]


@place_page
@require_http_methods(["GET", "POST"])
def pay(request: OwnerRequest, place: Place) -> HttpResponse:
    """What is going to be paid, bill by bill, and how; a tap on the button opens the wallet."""
    assert request.owner is not None
    sent = request.POST if request.method == "POST" else request.GET
    ids = chosen(sent.getlist("bill"))
    lines = open_lines(place, clock.today(), ids) if ids else []
    if request.method == "POST" and lines:
        try:
            return _start(request, place, lines)
        except NotFound:
            raise
        except DomainError as error:
            return _confirm(request, place, lines, refusal=error.text, key=sent.get("key", "") if _try_again(error) else "")
    login = login_for(place.community_id) if lines and inside_wechat(request) else None
    if login is not None and not openid_for(request, login):
        return leave_for_wechat(request, place, login, _address(place, lines))
    if lines:
        note_step(request.owner, place, entry(request), Step.CHOSE)
    return _confirm(request, place, lines)


def _try_again(error: DomainError) -> bool:
    """Whether the very same order may be tried once more: the provider did not answer, nothing else was wrong."""
    return error.code == "provider_unreachable"


def _confirm(request: OwnerRequest, place: Place, lines: list[OpenLine], *, refusal: str = "", key: str = "") -> HttpResponse:
    offered, in_app = channels_for(place.community_id), inside_wechat(request)
    reached = in_app and login_for(place.community_id) is not None
    if reached:
        offered = [one for one in offered if one.channel == "wechat"]  # no other wallet opens inside WeChat
    wanted = request.POST.get("channel", "")
    first = next((one.channel for one in offered if one.channel == wanted), None) or _first(request, [one.channel for one in offered])
    context = {
        "lines": lines, "in_question": in_question(place), "debits": debits_at(place, [line.bill.id for line in lines], clock.today()), "due_fen": sum(line.bill.total_fen for line in lines), "today": clock.today(), "offered": offered,
        "first": first, "key": key or secrets.token_urlsafe(24), "refusal": refusal, "sandbox": any(one.sandbox for one in offered), "in_app": in_app, "stuck": in_app and bool(offered) and not reached, "here": _address(place, lines),
    }  # fmt: skip
    return show(request, "pay", context, place=place, status=422 if refusal else 200)


def _first(request: OwnerRequest, offered: Sequence[str]) -> str:
    """The wallet of the app the owner is in, where it is offered, else the first."""
    own = {Entry.ALIPAY: "alipay", Entry.WECHAT: "wechat"}.get(entry(request), "")
    return own if own in offered else next(iter(offered), "")


def _start(request: OwnerRequest, place: Place, lines: list[OpenLine]) -> HttpResponse:
    assert request.owner is not None
    sent, key = request.POST, request.POST.get("key", "")
    due = int(sent["due"]) if sent.get("due", "").isascii() and sent.get("due", "").isdigit() and len(sent["due"]) < 16 else 0
    if not key.isascii() or len(key) > 64:
        raise NotFound()
    back = reverse("portal:order", args=[place.token, key])
    login = login_for(place.community_id) if sent.get("channel") == "wechat" and inside_wechat(request) else None
    openid = openid_for(request, login)
    if login is not None and not openid:
        return leave_for_wechat(request, place, login, _address(place, lines))
    order = start_order(
        OrderRequest(
            place.property_id, place.person_id, tuple(line.bill.id for line in lines), due, sent.get("channel", ""), key,
            EntryPoint.IN_APP if openid else _point(request), request.build_absolute_uri(back), openid, address_of(request),
        ),
        actor=service_actor(place.organisation_id, PORTAL),
    )  # fmt: skip
    order_of(place, key)  # a key of somebody else's order leads nowhere
    note_step(request.owner, place, entry(request), Step.STARTED)
    if order.state != OrderState.CREATED or not order.way:
        return redirect(back)
    return _to_wallet(request, place, order, back)


def _to_wallet(request: OwnerRequest, place: Place, order: Order, back: str) -> HttpResponse:
    """Open the wallet without another tap: by a header, which a policy on forms does not stop. A code is shown instead
    where the wallet is on another device."""
    if order.way_kind == WayKind.JSAPI:
        context = {"order": order, "back": back, "again": _address(place, ids=bill_ids_of(order)), "params": json.dumps(order.script_params)}
        return show(request, "wallet_wechat", context | {"sandbox": order.setup.mode == "sandbox"}, place=place)
    picture = ""
    if order.way_kind == WayKind.QR:
        picture = segno.make(order.pay_url, error="m", micro=False).svg_inline(omitsize=True, border=2, dark="#16181d", light="#fff")
    context = {"order": order, "url": order.pay_url, "back": back, "picture": mark_safe(picture)}  # noqa: S308
    response = show(request, "wallet", context, place=place)
    response.headers["Refresh"] = f"5;url={back}" if picture else f"0;url={order.pay_url}"
    return response


def _address(place: Place, lines: Sequence[OpenLine] = (), ids: Sequence[int] = ()) -> str:
    """The confirmation of bills, to come back to."""
    wanted = [("bill", number) for number in (*(line.bill.id for line in lines), *ids)]
    return f"{reverse('portal:pay', args=[place.token])}?{urlencode(wanted)}"


def _point(request: OwnerRequest) -> str:
    agent = request.headers.get("User-Agent", "")
    return EntryPoint.PHONE if any(word in agent for word in PHONES) else EntryPoint.DESKTOP


@place_page
@require_GET
def order(request: OwnerRequest, place: Place, key: str) -> HttpResponse:
    """What became of an order: the receipt at once where it is paid, else what is known and one safe way on."""
    assert request.owner is not None
    found, silent = order_of(place, key), False
    if found.state == OrderState.CREATED and _may_ask(found):
        try:
            ask_provider(found)
            found = order_of(place, key)  # read anew: the provider's own notice may have booked it meanwhile
        except DomainError:
            silent = True  # nothing is known: said on the page, and asked again by the page and by the sweep
    if found.state == OrderState.PAID:
        note_step(request.owner, place, entry(request), Step.PAID)
        receipt_id = found.payment.receipt_id if found.payment else None
        if receipt_id is not None and place.private:
            return ticket(request, place, receipt_id, fresh=True)
    context = {"order": found, "silent": silent, "ids": bill_ids_of(found), "url": found.pay_url, "in_app": found.way_kind == WayKind.JSAPI}
    context["settled"] = settled_question(found) if found.state == OrderState.EXCEPTION else None
    response = show(request, "order", context, place=place)
    if found.state == OrderState.CREATED and clock.now() < found.expires_at:
        response.headers["Refresh"] = "3"
    return response


def _may_ask(found: Order) -> bool:
    return found.asked_at is None or (clock.now() - found.asked_at).total_seconds() >= ASK_EVERY
