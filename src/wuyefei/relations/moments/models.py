"""Sources, the nonces of the last minutes, and the counts of a day."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wuyefei.foundation.access.models import Community, Organisation, User

from .rules import EVENT_NAMES, PER_DAY

EVENTS = [(event.value, _(name)) for event, name in EVENT_NAMES.items()]


class Source(models.Model):
    """A gate or lift system of a community. ``sealed`` is its secret under the installation's key; ``hook`` the
    unguessable part of the address that it calls; ``per_day`` how many reminders its events may bring about a day."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=40)
    kind = models.CharField(max_length=8, choices=EVENTS)
    hook = models.CharField(max_length=64, unique=True)
    sealed = models.BinaryField()
    enabled = models.BooleanField(default=True)
    per_day = models.PositiveIntegerField(default=PER_DAY)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["community", "name"], name="source_once")]

    def __str__(self) -> str:
        return self.name


class Nonce(models.Model):
    """A call that was taken: the same one is not taken again. Kept for as long as its moment would be accepted."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+")
    nonce = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "nonce"], name="nonce_once")]
        indexes = [models.Index(fields=["at"], name="nonce_by_time")]


class Tally(models.Model):
    """How many events of a day came to an outcome: whose they were is not kept."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="tallies")
    on = models.DateField()
    outcome = models.CharField(max_length=16)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "on", "outcome"], name="tally_once")]
