"""Bringing properties into a contract: many at once after a preview, one by one, and letting them go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from wuyefei.estate.contracts.public import (
    Contract,
    Covered,
    add_line,
    contract_lines,
    cover,
    end_line,
    get_contract,
)
from wuyefei.estate.properties.public import normalise_code, properties
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.gate import needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.foundation.shell.refusals import answered
from wuyefei.money.billing.public import month_charges

from ..forms.contract import CoverForm, DayAndReason, LineForm
from .common import actor_of, is_htmx
from .contracts import context_of


@dataclass(frozen=True)
class Preview:
    """What covering would do, and what the new lines would bring a whole month at the first day's price."""

    covered: Covered
    monthly_fen: int


def _cover(form: CoverForm, contract: Contract, actor: Actor) -> Covered:
    data = form.cleaned_data
    return cover(
        contract.pk,
        data["tariff"].pk,
        data["starts_on"],
        data["ends_on"],
        kinds=data["kinds"],
        building_ids=[row.pk for row in data["buildings"]],
        actor=actor,
    )


def _preview(form: CoverForm, contract: Contract, actor: Actor) -> Preview:
    """Do it and undo it: the preview is exact because it is the act itself, rolled back."""
    with transaction.atomic():
        known = contract_lines(actor).filter(contract=contract).order_by("-pk").values_list("pk", flat=True).first() or 0
        covered = _cover(form, contract, actor)
        found = Preview(covered, _monthly(form, contract, actor, known))
        transaction.set_rollback(True)
    return found


def _monthly(form: CoverForm, contract: Contract, actor: Actor, after: int) -> int:
    tariff = form.cleaned_data["tariff"]
    made = contract_lines(actor).filter(contract=contract, pk__gt=after, tariff=tariff).select_related("property", "tariff")
    charges = month_charges(list(made), form.cleaned_data["starts_on"])
    return sum(fen for fen in charges.values() if fen is not None)  # those without an area are counted apart


@require_POST
@needs(Permission.CONTRACT_EDIT)
def cover_page(request: HttpRequest, contract_id: int) -> HttpResponse:
    """First the preview; with ``confirmed`` the act."""
    actor = actor_of(request)
    contract = get_contract(actor, contract_id)
    actor.require(Permission.CONTRACT_EDIT, contract.community_id)
    form = CoverForm(request.POST, actor=actor, contract=contract)
    preview = None
    if form.is_valid():
        if request.POST.get("confirmed"):
            done = answered(form, lambda: _cover(form, contract, actor))
            if done is not None:
                messages.success(request, _("已新建 %(created)s 条计费行，跳过 %(skipped)s 条") % vars_of(done))
                return redirect("backoffice:contract", contract.pk)
        else:
            preview = answered(form, lambda: _preview(form, contract, actor))
    context: dict[str, Any] = context_of(request, contract)
    context |= {"cover_form": form, "preview": preview, "open_form": "cover"}
    if is_htmx(request):
        return render(request, "backoffice/contracts/_cover.html", context)
    return render(request, "backoffice/contracts/page.html", context, status=422 if form.errors else 200)


def vars_of(done: Covered) -> dict[str, int]:
    return {"created": done.created, "skipped": done.skipped}


@require_POST
@needs(Permission.CONTRACT_EDIT)
def line_new(request: HttpRequest, contract_id: int) -> HttpResponse:
    actor = actor_of(request)
    contract = get_contract(actor, contract_id)
    actor.require(Permission.CONTRACT_EDIT, contract.community_id)
    form = LineForm(request.POST, actor=actor, contract=contract)
    if form.is_valid():
        data = form.cleaned_data
        rows = properties(actor).filter(community_id=contract.community_id, ended_on__isnull=True)
        home = rows.filter(code=normalise_code(data["code"])).first()
        if home is None:
            form.add_error("code", _("本项目没有编号为「%(code)s」的房屋") % {"code": data["code"]})
        elif answered(
            form,
            lambda: add_line(
                contract.pk, home.pk, data["tariff"].pk, data["starts_on"], data["ends_on"], data["quantity"], actor=actor
            ),
        ):
            messages.success(request, _("%(code)s 已加入计费") % {"code": home.code})
            return redirect("backoffice:contract", contract.pk)
    context = context_of(request, contract) | {"line_form": form, "open_form": "line"}
    return render(request, "backoffice/contracts/page.html", context, status=422)


@require_POST
@needs(Permission.CONTRACT_EDIT)
def line_end(request: HttpRequest, line_id: int) -> HttpResponse:
    actor = actor_of(request)
    line = contract_lines(actor).filter(pk=line_id).first()
    if line is None:
        raise NotFound()
    form = DayAndReason(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        if answered(form, lambda: end_line(line.pk, data["ends_on"], actor=actor, reason=data["reason"])) is not None:
            messages.success(request, _("这条计费到 %(day)s 终止") % {"day": data["ends_on"]})
            return redirect("backoffice:contract", line.contract_id)
    for errors in form.errors.values():
        for error in errors:
            messages.error(request, str(error))
    return redirect("backoffice:contract", line.contract_id)
