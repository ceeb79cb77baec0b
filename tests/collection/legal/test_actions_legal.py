"""From a letter to enforcement: what is frozen, what is refused, what a second person decides, what payment closes."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from tests.collection.legal.conftest import at, bills_of, refused
from tests.scenarios.month import first_finding
from tests.world import World, pay
from wuyefei.collection.followup.public import Case, Log, attach, log
from wuyefei.collection.followup.public import reckon as reckon_cases
from wuyefei.collection.legal.actions.papers import TEMPLATE
from wuyefei.collection.legal.composing.blocks import paper, part, table
from wuyefei.collection.legal.composing.letters import letter_data, words_of
from wuyefei.collection.legal.models import Claim, Event, Letter, Matter, Paper
from wuyefei.collection.legal.public import (
    NotClaimable,
    NotEligible,
    act,
    arrived,
    followed,
    make_batch,
    make_letter,
    make_paper,
    open_matter,
    open_matters,
    post,
    printed,
    set_urging,
    watch,
)
from wuyefei.collection.legal.rules.road import NotNow
from wuyefei.estate.people.public import update_person
from wuyefei.foundation.approvals.actions import SamePerson, decide
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.errors import Forbidden, Invalid, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.models import PersonalDataRead
from wuyefei.foundation.platform.typesetting import picture
from wuyefei.money.billing.public import open_bills
from wuyefei.money.payments.public import PaymentOrder
from wuyefei.relations.contacts.public import Channel, Contact, Refusal, StepRefused, add_ground, measures_in
from wuyefei.relations.service.public import Asked, raise_ticket
from wuyefei.relations.service.public import Kind as TicketKind
from wuyefei.relations.service.public import answer as answer_ticket

pytestmark = pytest.mark.django_db
DELIVERED = dt.date(2026, 9, 4)
AFTER = dt.date(2026, 9, 21)
ASSETS = {"source": "registry", "note": "房屋一处", "mortgage": "银行抵押", "seizure": "无", "expected_fen": "800"}


def opened(world: World, name: str = "陆小满") -> Matter:
    return open_matter(bills_of(world, name), actor=world["legal"])


def demanded(world: World, name: str = "陆小满") -> Matter:
    """A letter made, posted and delivered: the demand is over on 2026-09-18."""
    matter = opened(world, name)
    letter = make_letter(matter.pk, actor=world["legal"])
    post(letter.pk, "EX900000001CN", actor=world["legal"])
    with clock.at(at(DELIVERED)):
        arrived(letter.pk, DELIVERED, "本人签收", actor=world["legal"])
    return Matter.objects.get(pk=matter.pk)


def do(world: World, matter: Matter, code: str, on: dt.date, **facts: Any) -> Any:
    with clock.at(at(on)):
        return act(matter.pk, code, {"on": str(on), **{name: str(value) for name, value in facts.items()}}, actor=world["legal"])


def settle_up(world: World, name: str) -> None:
    bills = open_bills(world["cashier"], clock.today(), payer_ids=[world.people[name].pk])
    for home in {bill.property_id for bill in bills}:
        mine = [bill for bill in bills if bill.property_id == home]
        total = sum(bill.total_fen for bill in mine)
        pay(PaymentOrder(home, world.people[name].pk, tuple(bill.id for bill in mine), {"cash": total}, f"k-{home}", due_fen=total), actor=world["cashier"])


def test_opening_freezes_the_figures_and_claims_once(world: World) -> None:
    matter = opened(world)
    assert matter.number == "GY-FW-2026-0001" and matter.step == "prepare"
    assert (matter.next_on, matter.next_what) == (dt.date(2026, 9, 8), "出具催款函")
    assert matter.limitation_on == dt.date(2029, 1, 15)
    claims = Claim.objects.filter(matter=matter)
    assert sum(claim.principal_fen for claim in claims) == 80000 and sum(claim.late_fee_fen for claim in claims) == 4000
    with refused("not_claimable"):
        opened(world)
    with pytest.raises(NotFound):
        open_matter(bills_of(world, "陆小满"), actor=world["outsider"])
    with pytest.raises(Forbidden):
        open_matter(bills_of(world, "顾予安"), actor=world["manager"])
    with pytest.raises(NotClaimable):
        open_matter([*bills_of(world, "顾予安"), *bills_of(world, "沈秋白")], actor=world["legal"])
    assert Matter.objects.count() == 1
    for change in ("UPDATE legal_claim SET principal_fen = 1", "UPDATE legal_event SET kind = 'x'", "DELETE FROM legal_claim"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)


def test_a_letter_is_true_and_passes_the_guard(world: World) -> None:
    letter = make_letter(opened(world).pk, actor=world["legal"])
    text = words_of(letter.paper.data)
    assert letter.number == "GY-CK-2026-0001" and (letter.principal_fen, letter.late_fee_fen) == (80000, 4000)
    assert "4 笔尚未付清，本金 800.00 元，违约金 40.00 元，合计 840.00 元" in text and "10 个工作日内" in text
    assert measures_in(text) == ["late_fee"] and "⟦name⟧" in text and "陆小满" not in str(letter.paper.data)
    assert printed(letter.paper, actor=world["legal"])[:5] == b"%PDF-"
    assert Contact.objects.count() == 0  # it has not gone yet


def test_without_a_clause_no_letter_speaks_of_late_fees(world: World) -> None:
    matter, today = opened(world), clock.today()
    bills = [replace(bill, late_fee_fen=0) for bill in open_bills(world["legal"], today, payer_ids=[matter.person_id])]
    assert "违约金" not in str(letter_data(matter, bills, "一", today))


def test_posting_is_a_contact_and_delivery_interrupts(world: World) -> None:
    matter = demanded(world)
    contact = Contact.objects.get(channel="letter")
    assert (contact.channel, contact.purpose, contact.outcome) == ("letter", "legal", "delivered")
    assert matter.step == "demand" and matter.limitation_on == dt.date(2029, 9, 4)
    assert (matter.next_on, matter.next_what) == (dt.date(2026, 9, 11), "送达后回访")
    letter = Letter.objects.get()
    call = Contact.objects.get(channel="phone")
    assert (call.state, call.purpose, call.note) == ("planned", "reminder", "GY-CK-2026-0001 送达后回访")
    assert call.at == at(dt.date(2026, 9, 7), 10, 0) and call.source_ref == f"legal.call:{letter.pk}"
    followed(letter.pk, actor=world["legal"])
    matter.refresh_from_db()
    assert (matter.next_on, matter.next_what) == (dt.date(2026, 9, 18), "催告期满，决定下一步")
    with refused("letter_moved"):
        followed(letter.pk, actor=world["legal"])


def test_a_refusal_of_the_guard_makes_nothing_and_is_kept(world: World) -> None:
    person = world.people["陆小满"]
    add_ground(world.community.pk, "deceased", "派出所注销证明", person_id=person.pk, actor=world["manager"])
    matter = opened(world)
    with pytest.raises(StepRefused) as error:
        make_letter(matter.pk, actor=world["legal"])
    assert error.value.verdict.code == "deceased"
    assert Letter.objects.count() == Paper.objects.count() == 0 and Refusal.objects.count() == 1
    assert Event.objects.filter(matter=matter).count() == 1


def test_a_letter_whose_sum_has_moved_is_not_posted(world: World) -> None:
    letter = make_letter(opened(world).pk, actor=world["legal"])
    bill = open_bills(world["cashier"], clock.today(), payer_ids=[world.people["陆小满"].pk])[0]
    pay(PaymentOrder(bill.property_id, bill.payer_id, (bill.id,), {"cash": bill.total_fen}, "one", due_fen=bill.total_fen), actor=world["cashier"])
    with refused("letter_stale"):
        post(letter.pk, "EX900000001CN", actor=world["legal"])
    with pytest.raises(Invalid):
        post(letter.pk, "短", actor=world["legal"])
    letter.refresh_from_db()
    assert letter.posted_on is None and Contact.objects.count() == 0


def test_a_batch_goes_on_past_a_refusal(world: World) -> None:
    groups = [bills_of(world, "陆小满"), bills_of(world, "陆小满"), bills_of(world, "顾予安")]
    made, refusals = make_batch(groups, actor=world["legal"])
    assert [letter.number for letter in made] == ["GY-CK-2026-0001", "GY-CK-2026-0002"] and refusals == ["有账单已在别的案件里，没有立案。"]
    assert Matter.objects.count() == 2


def test_suit_needs_a_demand_that_is_over_and_a_decision(world: World) -> None:
    matter = demanded(world)
    suit = {"court": "某区人民法院", "track": "small", "fee_fen": "25"}
    with pytest.raises(NotEligible) as error:
        do(world, matter, "file", dt.date(2026, 9, 18), **suit)
    assert "2026-09-18 才满" in error.value.text
    with refused("not_eligible"):
        do(world, matter, "file", AFTER, **suit)
    do(world, matter, "early", AFTER, ground="assets", note="正在卖房")
    with refused("assets_first"):
        do(world, matter, "file", AFTER, **suit)
    do(world, matter, "assets", dt.date(2026, 6, 22), **ASSETS)
    with refused("assets_first"):  # 91 days old
        do(world, matter, "file", AFTER, **suit)
    do(world, matter, "assets", AFTER, **ASSETS)
    with pytest.raises((Forbidden, NotFound)):
        set_urging(matter.community_id, True, "某市物业条例第八十条", actor=world["legal"])
    set_urging(matter.community_id, True, "某市物业条例第八十条", actor=world["manager"])
    with refused("urging_first"):
        do(world, matter, "file", AFTER, **suit)
    do(world, matter, "urged", AFTER, note="督促函 3 号，已送达")
    do(world, matter, "file", AFTER, **suit)
    matter.refresh_from_db()
    assert matter.step == "court" and matter.limitation_on is None
    with pytest.raises(NotNow):
        do(world, matter, "mediate", AFTER, body="street")
    with refused("not_commercial"):
        do(world, matter, "preserve", AFTER, court="某区人民法院", amount_fen="840", fee_fen="30", security="保函")
    do(world, matter, "hearing", dt.date(2026, 9, 22))
    do(world, matter, "judged", dt.date(2026, 9, 23), number="（2026）示 1 号", perform_by="2026-10-10", awarded_fen="840")
    matter.refresh_from_db()
    assert matter.step == "judged" and (matter.next_on, matter.next_what) == (dt.date(2026, 10, 10), "判决履行期满")
    do(world, matter, "enforce", dt.date(2026, 10, 12), court="某区人民法院")
    do(world, matter, "measure", dt.date(2026, 10, 20), measure="freeze")
    matter.refresh_from_db()
    assert matter.step == "enforcement" and first_finding(world) == ""


def test_giving_up_money_needs_a_second_person(world: World) -> None:
    matter = demanded(world)
    do(world, matter, "mediate", DELIVERED, body="street")
    asked = do(world, matter, "agreed", DELIVERED, agreed_fen="800", last_on="2027-03-31", times="6", note="分六期")
    assert isinstance(asked, Request) and asked.payload["gives_up_fen"] == 4000
    matter.refresh_from_db()
    assert matter.step == "mediation" and matter.asked
    with refused("waits_for_second"):
        do(world, matter, "failed", DELIVERED)
    with pytest.raises((SamePerson, Forbidden)):
        decide(asked.pk, approved=True, actor=world["legal"])
    with clock.at(at(DELIVERED, 11)):
        decide(asked.pk, approved=True, actor=world["manager"])
    matter.refresh_from_db()
    assert matter.step == "performing" and not matter.asked and matter.limitation_on == dt.date(2030, 3, 31)
    assert sum(bill.outstanding_fen for bill in open_bills(world["legal"], clock.today(), payer_ids=[matter.person_id])) == 80000


def test_turned_down_leaves_the_matter_as_it_was(world: World) -> None:
    matter = demanded(world)
    asked = do(world, matter, "close", AFTER, end="given_up", note="金额太小")
    with clock.at(at(AFTER)):
        decide(asked.pk, approved=False, note="再催一次", actor=world["manager"])
    matter.refresh_from_db()
    assert matter.step == "demand" and not matter.asked and matter.closed_on is None


def test_payment_closes_by_facts_and_frees_the_bills(world: World) -> None:
    matter = demanded(world)
    with clock.at(at(AFTER)):
        settle_up(world, "陆小满")
        assert not open_matters(world["legal"]).filter(pk=matter.pk).exists()  # gone from the board at once
        assert watch(world.organisation.pk) == 1 and watch(world.organisation.pk) == 0
    matter.refresh_from_db()
    assert matter.step == "closed" and matter.closed_on == AFTER
    assert not Claim.objects.filter(released_at__isnull=True).exists()


def test_the_pack_is_the_same_for_the_same_facts(world: World) -> None:
    matter = demanded(world)
    with clock.at(at(AFTER)):
        raised = raise_ticket(Asked(matter.property_id, matter.person_id, TicketKind.COMPLAINT, "三月起楼道灯不亮"), actor=world["manager"])
        answer_ticket(raised.pk, "当天换好", actor=world["manager"])
        first = make_paper(matter.pk, "pack", actor=world["legal"])
        again = make_paper(matter.pk, "pack", actor=world["legal"])
        assert first.pk == again.pk and printed(first, actor=world["legal"]) == printed(again, actor=world["legal"])
    titles = [part["title"] for part in first.data["parts"]]
    assert titles == ["物业服务合同", "账单与计算", "催告与送达", "联系记录", "服务记录", "账簿摘录", "诉讼时效计算"]
    assert len({part["digest"] for part in first.data["parts"]}) == 7
    (_title, orders, _head, community) = first.data["parts"][4]["blocks"]
    assert orders["rows"] == [["2026-09-21", "报修投诉", "三月起楼道灯不亮", "2026-09-21", "当天换好", "—"]]
    assert community["rows"][1] == ["已答复", "1 张，其中 48 小时内 1 张"]
    with clock.at(at(AFTER, 11)):
        followed(Letter.objects.get().pk, actor=world["legal"])
        assert make_paper(matter.pk, "pack", actor=world["legal"]).pk == first.pk  # nothing in it has changed
    with clock.at(at(AFTER, 12)):
        settle_up(world, "陆小满")
        assert make_paper(matter.pk, "pack", actor=world["legal"]).digest != first.digest


def test_the_pack_lists_photographs_and_voice_notes_by_their_digest(world: World) -> None:
    matter = demanded(world)
    with clock.at(at(AFTER)):
        before = make_paper(matter.pk, "pack", actor=world["legal"])
        reckon_cases(matter.community_id, AFTER)
        case = Case.objects.get(person=matter.person, closed_on__isnull=True)
        act = log(case.pk, Log("pack-1", case.acts, Channel.DESK, "reached", at(AFTER)), actor=world["legal"]).act
        kept = attach(act.pk, b"#!AMR voice", actor=world["legal"])
        pack = make_paper(matter.pk, "pack", actor=world["legal"])
    (part,) = [part for part in pack.data["parts"] if part["title"] == "联系记录"]
    assert part["blocks"][-1]["rows"] == [[f"{AFTER} 10:30", "语音", "audio/amr，11 字节", kept.sha256[:32], kept.sha256[32:]]]
    assert pack.digest != before.digest


@pytest.mark.parametrize("kind", ["claim", "order", "mediation"])
def test_court_papers_show_numbers_only_for_a_purpose(world: World, kind: str) -> None:
    person = world.people["陆小满"]
    update_person(person.pk, mobile="19900001234", actor=world["manager"])
    made = make_paper(opened(world).pk, kind, actor=world["legal"])
    assert "19900001234" not in str(made.data) and "陆小满" not in str(made.data)
    with refused("purpose_missing"):
        printed(made, actor=world["legal"])
    with pytest.raises(Forbidden):
        printed(made, purpose="看看", actor=world["auditor"])
    assert printed(made, purpose="递交法院", actor=world["legal"])[:5] == b"%PDF-"
    assert set(PersonalDataRead.objects.values_list("purpose", flat=True)) == {"递交法院"}




def test_a_long_part_runs_over_many_pages(world: World) -> None:
    """Every block is printed: a hundred lines do not fit on a page, and each part begins on one of its own."""
    matter = opened(world)
    rows = [["2026-09-01 10:00", "电话", "催缴", "已说明", "说电梯常停"]] * 100
    one = part("联系记录", table(["时间", "方式", "目的", "结果", "说明"], rows, widths=[3, 1, 2, 2, 5])) | {"digest": "0" * 64}
    data = paper(matter, "证据材料", matter.number, [one, one], index=True) | {"digest": "0" * 64}
    assert len(picture(TEMPLATE, data)) == 7
