"""Closings and reopenings that were asked for. Frozen but for what became of them (migration 0002)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wuyefei.foundation.access.models import Community, Organisation, User
from wuyefei.money.ledger.public import PeriodClose


class Closing(models.Model):
    """``findings``: the list as it stood when it was asked, ``[[key, count, fen, weight], …]``; ``fact``: what it led to."""

    class Act(models.TextChoices):
        CLOSE = "close", _("结账")
        REOPEN = "reopen", _("反结账")

    class State(models.TextChoices):
        ASKED = "asked", _("待复核")
        DONE = "done", _("已执行")
        REFUSED = "refused", _("未通过")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    month = models.DateField()
    act = models.CharField(max_length=6, choices=Act.choices)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED)
    findings = models.JSONField(default=list)
    reason = models.CharField(max_length=400, blank=True)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    fact = models.OneToOneField(PeriodClose, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community"], condition=models.Q(state="asked"), name="one_closing_asked"),
            models.CheckConstraint(condition=models.Q(fact__isnull=False) | ~models.Q(state="done"), name="closing_done_has_its_fact"),
        ]
        indexes = [models.Index(fields=["community", "-id"], name="closing_latest")]

    def __str__(self) -> str:
        return f"{self.community.name} {self.month:%Y-%m} {self.Act(self.act).label}"
