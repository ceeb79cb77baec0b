"""Transfers, the homes in them and the bills they cut. What was carried out is frozen by migration 0002."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wuyefei.estate.people.public import Person
from wuyefei.estate.properties.public import Property
from wuyefei.foundation.access.models import Community, Organisation, User
from wuyefei.money.billing.public import Receivable


class Transfer(models.Model):
    """``plan`` is what was looked at when it was asked for; ``former``: the persons who were its owners."""

    class Basis(models.TextChoices):
        SALE = "sale", _("买卖")
        INHERITANCE = "inheritance", _("继承")
        COURT = "court", _("法院裁判")
        DELIVERY = "delivery", _("建设单位交付")

    class State(models.TextChoices):
        ASKED = "asked", _("待复核")
        DONE = "done", _("已过户")
        UNDONE = "undone", _("已撤销")
        REFUSED = "refused", _("未通过")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    property = models.ForeignKey(Property, on_delete=models.PROTECT, related_name="+")
    seller = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    buyer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    basis = models.CharField(max_length=12, choices=Basis.choices)
    document = models.CharField(max_length=80, blank=True)
    prepaid = models.CharField(max_length=8)
    paid = models.CharField(max_length=8)
    deposits = models.CharField(max_length=8, default="leave")
    plan = models.JSONField()
    amount_fen = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=State.choices)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(seller=models.F("buyer")), name="transfer_two_sides"),
            models.UniqueConstraint(fields=["property"], condition=models.Q(state="asked"), name="one_open_transfer"),
        ]
        indexes = [models.Index(fields=["community", "-id"], name="transfer_by_community")]

    def __str__(self) -> str:
        return f"{self.property.code} {self.on} 过户"


class Home(models.Model):
    """A property in a transfer, the prepayment that moved with it, and the ties it ended with their former ends. ``delivers``:
    the transfer set its day of delivery, which was ``delivered_before``."""

    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="homes")
    property = models.ForeignKey(Property, on_delete=models.PROTECT, related_name="+")
    moved_fen = models.BigIntegerField(default=0)
    ended = models.JSONField(default=list)
    delivers = models.BooleanField(default=False)
    delivered_before = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["transfer", "property"], name="home_once")]


class BillCut(models.Model):
    """A bill reversed, and what stands in its place; ``carried``: what had been paid on it, by day."""

    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="cuts")
    bill = models.OneToOneField(Receivable, on_delete=models.PROTECT, related_name="+")
    before = models.OneToOneField(Receivable, null=True, on_delete=models.PROTECT, related_name="+")
    after = models.OneToOneField(Receivable, on_delete=models.PROTECT, related_name="+")
    carried = models.JSONField(default=list)
