"""Setups, titles, invoices and their lines. Guards stand in migration 0002."""

from __future__ import annotations

import builtins
from urllib.parse import urlsplit

from django.db import models
from django.utils.translation import gettext_lazy as _

from wuyefei.estate.people.public import Person
from wuyefei.estate.properties.public import Property
from wuyefei.foundation import environment
from wuyefei.foundation.access.models import Community, Organisation, User
from wuyefei.foundation.platform.models import SubjectKey
from wuyefei.money.payments.public import Allocation

from .rules.lines import percent


class InvoiceSetup(models.Model):
    """The provider an organisation issues through, and the seller printed on its invoices."""

    class Mode(models.TextChoices):
        LIVE = "live", _("正式")
        SANDBOX = "sandbox", _("沙箱")

    class Signing(models.TextChoices):
        HMAC = "hmac", "HMAC-SHA256"
        RSA = "rsa", "RSA-SHA256"

    organisation = models.OneToOneField(Organisation, on_delete=models.PROTECT, related_name="+")
    mode = models.CharField(max_length=8, choices=Mode.choices, default=Mode.LIVE)
    provider_name = models.CharField(max_length=40)
    base_url = models.CharField(max_length=200, blank=True)
    app_key = models.CharField(max_length=64)
    signing = models.CharField(max_length=4, choices=Signing.choices, default=Signing.HMAC)
    provider_key = models.TextField(blank=True)
    secrets = models.BinaryField()
    seller_name = models.CharField(max_length=100)
    seller_tax_number = models.CharField(max_length=18)
    auto_issue = models.BooleanField(default=False)
    enabled = models.BooleanField(default=False)
    tested_at = models.DateTimeField(null=True)
    test_result = models.CharField(max_length=200, blank=True)
    test_passed = models.BooleanField(default=False)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.provider_name


class TitleKind(models.TextChoices):
    PERSONAL = "personal", _("个人")
    COMPANY = "company", _("单位")


class InvoiceTitle(models.Model):
    """A title a payer has used. A person's identity number is locked under a key of its own."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    payer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=TitleKind.choices)
    name = models.CharField(max_length=100)
    tax_number = models.CharField(max_length=18, blank=True)
    key = models.ForeignKey(SubjectKey, null=True, on_delete=models.PROTECT, related_name="+")
    identity_locked = models.BinaryField(null=True)
    identity_shown = models.CharField(max_length=20, blank=True)
    email = models.CharField(max_length=100, blank=True)
    used_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["payer", "kind", "name"], name="title_once_a_payer")]

    def __str__(self) -> str:
        return f"抬头 {self.pk}"


class Invoice(models.Model):
    """A blue invoice, or a red letter of ``original``. ``number`` is what the provider is asked by; amounts of a red letter
    are negative."""

    class Kind(models.TextChoices):
        BLUE = "blue", _("发票")
        RED = "red", _("红字发票")

    class State(models.TextChoices):
        ASKED = "asked", _("待开具")
        SENT = "sent", _("开具中")
        ISSUED = "issued", _("已开具")
        FAILED = "failed", _("开具失败")
        MISMATCH = "mismatch", _("结果待核对")
        CANCELLED = "cancelled", _("已取消")
        PART_RED = "part_red", _("部分红冲")
        RED = "red", _("已红冲")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=4, choices=Kind.choices, default=Kind.BLUE)
    original = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="red_letters")
    payer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    property = models.ForeignKey(Property, on_delete=models.PROTECT, related_name="+")
    title_kind = models.CharField(max_length=8, choices=TitleKind.choices)
    buyer_name = models.CharField(max_length=100)
    buyer_tax_number = models.CharField(max_length=18, blank=True)
    buyer_key = models.ForeignKey(SubjectKey, null=True, on_delete=models.PROTECT, related_name="+")
    buyer_identity_locked = models.BinaryField(null=True)
    email = models.CharField(max_length=100, blank=True)
    number = models.CharField(max_length=32, unique=True)
    amount_fen = models.BigIntegerField()
    tax_fen = models.BigIntegerField()
    reason = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    due_at = models.DateTimeField(null=True)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    asks = models.PositiveSmallIntegerField(default=0)
    next_ask_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=200, blank=True)
    sandbox = models.BooleanField(default=False)
    invoice_number = models.CharField(max_length=30, blank=True)
    invoice_date = models.DateField(null=True)
    pdf_url = models.CharField(max_length=400, blank=True)
    pdf_sha256 = models.CharField(max_length=64, blank=True)
    issued_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="blue", original__isnull=True, amount_fen__gt=0, tax_fen__gte=0)
                | models.Q(kind="red", original__isnull=False, amount_fen__lt=0, tax_fen__lte=0),
                name="invoice_or_its_red_letter",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["issued", "part_red", "red"])
                | (~models.Q(invoice_number="") & models.Q(invoice_date__isnull=False, issued_at__isnull=False)),
                name="issued_with_its_number",
            ),
            models.UniqueConstraint(
                fields=["organisation", "invoice_number"], condition=~models.Q(invoice_number=""), name="invoice_number_once"
            ),
        ]
        indexes = [
            models.Index(fields=["community", "-id"], name="invoice_by_place"),
            models.Index(fields=["payer", "-id"], name="invoice_by_payer"),
            models.Index(fields=["state", "next_ask_at"], condition=models.Q(state__in=["asked", "sent"]), name="invoice_to_send"),
        ]

    def __str__(self) -> str:
        return self.invoice_number or self.number

    @builtins.property
    def paper_url(self) -> str:
        """Where the document is opened. A sandbox's lies with the counterpart that is running now, if any is."""
        if not self.sandbox:
            return self.pdf_url
        here = environment.sandbox_url()
        return here + urlsplit(self.pdf_url).path if here and self.pdf_url else ""

    @builtins.property
    def net_fen(self) -> int:
        """The amount without tax."""
        return self.amount_fen - self.tax_fen


class InvoiceLine(models.Model):
    """One allocation on an invoice, or its exact negative on a red letter (``reddens``).

    ``live``: a blue line holds its allocation until the invoice is cancelled or the line is red-lettered; a red line holds
    its blue line until the red letter is cancelled.
    """

    class Part(models.TextChoices):
        PRINCIPAL = "principal", _("本金")
        LATE_FEE = "late_fee", _("违约金")

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="lines")
    allocation = models.ForeignKey(Allocation, on_delete=models.PROTECT, related_name="+")
    reddens = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="red_lines")
    item_name = models.CharField(max_length=40)
    part = models.CharField(max_length=10, choices=Part.choices)
    tax_rate = models.DecimalField(max_digits=5, decimal_places=4)
    service_from = models.DateField()
    service_to = models.DateField()
    amount_fen = models.BigIntegerField()
    tax_fen = models.BigIntegerField()
    live = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(reddens__isnull=True, amount_fen__gt=0, tax_fen__gte=0, tax_fen__lte=models.F("amount_fen"))
                | models.Q(reddens__isnull=False, amount_fen__lt=0, tax_fen__lte=0),
                name="invoice_line_or_its_negative",
            ),
            models.UniqueConstraint(
                fields=["allocation"], condition=models.Q(live=True, reddens__isnull=True), name="allocation_invoiced_once"
            ),
            models.UniqueConstraint(fields=["reddens"], condition=models.Q(live=True), name="line_red_lettered_once"),
        ]

    @property
    def rate_text(self) -> str:
        return percent(self.tax_rate)
