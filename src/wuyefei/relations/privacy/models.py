"""Consents and the retention in force. Append-only triggers stand in migration 0002."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wuyefei.estate.people.public import Person
from wuyefei.foundation.access.models import Community, Organisation, User

from .rules import LEAST_YEARS, MOST_YEARS, USE_NAMES

USES = [(code.value, _(name)) for code, name in USE_NAMES.items()]


class Consent(models.Model):
    """What a person said about one use; the latest holds. ``how`` names the paper or page where it was said."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    use = models.CharField(max_length=10, choices=USES)
    given = models.BooleanField()
    how = models.CharField(max_length=120)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~models.Q(how=""), name="consent_has_proof")]
        indexes = [models.Index(fields=["person", "use", "-id"], name="consent_latest")]

    def __str__(self) -> str:
        return str(self.get_use_display())


class Retention(models.Model):
    """How many years after the last tie a firm keeps personal data; the latest row holds."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    years = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=200)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(years__range=(LEAST_YEARS, MOST_YEARS)), name="retention_in_range")
        ]

    def __str__(self) -> str:
        return str(self.years)
