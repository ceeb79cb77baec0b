"""Ratings from the books, a person's review, benefits, opting out, showing outside; and that nothing else reads a rating."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError

import wuyefei
from tests.estate.metering.test_pages_metering import client_of
from tests.relations.owners import LU, SHEN, Town, listen, make_town, owner, phone, place
from tests.world import actor_of
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.approvals.actions import decide as decide_request
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, Invalid, NotFound
from wuyefei.foundation.platform import clock, jobs
from wuyefei.foundation.platform.models import AuditEntry
from wuyefei.foundation.platform.schedule import run_scheduled
from wuyefei.foundation.shell.verify import run_checks
from wuyefei.insight.credit.actions.reckoning import KIND, ask_reckoning, reckon
from wuyefei.insight.credit.errors import (
    BestAlready,
    DoorShut,
    NoConsent,
    NoFreeService,
    NotRated,
    NotReviewer,
    OptedOut,
    ReviewOpen,
    ReviewOver,
)
from wuyefei.insight.credit.models import Change, FreeService, Rating, Reckoned, Review, Showing
from wuyefei.insight.credit.public import (
    Order,
    ask_showing,
    assign,
    choose_own,
    decide,
    give_free,
    note_choice,
    object_for,
    object_own,
    own_rating,
    own_reviews,
    own_showings,
    set_door,
    withdraw_own,
)
from wuyefei.insight.risk.public import reckon as reckon_classes
from wuyefei.money.billing.public import Receivable, open_bills, place_hold
from wuyefei.money.cashdesk.public import take
from wuyefei.money.payments.public import PaymentOrder
from wuyefei.relations.privacy.public import note_consent
from wuyefei.relations.service.models import Ticket
from wuyefei.relations.service.public import complain, sort_out

pytestmark = pytest.mark.django_db
MARCH = dt.date(2026, 3, 1)


@pytest.fixture(scope="module")
def town_once(django_db_setup: None, django_db_blocker: Any) -> Iterator[Town]:
    """January and February billed, due on the 15th; 102 has paid both on the 14th of February, 101 a part of January."""
    with django_db_blocker.unblock(), transaction.atomic():
        made = make_town()
        world = made.world
        with clock.at(dt.datetime(2026, 2, 14, 3, tzinfo=dt.UTC)):
            for key in ("first", "second"):
                bill = open_bills(world["cashier"], clock.today(), property_ids=[world.flats["1-1-102"].pk])[0]
                order = PaymentOrder(bill.property_id, world.people["沈秋白"].pk, (bill.id,), {"cash": bill.total_fen}, key, due_fen=bill.total_fen)
                take(order, actor=world["cashier"])
        world.actors["relations"] = actor_of(world.organisation, "guan", Role.RELATIONS_MANAGER, world.community)
        world.actors["second"] = actor_of(world.organisation, "jia", Role.PROJECT_MANAGER, world.community)
        with clock.at(MARCH):
            reckon_classes(world.community.pk, MARCH)
            reckon(world.community.pk, MARCH)
        yield made
        transaction.set_rollback(True)


@pytest.fixture
def town(town_once: Town, db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    """As of the 1st of March; what a test writes is undone after it."""
    town_once.sent.clear()
    listen(town_once, monkeypatch)
    monkeypatch.setattr("wuyefei.relations.accounts.rules.refuse_too_often", lambda *args: None)
    with clock.at(MARCH):
        yield town_once


def rating(town: Town, name: str) -> Rating:
    return Rating.objects.get(person=town.world.people[name])


def test_ratings_follow_from_the_books_and_twice_changes_nothing(town: Town) -> None:
    """102: January a month late of two periods is 35, nothing broken 12, not reminded 10. 101 and 201: both open, 0 + 12 + 10."""
    shen, lu = rating(town, "沈秋白"), rating(town, "陆小满")
    assert (shen.letter, shen.points, shen.periods, shen.late, shen.open_periods) == ("C", 57, 2, 1, 0)
    assert (lu.letter, lu.points, lu.periods, lu.late, lu.open_periods, lu.oldest_due_on) == ("D", 22, 2, 2, 2, dt.date(2026, 1, 15))
    before, history = list(Rating.objects.order_by("pk").values_list()), Change.objects.count()
    assert reckon(town.world.community.pk, MARCH) == (3, 0) and history == 3
    assert list(Rating.objects.order_by("pk").values_list()) == before and Change.objects.count() == history
    for bill in Receivable.objects.filter(payer=town.world.people["陆小满"]):
        place_hold(bill.pk, MARCH, None, kind="dispute", source_ref="工单 1", actor=town.world["finance"])
    reckon_classes(town.world.community.pk, MARCH)
    reckon(town.world.community.pk, MARCH)
    assert rating(town, "陆小满").letter == "" and Change.objects.latest("pk").was == "D"
    assert all(not found.found for found in run_checks(town.world.organisation.pk).checks)


def test_the_clock_the_job_and_who_may(town: Town) -> None:
    world = town.world
    assert Reckoned.objects.get(community=world.community).owners == 3
    assert run_scheduled(KIND, organisation_id=world.organisation.pk) == 0
    job = ask_reckoning(world.community.pk, actor=world["relations"])
    with pytest.raises(DomainError, match="正在重新评级"):
        ask_reckoning(None, actor=world["manager"])
    jobs.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.result) == ("done", {"changed": 0})
    with pytest.raises((Forbidden, NotFound)):
        ask_reckoning(world.community.pk, actor=world["collector"])
    with pytest.raises(NotFound):
        ask_reckoning(world.community.pk, actor=world["outsider"])


def test_an_objection_is_answered_by_the_person_named(town: Town) -> None:
    world, who, home = town.world, owner(town, SHEN), place(town, SHEN, "1-1-102")
    row = object_own(who, home, "一月那笔是转账，两天后才到账")
    assert (row.letter_then, row.due_on, row.made_by_id, row.account_id) == ("C", dt.date(2026, 3, 16), None, who.account_id)
    with pytest.raises(ReviewOpen):
        object_own(who, home, "再提一次")
    with pytest.raises(NotReviewer):
        decide(row.pk, "B", "查到回单", actor=world["manager"])
    with pytest.raises(Invalid):
        assign(row.pk, world["cashier"].user_id, actor=world["manager"])
    assign(row.pk, world["manager"].user_id, actor=world["manager"])
    with pytest.raises(NotReviewer):
        decide(row.pk, "B", "查到回单", actor=world["second"])
    for letter in ("C", "D", "S"):
        with pytest.raises(Invalid):
            decide(row.pk, letter, "查到回单", actor=world["manager"])
    assert Review.objects.get().state == "open" and rating(town, "沈秋白").letter == "C"
    decide(row.pk, "B", "回单上是到期当天，按准时看", actor=world["manager"])
    now = rating(town, "沈秋白")
    assert (now.letter, now.worked, now.points) == ("B", "C", 57)
    change = Change.objects.latest("pk")
    assert (change.was, change.letter, change.cause) == ("C", "B", "review")
    with pytest.raises(ReviewOver):
        decide(row.pk, "A", "再改", actor=world["manager"])
    assert own_reviews(home)[0].answer == "回单上是到期当天，按准时看"
    with clock.at(MARCH + dt.timedelta(days=366)):
        reckon(world.community.pk, clock.today())
        assert rating(town, "沈秋白").letter == "C"


def test_upheld_withdrawn_and_what_cannot_be_reviewed(town: Town) -> None:
    world, lu = town.world, town.world.people["陆小满"]
    row = object_for(lu.pk, "家里有困难", actor=world["relations"])
    assign(row.pk, world["second"].user_id, actor=world["manager"])
    decide(row.pk, "", "两期确实没有缴；可以申请分期", actor=world["second"])
    assert Review.objects.get(pk=row.pk).state == "upheld" and rating(town, "陆小满").letter == "D"
    home = place(town, LU, "1-1-101")
    object_own(owner(town, LU), home, "再看看")
    assert withdraw_own(home).state == "withdrawn"
    with pytest.raises(ReviewOver):
        withdraw_own(home)
    Rating.objects.filter(person=lu).update(letter="A", worked="A")
    with pytest.raises(BestAlready):
        object_for(lu.pk, "还要更好", actor=world["relations"])
    with pytest.raises(Forbidden):
        object_for(lu.pk, "代提", actor=world["cashier"])


def test_opting_out_takes_the_benefits_and_nothing_else(town: Town) -> None:
    who, home = owner(town, SHEN), place(town, SHEN, "1-1-102")
    object_own(who, home, "不对")
    choose_own(who, home, True)
    row = own_rating(home)
    assert row and (row.out, row.letter, row.worked, row.points, row.periods, row.asked) == (True, "", "", 0, 0, 0)
    assert Review.objects.get().state == "withdrawn" and Change.objects.latest("pk").cause == "choice"
    with pytest.raises(NotRated):
        object_own(who, home, "不对")
    reckon(town.world.community.pk, MARCH)
    assert rating(town, "沈秋白").out
    ticket = complain(who, home, "水龙头滴水")
    assert (ticket.head_start, ticket.turn_at) == (0, ticket.due_at)
    note_choice(town.world.people["沈秋白"].pk, False, "本人来电", actor=town.world["relations"])
    assert rating(town, "沈秋白").letter == "C"


def test_a_rating_moves_the_turn_of_private_repairs_and_not_their_time(town: Town) -> None:
    """Made in this order: a common one, an ordinary one of D, a private one of A, an emergency of D."""
    Rating.objects.filter(person=town.world.people["沈秋白"]).update(letter="A", worked="A")
    lu, shen = (owner(town, LU), place(town, LU, "1-1-101")), (owner(town, SHEN), place(town, SHEN, "1-1-102"))
    common = complain(*lu, "电梯异响", "common")
    plain = complain(*lu, "门锁松了")
    first = complain(*shen, "水龙头滴水")
    urgent = complain(*lu, "厨房漏水", "emergency")
    assert [row.due_at - row.turn_at for row in (common, plain, first, urgent)] == [dt.timedelta(hours=hours) for hours in (0, 0, 12, 0)]
    assert first.due_at - first.made_at == plain.due_at - plain.made_at
    order = list(Ticket.objects.filter(state="open").order_by("rank", "turn_at", "pk").values_list("pk", flat=True))
    assert order == [urgent.pk, common.pk, first.pk, plain.pk]
    sort_out(plain.pk, "common", actor=town.world["manager"])
    plain.refresh_from_db()
    assert (plain.rank, plain.turn_at) == (1, plain.due_at)
    sort_out(first.pk, "emergency", actor=town.world["manager"])
    first.refresh_from_db()
    assert (first.rank, first.head_start, first.turn_at) == (0, 0, first.due_at)
    for wrong in ({"head_start": 13}, {"urgency": "common", "rank": 2}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Ticket.objects.filter(pk=plain.pk).update(**wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        Ticket.objects.filter(pk=plain.pk).update(due_at=clock.now())


def test_free_services_are_counted_and_no_more(town: Town) -> None:
    world, shen, home = town.world, town.world.people["沈秋白"], town.world.flats["1-1-102"]
    with pytest.raises(NoFreeService):
        give_free(shen.pk, home.pk, "滤网清洗", actor=world["relations"])
    Rating.objects.filter(person=shen).update(letter="A", worked="A")
    assert [give_free(shen.pk, home.pk, what, actor=world["relations"]).number for what in ("滤网清洗", "门锁上油")] == [1, 2]
    with pytest.raises(NoFreeService):
        give_free(shen.pk, home.pk, "第三次", actor=world["relations"])
    with pytest.raises(Forbidden):
        give_free(shen.pk, home.pk, "无权", actor=world["cashier"])
    with clock.at(dt.date(2027, 1, 2)):
        assert give_free(shen.pk, home.pk, "新的一年", actor=world["relations"]).number == 1
    assert FreeService.objects.count() == 3
    with pytest.raises(IntegrityError), transaction.atomic():
        FreeService.objects.all().delete()


ORDER = Order("示范银行甲", "住房贷款审核", "consent", "同意书 2026-7")


def test_showing_is_shut_grounded_approved_and_logged(town: Town) -> None:
    world, shen, home = town.world, town.world.people["沈秋白"], place(town, SHEN, "1-1-102")
    with pytest.raises(DoorShut):
        ask_showing(shen.pk, ORDER, actor=world["relations"])
    with pytest.raises((Forbidden, NotFound)):
        set_door(world.community.pk, True, "业主大会 2026-2", actor=world["relations"])
    set_door(world.community.pk, True, "业主大会 2026-2", actor=world["manager"])
    with pytest.raises(NoConsent):
        ask_showing(shen.pk, ORDER, actor=world["relations"])
    note_consent(shen.pk, "handover", True, "同意书 2026-7", actor=world["manager"])
    for wrong in (Order("", "用途", "law", "函"), Order("法院", "用途", "law", ""), Order("法院", "用途", "whim", "函")):
        with pytest.raises(Invalid):
            ask_showing(shen.pk, wrong, actor=world["relations"])
    assert not Showing.objects.exists() and not Request.objects.filter(kind="credit_show").exists()
    row = ask_showing(shen.pk, ORDER, actor=world["manager"])
    assert (row.state, row.given) == ("asked", "") and not own_showings(home)
    with pytest.raises(DomainError):
        decide_request(row.request_id or 0, approved=True, actor=world["manager"])
    decide_request(row.request_id or 0, approved=True, actor=world["second"])
    row.refresh_from_db()
    assert (row.state, row.given, row.given_by_id) == ("given", "沈秋白：信用 C，起于 2026-03-01", world["second"].user_id)
    assert [one.receiver for one in own_showings(home)] == ["示范银行甲"]
    assert AuditEntry.objects.filter(action="credit.shown").count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Showing.objects.filter(pk=row.pk).update(receiver="别人")
    again = ask_showing(shen.pk, ORDER, actor=world["relations"])
    choose_own(owner(town, SHEN), home, True)
    with pytest.raises(OptedOut), transaction.atomic():
        decide_request(again.request_id or 0, approved=True, actor=world["second"])
    again.refresh_from_db()
    assert again.state == "asked"
    decide_request(again.request_id or 0, approved=False, note="业主已退出", actor=world["second"])
    again.refresh_from_db()
    assert again.state == "refused"


def test_the_database_keeps_history_and_lets_nobody_be_worsened(town: Town) -> None:
    row = rating(town, "沈秋白")
    for wrong in ({"letter": "D"}, {"out": True}, {"letter": "S"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Rating.objects.filter(pk=row.pk).update(**wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        Change.objects.all().update(letter="A")
    with connection.cursor() as cursor, pytest.raises(IntegrityError), transaction.atomic():
        cursor.execute("TRUNCATE credit_choice")


SRC = Path(wuyefei.__file__).parent
READERS = {"edges/portal", "edges/demo", "edges/cli", "edges/bench"}
"""The owner's own pages, and what makes, runs and measures the books."""


