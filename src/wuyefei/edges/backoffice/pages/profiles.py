"""The owner record: how a person pays, what is due to be checked again, and the check itself (row A3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from wuyefei.estate.people.public import Person, get_person
from wuyefei.estate.profiles.public import (
    CHECKED,
    CYCLES,
    DETAILS,
    DETAILS_FIELD,
    DOCUMENTS,
    EBILLS,
    GROUP_NAMES,
    METHODS,
    SIZE,
    Due,
    Group,
    Rule,
    Standing,
    When,
    overdue,
    overdue_counts,
    profile_of,
    reveal_details,
    rules_of,
    save_profile,
    set_rule,
    standings,
    verify_group,
)
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.gate import needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.foundation.platform import audit, clock
from wuyefei.foundation.platform.exports import Cell, Sheet, workbook_response
from wuyefei.foundation.shell.refusals import answered

from ..forms.profile import ProfileForm, RuleForm, VerifyForm
from .common import actor_of, is_htmx, places_of

EXPORT_BATCH, EXPORTED = 2_000, 50_000


def why(row: Due) -> str:
    """Why a group is due, in words."""
    if row.verified_on is None:
        return _("从未核实")
    if row.verified_on < row.changed_on:
        return _("%(day)s 入住或有变动") % {"day": row.changed_on}
    return _("上次核实 %(day)s") % {"day": row.verified_on}


def interval(rule: Rule) -> str:
    """How often a group is checked, in words."""
    if rule.when is When.LIVE:
        return _("随时更新，不用核实")
    if rule.when is When.MONTHS:
        return _("每 %(months)s 个月一次") % {"months": rule.months}
    return _("入住或变动后 %(days)s 天内") % {"days": rule.grace_days}


@needs(Permission.ESTATE_VIEW)
def work_list(request: HttpRequest) -> HttpResponse:
    """What should have been checked again by today, the longest overdue first."""
    actor, places, today = actor_of(request), places_of(request, Permission.ESTATE_VIEW), clock.today()
    group = request.GET.get("group", "")
    group = group if group in CHECKED else ""
    rows = overdue(actor, places.ids, today, only=group, after=request.GET.get("at", ""), limit=SIZE + 1)
    shown, more = rows[:SIZE], len(rows) > SIZE
    counts = overdue_counts(actor, places.ids, today)
    names = {place.pk: place.name for place in places.all}
    context: dict[str, Any] = {
        "places": places,
        "group": group,
        "groups": [(one.value, _(GROUP_NAMES[one]), counts[one]) for one in CHECKED],
        "whole": sum(counts.values()),
        "rows": [(row, _(GROUP_NAMES[row.group]), why(row), (today - row.due_on).days, names[row.community_id]) for row in shown],
        "next": shown[-1].mark if more else "",
        "first": not request.GET.get("at"),
        "may_verify": actor.may(Permission.PROFILE_VERIFY),
        "may_export": actor.may(Permission.EXPORT),
        "may_rule": Permission.ESTATE_EDIT in actor.wide,
    }
    template = "backoffice/people/_due.html" if is_htmx(request) else "backoffice/people/verification.html"
    return render(request, template, context)


@needs(Permission.EXPORT)
def export(request: HttpRequest) -> HttpResponse:
    """The list as a workbook, without personal numbers; only places whose data may be exported."""
    actor, places = actor_of(request), places_of(request, Permission.ESTATE_VIEW)
    allowed = actor.communities(Permission.EXPORT)
    chosen = [place for place in places.all if place.pk in places.ids and place.pk in allowed]
    for place in chosen:
        audit.record(actor, "profile.export", place, community_id=place.pk)
    names = {place.pk: place.name for place in chosen}
    heads = [_("项目"), _("姓名"), _("房屋"), _("核实内容"), _("原因"), _("应核实日期"), _("逾期天数")]
    lines = _lines(actor, names, request.GET.get("group", ""))
    return workbook_response([Sheet(_("待核实"), heads, lines)], _("待核实") + ".xlsx")


def _lines(actor: Actor, names: dict[int, str], group: str) -> Iterator[list[Cell]]:
    today, mark, written = clock.today(), "", 0
    while written < EXPORTED:
        rows = overdue(actor, list(names), today, only=group, after=mark, limit=EXPORT_BATCH)
        for row in rows:
            yield [
                names[row.community_id], row.name, row.homes, _(GROUP_NAMES[row.group]), why(row), row.due_on, (today - row.due_on).days,
            ]  # fmt: skip
        written += len(rows)
        if len(rows) < EXPORT_BATCH:
            return
        mark = rows[-1].mark


@needs(Permission.ESTATE_VIEW)
def rules_page(request: HttpRequest) -> HttpResponse:
    """How often each group is checked; changed only by those who keep the estate of the whole organisation."""
    actor = actor_of(request)
    rules = rules_of(actor.organisation_id)
    posted = request.POST.get("group", "") if request.method == "POST" else ""
    forms = [
        (one, RuleForm(request.POST if one == posted else None, rule=rule, auto_id=f"{one.value}-%s"))
        for one, rule in rules.items() if rule.when is not When.LIVE
    ]  # fmt: skip
    refused = False
    for one, form in forms:
        if one == posted:
            if form.is_valid() and _set(actor, one, form) is not None:
                messages.success(request, _("已保存"))
                return redirect("backoffice:verification_rules")
            refused = True
    context = {
        "rows": [(one.value, _(GROUP_NAMES[one]), interval(rules[one]), form) for one, form in forms],
        "live": [(_(GROUP_NAMES[one]), interval(rule)) for one, rule in rules.items() if rule.when is When.LIVE],
        "may_rule": Permission.ESTATE_EDIT in actor.wide,
    }
    return render(request, "backoffice/people/rules.html", context, status=422 if refused else 200)


def _set(actor: Actor, group: Group, form: RuleForm) -> Rule | None:
    data = form.cleaned_data
    return answered(form, lambda: set_rule(group, data.get("months") or 0, data["grace_days"], actor=actor))


@needs(Permission.PROFILE_VERIFY)
def verify(request: HttpRequest, person_id: int, group: str) -> HttpResponse:
    """Note that a group was checked with the person, on which day and by which document."""
    actor, today = actor_of(request), clock.today()
    person = get_person(actor, person_id)
    actor.require(Permission.PROFILE_VERIFY, person.community_id)
    if group not in CHECKED:
        raise NotFound()
    form = VerifyForm(request.POST or None, initial={"verified_on": today})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        facts = {"on": data["verified_on"], "document": data["document"], "note": data["note"]}
        if answered(form, lambda: verify_group(person.pk, group, actor=actor, **facts)) is not None:
            words = _("已核实 %(name)s 的%(what)s") % {"name": person.name, "what": _(GROUP_NAMES[Group(group)])}
            messages.success(request, words)
            to_list = request.GET.get("back") == "list"
            return redirect("backoffice:verification") if to_list else redirect("backoffice:person", person.pk)
    context = {"form": form, "what": _(GROUP_NAMES[Group(group)]), **record_of(actor, person, today), "person": person}
    return render(request, "backoffice/people/verify.html", context, status=422 if form.errors else 200)


@needs(Permission.ESTATE_EDIT)
def edit(request: HttpRequest, person_id: int) -> HttpResponse:
    actor = actor_of(request)
    person = get_person(actor, person_id)
    actor.require(Permission.ESTATE_EDIT, person.community_id)
    form = ProfileForm(request.POST or None, profile=profile_of(actor, person.pk))
    if request.method == "POST" and form.is_valid():
        clear = form.cleaned_data.get("clear", [])
        if answered(form, lambda: save_profile(person.pk, form.row(), actor=actor, clear=clear)) is not None:
            messages.success(request, _("已保存"))
            return redirect("backoffice:person", person.pk)
    context = {"form": form, "person": person}
    return render(request, "backoffice/people/profile.html", context, status=422 if form.errors else 200)


@require_POST
@needs(Permission.PERSON_REVEAL)
def details(request: HttpRequest, person_id: int) -> HttpResponse:
    """The optional facts in clear, once, after a purpose was given; the read is on record when this is shown."""
    actor = actor_of(request)
    found = reveal_details(person_id, request.POST.get("purpose", ""), actor=actor)
    lines = [(_(DETAILS[name]), found[name]) for name in DETAILS if name in found]
    context = {"lines": lines, "label": _("选填资料"), "person": get_person(actor, person_id), "field": DETAILS_FIELD}
    template = "backoffice/people/_details.html" if is_htmx(request) else "backoffice/people/details.html"
    return render(request, template, context)


def record_of(actor: Actor, person: Person, today: dt.date) -> dict[str, Any]:
    """What a person's page shows of the record: how they pay, and every group with its latest check."""
    profile = profile_of(actor, person.pk)
    found = standings(actor, [person.pk], today)[person.pk]
    facts: list[tuple[str, str]] = []
    if profile is not None:
        facts = [
            (_("缴费方式"), _(METHODS[profile.method])), (_("缴费周期"), _(CYCLES[profile.cycle_months])),
            (_("电子账单"), _(EBILLS[profile.ebill])),
        ]  # fmt: skip
        if profile.score:
            facts.append((_("满意度"), _("%(score)s 分（%(day)s）") % {"score": profile.score, "day": profile.scored_on}))
    return {
        "profile": profile,
        "profile_facts": facts,
        "known": "、".join(_(DETAILS[name]) for name in (profile.known if profile else [])),
        "standings": [_line(one, today) for one in found],
        "may_verify": actor.may(Permission.PROFILE_VERIFY, person.community_id) and not person.erased_at,
    }


def _line(one: Standing, today: dt.date) -> dict[str, Any]:
    document = one.latest.document if one.latest else ""
    return {
        "group": one.group.value, "name": _(GROUP_NAMES[one.group]), "interval": interval(one.rule), "latest": one.latest,
        "document": _(DOCUMENTS[document]) if document else "", "due_on": one.due_on,
        "overdue": one.due_on is not None and one.due_on < today, "live": one.rule.when is When.LIVE,
    }  # fmt: skip
