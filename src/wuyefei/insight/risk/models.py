"""Standings and their history."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wuyefei.estate.people.public import Person
from wuyefei.foundation.access.models import Community, Organisation

from .rules import TRACK_NAMES

TRACKS = [(code.value, _(name)) for code, name in TRACK_NAMES.items()]


class Conducted(models.Model):
    """The columns of a conduct, beside the class that followed from it (blank: not classed)."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    letter = models.CharField(max_length=1, blank=True)
    periods = models.PositiveIntegerField()
    late = models.PositiveIntegerField()
    open_periods = models.PositiveIntegerField()
    oldest_due_on = models.DateField(null=True)
    last_paid_on = models.DateField(null=True)
    asked = models.PositiveIntegerField()
    hardship = models.BooleanField()

    class Meta:
        abstract = True


class Standing(Conducted):
    """The class of a payer now, ``since`` when; rewritten only where something differs."""

    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="+")
    track = models.CharField(max_length=10, choices=TRACKS)
    since = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["community", "track", "letter", "-open_periods", "-id"], name="standing_by_class")]

    def __str__(self) -> str:
        return self.letter or "—"


class Change(Conducted):
    """A class that became another, with the conduct of that day. Append-only."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    was = models.CharField(max_length=1, blank=True)
    first = models.BooleanField()
    on = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["person", "-id"], name="class_change_of")]

    def __str__(self) -> str:
        return f"{self.was or '—'} → {self.letter or '—'}"


class Reckoned(models.Model):
    """When a community was last gone through."""

    community = models.OneToOneField(Community, on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    at = models.DateTimeField()
    payers = models.PositiveIntegerField()
    changed = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.community} {self.on}"
