"""One's own account."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from wuyefei.foundation.kernel.errors import DomainError

from .. import actions, queries
from ..actor import second_factor_due
from ..errors import PasswordRefused, WrongPassword
from ..forms import PasswordForm
from ..gate import StaffRequest, open_at, outside_menu
from ..rules import PASSWORD_MAX_AGE, Stage
from .signing import _next


@outside_menu
@require_safe
def account(request: StaffRequest) -> HttpResponse:
    user = request.user
    changed = user.password_changed_at
    context = {
        "person": user,
        "held": queries.held_by([user.pk]).get(user.pk, []),
        "factor_due": second_factor_due(user),
        "password_until": changed + PASSWORD_MAX_AGE if changed else None,
        "attempts": queries.own_sign_ins(user),
    }
    return render(request, "access/account.html", context)


@open_at(Stage.PASSWORD, Stage.IN)
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def change_password(request: StaffRequest) -> HttpResponse:
    form = PasswordForm(request.POST or None)
    owed = request.stage is Stage.PASSWORD
    if request.method == "POST" and form.is_valid():
        try:
            given = form.cleaned_data
            row = actions.change_password(request.user, given["current"], given["new"])
        except PasswordRefused as error:
            form.add_error("new", error.data["each"])
        except WrongPassword as error:
            form.add_error("current", error.text)
        except DomainError as error:
            form.add_error(None, error.text)
        else:
            update_session_auth_hash(request, row)
            messages.success(request, _("密码已更换，你在别处的登录都已退出。"))
            return redirect(_next(request) if owed else "access:account")
    context = {
        "form": form,
        "owed": owed,
        "temporary": request.user.must_change_password,
        "next": _next(request),
    }
    return render(request, "access/change_password.html", context, status=422 if form.errors else 200)
