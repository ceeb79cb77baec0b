"""The cash desk: one page, worked from the keyboard. Amounts are parsed here; the script only shows a preview."""

from __future__ import annotations

import time
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from wuyefei.estate.tariffs.public import ChargeItem, items
from wuyefei.foundation.access.actor import Actor, visible_communities
from wuyefei.foundation.access.gate import StaffRequest, needs
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, Invalid, NotFound
from wuyefei.foundation.kernel.money import MAX_FEN, parse_yuan, yuan_text
from wuyefei.money.payments.public import PaymentOrder, Tender, ask_void, get_payment

from ..actions import Taken, charge, take
from ..cards import CardRead, terminals_at
from ..explaining import explain
from ..queries import Household, household, open_shift_of, shift_figures
from ..searching import find

PLACE = "cashdesk.community"
TENDERS = (Tender.Method.PREPAID, Tender.Method.CASH, Tender.Method.SCAN, Tender.Method.CARD, Tender.Method.TRANSFER)
ICONS = {"prepaid": "wallet", "cash": "cash", "scan": "scan", "card": "card", "transfer": "exchange"}
KEYS = {"prepaid": "P", "cash": "F6", "scan": "F7", "card": "F8", "transfer": "T"}
KEY_LENGTH = range(16, 65)


def place_of(request: StaffRequest) -> tuple[Community, list[Community]]:
    """The community this session works in, and those it may choose from: at first the one whose shift is open."""
    places = visible_communities(request.actor, Permission.CASHDESK)
    if not places:
        raise Forbidden(permission=_("收银"))
    chosen = request.session.get(PLACE)
    if chosen is None:
        chosen = next((place.pk for place in places if open_shift_of(request.actor, place.pk)), None)
    return next((place for place in places if place.pk == chosen), places[0]), places


@require_GET
@needs(Permission.CASHDESK)
def desk(request: StaffRequest) -> HttpResponse:
    """The page; ``?household=`` opens one at once, ``&together=`` with all that one payer owes chosen."""
    actor = request.actor
    wanted, together = request.GET.get("household", ""), request.GET.get("together", "")
    house = household(actor, _id(wanted), _id(together) if together else 0) if wanted else None
    if house is not None:
        request.session[PLACE] = house.home.community_id
    place, places = place_of(request)
    context = shift_context(actor, place) | {
        "place": place, "places": places, "house": house, "items": list(items(actor).exclude(nature=ChargeItem.Nature.ADVANCE)),
        "tenders": [{"name": method.value, "label": method.label, "icon": ICONS[method], "key": KEYS[method]} for method in TENDERS],
        "may_void": actor.may(Permission.PAYMENT_VOID_REQUEST, place.pk), "terminals": terminals_at(actor, place.pk),
    }  # fmt: skip
    return render(request, "cashdesk/desk.html", context)


def shift_context(actor: Actor, place: Community) -> dict[str, Any]:
    shift = open_shift_of(actor, place.pk)
    return {"shift": shift, "figures": shift_figures(shift) if shift else None}


@require_POST
@needs(Permission.CASHDESK)
def choose_place(request: StaffRequest) -> HttpResponse:
    actor = request.actor
    place_id = _id(request.POST.get("community", ""))
    actor.require(Permission.CASHDESK, place_id)
    request.session[PLACE] = place_id
    return redirect("cashdesk:desk")


@require_GET
@needs(Permission.CASHDESK)
def find_households(request: StaffRequest) -> HttpResponse:
    """The hits of a search in the place chosen, as options of the list."""
    started = time.perf_counter()
    place, _places = place_of(request)
    hits = find(request.actor, request.GET.get("q", ""), place.pk)
    seconds = max(0.01, time.perf_counter() - started)
    return render(request, "cashdesk/_hits.html", {"hits": hits, "seconds": f"{seconds:.2f}"})


@require_GET
@needs(Permission.CASHDESK)
def show_household(request: StaffRequest, property_id: int) -> HttpResponse:
    return _house_page(request, household(request.actor, property_id))


def _house_page(request: StaffRequest, house: Household) -> HttpResponse:
    may_void = request.actor.may(Permission.PAYMENT_VOID_REQUEST, house.home.community_id)
    return render(request, "cashdesk/_household.html", {"house": house, "may_void": may_void})


@require_GET
@needs(Permission.CASHDESK)
def explain_late_fee(request: StaffRequest, receivable_id: int) -> HttpResponse:
    why = explain(request.actor, receivable_id)
    request.actor.require(Permission.CASHDESK, why.row.community_id)
    return render(request, "cashdesk/explain.html", {"why": why})


