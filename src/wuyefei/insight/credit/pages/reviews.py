"""Objections: the list by their day, one of them, naming who answers, the answer."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from wuyefei.foundation.access.gate import actor_of, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.text import whole_number
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.paging import paginate

from .. import queries
from ..actions import reviewing, wishes
from ..models import Review
from ..rules import ANSWER_DAYS, HOLDS_DAYS
from .common import attempt
from .owners import _parts


@require_GET
@needs(Permission.CREDIT_VIEW)
def reviews(request: HttpRequest) -> HttpResponse:
    """What waits for an answer first; then what was decided."""
    actor, state = actor_of(request), request.GET.get("state", Review.State.OPEN)
    rows = queries.reviews(actor)
    if state in Review.State.values:
        rows = rows.filter(state=state)
    page = paginate(rows, ["due_on", "pk"], request.GET.get("at", ""))
    context = {"page": page, "rows": page.rows, "state": state, "states": Review.State.choices, "today": clock.today(), "days": ANSWER_DAYS}
    return render(request, "credit/reviews.html", context)


@require_GET
@needs(Permission.CREDIT_VIEW)
def review(request: HttpRequest, review_id: int) -> HttpResponse:
    actor = actor_of(request)
    row = queries.get_review(actor, review_id)
    may = row.state == Review.State.OPEN and actor.may(Permission.CREDIT_REVIEW, row.community_id)
    rating = queries.rating_of(actor, row.person_id)
    context = {
        "row": row, "may": may, "mine": row.reviewer_id == actor.user_id, "today": clock.today(), "parts": _parts(rating), "rating": rating,
        "people": queries.reviewers(actor, row.community_id) if may else [], "letters": reviewing.better_ones(row.letter_then), "days": HOLDS_DAYS,
    }  # fmt: skip
    return render(request, "credit/review.html", context)


@require_POST
@needs(Permission.CREDIT_WORK)
def raise_for(request: HttpRequest, person_id: int) -> HttpResponse:
    """An objection that an owner told one of ours."""
    return attempt(
        request, lambda: wishes.object_for(person_id, request.POST.get("said", ""), actor=actor_of(request)), _("已登记异议，等人工复核。"),
        "credit:owner", person_id,
    )  # fmt: skip


@require_POST
@needs(Permission.CREDIT_REVIEW)
def assign(request: HttpRequest, review_id: int) -> HttpResponse:
    person = whole_number(request.POST.get("reviewer", "")) or 0
    return attempt(request, lambda: reviewing.assign(review_id, person, actor=actor_of(request)), _("已指定复核人。"), "credit:review", review_id)


@require_POST
@needs(Permission.CREDIT_REVIEW)
def decide(request: HttpRequest, review_id: int) -> HttpResponse:
    letter, answer = request.POST.get("letter", ""), request.POST.get("answer", "")
    return attempt(
        request, lambda: reviewing.decide(review_id, letter, answer, actor=actor_of(request)), _("已答复，业主在手机上看得到。"), "credit:review", review_id
    )
