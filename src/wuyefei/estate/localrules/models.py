"""Choices of a pack, and consultations. Frozen by migration 0002."""

from __future__ import annotations

from django.db import models

from wuyefei.estate.tariffs.public import Tariff
from wuyefei.foundation.access.models import Community, Organisation, User


class Choice(models.Model):
    """The pack a community follows from a day on. Append-only."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    pack = models.CharField(max_length=20)
    since = models.DateField()
    chosen_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    chosen_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["community", "-since", "-id"], name="choice_by_community")]

    def __str__(self) -> str:
        return f"{self.pack} {self.since}"


class Consultation(models.Model):
    """How an increase of a tariff's price was announced and voted on, with its minutes."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    tariff = models.ForeignKey(Tariff, on_delete=models.PROTECT, related_name="+")
    per_unit = models.DecimalField(max_digits=12, decimal_places=4)
    fixed = models.DecimalField(max_digits=12, decimal_places=4, default=0)
    effective_from = models.DateField()
    announced_on = models.DateField()
    voted_on = models.DateField()
    all_area = models.DecimalField(max_digits=14, decimal_places=2)
    all_heads = models.PositiveIntegerField()
    came_area = models.DecimalField(max_digits=14, decimal_places=2)
    came_heads = models.PositiveIntegerField()
    yes_area = models.DecimalField(max_digits=14, decimal_places=2)
    yes_heads = models.PositiveIntegerField()
    note = models.CharField(max_length=400, blank=True)
    minutes = models.BinaryField()
    minutes_kind = models.CharField(max_length=40)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(confirmed_by__isnull=True) | ~models.Q(confirmed_by=models.F("recorded_by")), name="consultation_four_eyes"
            ),
            models.CheckConstraint(condition=models.Q(voted_on__gte=models.F("announced_on")), name="voted_after_announced"),
        ]
        indexes = [models.Index(fields=["tariff", "-id"], name="consultation_by_tariff")]

    def __str__(self) -> str:
        return f"{self.tariff_id} {self.effective_from}"
