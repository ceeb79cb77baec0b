"""Ratings, their history, and what was asked, answered, given and shown. Guards stand in migration 0002."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wuyefei.estate.people.public import Person
from wuyefei.estate.properties.public import Property
from wuyefei.foundation.access.models import Community, Organisation, User
from wuyefei.relations.accounts.public import Account

from .rules import CAUSE_NAMES, GROUND_NAMES

CAUSES = [(code.value, _(name)) for code, name in CAUSE_NAMES.items()]
GROUNDS = [(code.value, _(name)) for code, name in GROUND_NAMES.items()]
Q = models.Q


class Placed(models.Model):
    """A row about a person of a place."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True


class Judged(Placed):
    """A rating beside the facts that it followed from. ``worked``: what the rule says; ``letter``: what holds, better where a
    person has corrected it; both blank for nobody rated. ``out``: opted out, nothing is worked out then."""

    letter = models.CharField(max_length=1, blank=True)
    worked = models.CharField(max_length=1, blank=True)
    points = models.PositiveSmallIntegerField()
    out = models.BooleanField()
    periods = models.PositiveIntegerField()
    late = models.PositiveIntegerField()
    open_periods = models.PositiveIntegerField()
    oldest_due_on = models.DateField(null=True)
    asked = models.PositiveIntegerField()
    hardship = models.BooleanField()
    plans_kept = models.PositiveIntegerField()
    plans_running = models.PositiveIntegerField()
    plans_broken = models.PositiveIntegerField()

    class Meta:
        abstract = True


class Rating(Judged):
    """The rating of an owner now, ``since`` when; rewritten only where something differs."""

    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="+")
    since = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(letter__in=("", "A", "B", "C", "D")), name="rating_is_a_letter"),
            models.CheckConstraint(condition=Q(letter="") | Q(letter__lte=models.F("worked")), name="rating_never_worsened"),
            models.CheckConstraint(condition=Q(out=False) | Q(letter="", points=0, periods=0), name="opted_out_is_not_rated"),
        ]
        indexes = [models.Index(fields=["community", "letter", "-points", "-id"], name="rating_by_letter")]

    def __str__(self) -> str:
        return self.letter or "—"


class Change(Judged):
    """A rating that became another, with the facts of that day. Append-only."""

    was = models.CharField(max_length=1, blank=True)
    first = models.BooleanField()
    on = models.DateField()
    cause = models.CharField(max_length=8, choices=CAUSES)

    class Meta:
        indexes = [models.Index(fields=["person", "-id"], name="credit_change_of")]

    def __str__(self) -> str:
        return f"{self.was or '—'} → {self.letter or '—'}"


class Reckoned(models.Model):
    """When a community was last gone through."""

    community = models.OneToOneField(Community, on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    at = models.DateTimeField()
    owners = models.PositiveIntegerField()
    changed = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.community} {self.on}"


class Choice(Placed):
    """An owner's word on being rated: out, or in again. The latest holds; append-only."""

    out = models.BooleanField()
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    how = models.CharField(max_length=120)
    made_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["person", "-id"], name="credit_choice_of")]

    def __str__(self) -> str:
        return "out" if self.out else "in"


class Review(Placed):
    """An objection to a rating and a person's answer to it. What was said is frozen; the answer's side moves once."""

    class State(models.TextChoices):
        OPEN = "open", _("待复核")
        UPHELD = "upheld", _("维持")
        CORRECTED = "corrected", _("更正")
        WITHDRAWN = "withdrawn", _("已撤回")

    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    letter_then = models.CharField(max_length=1)
    said = models.CharField(max_length=500)
    made_at = models.DateTimeField()
    due_on = models.DateField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    reviewer = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    answer = models.CharField(max_length=400, blank=True)
    corrected_letter = models.CharField(max_length=1, blank=True)
    holds_until = models.DateField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(state="open"), name="one_open_credit_review"),
            models.CheckConstraint(
                condition=~Q(state__in=("upheld", "corrected")) | (Q(reviewer__isnull=False, decided_at__isnull=False) & ~Q(answer="")),
                name="credit_review_by_a_person",
            ),
            models.CheckConstraint(
                condition=Q(state="corrected", holds_until__isnull=False, corrected_letter__in=("A", "B", "C"), corrected_letter__lt=models.F("letter_then"))
                | (~Q(state="corrected") & Q(holds_until__isnull=True, corrected_letter="")),
                name="credit_correction_betters",
            ),
        ]
        indexes = [models.Index(fields=["community", "state", "due_on"], name="credit_review_by_due")]

    def __str__(self) -> str:
        return f"{self.person.name} {self.letter_then} {self.get_state_display()}"


class FreeService(Placed):
    """A small service given free of charge as a benefit; ``number`` counts those of the year. Append-only."""

    property = models.ForeignKey(Property, on_delete=models.PROTECT, related_name="+")
    letter = models.CharField(max_length=1)
    year = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField()
    what = models.CharField(max_length=60)
    given_on = models.DateField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "year", "number"], name="free_service_numbered"),
            models.CheckConstraint(condition=Q(letter="A", number__range=(1, 2)) | Q(letter="B", number=1), name="free_service_earned"),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.given_on}"


class Door(models.Model):
    """Whether a community shows ratings to anybody outside at all: shut until a row says otherwise. Append-only."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    open = models.BooleanField()
    basis = models.CharField(max_length=200)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["community", "-id"], name="credit_door_of")]

    def __str__(self) -> str:
        return f"{self.community} {'open' if self.open else 'shut'}"


class Showing(Placed):
    """A rating given, or to be given, to somebody outside: to whom, what for, on which ground, and then what word for word."""

    class State(models.TextChoices):
        ASKED = "asked", _("待第二人审批")
        GIVEN = "given", _("已提供")
        REFUSED = "refused", _("未提供")

    receiver = models.CharField(max_length=80)
    purpose = models.CharField(max_length=120)
    ground = models.CharField(max_length=8, choices=GROUNDS)
    document = models.CharField(max_length=120)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    request_id = models.BigIntegerField(null=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED)
    given = models.CharField(max_length=120, blank=True)
    given_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(document="") & ~Q(purpose="") & ~Q(receiver=""), name="showing_has_a_ground"),
            models.CheckConstraint(
                condition=~Q(state="given") | (Q(request_id__isnull=False, given_by__isnull=False, given_at__isnull=False) & ~Q(given="")),
                name="showing_says_what",
            ),
            models.CheckConstraint(condition=Q(given_by__isnull=True) | ~Q(given_by=models.F("made_by")), name="showing_four_eyes"),
        ]
        indexes = [models.Index(fields=["community", "-id"], name="showing_by_place")]

    def __str__(self) -> str:
        return f"{self.person.name} → {self.receiver}"
