"""Routes, their stops and proofs. Freezing triggers stand in migration 0002."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from wuyefei.collection.followup.public import Act, Case, Step
from wuyefei.estate.people.public import Person
from wuyefei.estate.properties.public import Property
from wuyefei.foundation.access.models import Community, Organisation, User
from wuyefei.relations.contacts.public import Contact


class PanicNumber(models.Model):
    """Whom visitors in trouble call; the latest of a community holds. Append-only."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    phone = models.CharField(max_length=20)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["community", "-id"], name="panic_number_by_place")]

    def __str__(self) -> str:
        return self.phone


class Route(models.Model):
    """``readiness``: what was ticked when it began; ``panic``: the number that was on the page then."""

    class State(models.TextChoices):
        PLANNED = "planned", _("待出发")
        WALKING = "walking", _("走访中")
        OVER = "over", _("已走完")
        CANCELLED = "cancelled", _("已取消")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    begins_at = models.DateTimeField()
    first = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    readiness = ArrayField(models.CharField(max_length=10), default=list)
    panic = models.CharField(max_length=20, blank=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(first=models.F("second")), name="route_of_two"),
            models.CheckConstraint(
                condition=models.Q(state__in=("planned", "cancelled")) | models.Q(started_at__isnull=False), name="walked_was_started"
            ),
        ]
        indexes = [models.Index(fields=["community", "-on", "-id"], name="route_by_day")]

    def __str__(self) -> str:
        return f"{self.on} {self.community}"


class Stop(models.Model):
    """``number``: the place in the walk, from 1. ``contact``: the visit in the contact log; ``act``: in the case, none where
    nothing was owed any more."""

    class State(models.TextChoices):
        OPEN = "open", _("待上门")
        DONE = "done", _("已上门")
        PAID = "paid", _("已缴清")
        SKIPPED = "skipped", _("没有去")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    route = models.ForeignKey(Route, on_delete=models.PROTECT, related_name="stops")
    number = models.PositiveSmallIntegerField()
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    property = models.ForeignKey(Property, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    client_key = models.CharField(max_length=64, blank=True)
    act = models.OneToOneField(Act, null=True, on_delete=models.PROTECT, related_name="+")
    contact = models.OneToOneField(Contact, null=True, on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=200, blank=True)
    settled_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["route", "number"], name="stop_numbered"),
            models.UniqueConstraint(fields=["step"], condition=models.Q(state__in=("open", "done", "paid")), name="step_on_one_route"),
            models.CheckConstraint(condition=~models.Q(state="done") | models.Q(act__isnull=False), name="done_is_logged"),
            models.CheckConstraint(condition=~models.Q(state__in=("done", "paid")) | models.Q(contact__isnull=False), name="visit_is_a_contact"),
        ]
        indexes = [models.Index(fields=["case", "-id"], name="stop_of_case")]

    def __str__(self) -> str:
        return f"{self.route} {self.number}"


class Proof(models.Model):
    """A photograph or a signature of a visit, small and without what a camera writes beside it; ``sha256`` of what was kept, ``size`` in
    bytes. ``erased_on``: the day on which the bytes were destroyed, their kind, size and digest stay; nothing else changes."""

    class Kind(models.TextChoices):
        PHOTO = "photo", _("照片")
        SIGNATURE = "signature", _("签名")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    stop = models.ForeignKey(Stop, on_delete=models.PROTECT, related_name="proofs")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    content_type = models.CharField(max_length=20)
    content = models.BinaryField()
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    erased_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stop", "kind"], name="one_proof_of_a_kind"),
            models.CheckConstraint(
                condition=models.Q(erased_on__isnull=True) & ~models.Q(content=b"") | models.Q(erased_on__isnull=False, content=b""), name="proof_or_erased"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.stop_id}"
