"""Runs, receivables and what hangs on them. Freezing and append-only triggers stand in migration 0002."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from wuyefei.estate.contracts.public import Contract, ContractLine
from wuyefei.estate.people.public import Person
from wuyefei.estate.properties.public import Property
from wuyefei.estate.tariffs.public import ChargeItem, Tariff
from wuyefei.foundation.access.models import Community, Organisation, User


class Run(models.Model):
    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        CONFIRMED = "confirmed", _("待发布")
        PUBLISHED = "published", _("已发布")
        DISCARDED = "discarded", _("已放弃")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    period = models.DateField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    selection = models.JSONField(default=dict)
    line_count = models.PositiveIntegerField(default=0)
    amount_fen = models.BigIntegerField(default=0)
    lines_hash = models.CharField(max_length=64, blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(published_by__isnull=True) | ~models.Q(published_by=models.F("confirmed_by")),
                name="run_four_eyes",
            ),
            models.UniqueConstraint(
                fields=["community"], condition=models.Q(state__in=["draft", "confirmed"]), name="one_open_run"
            ),
        ]
        indexes = [models.Index(fields=["community", "-period", "-id"], name="run_by_period")]

    def __str__(self) -> str:
        return f"{self.community.name} {self.period:%Y-%m} 出账"


class Charge(models.Model):
    """The columns that a draft line and a receivable share: everything a bill is computed from."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    run = models.ForeignKey(Run, null=True, on_delete=models.PROTECT, related_name="+")
    contract = models.ForeignKey(Contract, null=True, on_delete=models.PROTECT, related_name="+")
    contract_line = models.ForeignKey(ContractLine, null=True, on_delete=models.PROTECT, related_name="+")
    property = models.ForeignKey(Property, on_delete=models.PROTECT, related_name="+")
    payer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(ChargeItem, on_delete=models.PROTECT, related_name="+")
    tariff = models.ForeignKey(Tariff, null=True, on_delete=models.PROTECT, related_name="+")
    period = models.DateField()
    service_from = models.DateField()
    service_to = models.DateField()
    due_on = models.DateField()
    quantity = models.DecimalField(max_digits=14, decimal_places=4)
    prices = models.JSONField(default=list)
    convention = models.CharField(max_length=10)
    amount_fen = models.BigIntegerField()
    tax_rate = models.DecimalField(max_digits=5, decimal_places=4)
    tax_fen = models.BigIntegerField()
    deferred_fen = models.BigIntegerField(default=0)
    late_fee_rate = models.DecimalField(max_digits=8, decimal_places=6, null=True)
    late_fee_cap = models.DecimalField(max_digits=6, decimal_places=4, null=True)
    allocation_order = models.CharField(max_length=10)

    class Meta:
        abstract = True


