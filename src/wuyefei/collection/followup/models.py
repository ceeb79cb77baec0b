"""Cases, what was done in them, promises, green lanes and scripts. Freezing triggers stand in migration 0002."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from wuyefei.estate.people.public import Person
from wuyefei.estate.properties.public import Property
from wuyefei.foundation.access.models import Community, Organisation, User
from wuyefei.relations.contacts.public import Contact

from .rules.cadence import AGE_NAMES
from .rules.firstcall import WHY_NAMES
from .rules.nextstep import KIND_NAMES
from .rules.policy import TRACK_NAMES

AGES = [(age.value, _(name)) for age, name in AGE_NAMES.items()]
TRACKS = [(code, _(name)) for code, name in TRACK_NAMES.items()]
WHYS = [(why.value, _(name)) for why, name in WHY_NAMES.items()]
KINDS = [(kind.value, _(name)) for kind, name in KIND_NAMES.items()]


class Reason(models.TextChoices):
    """Why a bill is not paid, as the payer says it."""

    FORGOT = "forgot", _("忘了")
    SERVICE = "service", _("对服务不满")
    PRICE = "price", _("觉得价格高")
    HARDSHIP = "hardship", _("手头紧")
    AWAY = "away", _("不常住")
    CONTRACT = "contract", _("对合同有疑问")
    AMOUNT = "amount", _("对金额有疑问")
    OTHER = "other", _("其他")


class Case(models.Model):
    """The overdue debt of a payer. What is worked out (``owed_fen`` to ``next_why``) is rewritten from facts every night and
    after every act; ``owner``, ``reason`` and ``acts`` are what people did. ``property`` is where most is owed."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    property = models.ForeignKey(Property, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=10, choices=Reason.choices, blank=True)
    acts = models.PositiveIntegerField(default=0)
    opened_on = models.DateField()
    closed_on = models.DateField(null=True)
    owed_fen = models.BigIntegerField()
    periods = models.PositiveIntegerField()
    running = models.PositiveIntegerField()
    oldest_due_on = models.DateField()
    grade = models.CharField(max_length=1)
    rung = models.CharField(max_length=10)
    letter = models.CharField(max_length=1, blank=True)
    next_kind = models.CharField(max_length=16, choices=KINDS)
    next_on = models.DateField()
    next_channel = models.CharField(max_length=8, blank=True)
    next_rank = models.PositiveSmallIntegerField()
    next_why = models.JSONField(default=list)
    last_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=models.Q(closed_on__isnull=True), name="one_open_case"),
        ]
        indexes = [
            models.Index(
                fields=["community", "next_rank", "-owed_fen", "-id"], condition=models.Q(closed_on__isnull=True), name="case_by_rank"
            ),
            models.Index(
                fields=["organisation", "next_rank", "-owed_fen", "-id"], condition=models.Q(closed_on__isnull=True), name="case_by_rank_of_firm"
            ),
            models.Index(
                fields=["organisation", "next_rank", "-owed_fen", "-id"], condition=models.Q(closed_on__isnull=True, owner__isnull=True),
                name="case_by_rank_of_nobody",
            ),
            models.Index(
                fields=["owner", "next_rank", "-owed_fen", "-id"], condition=models.Q(closed_on__isnull=True, owner__isnull=False),
                name="case_by_rank_of_owner",
            ),
            models.Index(fields=["community", "next_on"], condition=models.Q(closed_on__isnull=True), name="case_by_day"),
            models.Index(fields=["person", "-id"], name="case_of"),
        ]

    def __str__(self) -> str:
        return f"{self.property} {self.person}"


class Night(models.Model):
    """How far a run through the communities of an organisation has come: one that broke off goes on after ``upto``."""

    organisation = models.OneToOneField(Organisation, on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    upto = models.BigIntegerField(default=0)
    cases = models.BigIntegerField(default=0)
    finished = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.on}"


