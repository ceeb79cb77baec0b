"""Requests and decisions."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wuyefei.foundation.access.models import Community, Organisation, User


class Request(models.Model):
    class State(models.TextChoices):
        OPEN = "open", _("待复核")
        APPROVED = "approved", _("已通过")
        REJECTED = "rejected", _("已退回")
        CANCELLED = "cancelled", _("已撤回")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    subject_text = models.CharField(max_length=160)
    payload = models.JSONField()
    payload_hash = models.CharField(max_length=64)
    amount_fen = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=400)
    permission = models.CharField(max_length=40)
    maker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id", "maker"], name="request_with_maker"),
            models.UniqueConstraint(
                fields=["kind", "subject_id"], condition=models.Q(state="open"), name="one_open_request_a_subject"
            ),
        ]
        indexes = [models.Index(fields=["organisation", "state", "-id"], name="request_by_state")]

    def __str__(self) -> str:
        return self.subject_text


class Decision(models.Model):
    """Append-only. ``maker`` repeats the request's through a composite key, so that CHECK can compare."""

    request = models.OneToOneField(Request, on_delete=models.PROTECT, related_name="decision")
    maker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    approved = models.BooleanField()
    at = models.DateTimeField()
    note = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(person=models.F("maker")), name="four_eyes"),
        ]
