"""Matters, their claims, events, letters and papers. Freezing triggers stand in migration 0002."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wuyefei.estate.people.public import Person
from wuyefei.estate.properties.public import Property
from wuyefei.foundation.access.models import Community, Organisation, User
from wuyefei.money.bank.public import BankLine
from wuyefei.money.billing.public import Receivable

from .rules.expenses import FEE_NAMES, MOVE_NAMES
from .rules.road import EVENT_NAMES, STEP_NAMES

STEPS = [(step.value, _(name)) for step, name in STEP_NAMES.items()]
FEES = [(fee.value, _(name)) for fee, name in FEE_NAMES.items()]
MOVES = [(move.value, _(name)) for move, name in MOVE_NAMES.items()]
EVENTS = [(code, _(name)) for code, name in EVENT_NAMES.items()]


class Matter(models.Model):
    """Debts of one payer on the legal road. ``next_on`` and ``next_what`` are the earliest deadline, worked out anew after
    every act and every night (``worked_at``); ``asked`` an act waits for a second person."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    property = models.ForeignKey(Property, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=40)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    step = models.CharField(max_length=12, choices=STEPS, default="prepare")
    step_on = models.DateField()
    opened_on = models.DateField()
    closed_on = models.DateField(null=True)
    events = models.PositiveIntegerField(default=0)
    next_on = models.DateField()
    next_what = models.CharField(max_length=40, blank=True)
    limitation_on = models.DateField(null=True)
    worked_at = models.DateTimeField(null=True)
    asked = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="matter_number_once"),
            models.CheckConstraint(
                condition=models.Q(step="closed", closed_on__isnull=False) | (~models.Q(step="closed") & models.Q(closed_on__isnull=True)),
                name="matter_closed",
            ),
        ]
        indexes = [
            models.Index(fields=["community", "step", "next_on", "id"], condition=models.Q(closed_on__isnull=True), name="matter_board"),
            models.Index(fields=["person", "-id"], name="matter_of"),
        ]

    def __str__(self) -> str:
        return self.number


class Claim(models.Model):
    """A bill of a matter with its figures as of the day it was chosen. Only ``released_at`` changes, once."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="+")
    receivable = models.ForeignKey(Receivable, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    principal_fen = models.BigIntegerField()
    late_fee_fen = models.BigIntegerField()
    as_of = models.DateField()
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["receivable"], condition=models.Q(released_at__isnull=True), name="claimed_once"),
            models.UniqueConstraint(fields=["matter", "receivable"], name="claim_in_matter_once"),
            models.CheckConstraint(condition=models.Q(principal_fen__gte=0, late_fee_fen__gte=0), name="claim_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.matter} {self.receivable_id}"


class Event(models.Model):
    """What was done or happened in a matter, with its facts: days as ISO texts, money in fen. Append-only."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=EVENTS)
    on = models.DateField()
    facts = models.JSONField(default=dict)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["matter", "number"], name="event_numbered")]

    def __str__(self) -> str:
        return f"{self.matter} {self.get_kind_display()}"


class Paper(models.Model):
    """A frozen document as data; ``digest`` is its SHA-256. Names and numbers of people stand as marks that printing fills in.
    ``court``: printed with numbers in clear, for a purpose that is noted. Append-only."""

    class Kind(models.TextChoices):
        LETTER = "letter", _("催款函")
        PACK = "pack", _("证据材料")
        MEDIATION = "mediation", _("调解申请书")
        CLAIM = "claim", _("民事起诉状")
        EVIDENCE = "evidence", _("证据目录")
        SUMS = "sums", _("欠费计算表")
        ORDER = "order", _("支付令申请书")
        ENFORCE = "enforce", _("强制执行申请书")
        PRESERVE = "preserve", _("财产保全申请书")
        URGING = "urging", _("业委会督促函")

    COURT = (Kind.CLAIM, Kind.ORDER, Kind.ENFORCE, Kind.MEDIATION, Kind.PRESERVE)

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    on = models.DateField()
    data = models.JSONField()
    digest = models.CharField(max_length=64)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["matter", "-id"], name="paper_of_matter")]

    def __str__(self) -> str:
        return f"{self.matter} {self.get_kind_display()}"


class Letter(models.Model):
    """A numbered demand: what it asks for is frozen with its paper, its mailing is filled in as it goes. ``sms`` is what became
    of the message that goes with it, ``void_on`` the day on which it was set aside without having been posted."""

    class Sms(models.TextChoices):
        NONE = "", _("没有发")
        SENT = "sent", _("已发出")
        UNSURE = "unsure", _("不确定")
        HELD = "held", _("没有发出")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="+")
    paper = models.OneToOneField(Paper, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=40)
    made_on = models.DateField()
    principal_fen = models.BigIntegerField()
    late_fee_fen = models.BigIntegerField()
    receivable_ids = models.JSONField(default=list)
    tracking = models.CharField(max_length=30, blank=True)
    posted_on = models.DateField(null=True)
    delivered_on = models.DateField(null=True)
    returned_on = models.DateField(null=True)
    proof = models.CharField(max_length=120, blank=True)
    followed_on = models.DateField(null=True)
    void_on = models.DateField(null=True)
    sms = models.CharField(max_length=8, choices=Sms.choices, blank=True)
    sms_note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="letter_number_once"),
            models.CheckConstraint(condition=models.Q(delivered_on__isnull=True) | models.Q(returned_on__isnull=True), name="letter_one_end"),
            models.CheckConstraint(condition=models.Q(posted_on__isnull=True) | ~models.Q(tracking=""), name="letter_tracked"),
            models.CheckConstraint(condition=models.Q(void_on__isnull=True) | models.Q(posted_on__isnull=True), name="letter_void_unposted"),
            models.UniqueConstraint(
                fields=["matter"], condition=models.Q(posted_on__isnull=True, void_on__isnull=True), name="one_letter_waits"
            ),
        ]
        indexes = [models.Index(fields=["community", "-id"], name="letter_by_place")]

    def __str__(self) -> str:
        return self.number


class Urging(models.Model):
    """Whether the owners' committee must urge before a suit in a place, and by which rule. Append-only; the latest holds."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    required = models.BooleanField()
    basis = models.CharField(max_length=200)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["community", "-id"], name="urging_latest")]

    def __str__(self) -> str:
        return f"{self.community} {self.required}"


class Cost(models.Model):
    """Money laid out in a matter, and what became of it; booked as it is written. ``receivable``: of an award, the payer's bill.
    ``line``: the bank line with which the court gave something back. ``reverses``: this row takes that one back. ``request_id``:
    the request on which a second person decided. Append-only."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="+")
    move = models.CharField(max_length=10, choices=MOVES)
    fee = models.CharField(max_length=10, choices=FEES)
    amount_fen = models.BigIntegerField()
    on = models.DateField()
    party = models.CharField(max_length=60)
    paper = models.CharField(max_length=80)
    receivable = models.OneToOneField(Receivable, null=True, on_delete=models.PROTECT, related_name="+")
    line = models.ForeignKey(BankLine, null=True, on_delete=models.PROTECT, related_name="+")
    reverses = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="reversed_by")
    request_id = models.BigIntegerField(null=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="cost_positive"),
            models.CheckConstraint(
                condition=models.Q(move="awarded", receivable__isnull=False) | (~models.Q(move="awarded") & models.Q(receivable__isnull=True)),
                name="cost_award_billed",
            ),
        ]
        indexes = [models.Index(fields=["matter", "id"], name="cost_of_matter"), models.Index(fields=["community", "-id"], name="cost_by_place")]

    def __str__(self) -> str:
        return f"{self.matter} {self.get_move_display()}"
