"""我的行动名单: whom the signed-in person is to ask in the drives that are running, on a phone."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from wuyefei.collection.followup.public import Promise
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.gate import actor_of, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.paging import paginate

from ..models import Drive, Household, Member
from ..queries.drives import MINE_ORDER, left_of, mine, unpaid
from ..queries.standing import contacts_of, homes_on
from ..rules import by_person, tally
from ..wording import aim_text


@require_GET
@needs(Permission.DRIVE_WORK)
def mine_page(request: HttpRequest) -> HttpResponse:
    """Own households that still owe, the largest debt first, each with what has been done; above them where the list stands."""
    actor, today = actor_of(request), clock.today()
    rows = mine(actor)
    drives = list(Drive.objects.filter(pk__in=rows.values("drive_id")).select_related("community").order_by("-id"))
    chosen = next((one for one in drives if str(one.pk) == request.GET.get("drive", "")), drives[0] if drives else None)
    if chosen is None:
        return render(request, "drives/mine.html", {"drive": None})
    page = paginate(unpaid(rows.filter(drive=chosen)).select_related("property", "person", "case", "user"), MINE_ORDER, request.GET.get("at", ""))
    line = by_person(homes_on(chosen, today).values(), today).get(actor.user_id, tally([], today))
    member = Member.objects.filter(drive=chosen, user_id=actor.user_id).first()
    context: dict[str, Any] = {
        "drive": chosen, "drives": drives, "me": actor.user_id, "aim": aim_text(chosen), "page": page, "lines": _dressed(chosen, page.rows, actor), "line": line,
        "target_fen": member.target_fen if member else 0, "left_days": (chosen.ends_on - today).days + 1,
        "may_follow": actor.may(Permission.FOLLOW_WORK, chosen.community_id),
    }  # fmt: skip
    return render(request, "drives/mine.html", context)


def _dressed(drive: Drive, rows: list[Household], actor: Actor) -> list[dict[str, Any]]:
    """Each household with what it owes now, whether it may be asked, when it was last spoken to and what it promised."""
    today, now = clock.today(), clock.now()
    left, people = left_of(rows, today), [row.person_id for row in rows]
    said = {row.person_id: row for row in contacts_of(drive, now).filter(person_id__in=people).order_by("closed_at", "pk")}
    promised = {row.person_id: row for row in Promise.objects.filter(person_id__in=people, community_id=drive.community_id, state=Promise.State.OPEN)}
    return [
        {
            "row": row, "left_fen": left[row.pk][0], "held": left[row.pk][1] == left[row.pk][0], "days": (today - row.oldest_due_on).days,
            "said": said.get(row.person_id), "promise": promised.get(row.person_id),
        }
        for row in rows
    ]  # fmt: skip
