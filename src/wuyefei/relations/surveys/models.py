"""Waves and answers. What was said is frozen by a trigger in migration 0002."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wuyefei.estate.people.public import Person
from wuyefei.estate.properties.public import Building, Property
from wuyefei.foundation.access.models import Community, Organisation, User
from wuyefei.relations.accounts.public import Account
from wuyefei.relations.service.public import Ticket


class Wave(models.Model):
    """A community's quarter; open from ``opens_on`` to ``closes_on``, both included."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    quarter = models.DateField()
    opens_on = models.DateField()
    closes_on = models.DateField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["community", "quarter"], name="one_wave_a_quarter")]

    def __str__(self) -> str:
        return f"{self.community.name} {self.quarter.year} Q{(self.quarter.month + 2) // 3} 满意度调查"


class Answer(models.Model):
    """``mark`` tells a wave's households apart without naming them; ``keeper``: who kept the building then."""

    class Kind(models.TextChoices):
        TICKET = "ticket", _("工单评价")
        WAVE = "wave", _("季度调查")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    building = models.ForeignKey(Building, null=True, on_delete=models.PROTECT, related_name="+")
    keeper = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    ticket = models.OneToOneField(Ticket, null=True, on_delete=models.PROTECT, related_name="+")
    wave = models.ForeignKey(Wave, null=True, on_delete=models.PROTECT, related_name="answers")
    mark = models.CharField(max_length=40, blank=True)
    property = models.ForeignKey(Property, null=True, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    score = models.PositiveSmallIntegerField()
    about_keeper = models.BooleanField(default=False)
    text = models.CharField(max_length=300, blank=True)
    quarter = models.DateField()
    at = models.DateTimeField()
    call = models.BooleanField(default=False)
    handled_at = models.DateTimeField(null=True)
    handled_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    handled_note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(score__gte=1, score__lte=5), name="score_of_five"),
            models.CheckConstraint(
                condition=models.Q(kind="ticket", ticket__isnull=False, wave__isnull=True, property__isnull=False)
                | models.Q(kind="wave", ticket__isnull=True, wave__isnull=False),
                name="answer_of_one_thing",
            ),
            models.CheckConstraint(
                condition=models.Q(property__isnull=False, person__isnull=False)
                | models.Q(property__isnull=True, person__isnull=True, account__isnull=True, call=False),
                name="anonymous_names_nobody",
            ),
            models.UniqueConstraint(fields=["wave", "mark"], condition=models.Q(wave__isnull=False), name="wave_answered_once"),
        ]
        indexes = [
            models.Index(fields=["community", "quarter", "-id"], name="answer_by_quarter"),
            models.Index(fields=["community", "-id"], condition=models.Q(call=True, handled_at__isnull=True), name="answer_to_call"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"
