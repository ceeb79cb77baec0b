"""Audit trail, personal-data reads, gapless counters, per-person keys and the outbox."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from .clock import now


class AuditEntry(models.Model):
    """One change: who, when, what, before and after. Append-only (trigger)."""

    organisation_id = models.BigIntegerField()
    community_id = models.BigIntegerField(null=True)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=80)
    at = models.DateTimeField()
    action = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField(null=True)
    subject_text = models.CharField(max_length=160)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    reason = models.CharField(max_length=400, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["organisation_id", "-id"], name="audit_by_organisation"),
            models.Index(fields=["subject_type", "subject_id", "-id"], name="audit_by_subject"),
            models.Index(fields=["actor_id", "-id"], name="audit_by_actor"),
        ]


class PersonalDataRead(models.Model):
    """One unmasking of personal data: reader, purpose and field. Append-only (trigger)."""

    organisation_id = models.BigIntegerField()
    reader_id = models.BigIntegerField()
    reader_name = models.CharField(max_length=80)
    at = models.DateTimeField()
    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    field = models.CharField(max_length=40)
    purpose = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["organisation_id", "-id"], name="read_by_organisation")]


class Counter(models.Model):
    """The last number given in a gapless series; its row is locked last in the transaction that takes one."""

    organisation_id = models.BigIntegerField()
    community_id = models.BigIntegerField()
    kind = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField()
    value = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "community_id", "kind", "year"], name="one_counter_a_series")
        ]


class SubjectKey(models.Model):
    """The data key of one person, itself encrypted; destroying it erases what it locked."""

    organisation_id = models.BigIntegerField()
    wrapped = models.BinaryField(max_length=80)
    destroyed_at = models.DateTimeField(null=True)


class OutboxEvent(models.Model):
    """Something that has happened, published in the transaction in which it happened."""

    organisation_id = models.BigIntegerField()
    community_id = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=60)
    data = models.JSONField()
    at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["id"], condition=models.Q(handled_at__isnull=True), name="outbox_waiting")]


class Job(models.Model):
    """Long work with its progress (product row L2). The queue itself is procrastinate's; this is what people see.

    ``resume`` is the point from which a stopped or killed job goes on; it is saved with the batch it describes.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("等待")
        RUNNING = "running", _("进行中")
        DONE = "done", _("完成")
        FAILED = "failed", _("未完成")
        STOPPED = "stopped", _("已停止")

    organisation_id = models.BigIntegerField(null=True)
    community_id = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=60)
    label = models.CharField(max_length=160)
    arguments = models.JSONField(default=dict)
    made_by_id = models.BigIntegerField(null=True)
    made_by_name = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    message = models.CharField(max_length=400, blank=True)
    result = models.JSONField(null=True)
    resume = models.JSONField(default=dict)
    stop_requested = models.BooleanField(default=False)
    attempts = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["organisation_id", "-id"], name="job_by_organisation"),
            models.Index(fields=["id"], condition=models.Q(state__in=["waiting", "running"]), name="job_open"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def per_second(self) -> float | None:
        """Units a second since the start, or None before there is anything to divide."""
        if self.started_at is None or not self.done:
            return None
        seconds = ((self.finished_at or now()) - self.started_at).total_seconds()
        return self.done / seconds if seconds > 0 else None


class ScheduledRun(models.Model):
    """The last run of one work that comes by the clock; ``by_name`` is empty where the clock started it."""

    name = models.CharField(max_length=60, unique=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    by_name = models.CharField(max_length=80, blank=True)
    failed = models.BooleanField(default=False)
    dealt_with = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return self.name
