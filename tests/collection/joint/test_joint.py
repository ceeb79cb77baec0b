"""An effort from its opening to its end; what a partner may see; the pages."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction

from tests.collection.followup.conftest import MARCH, case_of, world  # noqa: F401 - the fixture
from tests.insight.arrears.test_pages_arrears import client, text
from tests.world import World
from wuyefei.collection.joint.models import Effort, Household, Meeting, Showing, Visit
from wuyefei.collection.joint.public import (
    EffortClosed,
    JoinedElsewhere,
    Minutes,
    Opening,
    Went,
    close_effort,
    efforts,
    join,
    leave,
    met,
    open_effort,
    participation,
    plan_work,
    show,
    visited,
    work_done,
)
from wuyefei.foundation.kernel.errors import Forbidden, Invalid, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.models import AuditEntry
from wuyefei.relations.contacts.public import (
    Channel,
    Contact,
    Draft,
    Ground,
    Purpose,
    Recipient,
    Refused,
    try_step,
)

pytestmark = pytest.mark.django_db
OPENING = Opening("三号楼联合办理", "mediate", "街办〔2026〕8 号", "桂语街道办事处、桂语社区居委会")


def opened(town: World, *names: str) -> tuple[Effort, list[Household]]:
    effort = open_effort(town.community.pk, OPENING, actor=town["manager"])
    rows = join(effort.pk, [case_of(town, name).pk for name in names], actor=town["manager"]) if names else []
    return effort, rows


def told(town: World, name: str) -> bool:
    """Whether the guard lets the street office be told about a payer's debt."""
    step = Draft(town.people[name].pk, Channel.PHONE, Purpose.REMINDER, clock.now(), recipient=Recipient.STREET)
    return not isinstance(try_step(step, actor=town["manager"]), Refused)


def test_who_is_in_may_be_told_about_and_nobody_else(world: World) -> None:  # noqa: F811
    effort, (lu, _shen) = opened(world, "陆小满", "沈秋白")
    assert (told(world, "陆小满"), told(world, "顾予安")) == (True, False)
    with pytest.raises(JoinedElsewhere):
        join(effort.pk, [case_of(world, "顾予安").pk, case_of(world, "陆小满").pk], actor=world["manager"])
    assert Household.objects.count() == 2 and Ground.objects.filter(kind="joint", ended_at__isnull=True).count() == 2
    leave(effort.pk, lu.pk, actor=world["manager"])
    assert (told(world, "陆小满"), told(world, "沈秋白")) == (False, True)
    close_effort(effort.pk, "两户已签分期", actor=world["manager"])
    assert not told(world, "沈秋白") and not Ground.objects.filter(kind="joint", ended_at__isnull=True).exists()
    with pytest.raises(EffortClosed):
        join(effort.pk, [case_of(world, "陆小满").pk], actor=world["manager"])
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        Effort.objects.update(purpose="service")


def test_what_is_handed_over_is_least_and_kept_as_it_was(world: World) -> None:  # noqa: F811
    effort, _rows = opened(world, "陆小满", "沈秋白")
    row = show(effort.pk, "residents", "桂语社区 王主任", ["owed", "surname"], actor=world["manager"])
    assert row.fields == ["room", "surname", "owed"]
    assert row.rows == [["1-1-101", "陆**", "800.00"], ["1-1-102", "沈**", "447.76"]]
    entry = AuditEntry.objects.get(action="joint.show")
    assert (entry.after["receiver"], entry.after["households"]) == ("桂语社区 王主任", 2)
    for fields, receiver in ((["mobile"], "王主任"), (["owed"], " ")):
        with pytest.raises(Invalid):
            show(effort.pk, "residents", receiver, fields, actor=world["manager"])
    with pytest.raises(Forbidden):
        show(effort.pk, "residents", "王主任", [], actor=world["collector"])
    assert Showing.objects.count() == 1
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Showing.objects.update(receiver="别人")


