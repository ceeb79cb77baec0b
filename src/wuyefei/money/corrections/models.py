"""Corrections and their lines. What was looked at is frozen by migration 0002."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wuyefei.estate.tariffs.public import NewPrice, Tariff, TariffVersion
from wuyefei.foundation.access.models import Community, Organisation, User
from wuyefei.money.billing.public import Adjustment, Receivable

from .rules import HINDRANCE_NAMES, Hindrance


class Correction(models.Model):
    """A price from a day on that has been billed, and what it changes. ``version``: the price once it stands, or from the
    beginning where only bills that were left out before are corrected. ``released_fen``: what became prepayment of payers.
    ``undoes``: the one this takes back with its price, whose figures stand here again; every bill comes to what it was."""

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        ASKED = "asked", _("待复核")
        DONE = "done", _("已更正")
        DISCARDED = "discarded", _("已放弃")
        REFUSED = "refused", _("未通过")
        UNDONE = "undone", _("已撤销")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    tariff = models.ForeignKey(Tariff, on_delete=models.PROTECT, related_name="+")
    effective_from = models.DateField()
    per_unit = models.DecimalField(max_digits=12, decimal_places=4)
    fixed = models.DecimalField(max_digits=12, decimal_places=4)
    terms = models.JSONField(default=dict)
    note = models.CharField(max_length=200, blank=True)
    digest = models.CharField(max_length=64)
    line_count = models.PositiveIntegerField()
    up_fen = models.BigIntegerField()
    down_fen = models.BigIntegerField()
    same_count = models.PositiveIntegerField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    reason = models.CharField(max_length=400, blank=True)
    request_id = models.BigIntegerField(null=True)
    version = models.ForeignKey(TariffVersion, null=True, on_delete=models.PROTECT, related_name="+")
    agreed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(null=True)
    released_fen = models.BigIntegerField(default=0)
    undoes = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="undone_by")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tariff"], condition=models.Q(state__in=["draft", "asked"]), name="one_open_correction"),
            models.CheckConstraint(
                condition=models.Q(agreed_by__isnull=True) | ~models.Q(agreed_by=models.F("made_by")), name="correction_four_eyes"
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["done", "undone"])
                | models.Q(agreed_by__isnull=False, version__isnull=False, done_at__isnull=False, request_id__isnull=False),
                name="correction_done_whole",
            ),
            models.UniqueConstraint(fields=["undoes"], condition=models.Q(state__in=["draft", "asked", "done"]), name="correction_undone_once"),
            models.CheckConstraint(condition=models.Q(undoes__isnull=True) | models.Q(version__isnull=False), name="undone_with_its_price"),
        ]
        indexes = [models.Index(fields=["community", "-id"], name="correction_by_place")]

    def __str__(self) -> str:
        return f"{self.tariff.name} {self.effective_from} 起差价更正" + ("的撤销" if self.undoes_id else "")

    @property
    def price(self) -> NewPrice:
        return NewPrice(self.effective_from, self.per_unit, self.fixed, self.terms, self.note)

    @property
    def net_fen(self) -> int:
        return self.up_fen + self.down_fen

    @property
    def tone(self) -> str:
        return {"draft": "hold", "asked": "part", "done": "paid"}.get(self.state, "void")


class Line(models.Model):
    """A published bill at the tariff: what it came to before and comes to by the price. ``hindrance``: why it is left as it is.
    ``gone``: whoever pays it has left the property since. ``kept``: what came out of it and stayed prepayment, as payer, property,
    day of its value, and fen, so that it can go back in."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    correction = models.ForeignKey(Correction, on_delete=models.PROTECT, related_name="lines")
    receivable = models.ForeignKey(Receivable, on_delete=models.PROTECT, related_name="+")
    billed_fen = models.BigIntegerField()
    should_fen = models.BigIntegerField()
    difference_fen = models.BigIntegerField()
    hindrance = models.CharField(max_length=10, blank=True, choices=[(one.value, HINDRANCE_NAMES[one]) for one in Hindrance])
    gone = models.BooleanField(default=False)
    kept = models.JSONField(default=list)
    adjustment = models.OneToOneField(Adjustment, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["correction", "receivable"], name="bill_corrected_once"),
            models.CheckConstraint(
                condition=models.Q(difference_fen=models.F("should_fen") - models.F("billed_fen")) & ~models.Q(difference_fen=0),
                name="correction_difference",
            ),
            models.CheckConstraint(condition=models.Q(adjustment__isnull=True) | models.Q(hindrance=""), name="hindered_not_corrected"),
        ]
        indexes = [models.Index(fields=["correction", "hindrance", "id"], name="correction_lines")]

    def __str__(self) -> str:
        return f"{self.receivable_id} {self.difference_fen}"

    @property
    def unknown(self) -> bool:
        """Whether the bill lacks a figure that the new price needs, so that what it should be cannot be said."""
        return self.hindrance == Hindrance.PARTS

    @property
    def words(self) -> str:
        """Why it stays as it is, or what is worth knowing where it is corrected."""
        if self.hindrance:
            return str(_(HINDRANCE_NAMES[Hindrance(self.hindrance)]))
        return str(_("缴费人已离开这套房屋，仍由他补缴或得到退款")) if self.gone else ""
