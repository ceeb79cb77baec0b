"""Alerts. Guards stand in migration 0002."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from wuyefei.foundation.access.models import Community, Organisation, User


class Alert(models.Model):
    """A week of a person in a community that is out of line. ``signs``: each with weeks, count, what is usual and how likely;
    ``evidence``: the deeds, each with sign, moment, amount, and the table and row it stands in. Frozen but for its end."""

    class Verdict(models.TextChoices):
        EXPLAINED = "explained", _("有正当理由")
        MISTAKE = "mistake", _("操作差错，已改正")
        WRONG = "wrong", _("查实违规")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    concerns = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    week = models.DateField()
    score = models.DecimalField(max_digits=6, decimal_places=1)
    signs = models.JSONField()
    evidence = models.JSONField()
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    verdict = models.CharField(max_length=10, choices=Verdict.choices, blank=True)
    finding = models.CharField(max_length=400, blank=True)
    closed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "concerns", "week"], name="watch_alert_once"),
            models.CheckConstraint(condition=~Q(closed_by=F("concerns")), name="watch_not_by_concerned"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by__isnull=True, verdict="", finding="")
                | (Q(closed_at__isnull=False, closed_by__isnull=False) & ~Q(verdict="") & ~Q(finding="")),
                name="watch_closed_with_finding",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "-id"], name="watch_alert_latest")]

    def __str__(self) -> str:
        return f"{self.concerns.name} {self.week} 异常交易"