def test_visits_and_meetings_make_the_index(world: World) -> None:  # noqa: F811
    """Of three households one is spoken with and agrees, one comes to the meeting: 50 × 2/3 + 30 × 1/2 + 20 × 1 = 68.33."""
    effort, (lu, shen, gu) = opened(world, "陆小满", "沈秋白", "顾予安")
    went = Went(lu.pk, clock.now(), 3, ("street",), "reached", "看了漏水的墙", "修好就缴")
    row = visited(effort.pk, went, actor=world["collector"])
    assert (row.contact.channel, row.contact.people, row.contact.breach, row.contact.purpose) == ("visit", 3, "", "reminder")
    again = visited(effort.pk, replace(went, outcome="not_home", household_id=gu.pk), actor=world["collector"])
    assert again.agreed == "修好就缴" and Contact.objects.filter(channel="visit").count() == 2
    met(effort.pk, Minutes(MARCH, "居委会", ("residents", "owners"), (shen.pk,), "各说各的"), actor=world["collector"])
    part = participation(effort)
    assert (part.households, part.reached, part.agreed, part.meetings, part.whole, part.index) == (3, 2, 1, 1, 1, 68)
    for wrong in ({"sides": ("owners",)}, {"people": 1}):
        with pytest.raises(Invalid):
            visited(effort.pk, replace(went, **wrong), actor=world["collector"])  # type: ignore[arg-type]
    minutes = Minutes(MARCH, "居委会", ("street",), (shen.pk,), "无")
    for change in ({"present": ()}, {"sides": ()}, {"on": MARCH + dt.timedelta(days=1)}):
        with pytest.raises(Invalid):
            met(effort.pk, replace(minutes, **change), actor=world["collector"])  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        met(effort.pk, replace(minutes, present=(shen.pk + 999,)), actor=world["collector"])
    assert (Visit.objects.count(), Meeting.objects.count()) == (2, 1)


def test_small_works_and_who_may_do_what(world: World) -> None:  # noqa: F811
    effort, _rows = opened(world)
    row = plan_work(effort.pk, "换楼道灯", 48, 96000, MARCH, actor=world["collector"])
    assert work_done(row.pk, "48 盏", actor=world["collector"]).done_on == work_done(row.pk, "再说", actor=world["collector"]).done_on == MARCH
    row.refresh_from_db()
    assert row.note == "48 盏"
    for name in ("collector", "finance", "auditor"):
        with pytest.raises((Forbidden, NotFound)):
            open_effort(world.community.pk, OPENING, actor=world[name])
    with pytest.raises(NotFound):
        close_effort(effort.pk, "完", actor=world["outsider"])
    assert not efforts(world["outsider"]).exists() and Effort.objects.filter(closed_on__isnull=True).count() == 1


def test_the_pages_from_opening_to_handing_over(world: World) -> None:  # noqa: F811
    browser = client(world, "manager")
    made = browser.post("/joint/new", {"community": world.community.pk, **OPENING.__dict__})
    effort = Effort.objects.get()
    assert made.headers["Location"] == f"/joint/{effort.pk}"
    assert "陆小满" in text(browser.get(f"/joint/{effort.pk}/join"))
    browser.post(f"/joint/{effort.pk}/join", {"cases": [case_of(world, "陆小满").pk]})
    household = Household.objects.get()
    visit = {"household": household.pk, "at": "2026-03-03T10:20", "people": 2, "sides": ["street"], "outcome": "reached", "note": "说明了收支"}
    assert browser.post(f"/joint/{effort.pk}/visit", {**visit, "sides": ["owners"]}).status_code == 422
    assert browser.post(f"/joint/{effort.pk}/visit", visit).status_code == 302
    meeting = {"on": "2026-03-03", "place": "居委会", "sides": ["residents", "owners"], "present": [household.pk], "said": "谈了漏水", "agreed": "三月修"}
    browser.post(f"/joint/{effort.pk}/meeting", meeting)
    browser.post(f"/joint/{effort.pk}/work", {"title": "换楼道灯", "homes": 48, "cost": "960", "planned_on": "2026-03-20"})
    shown = browser.post(f"/joint/{effort.pk}/show", {"side": "street", "receiver": "街道 李科长", "fields_": ["owed"]}, follow=True)
    assert "800.00" in text(shown) and "陆小满" not in text(shown)
    page = text(browser.get(f"/joint/{effort.pk}"))
    assert all(word in page for word in ("1-1-101", "说明了收支", "谈了漏水", "20.00", "街道 李科长", "100"))
    assert "三号楼联合办理" in text(browser.get("/joint/"))
    browser.post(f"/joint/{effort.pk}/close", {"result": "已签分期"})
    assert "加参与户" not in text(browser.get(f"/joint/{effort.pk}"))
