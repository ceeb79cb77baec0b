"""What the second person reads about a showing."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from wuyefei.foundation.approvals.models import Request

from .models import Rating, Showing


def showing_address(request: Request) -> str:
    row = Showing.objects.get(pk=request.subject_id)
    return reverse("credit:owner", args=[row.person_id])


def describe_showing(request: Request) -> list[tuple[str, str]]:
    row = Showing.objects.select_related("person").get(pk=request.subject_id)
    letter = Rating.objects.filter(person_id=row.person_id).values_list("letter", flat=True).first()
    return [
        (_("业主"), row.person.name), (_("给什么"), _("信用等级（现在 %(letter)s）和起算日，不给依据和分数") % {"letter": letter or "—"}),
        (_("接收方"), row.receiver), (_("用途"), row.purpose), (_("依据"), str(row.get_ground_display())), (_("依据文件"), row.document),
    ]  # fmt: skip
