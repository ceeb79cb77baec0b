"""The wallet of the sandbox 模拟钱包: what a payer sees where a real wallet would open. No money moves."""

from __future__ import annotations

import http.client
import json
import secrets
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods

from wuyefei.foundation import environment
from wuyefei.foundation.access.gate import public_page
from wuyefei.foundation.kernel.errors import DomainError, NotFound

HOWS = ("half", "silent")
"""What may be made to go wrong from the page: half is paid, or no notice is sent."""
USER = "wy_sandbox_wechat"
"""Who this browser is to the simulated WeChat."""
CHANNEL_NAMES = {"wechat": "微信支付", "alipay": "支付宝"}


def _ask(method: str, target: str) -> tuple[int, dict[str, str], bytes]:
    parts = urlsplit(environment.sandbox_url())
    if not parts.hostname:
        raise NotFound()
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
    try:
        connection.request(method, target)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    except OSError as error:
        raise DomainError("sandbox_silent", "模拟钱包没有应答，请重新启动演示。") from error
    finally:
        connection.close()


@require_GET
@public_page
def gateway(request: HttpRequest) -> HttpResponse:
    """Where Alipay would receive the browser: the counterpart checks the signature and opens the trade."""
    _status, headers, body = _ask("GET", f"/gateway.do?{request.META['QUERY_STRING']}")
    if "Location" not in headers:
        what = next(iter(json.loads(body).values())).get("sub_msg", "") if body else ""
        raise DomainError("gateway_refused", "模拟支付宝没有受理：{what}", what=what)
    return redirect(headers["Location"])


@require_GET
@public_page
def authorize(request: HttpRequest) -> HttpResponse:
    """Where WeChat's web authorisation would receive the browser. Who the person is to WeChat is this browser's own cookie."""
    user = request.COOKIES.get(USER, "") or secrets.token_hex(8)
    _status, headers, body = _ask("GET", f"/connect/oauth2/authorize?{request.META['QUERY_STRING']}&user={quote(user, safe='')}")
    if "Location" not in headers:
        raise DomainError("authorize_refused", "模拟微信没有受理：{what}", what=body.decode()[:100])
    response = redirect(headers["Location"])
    response.set_cookie(USER, user, path="/sandbox/", httponly=True, samesite="Lax")
    return response


@require_GET
@public_page
def jsapi(request: HttpRequest) -> HttpResponse:
    """Where WeChat's script would open the wallet: the counterpart checks what the merchant has signed."""
    status, _headers, body = _ask("GET", f"/jsapi?{request.META['QUERY_STRING']}")
    if status != 200:
        raise DomainError("jsapi_refused", "模拟微信没有受理：{what}", what="paySign")
    wallet = reverse("sandbox:wallet", args=[json.loads(body)["id"]])
    return redirect(f"{wallet}?{urlencode({'redirect_url': request.GET.get('back', '')})}")


def _trade(trade_id: str) -> dict[str, Any]:
    status, _headers, body = _ask("GET", f"/control/{quote(trade_id, safe='')}")
    if status != 200:
        raise NotFound()
    found = json.loads(body)
    assert isinstance(found, dict)
    return found


@require_http_methods(["GET", "POST"])
@public_page
def wallet(request: HttpRequest, trade_id: str) -> HttpResponse:
    """Amount, what for, and one button. Afterwards back to where the payer came from."""
    trade = _trade(trade_id)
    refused = False
    if request.method == "POST":
        how = request.POST.get("how", "")
        query = f"?how={how}" if how in HOWS else ""
        status, _headers, _body = _ask("POST", f"/control/{quote(trade_id, safe='')}/pay{query}")
        refused = status == 409
        if not refused and _back(request, trade):
            return redirect(_back(request, trade))
        trade = _trade(trade_id)
    context = {
        "trade": trade, "channel": CHANNEL_NAMES[trade["channel"]], "back": _back(request, trade),
        "refused": refused or trade["state"] == "closed",
    }  # fmt: skip
    return render(request, "sandbox/wallet.html", context)


def _back(request: HttpRequest, trade: dict[str, Any]) -> str:
    """The page the order named, if it is ours."""
    wanted = request.GET.get("redirect_url") or trade["return_url"]
    return wanted if url_has_allowed_host_and_scheme(wanted, {request.get_host()}) else ""
