"""One letter waits at a time; its message passes the guard; its follow-up call stands on the worklist until it is made or moot."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.collection.legal.conftest import at, bills_of, refused
from tests.collection.legal.test_actions_legal import ASSETS, demanded, do, opened, settle_up
from tests.estate.metering.test_pages_metering import client_of
from tests.relations.notices.conftest import sandbox as sandbox
from tests.scenarios.month import first_finding
from tests.world import World, actor_of, pay
from wuyefei.collection.followup.public import Case, reckon
from wuyefei.collection.legal.instalments import plan_of, read_origin
from wuyefei.collection.legal.models import Event, Letter, Matter
from wuyefei.collection.legal.public import make_letter, make_paper, open_matter, post, tell, void, watch
from wuyefei.estate.people.public import update_person
from wuyefei.estate.properties.public import Property
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.outbox import deliver
from wuyefei.foundation.shell.verify import run_checks
from wuyefei.money.billing.public import open_bills
from wuyefei.money.concessions.public import (
    Basis,
    GivingUp,
    Ground,
    Paper,
    Plan,
    PlanTerms,
    Way,
    ask_giving_up,
    propose,
)
from wuyefei.money.payments.public import PaymentOrder
from wuyefei.relations.contacts.public import (
    Channel,
    Contact,
    Draft,
    Purpose,
    StepRefused,
    add_ground,
    record,
    set_wish,
)
from wuyefei.relations.notices.public import decide_version, save_carrier, save_version
from wuyefei.relations.notices.sandbox import Sandbox

pytestmark = pytest.mark.django_db
DELIVERED = dt.date(2026, 9, 4)
TEXT = "{称呼}：{函号} 号催款函已寄出（{邮件号}），涉及 {房号} {金额} 元。"


def with_carrier(world: World, sandbox: Sandbox) -> None:
    version = save_version("demand", "sms", TEXT, carrier_template="9", actor=world["manager"])
    decide_version(version.pk, approved=True, actor=world.actors.setdefault("relations", actor_of(world.organisation, "relations", Role.RELATIONS_MANAGER)))
    settings = {"secret_id": sandbox.secret_id, "secret_key": sandbox.secret_key, "app_id": "1", "sign": "桂语物业", "endpoint": sandbox.url}
    save_carrier("sms", settings, enabled=True, actor=world["admin"])
    update_person(world.people["陆小满"].pk, mobile="19900001234", actor=world["manager"])


def test_a_second_letter_waits_for_the_first(world: World) -> None:
    matter = opened(world)
    first = make_letter(matter.pk, actor=world["legal"])
    with refused("letter_waits"):
        make_letter(matter.pk, actor=world["legal"])
    assert Letter.objects.count() == 1
    bill = open_bills(world["cashier"], clock.today(), payer_ids=[matter.person_id])[0]
    pay(PaymentOrder(bill.property_id, bill.payer_id, (bill.id,), {"cash": bill.total_fen}, "one", due_fen=bill.total_fen), actor=world["cashier"])
    second = make_letter(matter.pk, actor=world["legal"])
    first.refresh_from_db()
    assert first.void_on == clock.today() and second.number == "GY-CK-2026-0002"
    with refused("letter_moved"):
        post(first.pk, "EX900000001CN", actor=world["legal"])
    void(second.pk, actor=world["legal"])
    matter.refresh_from_db()
    assert matter.next_what == "出具催款函" and Event.objects.filter(kind="voided").count() == 2


def test_the_message_says_why_it_did_not_go(world: World) -> None:
    letter = make_letter(opened(world).pk, actor=world["legal"])
    with refused("already_told"):
        tell(letter.pk, actor=world["legal"])
    post(letter.pk, "EX900000001CN", actor=world["legal"])
    letter = tell(letter.pk, actor=world["legal"])
    assert (letter.sms, letter.sms_note) == ("held", "没有启用短信通道，没有批准的「催款函告知」短信模板")
    assert Contact.objects.filter(channel="sms").count() == 0 and letter.posted_on is not None


def test_the_call_is_made_or_moot(world: World) -> None:
    matter = demanded(world)
    reckon(world.community.pk, DELIVERED, [matter.person_id])
    case = Case.objects.get(person_id=matter.person_id)
    assert (case.next_kind, case.next_on, case.next_channel) == ("planned", dt.date(2026, 9, 7), "phone")
    with clock.at(at(dt.date(2026, 9, 7), 11)):
        draft = Draft(matter.person_id, Channel.PHONE, Purpose.REMINDER, clock.now(), matter.property_id)
        record(draft, "reached", actor=world["legal"])
        deliver()
    letter = Letter.objects.get()
    assert letter.followed_on == dt.date(2026, 9, 7)
    matter.refresh_from_db()
    assert matter.next_what == "催告期满，决定下一步"
    do(world, matter, "answered", dt.date(2026, 9, 8), agrees="yes")
    assert Contact.objects.get(source_ref=f"legal.call:{letter.pk}").state == "cancelled"
    assert first_finding(world) == ""


def test_payment_takes_the_call_back(world: World) -> None:
    demanded(world)
    with clock.at(at(dt.date(2026, 9, 6))):
        settle_up(world, "陆小满")
        assert watch(world.organisation.pk) == 1
    assert Contact.objects.get(source_ref__startswith="legal.call").state == "cancelled"


def test_the_committee_is_told_only_of_a_joint_case(world: World) -> None:
    matter = opened(world)
    with pytest.raises(StepRefused) as error:
        make_paper(matter.pk, "urging", actor=world["legal"])
    assert error.value.verdict.code == "recipient_committee"
    add_ground(world.community.pk, "joint", "联合办理备忘录", actor=world["manager"])
    made = make_paper(matter.pk, "urging", actor=world["legal"])
    assert "业主委员会督促您在2026年9月15日前交纳" in str(made.data)


def test_a_shop_may_be_preserved(world: World) -> None:
    Property.objects.filter(pk=world.flats["1-1-201"].pk).update(kind="shop")
    matter = open_matter(bills_of(world, "顾予安"), actor=world["legal"])
    on = clock.today()
    with refused("not_asked_to_preserve"):
        make_paper(matter.pk, "preserve", actor=world["legal"])
    with refused("invalid"):
        do(world, matter, "preserved", on, number="（2026）示 2 号", target="account")
    do(world, matter, "assets", on, **ASSETS)
    do(world, matter, "preserve", on, court="某区人民法院", amount_fen="600", fee_fen="30", security="保函")
    assert "价值 600.00 元" in str(make_paper(matter.pk, "preserve", actor=world["legal"]).data)
    do(world, matter, "preserved", on, number="（2026）示 2 号", target="account")
    row = Matter.objects.get(pk=matter.pk)
    assert row.step == "prepare" and first_finding(world) == ""



def test_the_message_goes_and_counts(world: World, sandbox: Sandbox) -> None:
    with_carrier(world, sandbox)
    matter = opened(world)
    letter = make_letter(matter.pk, actor=world["legal"])
    post(letter.pk, "EX900000001CN", actor=world["legal"])
    letter = tell(letter.pk, actor=world["legal"])
    assert (letter.sms, letter.sms_note) == ("sent", "")
    contact = Contact.objects.get(channel="sms")
    assert (contact.purpose, contact.outcome, contact.receivable_ids) == ("legal", "sent", sorted(letter.receivable_ids))
    with refused("already_told"):
        tell(letter.pk, actor=world["legal"])


def test_a_refused_channel_is_left_alone(world: World, sandbox: Sandbox) -> None:
    with_carrier(world, sandbox)
    set_wish(world.people["陆小满"].pk, "sms", "refused", "来电要求", actor=world["manager"])
    letter = make_letter(opened(world).pk, actor=world["legal"])
    post(letter.pk, "EX900000001CN", actor=world["legal"])
    letter = tell(letter.pk, actor=world["legal"])
    assert (letter.sms, letter.sms_note) == ("held", "本人已拒绝通过短信联系")
    assert not Contact.objects.filter(channel="sms").exists()


def test_an_agreement_becomes_a_plan_and_moves_the_clock(world: World) -> None:
    matter = demanded(world)
    ref = f"matter:{matter.pk}"
    first, mine = dt.date(2026, 10, 5), list(bills_of(world, "陆小满"))
    terms = PlanTerms(Basis.MEDIATION, 6, first, "按调解协议", origin=ref)
    with clock.at(at(DELIVERED, 11)), pytest.raises(NotFound):  # no agreement yet
        propose(matter.property_id, mine, terms, actor=world["legal"])
    with clock.at(at(DELIVERED, 11)), refused("not_mediated"):  # a mediated plan comes from nowhere else
        propose(matter.property_id, mine, PlanTerms(Basis.MEDIATION, 6, first, "按调解协议"), actor=world["legal"])
    do(world, matter, "mediate", DELIVERED, body="street")
    do(world, matter, "agreed", DELIVERED, agreed_fen="840", last_on="2027-02-05", times="6", note="分六期")
    with clock.at(at(DELIVERED, 12)):
        origin = read_origin(world["legal"], matter.pk)
        assert (origin.months, origin.payer_id) == (6, matter.person_id)
        plan = propose(matter.property_id, mine, terms, actor=world["legal"])
        assert plan_of(world["legal"], matter) == plan
        with refused("already_planned"):
            propose(matter.property_id, mine, terms, actor=world["legal"])
        Plan.objects.filter(pk=plan.pk).update(state="active", agreed_on=DELIVERED, agreed_by=world["lead"].user_id)
        watch(world.organisation.pk)
        matter.refresh_from_db()
        assert matter.limitation_on == dt.date(2030, 2, 5)  # by the agreement; the plan is not signed yet
        Plan.objects.filter(pk=plan.pk).update(signed_on=DELIVERED)
        watch(world.organisation.pk)
        matter.refresh_from_db()
        assert matter.limitation_on == dt.date(2030, 3, 5)
        assert run_checks(world.organisation.pk, only=["legal.steps", "legal.deadlines"]).holds


def test_a_matter_whose_debts_are_written_off_closes_as_that_not_as_paid(world: World) -> None:
    matter = opened(world)
    for pk in bills_of(world, "陆小满"):
        order = GivingUp(Way.WRITE_OFF, Paper("裁定书", "（2026）示 01 执 1 号", clock.today()), "无财产可供执行", Ground.COURT)
        decide(ask_giving_up(pk, order, actor=world["legal"]).request_id or 0, approved=True, actor=world["lead"])
    page = client_of(world["legal"]).get(f"/legal/matters/{matter.pk}").content.decode()
    assert "已核销销案" in page and "已缴清" not in page
    assert watch(world.organisation.pk) == 1
    matter.refresh_from_db()
    assert matter.closed_on == clock.today() and Event.objects.filter(matter=matter).latest("number").kind == "written_off"
    assert run_checks(world.organisation.pk, only=["legal.steps", "legal.deadlines", "concessions.given_up"]).holds