class RunLine(Charge):
    """A draft receivable. Unlogged: after a crash the draft is computed again.

    A line is compared, as a whole statement's lines at once, with the contract line it was drafted from (migration
    0003): that proves more than a key a column, and what is published passes all keys of ``Receivable``. Drafts are
    always found through their run, so that is their only index.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    run = models.ForeignKey(Run, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    contract = models.ForeignKey(
        Contract, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    contract_line = models.ForeignKey(
        ContractLine, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    property = models.ForeignKey(Property, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    payer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    item = models.ForeignKey(ChargeItem, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    tariff = models.ForeignKey(Tariff, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    later = models.JSONField(default=dict)
    reviewed_by_id = models.BigIntegerField(null=True)
    struck = models.BooleanField(default=False)
    flags = ArrayField(models.CharField(max_length=16), default=list)
    last_fen = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["run", "id"], name="run_line_by_run")]


class Receivable(Charge):
    class Kind(models.TextChoices):
        RUN = "run", _("出账")
        OPENING = "opening", _("期初")
        ONCE = "once", _("临时收费")
        SHEET = "sheet", _("计费单")

    kind = models.CharField(max_length=8, choices=Kind.choices)
    memo = models.CharField(max_length=80, blank=True)
    booked_at = models.DateTimeField()
    outstanding_fen = models.BigIntegerField()
    late_fee_settled_fen = models.BigIntegerField(default=0)
    accrued_exact = models.DecimalField(max_digits=24, decimal_places=8, default=0)
    accrued_to = models.DateField()
    reversed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "contract_line", "payer", "service_from",
                Coalesce(KeyTextTransform("share", KeyTransform(0, "prices")), models.Value("")),
                condition=models.Q(reversed_at__isnull=True, contract_line__isnull=False),
                name="billed_once",
            ),
            models.CheckConstraint(condition=models.Q(service_to__gte=models.F("service_from")), name="service_in_order"),
            models.CheckConstraint(condition=models.Q(outstanding_fen__gte=0), name="outstanding_not_negative"),
            models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="receivable_positive"),
        ]
        indexes = [
            models.Index(fields=["property", "due_on", "id"], name="receivable_by_property"),
            models.Index(fields=["payer", "due_on", "id"], name="receivable_by_payer"),
            models.Index(fields=["community", "due_on"], name="receivable_by_due"),
            models.Index(
                fields=["community", "due_on", "id"], condition=models.Q(outstanding_fen__gt=0), name="receivable_open"
            ),
            models.Index(fields=["contract_line", "service_from"], name="receivable_by_line"),
        ]

    def __str__(self) -> str:
        return f"{self.property.code} {self.item.name} {self.service_from}～{self.service_to}"


class Adjustment(models.Model):
    """A change of the fee due: negative lowers it. A reversal is the adjustment to zero. Append-only.

    ``deferred_fen``: what of its net income belongs to months after the one it was booked in; ``by_month`` says that it was
    told apart so, month by month of the bill (what was booked before that was done stands wholly in its own month).
    ``prices``, of a correction of the price only: the frozen prices that the bill's amount follows from since.
    """

    class Kind(models.TextChoices):
        ADJUST = "adjust", _("调整")
        PRICE = "price", _("调价补退")
        REVERSAL = "reversal", _("红冲")
        WRITE_OFF = "write_off", _("坏账核销")
        RECOVER = "recover", _("收回已核销坏账")

    LOSS = (Kind.WRITE_OFF, Kind.RECOVER)
    """A debt set aside as lost, and taken up again: the owner owes it all the same, so that income and tax stay."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    receivable = models.ForeignKey(Receivable, on_delete=models.PROTECT, related_name="adjustments")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    amount_fen = models.BigIntegerField()
    tax_fen = models.BigIntegerField()
    deferred_fen = models.BigIntegerField(default=0)
    value_date = models.DateField()
    booked_at = models.DateTimeField()
    approval_id = models.BigIntegerField()
    reason = models.CharField(max_length=400)
    by_month = models.BooleanField(default=False)
    prices = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(kind="price", prices__isnull=False) | models.Q(~models.Q(kind="price"), prices__isnull=True), name="corrected_price_kept"),
        ]


class LateFeeHold(models.Model):
    """Days (both included) on which no late fee runs; open-ended where ``ends_on`` is null."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    receivable = models.ForeignKey(Receivable, on_delete=models.PROTECT, related_name="holds")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    kind = models.CharField(max_length=16)
    source_ref = models.CharField(max_length=60)
    reason = models.CharField(max_length=200, blank=True)


class LateFeeWaiver(models.Model):
    """Part of the late fee given up, by approval. A fact without a ledger entry. Append-only."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    receivable = models.ForeignKey(Receivable, on_delete=models.PROTECT, related_name="waivers")
    amount_fen = models.BigIntegerField()
    value_date = models.DateField()
    booked_at = models.DateTimeField()
    approval_id = models.BigIntegerField()
    reason = models.CharField(max_length=400)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="waiver_positive")]


class Deferral(models.Model):
    """Net income of later months, by run (or adjustment), item and month; released when the month comes."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(ChargeItem, on_delete=models.PROTECT, related_name="+")
    month = models.DateField()
    net_fen = models.BigIntegerField()
    source_kind = models.CharField(max_length=10)
    source_id = models.BigIntegerField()
    released_entry_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["community", "month"], name="deferral_waiting", condition=models.Q(released_entry_id__isnull=True))]
