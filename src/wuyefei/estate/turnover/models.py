"""Declarations. What one says is frozen by migration 0002."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wuyefei.estate.contracts.public import ContractLine
from wuyefei.foundation.access.models import Community, Organisation, User


class Declaration(models.Model):
    """The turnover of one lease in one month; the first day of the month stands for it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("待确认")
        CONFIRMED = "confirmed", _("已确认")
        REFUSED = "refused", _("已退回")
        REPLACED = "replaced", _("已更正")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    line = models.ForeignKey(ContractLine, on_delete=models.PROTECT, related_name="+")
    month = models.DateField()
    number = models.PositiveSmallIntegerField()
    amount_fen = models.BigIntegerField()
    note = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    settled_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "month", "number"], name="declaration_number_once"),
            models.UniqueConstraint(fields=["line", "month"], condition=models.Q(state="waiting"), name="one_waiting_declaration"),
            models.UniqueConstraint(fields=["line", "month"], condition=models.Q(state="confirmed"), name="one_confirmed_declaration"),
            models.CheckConstraint(condition=models.Q(amount_fen__gte=0), name="turnover_not_negative"),
            models.CheckConstraint(condition=models.Q(month__day=1), name="declared_month_first"),
            models.CheckConstraint(
                condition=models.Q(settled_by__isnull=True) | ~models.Q(settled_by=models.F("entered_by")), name="declaration_four_eyes"
            ),
        ]
        indexes = [models.Index(fields=["community", "month"], name="declaration_by_month")]

    def __str__(self) -> str:
        return f"{self.line_id} {self.month:%Y-%m}"
