"""How bills are announced, what is known of when people pay, comparisons of two bills, and what comes next in a place."""

from __future__ import annotations

from decimal import Decimal

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wuyefei.foundation.access.gate import needs
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.foundation.shell.refusals import answered

from ..actions import settings as acts
from ..actions import trials as trial_acts
from ..forms import MannerForm, NewsForm, TrialForm
from ..queries import get_trial, habits, manner_of, news_rows, trials
from ..rules.timing import PATTERN_NAMES, Pattern
from ..rules.trial import Rate, Word
from ..trials import result_of
from .common import actor_of


@require_GET
@needs(Permission.NOTICE_VIEW)
def smart(request: HttpRequest) -> HttpResponse:
    """The two switches, and how many people have which habit in the places one sees."""
    actor = actor_of(request)
    counts = dict(habits(actor).values_list("pattern").annotate(count=Count("pk")))
    whole = sum(counts.values())
    row = manner_of(actor.organisation_id)
    context = {
        "form": MannerForm(initial={"timing": row.timing, "smart_bill": row.smart_bill}), "row": row,
        "habits": [(_(PATTERN_NAMES[one]), counts[one.value], f"{counts[one.value] * 1000 // whole / 10:.1f}") for one in Pattern if counts.get(one.value)],
        "trials": list(trials(actor)[:10]) if Permission.NOTICE_VIEW in actor.wide else [], "whole": whole, "may_change": Permission.NOTICE_SEND in actor.wide,
    }  # fmt: skip
    return render(request, "notices/smart.html", context)


@require_POST
@needs(Permission.NOTICE_SEND, wide=True)
def manner(request: HttpRequest) -> HttpResponse:
    """Switch smart timing and the smart bill on or off."""
    form = MannerForm(request.POST)
    if form.is_valid():
        acts.set_manner(**form.cleaned_data, actor=actor_of(request))
        messages.success(request, _("已保存，之后开始的通知照此发送"))
    return redirect("notices:smart")


@require_http_methods(["GET", "POST"])
@needs(Permission.NOTICE_SEND, wide=True)
def new_trial(request: HttpRequest) -> HttpResponse:
    """State a comparison and begin it."""
    actor = actor_of(request)
    form = TrialForm(actor, request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        shares = [data[name] / Decimal(100) for name in ("usual", "difference")]
        made = answered(form, lambda: trial_acts.start_trial(data["name"], data["communities"], data["measure"], *shares, actor=actor))
        if made is not None:
            messages.success(request, _("比较已开始，之后的账单通知按种子分两半"))
            return redirect("notices:trial", made.pk)
    return render(request, "notices/new_trial.html", {"form": form}, status=422 if form.errors else 200)


@require_GET
@needs(Permission.NOTICE_VIEW, wide=True)
def trial(request: HttpRequest, trial_id: int) -> HttpResponse:
    """What the comparison says so far."""
    actor = actor_of(request)
    row = get_trial(actor, trial_id)
    found = result_of(row)
    lines = [
        (name, half.told, _rate(half.read), _rate(half.on_time)) for name, half in ((_("普通账单"), found.plain), (_("智能账单"), found.smart))
    ]
    said = found.verdict
    context = {
        "row": row, "found": found, "lines": lines, "places": Community.objects.filter(pk__in=row.community_ids).order_by("sort_key"),
        "usual": _percent(row.usual), "difference": _percent(row.difference), "word": said.word.value, "lacking": said.lacking,
        "ends": [f"{end * 100:+.1f}" for end in (said.difference, said.low, said.high)], "enough": said.word is not Word.TOO_FEW,
        "may_end": row.ended_at is None and Permission.NOTICE_SEND in actor.wide,
    }  # fmt: skip
    return render(request, "notices/trial.html", context)


def _rate(rate: Rate) -> tuple[str, str, str] | None:
    """Per cent with the ends of its interval; None where there is nobody yet."""
    low, high = rate.ends
    return (_percent(rate.share), _percent(low), _percent(high)) if rate.all else None


def _percent(share: Decimal) -> str:
    return f"{share * 100:.1f}"


@require_POST
@needs(Permission.NOTICE_SEND, wide=True)
def end(request: HttpRequest, trial_id: int) -> HttpResponse:
    """End a comparison."""
    try:
        trial_acts.end_trial(trial_id, actor=actor_of(request))
        messages.success(request, _("比较已结束"))
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        messages.error(request, error.text)
    return redirect("notices:trial", trial_id)


@require_http_methods(["GET", "POST"])
@needs(Permission.NOTICE_VIEW)
def news(request: HttpRequest) -> HttpResponse:
    """What smart bills and phones say of what comes next."""
    actor, today = actor_of(request), clock.today()
    may_send = actor.may(Permission.NOTICE_SEND)
    form = NewsForm(actor, request.POST or None, initial={"starts_on": today}) if may_send else None
    if request.method == "POST":
        actor.require_anywhere(Permission.NOTICE_SEND)
        if form is not None and form.is_valid():
            data = form.cleaned_data
            wanted = (data["community"], data["text"], data["starts_on"], data["ends_on"])
            if answered(form, lambda: trial_acts.say_news(*wanted, actor=actor)) is not None:
                messages.success(request, _("已加上"))
                return redirect("notices:news")
    rows = [(row, row.starts_on <= today <= row.ends_on, row.ends_on >= today) for row in news_rows(actor).order_by("-ends_on", "-pk")[:50]]
    return render(request, "notices/news.html", {"form": form, "rows": rows}, status=422 if form is not None and form.errors else 200)


@require_POST
@needs(Permission.NOTICE_SEND)
def end_news(request: HttpRequest, news_id: int) -> HttpResponse:
    """Say it no longer."""
    trial_acts.withdraw_news(news_id, actor=actor_of(request))
    messages.success(request, _("已撤下"))
    return redirect("notices:news")