def test_nothing_else_reads_a_rating() -> None:
    """No room but its own and the owner's pages enters the room or names its tables; the service's order, which it moves, asks
    for hours and nothing else. So no deposit, no limit, no follow-up and no refusal can hang on it."""
    for path in sorted(SRC.rglob("*.py")):
        here, source = path.relative_to(SRC), path.read_text(encoding="utf-8")
        room = "/".join(here.parts[:2])
        if room == "insight/credit" or "migrations" in here.parts:
            continue
        if room not in READERS:
            assert not re.search(r"insight\.credit(?!\.urls|\"|\.apps)|insight import credit", source), here
            assert not re.search(r"\bcredit_(rating|change|choice|review|showing|freeservice|door)\b", source), here
        if room == "relations/service" and here.name != "head_start.py":
            assert len(re.findall(r"\bearned\(", source)) == (2 if here.name == "actions.py" else 0), here
            assert source.count("head_start=") <= 1 or here.name == "models.py", here


def test_pages_of_the_team(town: Town) -> None:
    """The list narrows, the owner's page says why, an objection is assigned and answered, the door opens: all by pages."""
    world, shen = town.world, town.world.people["沈秋白"]
    client = client_of(world["manager"])
    page = client.get("/credit/?letter=C&q=shen").content.decode()
    assert "沈秋白" in page and "陆小满" not in page and "2 期里准时 1 期" in page
    assert client.get("/credit/?letter=B").content.decode().count("没有符合筛选的业主") == 1
    assert client.post(f"/credit/owners/{shen.pk}/object", {"said": "回单在这里"}).status_code == 302
    row = Review.objects.get()
    assert "回单在这里" in client.get("/credit/reviews").content.decode()
    refused = client.post(f"/credit/reviews/{row.pk}/decide", {"letter": "B", "answer": "好"}, follow=True).content.decode()
    assert "只有指定的复核人能答复" in refused
    client.post(f"/credit/reviews/{row.pk}/assign", {"reviewer": world["manager"].user_id})
    assert "更正为 B" in client.get(f"/credit/reviews/{row.pk}").content.decode()
    client.post(f"/credit/reviews/{row.pk}/decide", {"letter": "A", "answer": "核对回单，准时"})
    page = client.get(f"/credit/owners/{shen.pk}").content.decode()
    assert "按依据是 C，人工复核后更正为 A" in page and "C → A" in page and "本小区没有开放对外提供" in page
    client.post(f"/credit/owners/{shen.pk}/free", {"home": world.flats["1-1-102"].pk, "what": "空调滤网清洗"})
    client.post("/credit/outside/door", {"community": world.community.pk, "open": "yes", "basis": "业主大会 2026-2"})
    sent = {"receiver": "示范法院", "purpose": "调取", "ground": "law", "document": "民诉法第七十条，函 7 号"}
    client.post(f"/credit/owners/{shen.pk}/show", sent)
    page = client.get(f"/credit/owners/{shen.pk}").content.decode()
    assert "空调滤网清洗" in page and "待第二人审批" in page
    assert "示范法院" in client.get("/credit/outside").content.decode()
    assert "民诉法第七十条" in client_of(world["second"]).get("/approvals/").content.decode()
    client.post(f"/credit/owners/{shen.pk}/choice", {"out": "yes", "how": "本人来电"})
    assert "业主不参加评级" in client.get(f"/people/{shen.pk}/").content.decode()
    collector = client_of(world["collector"])
    assert [collector.get(path).status_code for path in ("/credit/", f"/credit/owners/{shen.pk}")] == [403, 403]


