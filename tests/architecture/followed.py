"""What each place of the walk has of follow-up, law, owners and contacts."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from dataclasses import replace

from tests.architecture.place import SECOND, START, TODAY, Place
from tests.world import actor_of
from wuyefei.collection.drives.public import Opening as DriveOpening
from wuyefei.collection.drives.public import Passing, open_drives
from wuyefei.collection.followup.public import (
    DEFAULT,
    Case,
    Log,
    Step,
    attach,
    draft_now,
    hand_over,
    log,
    save_policy,
)
from wuyefei.collection.followup.public import reckon as reckon_cases
from wuyefei.collection.joint.public import Opening, join, open_effort, plan_work, show
from wuyefei.collection.legal.public import Cost, Letter, make_paper, open_matter
from wuyefei.collection.minimums.public import Miss
from wuyefei.collection.objections.public import Talked, object_
from wuyefei.collection.visits.public import Proof, Route, Stop
from wuyefei.estate.people.public import PersonRow
from wuyefei.foundation.access.actor import Actor, load_actor
from wuyefei.foundation.access.models import User
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.vault import seal_secret
from wuyefei.insight.credit.public import Review
from wuyefei.insight.risk.public import reckon as reckon_classes
from wuyefei.money.transfers.public import Basis as Reason
from wuyefei.money.transfers.public import Order as Transferred
from wuyefei.money.transfers.public import ask_transfer
from wuyefei.relations.contacts.public import (
    Channel,
    Draft,
    Purpose,
    StepRefused,
    add_ground,
    plan,
    set_wish,
)
from wuyefei.relations.governance.public import PARTS, Entry, add_file, new_statement, save_draft
from wuyefei.relations.moments.public import Source
from wuyefei.relations.notices.public import Batch, Carrier, News, Target, Template, Trial, Version
from wuyefei.relations.service.public import Inspection, InspectionPhoto, Ticket
from wuyefei.relations.surveys.public import Answer

JPEG = b"\xff\xd8\xff\xdb\x00\x04\x00\x00\xff\xda\x00\x02picture\xff\xd9"


def pursue(place: Place) -> None:
    """Classes and cases of the place, as the night works them out."""
    reckon_classes(place.community.pk, TODAY)
    reckon_cases(place.community.pk, TODAY)
    case = Case.objects.filter(community=place.community)[0]
    place.ids["case"] = [case.pk]
    manager = actor_of(place.community.organisation, f"{place.mark.letters}-chief", Role.PROJECT_MANAGER, place.community)
    User.objects.filter(pk=manager.user_id).update(name=f"{place.mark.word}经理")
    place.ids["handover"] = [hand_over([case.pk], manager.user_id, actor=manager)[0].pk]
    said = Talked(f"{place.mark.letters}-talk", "service", f"{place.mark.word}电梯常停", "", "", "", "order")
    place.ids["objection"] = [object_(case.pk, said, actor=manager).pk]
    _together(place, case, manager)
    save_policy(place.community.pk, "", DEFAULT, TODAY, f"{place.mark.word}试行", actor=manager)
    draft_now(place.community.pk, actor=manager)
    _visit(place, manager, case)
    miss = Miss.objects.create(
        organisation=case.organisation, community=case.community, case=case, grade="S", least=2, days=7, done=0, allowed=2, refused=0, why="none",
        first_on=TODAY, seen_on=TODAY,
    )  # fmt: skip
    place.ids["miss"] = [miss.pk]
    said = log(case.pk, Log(f"{place.mark.letters}-log", Case.objects.get(pk=case.pk).acts, Channel.DESK, "reached", clock.now()), actor=manager).act
    place.ids |= {"act": [said.pk], "attachment": [attach(said.pk, JPEG, actor=manager).pk]}
    wanted = DriveOpening(f"{place.mark.word}行动", TODAY, TODAY, "amount", (place.community.pk,), (manager.user_id or 0,), {place.community.pk: 100}, None, False)
    place.ids["drive"] = [open_drives(wanted, actor=manager)[0].pk]
    mate = User.objects.get(name=f"{place.mark.word}同行")
    passed = Passing.objects.create(
        organisation=place.community.organisation, community=place.community, drive_id=place.one("drive"), giver_id=manager.user_id, taker=mate,
        starts_on=TODAY, ends_on=TODAY, reason="1", made_by_id=manager.user_id, made_at=clock.now(),
    )  # fmt: skip
    place.ids["passing"] = [passed.pk]
    _sue(place)


def _together(place: Place, case: Case, manager: Actor) -> None:
    """A joint effort with the case in it, something handed over and a small work."""
    word = place.mark.word
    effort = open_effort(place.community.pk, Opening(f"{word}联办", "mediate", f"{word}文号", f"{word}街道"), actor=manager)
    join(effort.pk, [case.pk], actor=manager)
    shown = show(effort.pk, "street", f"{word}科长", ["owed"], actor=manager)
    work = plan_work(effort.pk, f"{word}修灯", 10, 10000, TODAY, actor=manager)
    place.ids |= {"effort": [effort.pk], "showing": [shown.pk], "work": [work.pk]}


def _visit(place: Place, manager: Actor, case: Case) -> None:
    """A walk that has begun, with one door and a photograph of it."""
    community, organisation, now = place.community, place.community.organisation, clock.now()
    step = Step.objects.filter(case=case).latest("pk")
    mate = actor_of(organisation, f"{place.mark.letters}-mate", Role.HOUSEKEEPER, community)
    User.objects.filter(pk=mate.user_id).update(name=f"{place.mark.word}同行")
    route = Route.objects.create(
        organisation=organisation, community=community, on=TODAY, begins_at=now, first_id=manager.user_id, second_id=mate.user_id, state="walking",
        started_at=now, made_by_id=manager.user_id, made_at=now,
    )  # fmt: skip
    stop = Stop.objects.create(
        organisation=organisation, community=community, route=route, number=1, step=step, case=case, person=case.person, property=case.property
    )
    proof = Proof.objects.create(
        organisation=organisation, community=community, stop=stop, kind="photo", content_type="image/png", content=b"\x89PNG", size=4, sha256="0" * 64, made_at=now
    )
    place.ids |= {"route": [route.pk], "stop": [stop.pk], "proof": [proof.pk]}


def _sue(place: Place) -> None:
    """A matter of the overdue bill with a letter that waits to be posted and a paper of each sort."""
    legal = actor_of(place.community.organisation, f"{place.mark.letters}-legal", Role.LEGAL, place.community)
    User.objects.filter(pk=legal.user_id).update(name=f"{place.mark.word}法务")
    matter = open_matter([int(place.one("receivable"))], actor=legal)
    sums, claim = (make_paper(matter.pk, kind, actor=legal) for kind in ("sums", "claim"))
    letter = Letter.objects.create(
        organisation=place.community.organisation, community=place.community, matter=matter, paper=sums, number=f"{place.mark.letters}-CK-1",
        made_on=TODAY, principal_fen=100, late_fee_fen=0,
    )  # fmt: skip
    cost = Cost.objects.create(
        organisation=place.community.organisation, community=place.community, matter=matter, move="paid", fee="court", amount_fen=5000, on=TODAY,
        party=f"{place.mark.word}法院", paper="1", made_by_id=legal.user_id, made_at=clock.now(),
    )  # fmt: skip
    place.ids["cost"] = [cost.pk]
    place.ids |= {"matter": [matter.pk], "letter": [letter.pk], "paper": [sums.pk, claim.pk]}


def owners(place: Place, finance: Actor) -> None:
    """A complaint of an owner, and a quarter's statement in the making."""
    community, now = place.community, clock.now()
    ticket = Ticket.objects.create(
        organisation=community.organisation, community=community, property_id=place.one("property"), person_id=place.one("person"),
        kind="complaint", text=f"{place.mark.word}门禁坏了", token=f"{place.mark.letters}-ticket", made_at=now, due_at=now, turn_at=now,
    )  # fmt: skip
    seen = Inspection.objects.create(
        organisation=community.organisation, community=community, point=f"{place.mark.word}大堂", sort="cleaning", at=now, who=f"{place.mark.word}巡检员",
        result="wrong", note=f"{place.mark.word}灯坏了", ticket=ticket, made_by_id=finance.user_id, made_at=now,
    )  # fmt: skip
    InspectionPhoto.objects.create(
        organisation=community.organisation, community=community, inspection=seen, content_type="image/png", content=b"\x89PNG", size=4, sha256="0" * 64, made_at=now
    )
    place.ids["inspection"] = [seen.pk]
    place.ids["credit_review"] = [
        Review.objects.create(
            organisation=community.organisation, community=community, person_id=int(place.one("person")), letter_then="C",
            said=f"{place.mark.word}回单", made_at=now, due_on=TODAY,
        ).pk
    ]  # fmt: skip
    said = Answer.objects.create(
        organisation=community.organisation, community=community, kind="ticket", ticket=ticket, property_id=ticket.property_id, person_id=ticket.person_id,
        score=1, text=f"{place.mark.word}没人理", quarter=START, at=now, call=True,
    )  # fmt: skip
    place.ids |= {"survey_answer": [said.pk]}
    statement = new_statement(community.pk, START, actor=finance)
    save_draft(statement.pk, [Entry(False, True, f"{place.mark.word}服务费", 10000)], PARTS, "", actor=finance)
    file = add_file(statement.pk, f"{place.mark.word}凭证", b"%PDF-1.4", checked=True, actor=finance)
    place.ids |= {"statement_file": [file.pk]}
    buyer = PersonRow(name=f"{place.mark.word}买家", mobile=f"1990000{3000 + community.pk % 7000:04d}")
    moved = ask_transfer(Transferred(int(place.one("empty_home")), buyer, TODAY, Reason.SALE), actor=finance)
    source = Source.objects.create(
        organisation=community.organisation, community=community, name=f"{place.mark.word}南门", kind="gate", hook=f"{place.mark.letters}-source-hook",
        sealed=seal_secret("s"), made_by_id=finance.user_id, made_at=now,
    )  # fmt: skip
    place.ids |= {"ticket": [ticket.pk], "statement": [statement.pk], "transfer": [moved.pk], "source": [source.pk], "source_hook": [source.hook]}
    trial = Trial.objects.create(
        organisation=community.organisation, name=f"{place.mark.word}比较", community_ids=[community.pk], measure="read", usual="0.4",
        difference="0.2", needed=97, seed="s", made_by_id=finance.user_id, made_at=now, ended_at=now,
    )  # fmt: skip
    news = News.objects.create(
        organisation=community.organisation, community=community, text=f"{place.mark.word}市集", starts_on=TODAY, ends_on=TODAY,
        made_by_id=finance.user_id, made_at=now,
    )  # fmt: skip
    place.ids |= {"trial": [trial.pk], "news": [news.pk]}


