"""What each place of the walk has of concessions, and of checks on who grants them."""

from __future__ import annotations

from tests.architecture.place import START, TODAY, Place
from wuyefei.estate.contracts.public import ContractLine
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.kernel.dates import Month, Span
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import (
    Receivable,
)
from wuyefei.money.concessions.public import Basis as PlanBasis
from wuyefei.money.concessions.public import (
    GivingUp,
    MeasureOrder,
    MeasureTerms,
    Offer,
    Paper,
    Plan,
    PlanBill,
    PlanTerms,
    Way,
    ask_giving_up,
    ask_measure,
    ask_year,
    propose,
)
from wuyefei.money.control.public import Draw, Item, Mismatch, PointDraft, register_control
from wuyefei.money.reserve.public import Quarter, Single, draft_run
from wuyefei.money.watch.public import Alert


def plan(place: Place, actors: dict[str, Actor]) -> None:
    """A plan to pay in parts that was agreed."""
    (row, *_rest) = Receivable.objects.filter(community=place.community, outstanding_fen__gt=0).order_by("-pk")
    terms = PlanTerms(PlanBasis.HARDSHIP, 3, TODAY, f"{place.mark.word}住院", 50)
    plan = propose(row.property_id, [row.pk], terms, actor=actors["finance"])
    Plan.objects.filter(pk=plan.pk).update(agreed_on=TODAY, agreed_by_id=actors["lead"].user_id)
    place.ids["plan"] = [plan.pk]


def year(place: Place, actors: dict[str, Actor]) -> None:
    """A year paid ahead that was asked for."""
    line = ContractLine.objects.filter(community=place.community, ends_on=None).order_by("pk").first()
    assert line is not None
    start = Month.of(TODAY).plus(10)
    place.ids["year"] = [ask_year(line.property_id, line.pk, start, Offer.EARLY, actor=actors["finance"]).pk]


def measure(place: Place, actors: dict[str, Actor]) -> None:
    """An emergency policy that was asked for."""
    terms = MeasureTerms(Span(TODAY, TODAY), 1, 0)
    order = MeasureOrder(f"{place.mark.word}纾困", f"{place.mark.word}通知", terms, (place.community.pk,))
    place.ids["measure"] = [ask_measure(order, actor=actors["lead"]).pk]


def given_up(place: Place, actors: dict[str, Actor]) -> None:
    """A reduction by a judgment that was asked for."""
    planned = PlanBill.objects.values("receivable_id")
    row = Receivable.objects.filter(community=place.community, outstanding_fen__gt=100).exclude(pk__in=planned).order_by("pk").first()
    assert row is not None
    order = GivingUp(Way.JUDGMENT, Paper(f"{place.mark.word}判决书", f"{place.mark.word}民初 1 号", TODAY), f"{place.mark.word}判决", principal_fen=100)
    place.ids["given_up"] = [ask_giving_up(row.pk, order, actor=actors["finance"]).pk]


def reserve(place: Place, actors: dict[str, Actor]) -> None:
    """A quarter's reserve that is drafted, with a large debt to be assessed."""
    run = draft_run(place.community.pk, Quarter.of(TODAY).plus(-1), actor=actors["finance"])
    one = Single.objects.create(
        organisation=place.community.organisation, community=place.community, run=run, payer_id=place.one("person"), receivables=1,
        oldest_due_on=START, outstanding_fen=10000, by_age_fen=0,
    )  # fmt: skip
    place.ids |= {"reserve_run": [run.pk], "reserve_single": [one.pk]}


def controls(place: Place, actors: dict[str, Actor]) -> None:
    """A sample of one payment, a control point of this place alone, a mismatch and an alert that wait."""
    organisation, community, word, letters = place.community.organisation, place.community, place.mark.word, place.mark.letters
    row = Draw.objects.create(
        organisation=organisation, community=community, week=START, seed=letters, size=1, population=1, drawn_by_id=actors["finance"].user_id,
        drawn_at=clock.now(),
    )  # fmt: skip
    payment, cashier = int(place.one("payment")), actors["cashier"].user_id
    item = Item.objects.create(organisation=organisation, community=community, draw=row, rank=1, payment_id=payment, taken_by_id=cashier)
    draft = PointDraft("rights", f"{word}收款权限", f"{word}每季清理", "quarter", cashier, community.pk)
    point = register_control(draft, actor=actors["lead"])
    wrong = Mismatch.objects.create(
        organisation=organisation, community=community, kind="gap", source_id=1, detail=f"{letters} 000009", opened_by_id=cashier,
        opened_at=clock.now(), due_at=clock.now(),
    )  # fmt: skip
    alert = Alert.objects.create(
        organisation=organisation, community=community, concerns_id=cashier, week=START, score="5.0", signs=[], evidence=[], opened_at=clock.now(),
        due_at=clock.now(),
    )  # fmt: skip
    place.ids["watch_alert"] = [alert.pk]
    place.ids |= {"draw": [row.pk], "sample_item": [item.pk], "control": [point.pk], "mismatch": [wrong.pk]}