def test_a_work_order_is_put_where_it_belongs(town: Town) -> None:
    ticket = complain(owner(town, SHEN), place(town, SHEN, "1-1-102"), "楼道灯不亮")
    client = client_of(town.world["manager"])
    assert "家里报修、其他" in client.get(f"/service/tickets/{ticket.pk}").content.decode()
    client.post(f"/service/tickets/{ticket.pk}/sort-out", {"urgency": "common"})
    assert "公共部位" in client.get("/service/tickets").content.decode() and Ticket.objects.get(pk=ticket.pk).rank == 1
    answer = client.post(f"/service/tickets/{ticket.pk}/sort-out", {"urgency": "whim"}, follow=True)
    assert "哪一类：请选择一项" in answer.content.decode() and Ticket.objects.get(pk=ticket.pk).rank == 1


def test_the_owner_sees_reasons_objects_and_opts_out_on_the_phone(town: Town) -> None:
    here = place(town, SHEN, "1-1-102").token
    client, path = phone(town, SHEN), f"/h5/p/{here}/credit"
    assert path in client.get("/h5/me").content.decode()
    page = client.get(path).content.decode()
    assert "57 分" in page and "2 期里准时 1 期" in page and "没有给过任何人" in page
    assert client.post(path, {"act": "object", "said": " "}).status_code == 422 and not Review.objects.exists()
    assert client.post(path, {"act": "object", "said": "一月是转账，\n两天后到账"}).status_code == 302
    page = client.get(path).content.decode()
    assert "正在指定" in page and "03-16" in page and Review.objects.get().said == "一月是转账，\n两天后到账"
    client.post(path, {"act": "withdraw"})
    client.post(path, {"act": "out"})
    page = client.get(path).content.decode()
    assert "没有参加评级" in page and "怎么算的" not in page
    assert phone(town, LU).get(path).status_code == 404
    client.post(path, {"act": "in"})
    assert "57 分" in client.get(path).content.decode()
    sent = {"text": "厨房漏水", "urgency": "emergency"}
    assert client.post(f"/h5/p/{here}/complaint", sent).status_code == 302 and Ticket.objects.latest("pk").rank == 0
    assert client.post(f"/h5/p/{here}/complaint", {"text": "x", "urgency": "whim"}).status_code == 422
