"""Templates, batches, messages and carriers. Freezing triggers stand in migration 0002."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from wuyefei.estate.contracts.public import Contract
from wuyefei.estate.people.public import Person
from wuyefei.estate.properties.public import Property
from wuyefei.foundation.access.models import Community, Organisation, User

from .rules.timing import PATTERN_NAMES

CHANNELS = [
    ("wechat", _("微信公众号")), ("mini", _("小程序")), ("app", _("App 推送")), ("sms", _("短信")), ("email", _("邮件")),
    ("letter", _("信函")),
]  # fmt: skip
STEPS = [
    ("bill", _("账单通知")), ("smart", _("智能账单")), ("remind", _("到期提醒")), ("code", _("验证码")),
    ("demand", _("催款函告知")), ("debit", _("代扣失败告知")),
]  # fmt: skip
PATTERNS = [(one.value, _(name)) for one, name in PATTERN_NAMES.items()]


class Template(models.Model):
    """What is said at a step on a channel; its texts are the versions."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    step = models.CharField(max_length=12, choices=STEPS)
    channel = models.CharField(max_length=8, choices=CHANNELS)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "step", "channel"], name="template_once")]

    def __str__(self) -> str:
        return f"{self.get_step_display()} · {self.get_channel_display()}"


class Version(models.Model):
    """One text of a template; ``carrier_template`` is its number with the carrier. Only ``approved`` ones are sent."""

    class State(models.TextChoices):
        WAITING = "waiting", _("待复核")
        APPROVED = "approved", _("已批准")
        REJECTED = "rejected", _("已退回")

    template = models.ForeignKey(Template, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    subject = models.CharField(max_length=80, blank=True)
    body = models.TextField()
    carrier_template = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    approved_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["template", "number"], name="version_once"),
            models.CheckConstraint(
                condition=models.Q(approved_by__isnull=True) | ~models.Q(approved_by=models.F("made_by")), name="version_four_eyes"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template} v{self.number}"


class Batch(models.Model):
    """A step for the households of a community that owe on ``due_on``. ``smart``: each at its payer's best time;
    ``seen_id``: the last bill that was looked at for it, so that later ones are added."""

    class State(models.TextChoices):
        PLANNING = "planning", _("计划中")
        SENDING = "sending", _("发送中")
        STOPPED = "stopped", _("已停止")
        DONE = "done", _("已完成")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    step = models.CharField(max_length=12, choices=STEPS)
    due_on = models.DateField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.PLANNING)
    job_id = models.BigIntegerField(null=True)
    smart = models.BooleanField(default=False)
    seen_id = models.BigIntegerField(default=0)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["community", "step", "due_on"], name="batch_once")]
        indexes = [models.Index(fields=["community", "-due_on", "-id"], name="batch_by_due")]

    def __str__(self) -> str:
        return f"{self.community.name} {self.due_on} {self.get_step_display()}"


class Message(models.Model):
    """What goes out to one address on one channel. ``bundle`` is the address's mark, or the person where there is none;
    ``key`` is what the carrier is told and answers with; ``values`` fill the version's fields."""

    class State(models.TextChoices):
        QUEUED = "queued", _("排队")
        SENDING = "sending", _("正在发")
        SENT = "sent", _("已发出")
        DELIVERED = "delivered", _("已送达")
        READ = "read", _("已读")
        BOUNCED = "bounced", _("没有送达")
        UNSURE = "unsure", _("不确定")
        DROPPED = "dropped", _("没有发")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="messages")
    bundle = models.CharField(max_length=60)
    channel = models.CharField(max_length=8, choices=CHANNELS)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    property = models.ForeignKey(Property, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+")
    values = models.JSONField(default=dict)
    target_ids = ArrayField(models.BigIntegerField(), default=list)
    key = models.CharField(max_length=40, unique=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    not_before = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    carrier_ref = models.CharField(max_length=80, blank=True)
    reason = models.CharField(max_length=120, blank=True)
    sent_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "bundle", "channel"], name="message_once")]
        indexes = [
            models.Index(fields=["batch", "not_before", "id"], condition=models.Q(state="queued"), name="message_waiting"),
            models.Index(fields=["organisation", "carrier_ref"], name="message_by_ref"),
            models.Index(fields=["batch", "state"], name="message_by_state"),
        ]

    def __str__(self) -> str:
        return self.key


class Target(models.Model):
    """A household in a batch: its open bills and how far telling it has come. ``reason`` says why it is not told."""

    class State(models.TextChoices):
        WAITING = "waiting", _("待通知")
        SENT = "sent", _("已发出")
        REACHED = "reached", _("已通知到")
        UNREACHED = "unreached", _("没有通知到")
        EXCLUDED = "excluded", _("不应通知")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="targets")
    property = models.ForeignKey(Property, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    bundle = models.CharField(max_length=60)
    receivable_ids = ArrayField(models.BigIntegerField())
    amount_fen = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    channel = models.CharField(max_length=8, choices=CHANNELS, blank=True)
    reason = models.CharField(max_length=40, blank=True)
    tried = ArrayField(models.CharField(max_length=8), default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "property", "person"], name="target_once")]
        indexes = [
            models.Index(fields=["batch", "bundle", "id"], name="target_by_bundle"),
            models.Index(fields=["batch", "state", "id"], name="target_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.property.code}"


class Carrier(models.Model):
    """A channel's settings. ``sealed`` holds its secrets under the installation's key; ``hook`` the secret part of the
    address that its receipts come to."""

    class Kind(models.TextChoices):
        TENCENT = "tencent", _("腾讯云短信")
        ALIYUN = "aliyun", _("阿里云短信")
        SMTP = "smtp", _("SMTP 邮件服务器")
        WECHAT = "wechat", _("微信公众号")
        MINI = "mini", _("微信小程序")
        WEBHOOK = "webhook", _("App 推送地址")
        PAPER = "paper", _("打印信函")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=8, choices=CHANNELS)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    enabled = models.BooleanField(default=False)
    settings = models.JSONField(default=dict)
    sealed = models.BinaryField(null=True)
    per_second = models.PositiveIntegerField(default=20)
    hook = models.CharField(max_length=64, unique=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "channel"], name="carrier_once")]

    def __str__(self) -> str:
        return str(self.get_kind_display())


