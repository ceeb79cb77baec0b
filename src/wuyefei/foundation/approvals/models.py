"""Requests and decisions."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wuyefei.foundation.access.models import Community, Organisation, User
from wuyefei.foundation.access.rules import ROLE_NAMES, Role


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


class Limit(models.Model):
    """Up to which sum a role decides on a kind of request; a row without a sum, or none: without limit."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    role = models.CharField(max_length=24, choices=[(role.value, role.value) for role in Role])
    up_to_fen = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "kind", "role"], name="one_limit_a_role_and_kind"),
            models.CheckConstraint(condition=models.Q(up_to_fen__isnull=True) | models.Q(up_to_fen__gte=0), name="limit_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {ROLE_NAMES[Role(self.role)]}"


class Delegation(models.Model):
    """``giver`` lets ``taker`` decide in their place from the first to the last day, both included."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    giver = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    taker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, null=True, on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField()
    reason = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(giver=models.F("taker")), name="lent_to_somebody_else"),
            models.CheckConstraint(condition=models.Q(ends_on__gte=models.F("starts_on")), name="lent_for_a_day_at_least"),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | models.Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="withdrawn_by_somebody",
            ),
            models.UniqueConstraint(fields=["id", "giver", "taker"], name="delegation_with_both"),
        ]
        indexes = [models.Index(fields=["taker", "-ends_on"], name="delegation_by_taker")]

    def __str__(self) -> str:
        return f"{self.giver.name} → {self.taker.name}"


class Decision(models.Model):
    """Append-only. ``maker`` repeats the request's through a composite key, so that CHECK can compare; ``behalf`` repeats the
    giver of the delegation it was made through, so that nobody's request is decided in that person's own name. ``cap_fen``: up to
    which sum the right that was used went, at that moment; null: without limit."""

    request = models.OneToOneField(Request, on_delete=models.PROTECT, related_name="decision")
    maker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    approved = models.BooleanField()
    at = models.DateTimeField()
    note = models.CharField(max_length=400, blank=True)
    delegation = models.ForeignKey(Delegation, null=True, on_delete=models.PROTECT, related_name="+")
    behalf = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    cap_fen = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(person=models.F("maker")), name="four_eyes"),
            models.CheckConstraint(
                condition=models.Q(behalf__isnull=True) | ~models.Q(behalf=models.F("maker")), name="four_eyes_of_the_giver"
            ),
            models.CheckConstraint(
                condition=models.Q(behalf__isnull=True, delegation__isnull=True)
                | models.Q(behalf__isnull=False, delegation__isnull=False),
                name="behalf_by_a_delegation",
            ),
        ]

    @property
    def by(self) -> str:
        """Who decided, in words: 李静, or 李静 代 王伟."""
        return f"{self.person.name} 代 {self.behalf.name}" if self.behalf else self.person.name
