"""Proposals of a price. What was previewed is frozen by migration 0002."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wuyefei.estate.tariffs.public import NewPrice, Tariff, TariffVersion
from wuyefei.foundation.access.models import Community, Organisation, User


class Proposal(models.Model):
    """A price of a tariff from a day on, and what it means: lines, properties, and a month's sum before and after in fen.

    ``groups``: the same by contract, with its price regime. ``unknown_count``: lines whose sum cannot be said (a quantity is
    missing). ``version``: the price once it stands.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        ASKED = "asked", _("待复核")
        DONE = "done", _("已定价")
        DISCARDED = "discarded", _("已放弃")
        REFUSED = "refused", _("未通过")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    tariff = models.ForeignKey(Tariff, on_delete=models.PROTECT, related_name="+")
    effective_from = models.DateField()
    per_unit = models.DecimalField(max_digits=12, decimal_places=4)
    fixed = models.DecimalField(max_digits=12, decimal_places=4)
    terms = models.JSONField(default=dict)
    note = models.CharField(max_length=200, blank=True)
    before = models.JSONField(null=True)
    line_count = models.PositiveIntegerField()
    property_count = models.PositiveIntegerField()
    unknown_count = models.PositiveIntegerField()
    before_fen = models.BigIntegerField()
    after_fen = models.BigIntegerField()
    groups = models.JSONField(default=list)
    rises = models.BooleanField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    reason = models.CharField(max_length=400, blank=True)
    request_id = models.BigIntegerField(null=True)
    version = models.OneToOneField(TariffVersion, null=True, on_delete=models.PROTECT, related_name="+")
    agreed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tariff"], condition=models.Q(state__in=["draft", "asked"]), name="one_open_price"),
            models.CheckConstraint(condition=models.Q(agreed_by__isnull=True) | ~models.Q(agreed_by=models.F("made_by")), name="price_four_eyes"),
            models.CheckConstraint(
                condition=models.Q(state="done", agreed_by__isnull=False, version__isnull=False, done_at__isnull=False, request_id__isnull=False)
                | ~models.Q(state="done") & models.Q(agreed_by__isnull=True, version__isnull=True),
                name="price_done_whole",
            ),
        ]
        indexes = [models.Index(fields=["community", "-id"], name="price_by_place")]

    def __str__(self) -> str:
        return f"{self.tariff.name} {self.effective_from} 起新价格"

    @property
    def difference_fen(self) -> int:
        return self.after_fen - self.before_fen

    @property
    def tone(self) -> str:
        return {"draft": "hold", "asked": "part", "done": "paid"}.get(self.state, "void")

    @property
    def price(self) -> NewPrice:
        """The price as the tariffs room takes it."""
        return NewPrice(self.effective_from, self.per_unit, self.fixed, self.terms, self.note)