class Address(models.Model):
    """Where a person is reached besides their mobile number, locked under the person's key."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=8, choices=CHANNELS)
    locked = models.BinaryField(null=True)
    mark = models.CharField(max_length=40, blank=True)
    shown = models.CharField(max_length=60, blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "channel"], name="address_once")]
        indexes = [models.Index(fields=["community", "channel", "mark"], name="address_by_mark")]

    def __str__(self) -> str:
        return self.shown


class Transactional(models.Model):
    """A message to one reader, sent at once: a code that they have asked for, word of a demand letter or of a debit that failed. What it said is kept nowhere, nor the number of a reader
    who stands on no register (``person`` is then empty)."""

    class State(models.TextChoices):
        SENDING = "sending", _("正在发")
        SENT = "sent", _("已发出")
        FAILED = "failed", _("没有发")
        UNSURE = "unsure", _("不确定")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    step = models.CharField(max_length=12, choices=STEPS)
    channel = models.CharField(max_length=8, choices=CHANNELS)
    key = models.CharField(max_length=60)
    state = models.CharField(max_length=8, choices=State.choices, default=State.SENDING)
    reason = models.CharField(max_length=120, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "key"], name="transactional_once")]

    def __str__(self) -> str:
        return self.key


class Lead(models.Model):
    """How many days ahead a contract's bills are announced, where it differs from the default; 0 for not at all."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    contract = models.OneToOneField(Contract, on_delete=models.PROTECT, related_name="+")
    days = models.PositiveSmallIntegerField()

    def __str__(self) -> str:
        return f"{self.days}"


class Habit(models.Model):
    """How a person usually pays, from their own payments up to ``reckoned_at``; see ``rules.timing.Habit``. ``hour`` is -1
    where there is no usual one."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="+")
    pattern = models.CharField(max_length=6, choices=PATTERNS)
    seen = models.PositiveSmallIntegerField()
    hits = models.PositiveSmallIntegerField()
    first_day = models.PositiveSmallIntegerField()
    last_day = models.PositiveSmallIntegerField()
    day = models.PositiveSmallIntegerField()
    hour = models.SmallIntegerField()
    timed = models.PositiveSmallIntegerField()
    hour_hits = models.PositiveSmallIntegerField()
    reckoned_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["community", "pattern"], name="habit_by_pattern")]

    def __str__(self) -> str:
        return str(self.get_pattern_display())


class Manner(models.Model):
    """How an organisation announces its bills: at each payer's best time or on the contract's day; by the smart text
    where there is one."""

    organisation = models.OneToOneField(Organisation, on_delete=models.PROTECT, related_name="+")
    timing = models.BooleanField(default=True)
    smart_bill = models.BooleanField(default=False)
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()


class Trial(models.Model):
    """A comparison of the plain and the smart bill in some communities. What is compared, with how many and by which seed is
    fixed before it starts; ``seed`` draws each person's half."""

    class Measure(models.TextChoices):
        ON_TIME = "on_time", _("按时缴清率")
        READ = "read", _("阅读率")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    community_ids = ArrayField(models.BigIntegerField())
    measure = models.CharField(max_length=8, choices=Measure.choices)
    usual = models.DecimalField(max_digits=4, decimal_places=3)
    difference = models.DecimalField(max_digits=4, decimal_places=3)
    needed = models.PositiveIntegerField()
    seed = models.CharField(max_length=32)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation"], condition=models.Q(ended_at__isnull=True), name="one_trial_at_a_time")
        ]

    def __str__(self) -> str:
        return self.name


class Reminder(models.Model):
    """A reminder of one household's open bills sent by itself: after an event at the gate or the lift, or in the rhythm of a
    habitual late payer. One a person and day, whatever the cause."""

    class Cause(models.TextChoices):
        EVENT = "event", _("门禁、电梯事件")
        RHYTHM = "rhythm", _("习惯晚缴的节奏")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    property = models.ForeignKey(Property, on_delete=models.PROTECT, related_name="+")
    cause = models.CharField(max_length=8, choices=Cause.choices)
    on = models.DateField()
    receivable_ids = ArrayField(models.BigIntegerField())
    amount_fen = models.BigIntegerField()
    channel = models.CharField(max_length=8, choices=CHANNELS)
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=Message.State.choices, default=Message.State.SENDING)
    key = models.CharField(max_length=40, unique=True)
    carrier_ref = models.CharField(max_length=80, blank=True)
    reason = models.CharField(max_length=120, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "on"], name="reminder_a_day")]
        indexes = [
            models.Index(fields=["community", "-id"], name="reminder_by_community"),
            models.Index(fields=["organisation", "carrier_ref"], name="reminder_by_ref"),
        ]

    def __str__(self) -> str:
        return self.key


class News(models.Model):
    """The next event or service upgrade of a community, in a sentence for bills and phones, from a day to a day."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=40)
    starts_on = models.DateField()
    ends_on = models.DateField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(ends_on__gte=models.F("starts_on")), name="news_in_order")]
        indexes = [models.Index(fields=["community", "-starts_on", "-id"], name="news_by_community")]

    def __str__(self) -> str:
        return self.text