@require_POST
@needs(Permission.CASHDESK)
def take_money(request: StaffRequest) -> JsonResponse:
    """Take the payment: what is shown afterwards, or in words why not. The script keeps everything typed."""
    actor = request.actor
    try:
        order = read_order(request)
        taken = take(order, actor=actor, held_too=request.POST.get("held_ok") == "1", card=_card(request))
    except DomainError as error:
        return refusal(error)
    place = taken.payment.community
    shift = render_to_string("cashdesk/_shift.html", shift_context(actor, place), request)
    return JsonResponse({"done": _done(request, taken), "shift": shift, "print": print_address(taken)})


def _done(request: StaffRequest, taken: Taken) -> str:
    methods = [(tender.get_method_display(), tender.amount_fen) for tender in taken.payment.tenders.order_by("pk")]
    return render_to_string("cashdesk/_done.html", {"taken": taken, "methods": methods, "print": print_address(taken)}, request)


def print_address(taken: Taken) -> str:
    return reverse("receipts:pdf", args=[taken.payment.receipt_id]) if taken.payment.receipt_id else ""


def read_order(request: StaffRequest) -> PaymentOrder:
    """The order as posted. Raises ``Invalid`` naming the tender that is no amount."""
    sent = request.POST
    key = sent.get("client_key", "")
    if len(key) not in KEY_LENGTH or not key.isascii():
        raise Invalid(field=_("页面"), reason=_("已过期，请刷新后再收"))
    offered: dict[str, int] = {}
    for method in TENDERS:
        text = sent.get(method.value, "").strip()
        if text:
            offered[method.value] = _amount(text, str(method.label), method.value)
    return PaymentOrder(
        property_id=_id(sent.get("property", "")), payer_id=_id(sent.get("payer", "")),
        receivable_ids=tuple(dict.fromkeys(_id(value) for value in sent.getlist("bill"))), tenders=offered, client_key=key,
        due_fen=_id(sent.get("due_fen", "0"), least=0), keep_rest=sent.get("keep_rest") == "1",
    )  # fmt: skip


def _card(request: StaffRequest) -> CardRead:
    """What the cashier copied from the card slip; each may be left out."""
    sent = request.POST
    terminal = sent.get("terminal", "")
    return CardRead(_id(terminal) if terminal else None, sent.get("reference", ""), sent.get("card_tail", ""))


def _amount(text: str, label: str, name: str) -> int:
    try:
        return parse_yuan(text, label)
    except Invalid as error:
        error.data["input"] = name
        raise


def _id(text: str, least: int = 1) -> int:
    """A whole number from the page; raises ``NotFound`` for anything else, as for a thing that is not there."""
    if not (text.isascii() and text.isdigit()) or not least <= int(text[:19]) < MAX_FEN * 1000:
        raise NotFound()
    return int(text)


def refusal(error: DomainError) -> JsonResponse:
    """A refused act for the script: the code, the words, and the input they are about."""
    status = 404 if isinstance(error, NotFound) else 403 if isinstance(error, Forbidden) else 409
    return JsonResponse({"code": error.code, "text": error.text, "input": error.data.get("input", "")}, status=status)


@require_POST
@needs(Permission.CASHDESK)
def charge_now(request: StaffRequest) -> JsonResponse:
    """A temporary charge; answers with the id of the new bill, so that the page can choose it."""
    sent = request.POST
    try:
        amount = _amount(sent.get("amount", ""), _("金额"), "amount")
        row = charge(
            _id(sent.get("property", "")), _id(sent.get("payer", "")), _id(sent.get("item", "")), amount,
            actor=request.actor, memo=sent.get("memo", ""),
        )  # fmt: skip
    except DomainError as error:
        return refusal(error)
    return JsonResponse({"bill": row.pk, "text": _("已加收 %(amount)s 元") % {"amount": yuan_text(row.amount_fen)}})


@require_POST
@needs(Permission.PAYMENT_VOID_REQUEST)
def ask_to_void(request: StaffRequest, payment_id: int) -> HttpResponse:
    """Ask a second person to void a payment; back to its household."""
    actor = request.actor
    payment = get_payment(actor, payment_id)
    try:
        ask_void(payment.pk, actor=actor, reason=request.POST.get("reason", ""))
    except DomainError as error:
        if isinstance(error, (NotFound, Forbidden)):
            raise
        messages.error(request, error.text)
    else:
        messages.success(request, _("已提交作废申请，由另一位同事复核后生效"))
    if not actor.may(Permission.CASHDESK, payment.community_id):
        return redirect("cashdesk:shifts")
    return redirect(f"{reverse('cashdesk:desk')}?{urlencode({'household': payment.property_id})}")
