"""Ties between persons and properties."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wuyefei.estate.people.public import Person
from wuyefei.estate.properties.public import Property
from wuyefei.foundation.access.models import Community, Organisation, User


class Tie(models.Model):
    class Role(models.TextChoices):
        OWNER = "owner", _("业主")
        TENANT = "tenant", _("租户")
        DEVELOPER = "developer", _("建设单位")
        PAYER = "payer", _("缴费人")
        OCCUPANT = "occupant", _("同住人")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    property = models.ForeignKey(Property, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=12, choices=Role.choices)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=models.F("starts_on")), name="tie_in_order"
            ),
            models.UniqueConstraint(fields=["property", "person", "role", "starts_on"], name="tie_once"),
        ]
        indexes = [models.Index(fields=["person", "property"], name="tie_by_person")]

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.starts_on}"


class Sharing(models.Model):
    """Several payers of one property by share, from a day on. Ended by hand, or the day before its property changed hands:
    ``cut_on`` is then that day, ``before_cut`` the end it had, ``ended_ties`` the payers' ties that ended with it and the ends
    these had."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    property = models.ForeignKey(Property, on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    of = models.PositiveIntegerField()
    document = models.CharField(max_length=80, blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    cut_on = models.DateField(null=True)
    before_cut = models.DateField(null=True)
    ended_ties = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=models.F("starts_on")) | models.Q(cut_on__isnull=False),
                name="sharing_in_order",
            ),
            models.UniqueConstraint(fields=["property", "starts_on"], name="sharing_once"),
        ]
        indexes = [models.Index(fields=["community", "property"], name="sharing_by_property")]

    def __str__(self) -> str:
        return f"{self.property.code} {self.starts_on}"


class SharePart(models.Model):
    """The parts of ``sharing.of`` from ``low`` to ``high`` are this person's. Append-only."""

    sharing = models.ForeignKey(Sharing, on_delete=models.PROTECT, related_name="parts")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    low = models.PositiveIntegerField()
    high = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(high__gt=models.F("low")), name="share_positive"),
            models.UniqueConstraint(fields=["sharing", "person"], name="share_once"),
            models.UniqueConstraint(fields=["sharing", "low"], name="share_place"),
        ]