def talk(place: Place, actors: dict[str, Actor]) -> None:
    """A planned call, a wish, a ground and a refused attempt."""
    manager = actor_of(place.community.organisation, f"{place.mark.letters}-manager", Role.PROJECT_MANAGER, place.community)
    User.objects.filter(pk=manager.user_id).update(name=f"{place.mark.word}经理")
    manager = load_actor(User.objects.get(pk=manager.user_id))
    person_id, property_id = int(place.one("person")), int(place.one("property"))
    when = dt.datetime.combine(TODAY, dt.time(15), tzinfo=CHINA)
    draft = Draft(person_id, Channel.PHONE, Purpose.SERVICE, when, property_id, note=f"{place.mark.word}回访")
    planned = plan(draft, actor=manager)
    with suppress(StepRefused):
        plan(replace(draft, purpose=Purpose.REMINDER, measures=frozenset({"cut_water"})), actor=manager)
    set_wish(person_id, "sms", "refused", f"{place.mark.word}来电", actor=manager)
    ground = add_ground(place.community.pk, "named", f"{place.mark.word}同意书", person_id=person_id, actor=manager)
    place.ids |= {"contact": [planned.pk], "ground": [ground.pk]}
    _notify(place, manager)


def _notify(place: Place, manager: Actor) -> None:
    """A batch with a household nobody reached, an approved text and a carrier. Texts and carriers belong to the whole
    organisation: they carry no mark of a place."""
    community, organisation = place.community, place.community.organisation
    channel = "email" if place.mark is SECOND else "sms"
    template, _made = Template.objects.get_or_create(organisation=organisation, step="bill", channel=channel)
    version = Version.objects.create(
        template=template, number=1, body="{称呼}，{金额}元", state="approved", made_by_id=manager.user_id, made_at=clock.now()
    )
    carrier = Carrier.objects.create(
        organisation=organisation, channel=channel, kind="tencent", enabled=True, hook=f"{place.mark.letters}-hook-of-a-carrier"
    )
    batch = Batch.objects.create(
        organisation=organisation, community=community, step="bill", due_on=TODAY, state="stopped", made_by_id=manager.user_id,
        made_at=clock.now(),
    )  # fmt: skip
    Target.objects.create(
        organisation=organisation, community=community, batch=batch, property_id=place.one("property"), person_id=place.one("person"),
        receivable_ids=[place.one("receivable")], amount_fen=100, state="unreached", reason="no_address",
    )  # fmt: skip
    place.ids |= {"batch": [batch.pk], "version": [version.pk], "hook": [carrier.hook]}
