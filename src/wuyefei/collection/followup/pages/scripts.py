"""What to say: the scripts with their linter and results."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wuyefei.foundation.access.gate import needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound

from ..actions.scripts import save_script
from ..forms import ScriptForm
from ..models import Script
from ..queries.cases import Kept, kept_by_version, script_for
from ..rules.cadence import AGE_NAMES, Age
from ..rules.scripts import FIELDS, PART_NAMES, Advice, advice
from .common import actor_of

SHOWN = 12


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.FOLLOW_VIEW)
def listed(request: HttpRequest) -> HttpResponse:
    """The scripts in use, their versions and results; a new version with advice on its wording."""
    actor = actor_of(request)
    chosen = Age(request.GET["age"]) if request.GET.get("age") in AGE_NAMES else Age.FRIENDLY
    used = script_for(actor, chosen)
    may_write = Permission.FOLLOW_MANAGE in actor.wide
    first, second, third = used.parts
    form = ScriptForm(request.POST or None, initial={"age": chosen.value, "first": first, "second": second, "third": third})
    warned = False
    if request.method == "POST":
        actor.require_wide(Permission.FOLLOW_MANAGE)
        if form.is_valid():
            done = _save(request, form)
            if done is not None:
                return done
            warned = not form.errors
    versions = list(Script.objects.filter(organisation_id=actor.organisation_id, age=chosen.value).select_related("made_by").order_by("-number")[:SHOWN])
    results = kept_by_version(actor, versions)
    context = {
        "form": form if may_write else None, "advice": _advice(form) if request.method == "POST" else [], "warned": warned, "used": used,
        "lines": list(zip((_(name) for name in PART_NAMES), used.parts, strict=True)), "age": chosen.value,
        "ages": [(age.value, _(name), age is chosen) for age, name in AGE_NAMES.items()], "fields": [f"{{{name}}}" for name in FIELDS],
        "versions": [{"row": row, **_result(results[row.pk])} for row in versions],
    }  # fmt: skip
    return render(request, "followup/scripts.html", context, status=422 if form.is_bound and (form.errors or warned) else 200)


def _save(request: HttpRequest, form: ScriptForm) -> HttpResponse | None:
    """Save, unless the wording should be looked at once more (``anyway`` says it was) or is refused."""
    data = form.cleaned_data
    if _advice(form) and not request.POST.get("anyway"):
        return None
    try:
        row = save_script(data["age"], (data["first"], data["second"], data["third"]), actor=actor_of(request))
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        form.add_error(None, error.text)
        return None
    messages.success(request, _("第 %(number)s 版已启用。") % {"number": row.number})
    response = redirect("followup:scripts")
    response["Location"] += f"?age={row.age}"
    return response


def _advice(form: ScriptForm) -> list[Advice]:
    return advice("\n".join(form.data.get(name, "") for name in ("first", "second", "third")))


def _result(kept: Kept) -> dict[str, Any]:
    low, high = kept.interval
    return {"kept": kept, "rate": _tenth(kept.permille), "low": _tenth(low), "high": _tenth(high)}


def _tenth(permille: int | None) -> str:
    return "" if permille is None else f"{permille // 10}.{permille % 10}"