class Act(models.Model):
    """A contact logged in a case; ``client_key`` is the sender's own, so that sending twice logs once. Append-only."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    contact = models.OneToOneField(Contact, on_delete=models.PROTECT, related_name="+")
    client_key = models.CharField(max_length=64)
    number = models.PositiveIntegerField()
    outcome = models.CharField(max_length=14)
    reason = models.CharField(max_length=10, choices=Reason.choices, blank=True)
    script = models.ForeignKey("Script", null=True, on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "client_key"], name="act_logged_once"),
            models.UniqueConstraint(fields=["case", "number"], name="act_numbered"),
        ]

    def __str__(self) -> str:
        return f"{self.case} {self.number}"


class Attachment(models.Model):
    """A photograph or a voice note beside a contact, in the database so that backups hold it too; ``sha256`` of what is kept,
    ``size`` in bytes. ``erased_on``: the day on which the bytes were destroyed, their kind, size and digest stay; nothing else changes."""

    class Kind(models.TextChoices):
        PHOTO = "photo", _("照片")
        VOICE = "voice", _("语音")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    act = models.ForeignKey(Act, on_delete=models.PROTECT, related_name="attachments")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    content_type = models.CharField(max_length=20)
    content = models.BinaryField()
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    erased_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["act", "sha256"], name="attached_once"),
            models.CheckConstraint(
                condition=models.Q(erased_on__isnull=True) & ~models.Q(content=b"") | models.Q(erased_on__isnull=False, content=b""), name="attached_or_erased"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.sha256[:12]}"


class Promise(models.Model):
    """``amount_fen`` by ``due_on``. Only the state changes, and only once."""

    class State(models.TextChoices):
        OPEN = "open", _("待查")
        KEPT = "kept", _("已兑现")
        BROKEN = "broken", _("未兑现")
        REPLACED = "replaced", _("另有承诺")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    act = models.OneToOneField(Act, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    amount_fen = models.BigIntegerField()
    due_on = models.DateField()
    made_on = models.DateField()
    made_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    settled_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="promise_positive"),
            models.UniqueConstraint(fields=["person"], condition=models.Q(state="open"), name="one_open_promise"),
        ]
        indexes = [models.Index(fields=["community", "due_on"], condition=models.Q(state="open"), name="promise_due")]

    def __str__(self) -> str:
        return f"{self.person} {self.due_on}"


class Lane(models.Model):
    """A green lane granted to a valued payer in difficulty: grade C while it lasts."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    granted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person"], condition=models.Q(ended_at__isnull=True), name="one_lane")]

    def __str__(self) -> str:
        return str(self.person)


class Script(models.Model):
    """What to say to debts of an age, in three parts; the latest version of an age is used. Append-only."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    age = models.CharField(max_length=10, choices=AGES)
    number = models.PositiveIntegerField()
    parts = ArrayField(models.CharField(max_length=400), size=3)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "age", "number"], name="script_version_once")]

    def __str__(self) -> str:
        return f"{self.get_age_display()} {self.number}"


class CadencePolicy(models.Model):
    """A version of the cadence, for a place (none: the whole organisation) and a track (blank: everybody), from a day on.
    Append-only; which of them holds is ``rules.policy.policy_for``."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, null=True, on_delete=models.PROTECT, related_name="+")
    track = models.CharField(max_length=10, choices=TRACKS, blank=True)
    number = models.PositiveIntegerField()
    effective_from = models.DateField()
    values = models.JSONField()
    reason = models.CharField(max_length=200)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "number"], name="policy_numbered")]

    def __str__(self) -> str:
        return f"{self.number}"


class Step(models.Model):
    """A step of the cadence drafted for a day: adjusted, released (it becomes a planned contact) or dropped by a person, or
    released by rule. ``code`` says which rule of the guard refused it; once a day
    and payer at most, one alive at a time."""

    class State(models.TextChoices):
        DRAFT = "draft", _("待放行")
        RELEASED = "released", _("已放行")
        REFUSED = "refused", _("不允许")
        DONE = "done", _("已联系")
        DROPPED = "dropped", _("不再需要")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    rung = models.CharField(max_length=10)
    kind = models.CharField(max_length=16, choices=KINDS)
    channel = models.CharField(max_length=8)
    at = models.DateTimeField()
    rank = models.PositiveSmallIntegerField()
    why = models.JSONField(default=list)
    by_rule = models.BooleanField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    code = models.CharField(max_length=24, blank=True)
    contact = models.OneToOneField(Contact, null=True, on_delete=models.PROTECT, related_name="+")
    settled_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "on"], name="step_once_a_day"),
            models.UniqueConstraint(fields=["person"], condition=models.Q(state__in=("draft", "released")), name="one_live_step"),
            models.CheckConstraint(condition=~models.Q(state="released") | models.Q(contact__isnull=False), name="released_is_planned"),
        ]
        indexes = [
            models.Index(fields=["community", "state", "rank", "-id"], name="step_by_state"),
            models.Index(fields=["case", "-id"], name="step_of_case"),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.rung} {self.person}"


class FirstCall(models.Model):
    """A call about a bill that is not due yet, so many days after its notice arrived: once for a payer and due day.
    ``contact``: the planned call of ``on``; ``code``: which rule of the guard refused it; ``by_rule`` false: a person lets it go;
    ``dropped_on``: nothing was to be asked any more."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    property = models.ForeignKey(Property, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    told_on = models.DateField()
    asked_fen = models.BigIntegerField()
    why = models.CharField(max_length=10, choices=WHYS)
    channel = models.CharField(max_length=8)
    by_rule = models.BooleanField()
    on = models.DateField()
    contact = models.OneToOneField(Contact, null=True, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=24, blank=True)
    dropped_on = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["community", "person", "due_on"], name="first_call_once")]
        indexes = [models.Index(fields=["community", "-on", "-id"], name="first_call_by_day")]

    def __str__(self) -> str:
        return f"{self.due_on} {self.person}"


class Handover(models.Model):
    """Cases of a place given to somebody (or nobody) at once; it can be taken back while nobody has changed them since."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["community", "-id"], name="handover_by_place")]

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d}"


class Handed(models.Model):
    """A case in a handover, and whose it was. Append-only."""

    handover = models.ForeignKey(Handover, on_delete=models.PROTECT, related_name="cases")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    was = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["handover", "case"], name="handed_once")]

    def __str__(self) -> str:
        return f"{self.case}"
