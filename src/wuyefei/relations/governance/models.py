"""Statements and their lines. Guards stand in migration 0002."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wuyefei.foundation.access.models import Community, Organisation, User


class Statement(models.Model):
    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        WAITING = "waiting", _("待复核")
        PUBLISHED = "published", _("已公示")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    quarter = models.DateField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    parts = models.JSONField(default=list)
    services = models.CharField(max_length=800, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    published_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "quarter"], condition=~models.Q(state="published"), name="one_open_statement_a_quarter"
            ),
            models.CheckConstraint(
                condition=models.Q(published_by__isnull=True) | ~models.Q(published_by=models.F("made_by")),
                name="statement_four_eyes",
            ),
        ]
        indexes = [models.Index(fields=["community", "-quarter", "-id"], name="statement_by_quarter")]

    def __str__(self) -> str:
        return f"{self.community.name} {self.quarter.year} Q{(self.quarter.month + 2) // 3} 收支公示"


class StatementLine(models.Model):
    """One figure of a statement. ``public``: of the ledger of public income, apart from the company's own."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="lines")
    public = models.BooleanField(default=False)
    income = models.BooleanField()
    name = models.CharField(max_length=40)
    amount_fen = models.BigIntegerField()
    note = models.CharField(max_length=120, blank=True)
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="statement_line_positive")]


class StatementFile(models.Model):
    """A voucher or photograph shown beside a statement; ``digest`` is its SHA-256. Whoever added it has said that it names
    nobody; it is published with the statement, by the second person."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="files")
    name = models.CharField(max_length=40)
    content_type = models.CharField(max_length=20)
    content = models.BinaryField()
    digest = models.CharField(max_length=64)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["statement", "digest"], name="statement_file_once")]

    def __str__(self) -> str:
        return self.name
