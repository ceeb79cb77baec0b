"""Efforts with what was shown, said and mended in them. Freezing triggers stand in migration 0002."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from wuyefei.collection.followup.public import Case
from wuyefei.estate.people.public import Person
from wuyefei.foundation.access.models import Community, Organisation, User
from wuyefei.relations.contacts.public import Contact, Ground

from .rules import PURPOSE_NAMES, SIDE_NAMES

PURPOSES = [(purpose.value, _(name)) for purpose, name in PURPOSE_NAMES.items()]
SIDES = [(side.value, _(name)) for side, name in SIDE_NAMES.items()]


class Effort(models.Model):
    """``basis`` names the paper by which the work is done together, ``partners`` the offices named in it. Only its end changes."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=60)
    purpose = models.CharField(max_length=10, choices=PURPOSES)
    basis = models.CharField(max_length=160)
    partners = models.CharField(max_length=160)
    opened_on = models.DateField()
    closed_on = models.DateField(null=True)
    result = models.CharField(max_length=400, blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["community", "-id"], name="effort_by_place")]

    def __str__(self) -> str:
        return self.title


class Household(models.Model):
    """A case brought into an effort, with the ground that this put on record. Only ``left_on`` changes, once."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    effort = models.ForeignKey(Effort, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    ground = models.ForeignKey(Ground, null=True, on_delete=models.PROTECT, related_name="+")
    joined_on = models.DateField()
    left_on = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person"], condition=models.Q(left_on__isnull=True), name="one_joint_effort")]
        indexes = [models.Index(fields=["effort", "id"], name="household_of_effort")]

    def __str__(self) -> str:
        return str(self.case)


class Showing(models.Model):
    """What was handed to a partner, word for word. Append-only."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    effort = models.ForeignKey(Effort, on_delete=models.PROTECT, related_name="+")
    side = models.CharField(max_length=10, choices=SIDES)
    receiver = models.CharField(max_length=60)
    fields = ArrayField(models.CharField(max_length=10))
    rows = models.JSONField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.effort} {self.receiver}"


class Visit(models.Model):
    """A joint visit: the contact it was, and who of the partners came along. Append-only."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    effort = models.ForeignKey(Effort, on_delete=models.PROTECT, related_name="+")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+")
    contact = models.OneToOneField(Contact, on_delete=models.PROTECT, related_name="+")
    sides = ArrayField(models.CharField(max_length=10, choices=SIDES))
    agreed = models.CharField(max_length=400, blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.household}"


class Meeting(models.Model):
    """Minutes of a three-party meeting; ``present`` are the households that came. Append-only."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    effort = models.ForeignKey(Effort, on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    place = models.CharField(max_length=60)
    sides = ArrayField(models.CharField(max_length=10, choices=SIDES))
    present = ArrayField(models.BigIntegerField())
    said = models.CharField(max_length=1000)
    agreed = models.CharField(max_length=400, blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.effort} {self.on}"


class Work(models.Model):
    """A small work with a large effect: what is mended for how many homes, at which cost in fen. Only its end changes."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    effort = models.ForeignKey(Effort, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=60)
    homes = models.PositiveIntegerField()
    cost_fen = models.BigIntegerField()
    planned_on = models.DateField()
    done_on = models.DateField(null=True)
    note = models.CharField(max_length=200, blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(cost_fen__gt=0, homes__gt=0), name="work_positive")]

    def __str__(self) -> str:
        return self.title
