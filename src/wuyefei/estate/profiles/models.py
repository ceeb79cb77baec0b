"""Profiles, verifications, and an organisation's own intervals."""

from __future__ import annotations

from django.db import models

from wuyefei.estate.people.public import Person
from wuyefei.foundation.access.models import Community, Organisation


class Profile(models.Model):
    """How a person pays; ``details_locked`` holds the optional facts under the person's key, ``known`` their names."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="+")
    method = models.CharField(max_length=12)
    cycle_months = models.PositiveSmallIntegerField()
    ebill = models.CharField(max_length=8, blank=True)
    score = models.PositiveSmallIntegerField(null=True)
    scored_on = models.DateField(null=True)
    details_locked = models.BinaryField(null=True)
    known = models.JSONField(default=list)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(cycle_months__in=[1, 3, 6, 12]), name="profile_cycle"),
            models.CheckConstraint(condition=models.Q(score__isnull=True) | models.Q(score__range=(1, 5)), name="profile_score"),
        ]

    def __str__(self) -> str:
        return str(self.person)


class Verification(models.Model):
    """One group of facts checked with a person: append-only."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    group = models.CharField(max_length=12)
    verified_on = models.DateField()
    document = models.CharField(max_length=16, blank=True)
    note = models.CharField(max_length=200, blank=True)
    by_id = models.BigIntegerField()
    by_name = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["person", "group", "-verified_on"], name="verification_latest")]

    def __str__(self) -> str:
        return str(self.person)


class VerificationRule(models.Model):
    """Where an organisation checks a group at another interval than the default."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    group = models.CharField(max_length=12)
    months = models.PositiveSmallIntegerField()
    grace_days = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "group"], name="verification_rule_once")]

    def __str__(self) -> str:
        return self.group
