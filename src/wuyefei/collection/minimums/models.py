"""Watched cases, misses and answers. Freezing triggers stand in migration 0002."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wuyefei.collection.followup.public import Case
from wuyefei.foundation.access.models import Community, Organisation, User

from .rules import WHY_NAMES

WHYS = [(why.value, _(name)) for why, name in WHY_NAMES.items()]


class Watched(models.Model):
    """A case whose grade has a minimum. ``since``: the first day whose contacts are asked for — it begins anew when the
    grade changes or a hold ends."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="+")
    grade = models.CharField(max_length=1)
    since = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["community", "-id"], name="watched_by_place")]

    def __str__(self) -> str:
        return f"{self.case} {self.grade}"


class Miss(models.Model):
    """``least`` contacts in ``days`` days up to ``seen_on`` were asked for, ``done`` made, ``allowed`` permitted by the guard;
    ``first_on`` the first day on which it was so."""

    class Ending(models.TextChoices):
        MET = "met", _("已补上")
        CLOSED = "closed", _("案件已结")
        ANEW = "anew", _("重新起算")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    grade = models.CharField(max_length=1)
    least = models.PositiveSmallIntegerField()
    days = models.PositiveSmallIntegerField()
    done = models.PositiveSmallIntegerField()
    allowed = models.PositiveSmallIntegerField()
    refused = models.PositiveSmallIntegerField()
    why = models.CharField(max_length=8, choices=WHYS)
    first_on = models.DateField()
    seen_on = models.DateField()
    escalated_on = models.DateField(null=True)
    answered_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    ending = models.CharField(max_length=8, choices=Ending.choices, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=models.Q(closed_on__isnull=True), name="one_open_miss"),
            models.CheckConstraint(condition=models.Q(closed_on__isnull=True) | ~models.Q(ending=""), name="closed_miss_says_how"),
        ]
        indexes = [models.Index(fields=["community", "first_on", "id"], name="miss_by_place")]

    def __str__(self) -> str:
        return f"{self.case} {self.first_on}"


class Answer(models.Model):
    """Why the minimum was missed, as the one who answers for it says. Append-only."""

    miss = models.ForeignKey(Miss, on_delete=models.PROTECT, related_name="answers")
    reason = models.CharField(max_length=200)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.miss} {self.made_at:%Y-%m-%d}"
