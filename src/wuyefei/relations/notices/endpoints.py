"""Where carriers tell what became of messages. Each carrier has an address of its own with an unguessable part; WeChat
and the app also sign."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponseForbidden,
    HttpResponseNotFound,
)
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from wuyefei.foundation.access.gate import public_page

from .actions.receipts import take_receipt
from .carriers import secrets_of
from .channels import push, wechat
from .models import Carrier

WECHAT = ("wechat", "mini")
MOST = 200
SIZE = 256_000


@dataclass(frozen=True)
class Told:
    """One receipt as a carrier tells it."""

    state: str
    ref: str = ""
    key: str = ""
    reason: str = ""


class NotUnderstood(ValueError):
    """The call is not in the carrier's form."""


@csrf_exempt
@require_http_methods(["GET", "POST"])
@public_page
def receipts(request: HttpRequest, hook: str) -> HttpResponse:
    """Take receipts. Unknown addresses are not found, unsigned calls forbidden, a garbled one changes nothing."""
    carrier = Carrier.objects.filter(hook=hook, enabled=True).first()
    if carrier is None:
        return HttpResponseNotFound("not found", content_type="text/plain")
    if len(request.body) > SIZE:
        return HttpResponseBadRequest("too large", content_type="text/plain")
    if not _genuine(carrier, request):
        return HttpResponseForbidden("signature", content_type="text/plain")
    if request.method == "GET":
        return HttpResponse(request.GET.get("echostr", "")[:64] if carrier.kind in WECHAT else "ok", content_type="text/plain")
    try:
        found = list(_READERS[carrier.kind](request.body))
    except (NotUnderstood, KeyError):
        return HttpResponseBadRequest("form", content_type="text/plain")
    for told in found[:MOST]:
        take_receipt(carrier, told.state, ref=told.ref, key=told.key, reason=told.reason)
    if carrier.kind == "aliyun":
        return HttpResponse('{"code":0,"msg":"OK"}', content_type="application/json")
    if carrier.kind == "tencent":
        return HttpResponse('{"result":0,"errmsg":"OK"}', content_type="application/json")
    return HttpResponse("success", content_type="text/plain")


def _genuine(carrier: Carrier, request: HttpRequest) -> bool:
    held = secrets_of(carrier)
    if carrier.kind in WECHAT:
        query = request.GET
        return wechat.genuine(held.get("token", ""), query.get("timestamp", ""), query.get("nonce", ""), query.get("signature", ""))
    if carrier.kind == "webhook":
        return push.genuine(held.get("secret", ""), request.body, request.headers.get(push.HEADER, ""))
    return carrier.kind in ("tencent", "aliyun")


def _rows(body: bytes) -> list[dict[str, object]]:
    try:
        found = json.loads(body)
    except ValueError as error:
        raise NotUnderstood from error
    rows = found if isinstance(found, list) else [found]
    if not all(isinstance(row, dict) for row in rows):
        raise NotUnderstood
    return rows


def _sms(body: bytes) -> Iterator[Told]:
    for row in _rows(body):
        good = row.get("report_status") == "SUCCESS"
        yield Told("delivered" if good else "bounced", ref=str(row.get("sid", "")), reason="" if good else str(row.get("errmsg", "")))


def _aliyun(body: bytes) -> Iterator[Told]:
    for row in _rows(body):
        good = row.get("success") is True
        yield Told("delivered" if good else "bounced", ref=str(row.get("biz_id", "")), reason="" if good else str(row.get("err_code", "")))


def _push(body: bytes) -> Iterator[Told]:
    for row in _rows(body):
        if row.get("state") not in ("delivered", "read", "bounced"):
            raise NotUnderstood
        yield Told(str(row["state"]), key=str(row.get("key", "")), reason=str(row.get("reason", "")))


def _wechat(body: bytes) -> Iterator[Told]:
    """The event that a template message has been handed over, read without an XML parser: it is flat."""
    text = body.decode("utf-8", "replace")
    event, number, status = (_tag(text, name) for name in ("Event", "MsgID", "Status"))
    if event != "TEMPLATESENDJOBFINISH" or not number.isdigit():
        return
    good = status == "success"
    yield Told("delivered" if good else "bounced", ref=number, reason="" if good else status)


def _mini(body: bytes) -> Iterator[Told]:
    """The event of subscription messages: a list of them, each with its number and what became of it. A refusal by its
    reader is a bounce."""
    text = body.decode("utf-8", "replace")
    if _tag(text, "Event") != "subscribe_msg_sent_event":
        return
    for part in text.split("<List>")[1:]:
        number, status = _tag(part, "MsgID"), _tag(part, "ErrorStatus")
        if number.isdigit():
            good = _tag(part, "ErrorCode") == "0"
            yield Told("delivered" if good else "bounced", ref=number, reason="" if good else status)


def _tag(text: str, name: str) -> str:
    found = re.search(rf"<{name}>(?:<!\[CDATA\[)?([^\]<]{{0,120}})", text)
    return found[1].strip() if found else ""


_READERS = {"tencent": _sms, "aliyun": _aliyun, "webhook": _push, "wechat": _wechat, "mini": _mini}
