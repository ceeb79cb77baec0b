"""Draws, checks, stub checks, control points, mismatches, packs. Guards stand in migration 0002."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wuyefei.foundation.access.models import Community, Organisation, User
from wuyefei.money.payments.public import Payment

from .rules import Every


class Draw(models.Model):
    """What a week's seed picked of a community's desk payments. Append-only. ``week``: its Monday; ``population``: of how many."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    week = models.DateField()
    seed = models.CharField(max_length=64)
    size = models.PositiveSmallIntegerField()
    population = models.PositiveIntegerField()
    drawn_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    drawn_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["community", "week"], name="draw_once_a_week")]
        indexes = [models.Index(fields=["organisation", "-week", "-id"], name="draw_latest")]

    def __str__(self) -> str:
        return f"{self.community.name} {self.week} 抽查"


class Item(models.Model):
    """One payment of a draw. Append-only. ``taken_by`` repeats who booked the payment, so that CHECK can compare."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="items")
    rank = models.PositiveSmallIntegerField()
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="+")
    taken_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draw", "payment"], name="drawn_payment_once"),
            models.UniqueConstraint(fields=["draw", "rank"], name="drawn_rank_once"),
            models.UniqueConstraint(fields=["id", "taken_by"], name="item_with_taker"),
        ]


class Check(models.Model):
    """A drawn payment beside its signed slip. Append-only. ``slip_fen``: what the slip says, null where there is none."""

    class Result(models.TextChoices):
        AGREES = "agrees", _("相符")
        DIFFERS = "differs", _("不符")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    item = models.OneToOneField(Item, on_delete=models.PROTECT, related_name="check_done")
    taken_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    checked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    result = models.CharField(max_length=8, choices=Result.choices)
    slip_fen = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    checked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(checked_by=models.F("taken_by")), name="sample_four_eyes"),
            models.CheckConstraint(condition=models.Q(result="agrees") | ~models.Q(reason=""), name="sample_differs_with_reason"),
            models.CheckConstraint(condition=models.Q(result="differs") | models.Q(slip_fen__isnull=False), name="sample_agrees_with_slip"),
        ]


class StubCheck(models.Model):
    """A month's receipts of a community against their paper stubs, as ticked. Append-only."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    month = models.DateField()
    first_number = models.CharField(max_length=30, blank=True)
    last_number = models.CharField(max_length=30, blank=True)
    receipts = models.PositiveIntegerField()
    counted = models.PositiveIntegerField()
    total_fen = models.BigIntegerField()
    voided = models.PositiveIntegerField()
    reprints = models.PositiveIntegerField()
    gaps = models.JSONField(default=list)
    unexplained = models.JSONField(default=list)
    digest = models.CharField(max_length=64)
    note = models.CharField(max_length=200, blank=True)
    ticked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ticked_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["community", "month"], name="stubs_ticked_once")]

    def __str__(self) -> str:
        return f"{self.community.name} {self.month:%Y-%m} 存根核对"


class ControlPoint(models.Model):
    """A control point. ``community`` is null for the whole firm's. Only ``ended_on`` changes: another owner or standard is
    another control point."""

    class Kind(models.TextChoices):
        RECEIVING = "receiving", _("收款权")
        HANDOVER = "handover", _("资金交接")
        DOCUMENTS = "documents", _("单据")
        RIGHTS = "rights", _("系统权限")
        EXCEPTIONS = "exceptions", _("例外")

    class Turn(models.TextChoices):
        WEEK = Every.WEEK.value, _("每周")
        MONTH = Every.MONTH.value, _("每月")
        QUARTER = Every.QUARTER.value, _("每季")
        HALF = Every.HALF.value, _("每半年")
        YEAR = Every.YEAR.value, _("每年")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    title = models.CharField(max_length=60)
    standard = models.CharField(max_length=300)
    every = models.CharField(max_length=8, choices=Turn.choices)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    since = models.DateField()
    ended_on = models.DateField(null=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["id", "owner"], name="control_with_owner")]
        indexes = [models.Index(fields=["organisation", "kind", "id"], name="control_by_kind")]

    def __str__(self) -> str:
        return self.title


class ControlTest(models.Model):
    """A test of a control point, with its evidence. Append-only. ``owner`` repeats the point's, so that CHECK can compare."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, null=True, on_delete=models.PROTECT, related_name="+")
    control = models.ForeignKey(ControlPoint, on_delete=models.PROTECT, related_name="tests")
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    tested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    tested_on = models.DateField()
    passed = models.BooleanField()
    evidence = models.CharField(max_length=400)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(tested_by=models.F("owner")), name="control_test_four_eyes"),
            models.CheckConstraint(condition=~models.Q(evidence=""), name="control_test_with_evidence"),
        ]
        indexes = [models.Index(fields=["control", "-tested_on", "-id"], name="control_test_latest")]


class Mismatch(models.Model):
    """What a check found, worked to closure. Frozen but for its end. ``source_id``: the check, stub check or test;
    ``detail``: numbers, or the reason as it was given; ``concerns``: whose work it is about."""

    class Kind(models.TextChoices):
        SAMPLE = "sample", _("抽查不符")
        GAP = "gap", _("收据断号")
        VOID = "void", _("作废没写原因")
        COUNT = "count", _("存根张数不符")
        TEST = "test", _("控制点测试没通过")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    source_id = models.BigIntegerField()
    detail = models.CharField(max_length=400)
    concerns = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    note = models.CharField(max_length=300, blank=True)
    closed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "source_id", "detail"], name="mismatch_once"),
            models.CheckConstraint(condition=~models.Q(closed_by=models.F("opened_by")), name="mismatch_four_eyes"),
            models.CheckConstraint(condition=~models.Q(closed_by=models.F("concerns")), name="mismatch_not_by_concerned"),
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=True, closed_by__isnull=True, note="")
                | (models.Q(closed_at__isnull=False, closed_by__isnull=False) & ~models.Q(note="")),
                name="mismatch_closed_with_note",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "due_at"], condition=models.Q(closed_at__isnull=True), name="mismatch_open")]

    def __str__(self) -> str:
        return f"{self.Kind(self.kind).label} {self.detail}"[:160]


class Pack(models.Model):
    """That a quarter's pack was made, and its hash: made again of the same facts, it is the same. Append-only."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, null=True, on_delete=models.PROTECT, related_name="+")
    quarter = models.CharField(max_length=7)
    sha256 = models.CharField(max_length=64)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["organisation", "-id"], name="pack_latest")]

    def __str__(self) -> str:
        return f"{self.quarter} 审计包"
