"""Ties between persons and properties."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wuyefei.estate.people.public import Person
from wuyefei.estate.properties.public import Property
from wuyefei.foundation.access.models import Community, Organisation


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
