"""Passing a list on while its person is away, and the log of it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from wuyefei.foundation.access.gate import actor_of, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound

from ..forms import PassForm
from ..models import Member, Passing
from ..passing import end_passing, pass_on
from ..queries.drives import get_drive, get_passing, passings_now


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.FOLLOW_MANAGE)
def pass_list(request: HttpRequest, drive_id: int) -> HttpResponse:
    """The form, who does whose list now, and everything that was passed on before."""
    actor = actor_of(request)
    row = get_drive(actor, drive_id)
    actor.require(Permission.FOLLOW_MANAGE, row.community_id)
    people = list(Member.objects.filter(drive=row).order_by("user__name", "pk").values_list("user_id", "user__name"))
    form = PassForm(people, request.POST or None, initial={"last": row.ends_on, "taker": people[1][0] if len(people) > 1 else None})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = pass_on(row.pk, data["giver"], data["taker"], data["last"], data["reason"], actor=actor)
        except (NotFound, Forbidden):
            raise
        except DomainError as error:
            form.add_error(None, error.text)
        else:
            messages.success(request, _("已转交：%(giver)s 的名单由 %(taker)s 办。") % {"giver": made.giver.name, "taker": made.taker.name})
            return redirect("drives:pass", row.pk)
    log = Passing.objects.filter(drive=row).select_related("giver", "taker", "made_by", "ended_by").order_by("-pk")
    now = set(passings_now(row).values_list("pk", flat=True))
    context = {"row": row, "form": form, "may": len(people) > 1, "log": [(one, one.pk in now) for one in log]}
    return render(request, "drives/pass.html", context, status=422 if form.errors else 200)


@require_POST
@needs(Permission.FOLLOW_MANAGE)
def pass_back(request: HttpRequest, passing_id: int) -> HttpResponse:
    """The list is its own person's again."""
    actor = actor_of(request)
    row = get_passing(actor, passing_id)
    if row.ended_at is not None:
        messages.info(request, _("这份名单早已收回。"))
        return redirect("drives:pass", row.drive_id)
    row = end_passing(row.pk, actor=actor)
    messages.success(request, _("名单已经还给 %(name)s。") % {"name": row.giver.name})
    return redirect("drives:pass", row.drive_id)
