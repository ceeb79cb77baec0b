"""Funds, the money that came into them, and what went out. What was asked is frozen by the guards of migration 0002."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from wuyefei.estate.people.public import Person
from wuyefei.estate.properties.public import Property
from wuyefei.foundation.access.models import Community, Organisation, User
from wuyefei.money.bank.public import BankLine
from wuyefei.money.billing.public import Receivable
from wuyefei.money.concessions.public import Measure
from wuyefei.money.payments.public import Payment


class Fund(models.Model):
    """Money held for a purpose, of one community. ``source`` and ``paper`` of a subsidy: who pays it, by which document."""

    class Kind(models.TextChoices):
        CARE = "care", _("关爱基金")
        SUBSIDY = "subsidy", _("补贴")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    name = models.CharField(max_length=40)
    measure = models.ForeignKey(Measure, null=True, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=60, blank=True)
    paper = models.CharField(max_length=80, blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community"], condition=Q(kind="care"), name="one_care_fund_a_place"),
            models.UniqueConstraint(fields=["community", "name"], name="fund_named_once"),
            models.CheckConstraint(
                condition=Q(kind="care", measure__isnull=True) | (Q(kind="subsidy", measure__isnull=False) & ~Q(source="")), name="subsidy_of_a_measure"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class State(models.TextChoices):
    ASKED = "asked", _("待审批")
    DONE = "done", _("已办")
    REFUSED = "refused", _("未通过")
    UNDONE = "undone", _("已撤销")


class Money(models.Model):
    """Money that came into a fund, or cash of its box that went into the bank (the fund holds the same then)."""

    class Way(models.TextChoices):
        BANK = "bank", _("银行转入")
        CASH = "cash", _("现金捐款")
        FIRM = "firm", _("公司出资")
        BANKED = "banked", _("基金箱存银行")

    class Giver(models.TextChoices):
        PERSON = "person", _("业主和个人")
        BODY = "body", _("单位")
        STATE = "state", _("政府")
        FIRM = "firm", _("物业公司")

    IN = (Way.BANK, Way.CASH, Way.FIRM)

    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="money")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    way = models.CharField(max_length=8, choices=Way.choices)
    giver = models.CharField(max_length=8, choices=Giver.choices, blank=True)
    amount_fen = models.BigIntegerField()
    paper = models.CharField(max_length=80, blank=True)
    line = models.ForeignKey(BankLine, null=True, on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED)
    request_id = models.BigIntegerField(null=True)
    agreed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    done_on = models.DateField(null=True)
    undone_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="fund_money_positive"),
            models.CheckConstraint(condition=Q(agreed_by__isnull=True) | ~Q(agreed_by=F("made_by")), name="fund_money_four_eyes"),
            models.CheckConstraint(
                condition=Q(way__in=["bank", "banked"], line__isnull=False) | Q(way__in=["cash", "firm"], line__isnull=True), name="fund_money_of_a_line"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["asked", "refused"]) | Q(way__in=["bank", "banked"]) | Q(agreed_by__isnull=False), name="fund_money_agreed"
            ),
            models.UniqueConstraint(fields=["line"], condition=Q(state="done"), name="fund_money_once_a_line"),
        ]
        indexes = [models.Index(fields=["fund", "-id"], name="money_by_fund")]

    def __str__(self) -> str:
        return f"{self.fund.name} {self.get_way_display()}"


class Aid(models.Model):
    """What a fund pays: for one household (``payer``), or to all whom a policy concerns."""

    class How(models.TextChoices):
        HOUSEHOLD = "household", _("资助一户")
        EACH = "each", _("每户定额")
        SPREAD = "spread", _("按未缴分摊")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="aids")
    how = models.CharField(max_length=10, choices=How.choices)
    property = models.ForeignKey(Property, null=True, on_delete=models.PROTECT, related_name="+")
    payer = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    asked_fen = models.BigIntegerField()
    total_fen = models.BigIntegerField()
    households = models.PositiveIntegerField()
    reason = models.CharField(max_length=400)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED)
    request_id = models.BigIntegerField(null=True)
    agreed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    done_on = models.DateField(null=True)
    undone_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(total_fen__gt=0), name="aid_positive"),
            models.CheckConstraint(condition=Q(agreed_by__isnull=True) | ~Q(agreed_by=F("made_by")), name="aid_four_eyes"),
            models.CheckConstraint(condition=Q(state__in=["asked", "refused"]) | Q(agreed_by__isnull=False), name="aid_agreed"),
            models.CheckConstraint(
                condition=Q(how="household", payer__isnull=False) | (~Q(how="household") & Q(payer__isnull=True)), name="aid_of_a_household"
            ),
        ]
        indexes = [
            models.Index(fields=["fund", "-id"], name="aid_by_fund"),
            models.Index(fields=["community", "-id"], name="aid_by_community"),
        ]

    def __str__(self) -> str:
        return f"{self.fund.name} {self.property.code if self.property else self.get_how_display()}"


class AidBill(models.Model):
    """What of an aid goes to a receivable; ``payment`` once it was paid."""

    aid = models.ForeignKey(Aid, on_delete=models.PROTECT, related_name="bills")
    receivable = models.ForeignKey(Receivable, on_delete=models.PROTECT, related_name="+")
    amount_fen = models.BigIntegerField()
    payment = models.ForeignKey(Payment, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["aid", "receivable"], name="aid_once_a_bill"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="aid_bill_positive"),
        ]


class Opinion(models.Model):
    """One opinion on a household; that of finance is the decision itself and stands with the request. Append-only."""

    class Seat(models.TextChoices):
        PROJECT = "project", _("项目经理")
        SERVICE = "service", _("客户关系经理或管家")

    aid = models.ForeignKey(Aid, on_delete=models.PROTECT, related_name="opinions")
    seat = models.CharField(max_length=10, choices=Seat.choices)
    maker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    agreed = models.BooleanField()
    note = models.CharField(max_length=400, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["aid", "seat"], name="one_aid_opinion_a_seat"),
            models.UniqueConstraint(fields=["aid", "person"], name="one_aid_opinion_a_person"),
            models.CheckConstraint(condition=~Q(person=F("maker")), name="aid_assessor_not_maker"),
        ]
