"""The contact log and what the guard knows. Freezing and append-only triggers stand in migration 0002."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from wuyefei.estate.people.public import Person
from wuyefei.estate.properties.public import Property
from wuyefei.foundation.access.models import Community, Organisation, User

from .rules.steps import CHANNEL_NAMES, PURPOSE_NAMES, RECIPIENT_NAMES

CHANNELS = [(code.value, _(name)) for code, name in CHANNEL_NAMES.items()]
PURPOSES = [(code.value, _(name)) for code, name in PURPOSE_NAMES.items()]
RECIPIENTS = [(code.value, _(name)) for code, name in RECIPIENT_NAMES.items()]


class Contact(models.Model):
    """``at`` is when it happened or is to happen; ``breach`` the rule that a done contact broke, blank for none;
    ``source_ref`` names what made it where it was not written by hand."""

    class State(models.TextChoices):
        PLANNED = "planned", _("计划")
        DONE = "done", _("已联系")
        CANCELLED = "cancelled", _("已取消")

    class Direction(models.TextChoices):
        OUT = "out", _("我方联系")
        IN = "in", _("对方来")

    class Outcome(models.TextChoices):
        REACHED = "reached", _("已说明")
        PROMISED = "promised", _("答应缴费")
        CLAIMS_PAID = "claims_paid", _("称已缴")
        DISPUTES = "disputes", _("有异议")
        HARDSHIP = "hardship", _("有困难")
        NO_ANSWER = "no_answer", _("没有接听")
        NOT_HOME = "not_home", _("家中无人")
        HUNG_UP = "hung_up", _("拒绝交谈")
        WRONG_NUMBER = "wrong_number", _("号码不是本人")
        STOP = "stop", _("要求不再这样联系")
        SENT = "sent", _("已发出")
        DELIVERED = "delivered", _("已送达")
        READ = "read", _("已读")
        BOUNCED = "bounced", _("没有送达")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    property = models.ForeignKey(Property, null=True, on_delete=models.PROTECT, related_name="+")
    direction = models.CharField(max_length=3, choices=Direction.choices, default=Direction.OUT)
    state = models.CharField(max_length=10, choices=State.choices)
    channel = models.CharField(max_length=8, choices=CHANNELS)
    purpose = models.CharField(max_length=10, choices=PURPOSES)
    recipient = models.CharField(max_length=10, choices=RECIPIENTS, default="payer")
    at = models.DateTimeField()
    people = models.PositiveSmallIntegerField(default=1)
    outcome = models.CharField(max_length=14, choices=Outcome.choices, blank=True)
    note = models.CharField(max_length=400, blank=True)
    receivable_ids = ArrayField(models.BigIntegerField(), default=list)
    breach = models.CharField(max_length=24, blank=True)
    source_ref = models.CharField(max_length=60, blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    closed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(state="planned") | models.Q(closed_at__isnull=False), name="contact_closed"),
            models.CheckConstraint(condition=~models.Q(state="done") | ~models.Q(outcome=""), name="contact_outcome"),
            models.UniqueConstraint(fields=["source_ref"], condition=~models.Q(source_ref=""), name="contact_of_source_once"),
        ]
        indexes = [
            models.Index(fields=["community", "-at", "-id"], name="contact_by_time"),
            models.Index(fields=["person", "-at"], name="contact_by_person"),
            models.Index(fields=["property", "-at"], name="contact_by_property"),
            models.Index(fields=["community", "at"], condition=models.Q(state="planned"), name="contact_waiting"),
            GinIndex(fields=["receivable_ids"], name="contact_by_receivable"),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.get_purpose_display()} {self.person}"


class Wish(models.Model):
    """What a person wants of a channel; the latest holds. ``mark`` is the number's mark that a ``WRONG`` is about."""

    class Kind(models.TextChoices):
        AGREED = "agreed", _("同意接收推广")
        REFUSED = "refused", _("拒绝联系")
        USUAL = "usual", _("照常联系")
        WRONG = "wrong", _("号码不是本人")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=8, choices=CHANNELS)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    mark = models.CharField(max_length=40, blank=True)
    how = models.CharField(max_length=120)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["person", "channel", "-id"], name="wish_latest")]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.get_kind_display()}"


class Ground(models.Model):
    """A recorded fact that changes what is lawful towards a person, or towards a whole community. ``source_ref`` names the record that
    proves it and that alone ends it; blank where a manager wrote it by hand."""

    class Kind(models.TextChoices):
        LAWYER_CLAUSE = "lawyer_fee_clause", _("合同约定律师费")
        CREDIT = "credit_ground", _("征信的合法依据")
        NAMED = "named", _("本人书面同意告知同住人或亲友")
        JOINT = "joint", _("与社区、业委会联合办理")
        DECEASED = "deceased", _("缴费人去世")
        BANKRUPT = "bankrupt", _("缴费单位破产")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    proof = models.CharField(max_length=200)
    source_ref = models.CharField(max_length=60, blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "person", "kind"], condition=models.Q(ended_at__isnull=True), name="ground_once",
                nulls_distinct=False,
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.get_kind_display())


class Refusal(models.Model):
    """An attempt that the guard turned away, or a done contact that broke a rule (``happened``). Append-only."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    property = models.ForeignKey(Property, null=True, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=8, choices=CHANNELS)
    purpose = models.CharField(max_length=10, choices=PURPOSES)
    recipient = models.CharField(max_length=10, choices=RECIPIENTS)
    wanted_at = models.DateTimeField()
    code = models.CharField(max_length=24)
    pattern = models.CharField(max_length=80)
    facts = models.JSONField(default=dict)
    sources = ArrayField(models.CharField(max_length=24), default=list)
    happened = models.BooleanField(default=False)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["community", "-id"], name="refusal_by_community")]

    def __str__(self) -> str:
        return self.code


class GuardLimits(models.Model):
    """The limits of an organisation from a moment on; the latest hold. Append-only."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    values = models.JSONField()
    reason = models.CharField(max_length=200)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d}"


class CalendarDay(models.Model):
    """A holiday or make-up working day of an organisation's own table; it replaces the built-in one of that day."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    rest = models.BooleanField()
    name = models.CharField(max_length=40)
    source = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "day"], name="calendar_day_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"
