"""Dials and readings. What a reading says is frozen by migration 0002."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from wuyefei.estate.properties.public import Meter
from wuyefei.foundation.access.models import Community, Organisation, User


class Dial(models.Model):
    """What a meter's figure means, and the meter it took the place of. ``band``: the part of the day whose use it counts,
    for a register of a meter that tells the time."""

    class Band(models.TextChoices):
        SHARP = "sharp", _("尖")
        PEAK = "peak", _("峰")
        FLAT = "flat", _("平")
        VALLEY = "valley", _("谷")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    meter = models.OneToOneField(Meter, on_delete=models.PROTECT, related_name="+")
    multiplier = models.DecimalField(max_digits=12, decimal_places=4)
    digits = models.PositiveSmallIntegerField()
    band = models.CharField(max_length=6, choices=Band.choices, blank=True, default="")
    replaces = models.OneToOneField(Meter, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(multiplier__gt=0), name="dial_multiplier_positive"),
            models.CheckConstraint(condition=models.Q(digits__range=(3, 9)), name="dial_digits"),
        ]

    def __str__(self) -> str:
        return self.meter.number


class Reading(models.Model):
    """A figure at the end of a day; ``quantity`` is the use since the reading before it, in the meter's unit."""

    class Source(models.TextChoices):
        READ = "read", _("实抄")
        ESTIMATED = "estimated", _("估抄")
        CLOSED = "closed", _("拆表")
        OPENED = "opened", _("装表")

    class State(models.TextChoices):
        HELD = "held", _("待核对")
        CONFIRMED = "confirmed", _("已确认")
        VOID = "void", _("已作废")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    meter = models.ForeignKey(Meter, on_delete=models.PROTECT, related_name="+")
    previous = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    value = models.DecimalField(max_digits=14, decimal_places=4)
    source = models.CharField(max_length=10, choices=Source.choices)
    rolled = models.BooleanField(default=False)
    quantity = models.DecimalField(max_digits=14, decimal_places=4)
    doubts = ArrayField(models.CharField(max_length=10), default=list)
    note = models.CharField(max_length=200, blank=True)
    read_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    read_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices)
    settled_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["meter", "on"], condition=~models.Q(state="void"), name="one_reading_a_day"),
            models.CheckConstraint(condition=models.Q(value__gte=0), name="reading_not_negative"),
        ]
        indexes = [
            models.Index(fields=["meter", "-on"], name="reading_by_meter"),
            models.Index(fields=["community", "on"], condition=models.Q(state="held"), name="reading_held"),
        ]

    def __str__(self) -> str:
        return f"{self.meter.number} {self.on} {self.value.normalize():f}"


class Photo(models.Model):
    """The dial as it was photographed when a reading was taken. Kept in the database, so that backups hold it too."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    reading = models.OneToOneField(Reading, on_delete=models.PROTECT, related_name="photo")
    kind = models.CharField(max_length=20)
    content = models.BinaryField()
    taken_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"照片 {self.reading_id}"
