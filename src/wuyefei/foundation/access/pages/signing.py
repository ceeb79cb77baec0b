"""Sign in, give the code, bind an authenticator, sign out."""

from __future__ import annotations

import datetime as dt

import segno
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from django.views.i18n import set_language

from wuyefei.foundation import environment
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.kernel.errors import DomainError

from .. import actions, codes, demo, rules, sessions
from ..actions import SignInResult
from ..forms import CodeForm, SignInForm
from ..gate import StaffRequest, open_at, public_page
from ..rules import Outcome, Stage

WHY = {
    "idle": "很久没有操作，已自动退出。请重新登录。",
    "old": "登录已满 8 小时，请重新登录。",
    "reset": "第二重验证已被重置，请重新登录。",
}


def _next(request: StaffRequest) -> str:
    """Where to go on to: only an address of this site."""
    address = request.POST.get("next") or request.GET.get("next") or "/"
    fine = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if fine else "/"


def _clock(moment: dt.datetime) -> str:
    return f"{moment.astimezone(CHINA):%H:%M}"


def _refusal(result: SignInResult) -> str:
    if result.locked_until:
        return _("输错次数太多，请在 %(until)s 以后再试。") % {"until": _clock(result.locked_until)}
    if result.outcome is Outcome.THROTTLED:
        minutes = int(rules.ADDRESS_WINDOW.total_seconds() // 60)
        return _("从你的网络来的失败太多，请过 %(minutes)d 分钟再试。") % {"minutes": minutes}
    if result.outcome is Outcome.EXPIRED:
        return _("临时密码已过期，请系统管理员重新设置。")
    if result.outcome is Outcome.WRONG_CODE:
        return _("动态码不对，请看验证器上现在的 6 位数字。")
    if result.outcome is Outcome.REUSED_CODE:
        return _("这个动态码已经用过，请等下一个。")
    return _("用户名或密码不对。")


def _status(result: SignInResult) -> int:
    return 429 if result.outcome is Outcome.THROTTLED else 422


@never_cache
@public_page
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: StaffRequest) -> HttpResponse:
    if request.stage is not Stage.SIGN_IN and request.method == "GET":
        return redirect(_next(request))
    form = SignInForm(request.POST or None)
    status, refusal = 200, ""
    if request.method == "POST" and form.is_valid():
        result = actions.sign_in(address=sessions.address_of(request), **form.cleaned_data)
        if result.user is not None:
            sessions.begin(request, result.user)
            return redirect(_next(request))
        refusal, status = _refusal(result), _status(result)
    why = WHY.get(request.GET.get("why", ""), "") if request.method == "GET" else ""
    context = {"form": form, "next": _next(request), "refusal": refusal, "why": why}
    if environment.demo_mode():
        context |= {"demo": True, "people": demo.people()}
    return render(request, "access/sign_in.html", context, status=status)


@never_cache
@open_at(Stage.CODE)
@require_http_methods(["GET", "POST"])
def code(request: StaffRequest) -> HttpResponse:
    form = CodeForm(request.POST or None)
    status, refusal = 200, ""
    if request.method == "POST" and form.is_valid():
        address = sessions.address_of(request)
        result = actions.confirm_code(request.user, form.cleaned_data["code"], address=address)
        if result.user is not None:
            request.session.cycle_key()
            sessions.pass_factor(request.session, result.user)
            return redirect(_next(request))
        refusal, status = _refusal(result), _status(result)
        form = CodeForm()
    context = {"form": form, "next": _next(request), "refusal": refusal}
    if environment.demo_mode():
        context |= {"demo_code": demo.current_code(request.user)}
    return render(request, "access/code.html", context, status=status)


@never_cache
@open_at(Stage.ENROL, Stage.IN)
@require_http_methods(["GET", "POST"])
def enrol(request: StaffRequest) -> HttpResponse:
    user = request.user
    if user.totp_confirmed_at:
        return redirect("access:account")
    form = CodeForm(request.POST or None)
    status, refusal = 200, ""
    if request.method == "POST" and form.is_valid():
        try:
            row = actions.confirm_enrolment(user, form.cleaned_data["code"])
        except DomainError as error:
            refusal, status, form = error.text, 422, CodeForm()
        else:
            request.session.cycle_key()
            sessions.pass_factor(request.session, row)
            if request.stage is Stage.ENROL:
                actions.note(
                    Outcome.OK, username=row.username, address=sessions.address_of(request), user=row
                )
            messages.success(request, _("已绑定验证器。以后登录要输入动态码。"))
            return redirect(_next(request))
    begun = actions.enrol_second_factor(user)
    picture = segno.make(begun.address, error="m", micro=False).svg_inline(
        omitsize=True, border=2, dark="#16181d", light="#fff"
    )
    context = {
        "form": form,
        "next": _next(request),
        "refusal": refusal,
        "picture": mark_safe(picture),  # noqa: S308
        "secret": " ".join(begun.secret[start : start + 4] for start in range(0, len(begun.secret), 4)),
        "owed": request.stage is Stage.ENROL,
    }
    if environment.demo_mode():
        context |= {"demo_code": codes.code_at(begun.secret, codes.step_at(sessions.clock.now()))}
    return render(request, "access/enrol.html", context, status=status)


@public_page
@require_POST
def sign_out(request: StaffRequest) -> HttpResponse:
    user = request.user
    if user.is_authenticated:
        address = sessions.address_of(request)
        actions.note(Outcome.SIGNED_OUT, username=user.username, address=address, user=user)
    logout(request)
    return redirect("access:sign_in")


language = public_page(require_POST(set_language))
