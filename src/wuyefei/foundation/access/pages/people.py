"""People, their roles, the matrix of roles, and the sign-in log: for administrators."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wuyefei.foundation.kernel.errors import DomainError, NotFound
from wuyefei.foundation.platform import clock

from .. import actions, queries
from ..forms import GrantForm, PersonForm
from ..gate import StaffRequest, needs
from ..rules import OUTCOME_NAMES, PERMISSION_NAMES, ROLE_NAMES, ROLE_PERMISSIONS, Permission, Role

admin = needs(Permission.ADMIN, wide=True)


def _paging(request: StaffRequest, page: queries.Page) -> dict[str, str]:
    """Addresses of the pages around this one."""
    keep = {key: value for key, value in request.GET.items() if key not in {"after", "before"}}
    newer = f"?{urlencode(keep | {'before': page.newer})}" if page.newer else ""
    older = f"?{urlencode(keep | {'after': page.older})}" if page.older else ""
    return {"newer": newer, "older": older}


@admin
@require_safe
def people(request: StaffRequest) -> HttpResponse:
    asked = {key: request.GET.get(key, "").strip()[:60] for key in ("role", "state", "after", "before")}
    words = request.GET.get("q", "").strip()[:60]
    page = queries.people(request.actor, words=words, **asked)
    counts = queries.count_people(request.actor)
    tabs = [("", _("全部"), counts[""])]
    tabs += [(state, _(name), counts[state]) for state, name in queries.STATES.items()]
    context = {
        "rows": page.rows,
        "q": words,
        "role": asked["role"],
        "state": asked["state"],
        "tabs": tabs,
        "roles": [(role.value, ROLE_NAMES[role]) for role in Role],
        "states": queries.STATES,
    }
    return render(request, "access/people.html", context | _paging(request, page))


@admin
@require_http_methods(["GET", "POST"])
def new_person(request: StaffRequest) -> HttpResponse:
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user, password = actions.create_user(actor=request.actor, **form.cleaned_data)
        except DomainError as error:
            form.add_error("username" if error.code == "name_taken" else None, error.text)
        else:
            return _show_password(request, user.pk, password, new=True)
    return render(request, "access/new_person.html", {"form": form}, status=422 if form.errors else 200)


def _show_password(request: StaffRequest, user_id: int, password: str, *, new: bool = False) -> HttpResponse:
    """The temporary password, on this page alone."""
    row = queries.get_person(request.actor, user_id)
    context = {"row": row, "password": password, "new": new}
    return render(request, "access/temporary_password.html", context)


@admin
@require_safe
def person(request: StaffRequest, pk: int) -> HttpResponse:
    return _person(request, pk)


def _person(
    request: StaffRequest, pk: int, grant: GrantForm | None = None, status: int = 200
) -> HttpResponse:
    actor = request.actor
    row = queries.get_person(actor, pk)
    context = {
        "row": row,
        "person": row.user,
        "state": _(queries.STATES[row.state]),
        "past": queries.held_by([pk], past=True).get(pk, []),
        "attempts": queries.sign_ins(actor, user_id=pk).rows[:8],
        "own": pk == actor.user_id,
        "form": grant or GrantForm(branches=queries.tree(actor), initial={"starts_on": clock.today()}),
    }
    return render(request, "access/person.html", context, status=status)


@admin
@require_POST
def grant(request: StaffRequest, pk: int) -> HttpResponse:
    actor = request.actor
    queries.get_person(actor, pk)
    form = GrantForm(request.POST, branches=queries.tree(actor))
    if form.is_valid():
        given = form.cleaned_data
        try:
            actions.grant_role(
                pk, given["role"], actor=actor, starts_on=given["starts_on"], **form.place_ids()
            )
        except DomainError as error:
            form.add_error(None, error.text)
        else:
            messages.success(
                request, _("已授予「%(role)s」。") % {"role": _(ROLE_NAMES[Role(given["role"])])}
            )
            return redirect("access:person", pk)
    return _person(request, pk, form, 422)


@admin
@require_POST
def end_grant(request: StaffRequest, pk: int, grant_id: int) -> HttpResponse:
    held = queries.get_person(request.actor, pk).held
    if grant_id not in {one.id for one in held}:
        raise NotFound()
    ended = actions.end_role(grant_id, actor=request.actor, reason=request.POST.get("reason", ""))
    messages.success(request, _("已结束「%(role)s」。") % {"role": _(ROLE_NAMES[Role(ended.role)])})
    return redirect("access:person", ended.user_id)


@admin
@require_POST
def reset_password(request: StaffRequest, pk: int) -> HttpResponse:
    password = actions.reset_password(pk, actor=request.actor, reason=request.POST.get("reason", ""))
    return _show_password(request, pk, password)


@admin
@require_POST
def reset_factor(request: StaffRequest, pk: int) -> HttpResponse:
    actions.reset_second_factor(pk, actor=request.actor, reason=request.POST.get("reason", ""))
    messages.success(request, _("已解除验证器，下次登录时重新绑定。"))
    return redirect("access:person", pk)


@admin
@require_POST
def end_person(request: StaffRequest, pk: int) -> HttpResponse:
    user = actions.end_user(pk, actor=request.actor, reason=request.POST.get("reason", ""))
    messages.success(request, _("已停用 %(name)s 的账号。") % {"name": user.name})
    return redirect("access:person", pk)


@admin
@require_POST
def restore_person(request: StaffRequest, pk: int) -> HttpResponse:
    password = actions.restore_user(pk, actor=request.actor, reason=request.POST.get("reason", ""))
    return _show_password(request, pk, password)


@admin
@require_POST
def unlock_person(request: StaffRequest, pk: int) -> HttpResponse:
    actions.unlock_user(pk, actor=request.actor, reason=request.POST.get("reason", ""))
    messages.success(request, _("已解除锁定。"))
    return redirect("access:person", pk)


@admin
@require_POST
def rename_person(request: StaffRequest, pk: int) -> HttpResponse:
    actions.rename_user(pk, request.POST.get("name", ""), actor=request.actor)
    messages.success(request, _("姓名已更正。"))
    return redirect("access:person", pk)


@admin
@require_safe
def roles(request: StaffRequest) -> HttpResponse:
    columns = queries.role_columns(request.actor)
    lines = [
        (PERMISSION_NAMES[permission], [permission in ROLE_PERMISSIONS[column.role] for column in columns])
        for permission in Permission
    ]
    return render(request, "access/roles.html", {"columns": columns, "lines": lines})


@admin
@require_safe
def sign_in_log(request: StaffRequest) -> HttpResponse:
    words, kind, after, before = (
        request.GET.get(key, "").strip()[:60] for key in ("q", "kind", "after", "before")
    )
    page = queries.sign_ins(request.actor, words=words, kind=kind, after=after, before=before)
    context = {"rows": page.rows, "q": words, "kind": kind, "outcomes": list(OUTCOME_NAMES.items())}
    return render(request, "access/sign_in_log.html", context | _paging(request, page))
