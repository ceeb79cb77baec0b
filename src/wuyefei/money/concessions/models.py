"""Plans, years, measures and what is given up. Frozen and append-only by the guards among the migrations."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from wuyefei.estate.contracts.public import ContractLine
from wuyefei.estate.people.public import Person
from wuyefei.estate.properties.public import Property
from wuyefei.estate.tariffs.public import ChargeItem
from wuyefei.foundation.access.models import Community, Organisation, User
from wuyefei.money.billing.public import Adjustment, LateFeeHold, LateFeeWaiver, Receivable

from .rules.given_up import WAY_NAMES, Way


class PlanLimits(models.Model):
    """Within what plans are granted, for an organisation from a moment on; the latest hold. Append-only."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    values = models.JSONField()
    reason = models.CharField(max_length=200)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d}"


class Plan(models.Model):
    class Basis(models.TextChoices):
        POLICY = "policy", _("大额分期")
        HARDSHIP = "hardship", _("困难分期")
        MEDIATION = "mediation", _("调解分期")

    class State(models.TextChoices):
        ASKED = "asked", _("待审批")
        ACTIVE = "active", _("履行中")
        COMPLETED = "completed", _("已完成")
        BREACHED = "breached", _("已违约")
        REPLACED = "replaced", _("已重新协商")
        REFUSED = "refused", _("未通过")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    property = models.ForeignKey(Property, on_delete=models.PROTECT, related_name="+")
    payer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    follows = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    basis = models.CharField(max_length=10, choices=Basis.choices)
    months = models.PositiveSmallIntegerField()
    relief_percent = models.PositiveSmallIntegerField(default=0)
    grace_days = models.PositiveSmallIntegerField()
    total_fen = models.BigIntegerField()
    late_fee_fen = models.BigIntegerField(default=0)
    origin = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=400)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    request_id = models.BigIntegerField(null=True)
    agreed_on = models.DateField(null=True)
    agreed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    signed_on = models.DateField(null=True)
    breached_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    relief_fen = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(agreed_by__isnull=True) | ~models.Q(agreed_by=models.F("made_by")), name="plan_four_eyes"
            ),
            models.CheckConstraint(condition=models.Q(total_fen__gt=0), name="plan_positive"),
            models.CheckConstraint(
                condition=models.Q(basis__in=["policy", "mediation"], relief_percent=0) | models.Q(basis="hardship", relief_percent__range=(0, 100)),
                name="relief_in_hardship_only",
            ),
            models.UniqueConstraint(
                fields=["origin"], condition=~models.Q(state="refused") & ~models.Q(origin=""), name="one_plan_an_origin"
            ),
        ]
        indexes = [
            models.Index(fields=["community", "-id"], name="plan_by_community"),
            models.Index(fields=["property", "-id"], name="plan_by_property"),
            models.Index(fields=["id"], condition=models.Q(state="active"), name="plan_running"),
        ]

    def __str__(self) -> str:
        return f"{self.property.code} 分期 {self.months} 期"


class PlanBill(models.Model):
    """A receivable in a plan. ``running`` while the plan is active."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="bills")
    receivable = models.ForeignKey(Receivable, on_delete=models.PROTECT, related_name="+")
    principal_fen = models.BigIntegerField()
    hold = models.ForeignKey(LateFeeHold, null=True, on_delete=models.PROTECT, related_name="+")
    running = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "receivable"], name="bill_once_a_plan"),
            models.UniqueConstraint(fields=["receivable"], condition=models.Q(running=True), name="one_running_plan"),
        ]


class PlanPart(models.Model):
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="parts")
    number = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    amount_fen = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="part_once"),
            models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="part_positive"),
        ]


class Assessment(models.Model):
    """One opinion on a payer in difficulty; that of finance is the decision itself and stands with the request."""

    class Seat(models.TextChoices):
        PROJECT = "project", _("项目经理")
        SERVICE = "service", _("客户关系经理或管家")

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="assessments")
    seat = models.CharField(max_length=10, choices=Seat.choices)
    maker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    agreed = models.BooleanField()
    note = models.CharField(max_length=400, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "seat"], name="one_opinion_a_seat"),
            models.UniqueConstraint(fields=["plan", "person"], name="one_opinion_a_person"),
            models.CheckConstraint(condition=~models.Q(person=models.F("maker")), name="assessor_is_not_maker"),
        ]


class YearOffers(models.Model):
    """What a year paid ahead earns, for an organisation from a moment on; the latest holds. Append-only."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    values = models.JSONField()
    reason = models.CharField(max_length=200)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d}"


