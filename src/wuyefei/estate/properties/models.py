"""Tables of the estate's places below the community."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wuyefei.foundation.access.models import Community, Organisation, User


class Building(models.Model):
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=40)
    sort_key = models.CharField(max_length=120)
    housekeeper = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["community", "name"], name="building_name_once")]

    def __str__(self) -> str:
        return self.name


class HousekeeperTerm(models.Model):
    """Who was a building's housekeeper from when to when, both days included (product row A7)."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    building = models.ForeignKey(Building, on_delete=models.PROTECT, related_name="terms")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["building"], condition=models.Q(ends_on__isnull=True), name="one_housekeeper_a_building"),
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=models.F("starts_on")), name="term_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.building} {self.starts_on}"


class Entrance(models.Model):
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    building = models.ForeignKey(Building, on_delete=models.PROTECT, related_name="entrances")
    name = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["building", "name"], name="entrance_name_once")]

    def __str__(self) -> str:
        return self.name


class Property(models.Model):
    class Kind(models.TextChoices):
        RESIDENTIAL = "residential", _("住宅")
        SHOP = "shop", _("商铺")
        OFFICE = "office", _("写字楼")
        PARKING = "parking", _("车位")
        STORAGE = "storage", _("储藏室")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    building = models.ForeignKey(Building, null=True, on_delete=models.PROTECT, related_name="properties")
    entrance = models.ForeignKey(Entrance, null=True, on_delete=models.PROTECT, related_name="properties")
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.RESIDENTIAL)
    number = models.CharField(max_length=40)
    code = models.CharField(max_length=80)
    sort_key = models.CharField(max_length=120)
    floor = models.CharField(max_length=10, blank=True)
    layout = models.CharField(max_length=20, blank=True)
    area_m2 = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    inner_area_m2 = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    delivered_on = models.DateField(null=True)
    vacant = models.BooleanField(default=False)
    attached_to = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="attached")
    external_ref = models.CharField(max_length=60, blank=True)
    ended_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "code"], condition=models.Q(ended_on__isnull=True), name="property_code_once"
            ),
            models.CheckConstraint(condition=models.Q(area_m2__isnull=True) | models.Q(area_m2__gt=0), name="area_positive"),
        ]
        indexes = [models.Index(fields=["community", "sort_key", "id"], name="property_in_order")]

    def __str__(self) -> str:
        return self.code


class Vehicle(models.Model):
    """A car known at a property: the plate finds the household at the cash desk."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    property = models.ForeignKey(Property, on_delete=models.PROTECT, related_name="vehicles")
    plate = models.CharField(max_length=12)
    model = models.CharField(max_length=40, blank=True)
    colour = models.CharField(max_length=20, blank=True)
    registered_at = models.DateTimeField(null=True)
    ended_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "plate"], condition=models.Q(ended_on__isnull=True), name="plate_once"
            )
        ]

    def __str__(self) -> str:
        return self.plate


class Meter(models.Model):
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    property = models.ForeignKey(Property, on_delete=models.PROTECT, related_name="meters")
    kind = models.CharField(max_length=20)
    number = models.CharField(max_length=40)
    ended_on = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["community", "kind", "number"], name="meter_number_once")]

    def __str__(self) -> str:
        return self.number
