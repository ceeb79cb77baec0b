"""A debt written off and later paid after all, one reduced by a judgment, and what is refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import pytest

from tests.estate.metering.test_pages_metering import client_of
from tests.world import World, make_world, pay
from wuyefei.edges.portal.words import state as bill_state
from wuyefei.foundation.approvals.actions import SamePerson, cancel, decide
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.foundation.shell.verify import run_checks
from wuyefei.money.billing.public import (
    Adjustment,
    LateFeeWaiver,
    OpeningArrears,
    Receivable,
    ask_reversal,
    book_opening,
    charge_once,
    open_bills,
)
from wuyefei.money.concessions.actions.given_up import InAPlan
from wuyefei.money.concessions.giving_up import given_up, stand, sums
from wuyefei.money.concessions.models import GivenUp
from wuyefei.money.concessions.public import (
    Basis,
    GivingUp,
    Ground,
    Paper,
    PlanTerms,
    Way,
    ask_giving_up,
    granted_on,
    propose,
    take_up_again,
)
from wuyefei.money.ledger.public import Account, balances
from wuyefei.money.payments.public import PaymentOrder

pytestmark = pytest.mark.django_db
D = dt.date
TODAY = D(2026, 6, 1)
PAPER = Paper("终结裁定书存法务柜", "（2026）示 01 执 1 号", D(2026, 5, 20))
WRITE_OFF = GivingUp(Way.WRITE_OFF, PAPER, "下落不明，无可供执行的财产", Ground.COURT)


@pytest.fixture
def world() -> Iterator[World]:
    """An old debt of 1,000.00 with a late fee at its cap of 50.00, and a charge of 106.00 with 6.00 of tax in it."""
    with clock.at(TODAY):
        made = make_world()
        row = OpeningArrears(made.flats["1-1-101"].pk, made.people["陆小满"].pk, D(2022, 1, 1), D(2022, 12, 31), D(2023, 1, 15), 100_000, "",
                             Decimal("0.0005"), Decimal("0.05"))  # fmt: skip
        book_opening([row], actor=made["finance"], community=made.community, item=made.service)
        charge_once(made.flats["1-1-102"].pk, made.people["沈秋白"].pk, made.service, 10_600, actor=made["cashier"], community_id=made.community.pk, memo="临时")
        yield made


def bill(world: World, code: str = "1-1-101") -> Receivable:
    return Receivable.objects.get(property__code=code)


def owed(world: World) -> list[tuple[int, int]]:
    return [(row.outstanding_fen, row.late_fee_fen) for row in open_bills(world["finance"], clock.today(), receivable_ids=[bill(world).pk])]


def booked(world: World, account: Account) -> int:
    return balances(world["lead"], [world.community]).get((world.community.pk, account), 0)


def sound(world: World) -> None:
    assert run_checks(world.organisation.pk).holds


def test_written_off_then_paid_after_all(world: World) -> None:
    assert owed(world) == [(100_000, 5_000)]
    row = ask_giving_up(bill(world).pk, WRITE_OFF, actor=world["collector"])
    assert owed(world) == [(100_000, 5_000)] and (row.principal_fen, row.late_fee_fen) == (100_000, 5_000)
    decide(row.request_id or 0, approved=True, actor=world["lead"])
    assert owed(world) == [] and booked(world, Account.BAD_DEBT) == 100_000 and booked(world, Account.RECEIVABLE) == 10_600
    assert [(one.change_fen, one.kept) for one in granted_on(bill(world).pk)] == [(-100_000, True)]
    assert bill_state(due_on=bill(world).due_on, today=TODAY, open_fen=0, lost=True).words == "销案存账"
    sound(world)
    with pytest.raises(DomainError) as refused:
        ask_reversal(bill(world).pk, actor=world["finance"], reason="错")
    assert refused.value.code == "written_off"
    with clock.at(D(2026, 9, 1)):
        with pytest.raises(DomainError):
            take_up_again(row.pk, 100_001, "愿还", actor=world["collector"])
        take_up_again(row.pk, 40_000, "愿还一部分", actor=world["collector"])
        assert owed(world) == [(40_000, 0)] and booked(world, Account.BAD_DEBT) == 60_000
        order = PaymentOrder(bill(world).property_id, bill(world).payer_id, (bill(world).pk,), {"cash": 40_000}, "k1")
        pay(order, actor=world["cashier"])
        assert owed(world) == [] and booked(world, Account.RECEIVABLE) == 10_600
        row = given_up(world["finance"]).get()
        since, whole = stand([row])[row.pk], sums(given_up(world["finance"]))
        assert (since.taken_up_fen, since.paid_fen, since.aside_fen) == (40_000, 40_000, 60_000)
        assert (whole.written_off_fen, whole.taken_up_fen, whole.reduced_fen, whole.waived_fen) == (100_000, 40_000, 0, 5_000)
        sound(world)


def test_a_judgment_lowers_income_and_tax_for_good(world: World) -> None:
    row = ask_giving_up(bill(world, "1-1-102").pk, GivingUp(Way.JUDGMENT, PAPER, "判决", principal_fen=5_300), actor=world["finance"])
    decide(row.request_id or 0, approved=True, actor=world["lead"])
    made = Adjustment.objects.get()
    assert (made.kind, made.amount_fen, made.tax_fen) == ("adjust", -5_300, -300) and bill(world, "1-1-102").outstanding_fen == 5_300
    assert [one.words for one in granted_on(made.receivable_id)] == ["按判决「(2026)示 01 执 1 号」（2026-05-20）减本金 53.00 元"]
    late = ask_giving_up(bill(world).pk, GivingUp(Way.MEDIATION, PAPER, "调解", principal_fen=20_000, late_fen=1_000), actor=world["finance"])
    decide(late.request_id or 0, approved=True, actor=world["lead"])
    assert owed(world) == [(80_000, 3_000)] and booked(world, Account.OPENING) == -80_000 and booked(world, Account.BAD_DEBT) == 0
    sound(world)


def test_refused_and_nothing_changed(world: World) -> None:
    pk = bill(world).pk
    with pytest.raises(Forbidden):
        ask_giving_up(pk, WRITE_OFF, actor=world["cashier"])
    with pytest.raises(NotFound):
        ask_giving_up(pk, WRITE_OFF, actor=world["outsider"])
    row = ask_giving_up(pk, WRITE_OFF, actor=world["lead"])
    with pytest.raises(DomainError) as again:
        ask_giving_up(pk, WRITE_OFF, actor=world["finance"])
    assert again.value.code == "given_up_asked"
    with pytest.raises(SamePerson):
        decide(row.request_id or 0, approved=True, actor=world["lead"])
    cancel(row.request_id or 0, actor=world["lead"])
    row = ask_giving_up(pk, WRITE_OFF, actor=world["finance"])
    pay(PaymentOrder(bill(world).property_id, bill(world).payer_id, (pk,), {"cash": 20_000}, "k2"), actor=world["cashier"])
    with pytest.raises(DomainError) as changed:
        decide(row.request_id or 0, approved=True, actor=world["lead"])
    assert changed.value.code == "open_changed"
    decide(row.request_id or 0, approved=False, actor=world["lead"], note="缴了一部分")
    propose(bill(world).property_id, [pk], PlanTerms(Basis.HARDSHIP, 3, D(2026, 6, 10), "停工", 50), actor=world["finance"])
    with pytest.raises(InAPlan):
        ask_giving_up(pk, WRITE_OFF, actor=world["finance"])
    assert not Adjustment.objects.exists() and not LateFeeWaiver.objects.exists()
    assert list(GivenUp.objects.values_list("state", flat=True)) == ["refused", "refused"]


def test_the_pages(world: World) -> None:
    finance, pk = client_of(world["finance"]), bill(world).pk
    assert f"/concessions/given-up/new/{pk}" in finance.get(f"/billing/receivables/{pk}").content.decode()
    address = f"/concessions/given-up/new/{pk}"
    assert "1,000.00" in finance.get(address).content.decode() and "减本金" in finance.get(f"{address}?way=judgment").content.decode()
    wrong = finance.post(address, {"ground": "court", "evidence": "材料", "reason": "收不回来"})
    assert wrong.status_code == 422 and "编号" in wrong.content.decode() and not GivenUp.objects.exists()
    sent = {"ground": "old", "evidence": "村委会证明在档案柜", "reason": "收不回来"}
    assert finance.post(address, sent).status_code == 302
    row = GivenUp.objects.get()
    decide(row.request_id or 0, approved=True, actor=world["lead"])
    page = f"/concessions/given-up/{row.pk}"
    assert "已核销" in finance.get(f"/billing/receivables/{pk}").content.decode()
    assert "村委会证明" in finance.get(page).content.decode() and "村委会证明" not in client_of(world["cashier"]).get(page).content.decode()
    assert finance.post(f"{page}/again", {"sum": "1,000.00", "note": "回来了"}).status_code == 302
    assert "还没有缴清" in finance.get(page).content.decode() and bill(world).outstanding_fen == 100_000
    listed = finance.get("/concessions/given-up?q=陆").content.decode()
    assert "逾期三年以上" in listed and "没有符合筛选" in finance.get("/concessions/given-up?way=judgment").content.decode()
    assert finance.get("/concessions/given-up/export").status_code == 200