class YearBill(models.Model):
    """A year of one contract line asked for ahead. What was asked is frozen; ``receivable`` once it is billed."""

    class Offer(models.TextChoices):
        EARLY = "early", _("早付一年")
        NEAR = "near", _("近付一年")
        DELIVERY = "delivery", _("新交付付一年")

    class State(models.TextChoices):
        ASKED = "asked", _("待审批")
        BILLED = "billed", _("待付款")
        EARNED = "earned", _("已付清")
        LAPSED = "lapsed", _("逾期作废")
        REFUSED = "refused", _("未通过")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    property = models.ForeignKey(Property, on_delete=models.PROTECT, related_name="+")
    payer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    contract_line = models.ForeignKey(ContractLine, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(ChargeItem, on_delete=models.PROTECT, related_name="+")
    offer = models.CharField(max_length=10, choices=Offer.choices)
    percent = models.PositiveSmallIntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField()
    deadline = models.DateField()
    list_fen = models.BigIntegerField()
    off_fen = models.BigIntegerField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    request_id = models.BigIntegerField(null=True)
    agreed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    agreed_on = models.DateField(null=True)
    receivable = models.OneToOneField(Receivable, null=True, on_delete=models.PROTECT, related_name="+")
    ended_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(agreed_by__isnull=True) | ~models.Q(agreed_by=models.F("made_by")), name="year_four_eyes"
            ),
            models.CheckConstraint(condition=models.Q(list_fen__gt=0, off_fen__gte=0, off_fen__lte=models.F("list_fen")), name="year_floor"),
            models.UniqueConstraint(
                fields=["contract_line"], condition=models.Q(state__in=["asked", "billed"]), name="one_open_year_a_line"
            ),
        ]
        indexes = [
            models.Index(fields=["community", "-id"], name="year_by_community"),
            models.Index(fields=["property", "-id"], name="year_by_property"),
            models.Index(fields=["deadline"], condition=models.Q(state="billed"), name="year_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.property.code} {self.item.name} {self.starts_on:%Y-%m} 起年付"


class Measure(models.Model):
    """An emergency policy. What was asked is frozen."""

    class State(models.TextChoices):
        ASKED = "asked", _("待审批")
        RUNNING = "running", _("执行中")
        REFUSED = "refused", _("未通过")
        ENDED = "ended", _("已结束")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=40)
    basis = models.CharField(max_length=200)
    starts_on = models.DateField()
    ends_on = models.DateField()
    kinds = ArrayField(models.CharField(max_length=16), default=list)
    deferral_months = models.PositiveSmallIntegerField(default=0)
    percent = models.PositiveSmallIntegerField(default=0)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    request_id = models.BigIntegerField(null=True)
    agreed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    agreed_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(agreed_by__isnull=True) | ~models.Q(agreed_by=models.F("made_by")), name="measure_four_eyes"
            ),
            models.CheckConstraint(condition=models.Q(ends_on__gte=models.F("starts_on")), name="measure_in_order"),
            models.CheckConstraint(condition=models.Q(deferral_months__lte=3, percent__lte=100), name="measure_bounds"),
        ]

    def __str__(self) -> str:
        return self.name


class MeasurePlace(models.Model):
    """A community in which a measure holds."""

    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="places")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["measure", "community"], name="measure_once_a_place")]


class MeasureBill(models.Model):
    """What a measure did to a receivable. Append-only."""

    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="bills")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    receivable = models.ForeignKey(Receivable, on_delete=models.PROTECT, related_name="+")
    base_fen = models.BigIntegerField()
    off_fen = models.BigIntegerField()
    adjustment = models.OneToOneField(Adjustment, null=True, on_delete=models.PROTECT, related_name="+")
    hold = models.ForeignKey(LateFeeHold, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["measure", "receivable"], name="measure_once_a_bill")]


class ExtraService(models.Model):
    """A service given beyond the usual during an emergency: rounds of disinfection, meals brought, and what it cost. Append-only."""

    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="services")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    what = models.CharField(max_length=80)
    times = models.PositiveIntegerField()
    cost_fen = models.BigIntegerField(default=0)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(times__gt=0, cost_fen__gte=0), name="extra_service_counts")]


class GivenUp(models.Model):
    """A debt written off, or reduced by a judgment or in mediation. What was asked is frozen; append-only but for how it went on."""

    class Way(models.TextChoices):
        WRITE_OFF = "write_off", _("坏账核销")
        JUDGMENT = "judgment", _("判决裁减")
        MEDIATION = "mediation", _("调解减让")

    class Ground(models.TextChoices):
        COURT = "court", _("法院终结或终止执行")
        ESTATE = "estate", _("死亡或失踪，遗产不足清偿")
        WOUND_UP = "wound_up", _("破产、注销或吊销，财产不足清偿")
        OLD = "old", _("逾期三年以上，有证据证明无力清偿")
        DISASTER = "disaster", _("不可抗力，无法收回")

    class State(models.TextChoices):
        ASKED = "asked", _("待审批")
        DONE = "done", _("已执行")
        REFUSED = "refused", _("未通过")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    receivable = models.ForeignKey(Receivable, on_delete=models.PROTECT, related_name="+")
    way = models.CharField(max_length=10, choices=Way.choices)
    ground = models.CharField(max_length=10, choices=Ground.choices, blank=True)
    principal_fen = models.BigIntegerField()
    late_fee_fen = models.BigIntegerField()
    paper = models.CharField(max_length=60, blank=True)
    paper_on = models.DateField(null=True)
    evidence = models.CharField(max_length=400)
    reason = models.CharField(max_length=300)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    request_id = models.BigIntegerField(null=True)
    agreed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    agreed_on = models.DateField(null=True)
    adjustment = models.OneToOneField(Adjustment, null=True, on_delete=models.PROTECT, related_name="+")
    waiver = models.OneToOneField(LateFeeWaiver, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(agreed_by__isnull=True) | ~models.Q(agreed_by=models.F("made_by")), name="given_up_four_eyes"
            ),
            models.CheckConstraint(condition=models.Q(principal_fen__gte=0, late_fee_fen__gte=0), name="given_up_not_negative"),
            models.CheckConstraint(
                condition=(models.Q(way="write_off", principal_fen__gt=0) & ~models.Q(ground="")) | (~models.Q(way="write_off") & ~models.Q(paper="")),
                name="given_up_proved",
            ),
            models.UniqueConstraint(fields=["receivable"], condition=models.Q(state="asked"), name="one_given_up_asked"),
        ]
        indexes = [models.Index(fields=["community", "-id"], name="given_up_by_community")]

    def __str__(self) -> str:
        return f"{self.receivable.property.code} {WAY_NAMES[Way(self.way)]}"
