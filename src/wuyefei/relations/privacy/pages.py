"""Pages: the register, what has run out, and one person's data."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wuyefei.estate.people.public import get_person
from wuyefei.foundation.access.gate import actor_of, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.platform import clock, jobs
from wuyefei.foundation.platform.exports import attachment
from wuyefei.foundation.platform.paging import paginate

from . import actions
from .forms import ConsentForm, RetentionForm
from .holdings import holdings
from .models import Consent
from .queries import consents, consents_of, expired, latest_retention, years_of
from .rules import SEPARATE, USE_NAMES


@require_GET
@needs(Permission.PRIVACY_MANAGE)
def register(request: HttpRequest) -> HttpResponse:
    """What is held about people, what for, on which ground and how long; and who has agreed to what."""
    actor = actor_of(request)
    latest = consents(actor).order_by("person_id", "use", "-id").distinct("person_id", "use")
    counts: dict[tuple[str, bool], int] = {}
    for row in latest.values_list("use", "given"):
        counts[row] = counts.get(row, 0) + 1
    uses = [(_(name), code in SEPARATE, counts.get((code.value, True), 0), counts.get((code.value, False), 0)) for code, name in USE_NAMES.items()]
    context = {"holdings": holdings(), "uses": uses, "years": years_of(actor.organisation_id)}
    return render(request, "privacy/register.html", context)


@require_http_methods(["GET", "POST"])
@needs(Permission.PRIVACY_MANAGE)
def retention(request: HttpRequest) -> HttpResponse:
    """Those whose data is to be erased, and the number of years."""
    actor, today = actor_of(request), clock.today()
    years = years_of(actor.organisation_id)
    form = RetentionForm(request.POST or None, initial={"years": years})
    if request.method == "POST" and form.is_valid():
        actions.set_retention(**form.cleaned_data, actor=actor)
        messages.success(request, _("已改为保存 {years} 年").format(years=form.cleaned_data["years"]))
        return redirect("privacy:retention")
    rows = expired(actor, today)
    running = jobs.jobs(actor).filter(kind=actions.KIND, state__in=jobs.OPEN).first()
    context = {
        "page": paginate(rows, ["over_on", "pk"], request.GET.get("at", "")), "count": rows.count(), "years": years, "form": form,
        "latest": latest_retention(actor.organisation_id), "running": running,
    }  # fmt: skip
    return render(request, "privacy/retention.html", context, status=422 if form.errors else 200)


@require_POST
@needs(Permission.PRIVACY_MANAGE)
def run(request: HttpRequest) -> HttpResponse:
    """Erase everybody whose retention is over."""
    try:
        job = actions.start_retention(actor=actor_of(request))
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        messages.error(request, error.text)
        return redirect("privacy:retention")
    messages.success(request, _("已开始删除 {count} 人的个人信息").format(count=job.total))
    return redirect("privacy:retention")


@require_http_methods(["GET", "POST"])
@needs(Permission.PRIVACY_MANAGE)
def person(request: HttpRequest, person_id: int) -> HttpResponse:
    """One person's consents; a copy and erasure are asked for here."""
    actor = actor_of(request)
    about = get_person(actor, person_id)
    actor.require(Permission.PRIVACY_MANAGE, about.community_id)
    form = ConsentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actions.note_consent(about.pk, data["use"], data["given"] == "yes", data["how"], actor=actor)
        except (NotFound, Forbidden):
            raise
        except DomainError as error:
            form.add_error(None, error.text)
        else:
            messages.success(request, _("已记下"))
            return redirect("privacy:person", about.pk)
    known: dict[str, Consent] = consents_of(actor, about.pk)
    context = {
        "person": about, "form": form, "holdings": holdings(),
        "rows": [(_(name), code in SEPARATE, known.get(code.value)) for code, name in USE_NAMES.items()],
        "may_copy": not about.erased_at and all(actor.may(one.permission, about.community_id) for one in holdings()),
    }  # fmt: skip
    return render(request, "privacy/person.html", context, status=422 if form.errors else 200)


@require_POST
@needs(Permission.PRIVACY_MANAGE)
def copy(request: HttpRequest, person_id: int) -> HttpResponse:
    """The copy, as a workbook."""
    try:
        content = actions.copy_of(person_id, request.POST.get("purpose", ""), actor=actor_of(request))
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        messages.error(request, error.text)
        return redirect("privacy:person", person_id)
    return attachment(content, _("个人信息副本") + ".xlsx")


@require_POST
@needs(Permission.PRIVACY_MANAGE)
def erase(request: HttpRequest, person_id: int) -> HttpResponse:
    """Erase the person for good."""
    try:
        actions.erase(person_id, request.POST.get("reason", ""), actor=actor_of(request))
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        messages.error(request, error.text)
    else:
        messages.success(request, _("个人信息已删除，账单与收据不变"))
    return redirect("privacy:person", person_id)
