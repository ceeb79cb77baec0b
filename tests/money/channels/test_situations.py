"""Everything a provider, a payer or a stranger can do to an order: each ends in one right state, and the books hold."""

from __future__ import annotations

import datetime as dt
import socket
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.db.models import Sum

from tests.world import World
from tests.world import pay as pay_at_desk
from wuyefei.edges.sandbox.public import Lie, Sandbox
from wuyefei.foundation.approvals.actions import decide
from wuyefei.money.billing.public import Receivable, ask_reversal
from wuyefei.money.channels.providers import http
from wuyefei.money.channels.public import (
    ChannelException,
    NoticeLog,
    Order,
    ProviderError,
    ask_provider,
    close_order,
    sweep,
)
from wuyefei.money.ledger.public import Account, Leg
from wuyefei.money.payments.public import Payment, PaymentOrder, Prepayment

from .support import (
    NOON,
    at,
    begin,
    books_hold,
    deliver,
    impostor,
    open_trade,
    pay,
    post,
    request_for,
    side_of,
)

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
LONG_AGO = dt.datetime(2017, 3, 1, 12, tzinfo=dt.UTC)
DUE = 25375
"""250.00 for January and 3.75 of late fee, 30 days after the 15th."""


@dataclass
class Scene:
    world: World
    sandbox: Sandbox
    channel: str
    order: Order

    def pay(self, moment: dt.datetime | None = None) -> None:
        pay(self.sandbox, self.order, moment)

    def told(self, **lie: object) -> int:
        lie.setdefault("at", NOON)
        return deliver(self.sandbox, self.order, Lie(**lie))  # type: ignore[arg-type]

    def paid_and_told(self, **lie: object) -> int:
        self.pay()
        return self.told(**lie)

    @property
    def side(self):  # type: ignore[no-untyped-def]
        return side_of(self.sandbox, self.channel)

    def desk(self, fen: int) -> None:
        """The same bill paid at the desk, in part or whole."""
        request = request_for(self.world, self.channel, "-")
        order = PaymentOrder(request.property_id, request.payer_id, request.receivable_ids, {"cash": fen}, f"desk-{fen}")
        pay_at_desk(order, actor=self.world["cashier"])


@dataclass(frozen=True)
class After:
    """How it ends. Money in fen; ``settled`` of the bill by the online payment."""

    state: str = "created"
    payments: int = 0
    settled: int = 0
    prepaid: int = 0
    suspense: int = 0
    exceptions: tuple[str, ...] = ()


PAID = After("paid", 1, DUE)
NOTHING = After()
TABLE: list[tuple[str, tuple[str, ...], Callable[[Scene], None], After]] = []
BOTH = ("wechat", "alipay")


def situation(after: After, channels: tuple[str, ...] = BOTH) -> Callable[[Callable[[Scene], None]], Callable[[Scene], None]]:
    def keep(act: Callable[[Scene], None]) -> Callable[[Scene], None]:
        TABLE.append((act.__name__, channels, act, after))
        return act

    return keep


@situation(PAID)
def paid_once(scene: Scene) -> None:
    assert scene.paid_and_told() == 200


@situation(PAID)
def told_twice(scene: Scene) -> None:
    scene.paid_and_told()
    assert scene.told() == 200 and scene.told() == 200
    assert list(NoticeLog.objects.order_by("pk").values_list("outcome", flat=True)) == ["taken", "known", "known"]


@situation(PAID)
def the_same_message_replayed(scene: Scene) -> None:
    scene.pay()
    headers, body = scene.side.notice(scene.side.trades[scene.order.number], Lie(at=NOON))
    assert post(scene.order.setup.token, dict(headers), body) == 200
    assert post(scene.order.setup.token, dict(headers), body) == (400 if scene.channel == "wechat" else 200)
    assert NoticeLog.objects.count() == 1


@situation(PAID)
def told_two_days_late_of_a_payment_on_the_day(scene: Scene) -> None:
    scene.pay(NOON)
    with at(scene.sandbox, NOON + 2 * DAY):
        assert scene.told(at=NOON + 2 * DAY) == 200
    payment = Payment.objects.get(kind="online")
    assert payment.value_date == NOON.date() and payment.receipt is not None


@situation(PAID)
def closing_told_after_payment(scene: Scene) -> None:
    scene.paid_and_told()
    assert scene.told(state="CLOSED" if scene.channel == "wechat" else "TRADE_CLOSED") == 200


@situation(PAID)
def unpaid_told_before_payment(scene: Scene) -> None:
    scene.pay()
    assert scene.told(state="NOTPAY" if scene.channel == "wechat" else "WAIT_BUYER_PAY") == 200
    assert scene.told() == 200


@situation(NOTHING)
def forged(scene: Scene) -> None:
    assert scene.paid_and_told(forged=True) == 400


@situation(NOTHING)
def altered_after_signing(scene: Scene) -> None:
    assert scene.paid_and_told(altered=True) == 400


@situation(NOTHING)
def another_merchant_signed_rightly(scene: Scene) -> None:
    assert scene.paid_and_told(merchant="sandbox-mch-0002") == 400


@situation(NOTHING)
def another_app_signed_rightly(scene: Scene) -> None:
    assert scene.paid_and_told(app="sandbox-app-0002") == 400


@situation(NOTHING, ("wechat",))
def replayed_from_2017(scene: Scene) -> None:
    assert scene.paid_and_told(at=LONG_AGO) == 400


@situation(NOTHING, ("alipay",))
def replayed_from_2017_of_another_order(scene: Scene) -> None:
    assert scene.paid_and_told(at=LONG_AGO, number="WY20170301AAAA") == 200
    assert NoticeLog.objects.get().outcome == "unknown_order"


@situation(NOTHING, ("wechat",))
def clock_off_by_a_day(scene: Scene) -> None:
    assert scene.paid_and_told(at=NOON + DAY) == 400 and scene.told(at=NOON - DAY) == 400


@situation(NOTHING, ("wechat",))
def six_minutes_old(scene: Scene) -> None:
    assert scene.paid_and_told(at=NOON - dt.timedelta(minutes=6)) == 400


@situation(PAID, ("wechat",))
def four_minutes_old(scene: Scene) -> None:
    assert scene.paid_and_told(at=NOON - dt.timedelta(minutes=4)) == 200


@situation(NOTHING, ("wechat",))
def unknown_serial(scene: Scene) -> None:
    assert scene.paid_and_told(serial="PUB_KEY_ID_OTHER") == 400


@situation(NOTHING, ("wechat",))
def another_currency(scene: Scene) -> None:
    assert scene.paid_and_told(currency="USD") == 400


@situation(NOTHING)
def no_message_at_all(scene: Scene) -> None:
    token = scene.order.setup.token
    assert post(token, {"Content-Type": "application/json"}, b"") == 400
    assert post(token, {"Content-Type": "application/json", "Wechatpay-Timestamp": "x"}, b"{}\xff") == 400
    assert post("no-such-token", {"Content-Type": "text/plain"}, b"a=b") == 404


@situation(NOTHING)
def an_order_nobody_knows(scene: Scene) -> None:
    assert scene.paid_and_told(number="WY2026021400000000") == 200
    assert NoticeLog.objects.get().outcome == "unknown_order"


@situation(After("exception", 0, suspense=DUE // 2, exceptions=("amount",)))
def half_the_amount(scene: Scene) -> None:
    assert scene.paid_and_told(amount_fen=DUE // 2) == 200


@situation(After("exception", 0, suspense=DUE + 1, exceptions=("amount",)))
def a_fen_too_much(scene: Scene) -> None:
    assert scene.paid_and_told(amount_fen=DUE + 1) == 200 and scene.told(amount_fen=DUE + 1) == 200


@situation(After("exception", 0, suspense=DUE // 2, exceptions=("amount", "contradiction")))
def half_and_then_the_whole(scene: Scene) -> None:
    assert scene.paid_and_told(amount_fen=DUE // 2) == 200
    assert scene.told() == 200 and scene.told() == 200


@situation(After("paid", 1, DUE, exceptions=("contradiction",)))
def another_amount_after_payment(scene: Scene) -> None:
    scene.paid_and_told()
    assert scene.told(amount_fen=1) == 200
    assert NoticeLog.objects.latest("pk").outcome == "exception"


@situation(After("paid", 1, DUE, exceptions=("contradiction",)))
def another_transaction_after_payment(scene: Scene) -> None:
    scene.paid_and_told()
    assert scene.told(transaction_id="4200000000000000000000000001") == 200


@situation(After("exception", 1, prepaid=DUE, exceptions=("late",)))
def paid_though_closed(scene: Scene) -> None:
    scene.pay()
    trade = scene.side.trades[scene.order.number]
    trade.state = "closed"
    assert close_order(scene.order).state == "closed"
    trade.state = "paid"
    assert scene.told() == 200 and scene.told() == 200


@situation(After("paid", 2, DUE, prepaid=DUE, exceptions=("surplus",)))
def two_channels_pay_one_bill(scene: Scene) -> None:
    other = begin(scene.world, "alipay" if scene.channel == "wechat" else "wechat", "key-0002")
    pay(scene.sandbox, other)
    assert scene.paid_and_told() == 200
    assert deliver(scene.sandbox, other) == 200
    other.refresh_from_db()
    assert other.state == "paid" and other.payment is not None and not other.payment.allocations.exists()


@situation(After("paid", 1, 0, prepaid=DUE, exceptions=("surplus",)))
def paid_at_the_desk_meanwhile(scene: Scene) -> None:
    scene.desk(DUE)
    assert scene.paid_and_told() == 200


@situation(After("paid", 1, DUE - 10000, prepaid=10000, exceptions=("surplus",)))
def partly_paid_at_the_desk_meanwhile(scene: Scene) -> None:
    scene.desk(10000)
    assert scene.paid_and_told() == 200


@situation(After("paid", 1, 0, prepaid=DUE, exceptions=("surplus",)))
def bill_reversed_meanwhile(scene: Scene) -> None:
    (bill,) = Receivable.objects.filter(property=scene.world.flats["1-1-101"])
    request = ask_reversal(bill.pk, actor=scene.world["finance"], reason="面积录错，重出")
    decide(request.pk, approved=True, actor=scene.world["lead"])
    assert scene.paid_and_told() == 200


@situation(PAID)
def never_told_but_asked(scene: Scene) -> None:
    scene.pay()
    assert ask_provider(scene.order).state == "paid"
    assert scene.told() == 200


@situation(PAID)
def never_told_and_found_by_the_round(scene: Scene) -> None:
    scene.pay()
    with at(scene.sandbox, NOON + dt.timedelta(minutes=1)):
        assert sweep() == 1 and sweep() == 0


@situation(After("closed"))
def never_paid_and_expired(scene: Scene) -> None:
    open_trade(scene.sandbox, scene.order)
    with at(scene.sandbox, NOON + HOUR):
        assert sweep() == 1
    assert scene.side.trades[scene.order.number].state == "closed"


@situation(PAID)
def paid_at_the_last_moment_and_never_told(scene: Scene) -> None:
    scene.pay(NOON + dt.timedelta(minutes=29))
    with at(scene.sandbox, NOON + HOUR):
        assert sweep() == 1


@situation(NOTHING)
def the_provider_is_down(scene: Scene) -> None:
    scene.pay()
    scene.side.faults.status = 503
    with pytest.raises(ProviderError):
        ask_provider(scene.order)
    with pytest.raises(ProviderError):
        close_order(scene.order)
    with at(scene.sandbox, NOON + HOUR):
        assert sweep() == 1
    scene.order.refresh_from_db()
    assert "503" in scene.order.ask_error and scene.order.next_ask_at == NOON + HOUR + dt.timedelta(minutes=10)


@situation(NOTHING)
def answers_signed_by_somebody_else(scene: Scene) -> None:
    scene.pay()
    for fault in ("wrong_key", "unsigned"):
        setattr(scene.side.faults, fault, True)
        with pytest.raises(ProviderError):
            ask_provider(scene.order)
        setattr(scene.side.faults, fault, False)


@situation(NOTHING, ("wechat",))
def the_providers_clock_is_off_by_a_day(scene: Scene) -> None:
    scene.pay()
    scene.side.faults.clock_shift = DAY
    with pytest.raises(ProviderError):
        ask_provider(scene.order)


def unanswered(scene: Scene, words: str) -> None:
    """The provider cannot be asked, in these words, nothing has changed, and it is asked again later."""
    with pytest.raises(ProviderError, match=words):
        ask_provider(scene.order)
    scene.order.refresh_from_db()
    assert scene.order.state == "created" and words in scene.order.ask_error and scene.order.next_ask_at is not None


@situation(PAID)
def the_provider_fails_and_comes_back(scene: Scene) -> None:
    scene.pay()
    scene.side.faults.status = 500
    unanswered(scene, "500")
    scene.side.faults.status = 0
    assert ask_provider(scene.order).state == "paid"


@situation(PAID)
def the_provider_is_slow(scene: Scene) -> None:
    scene.pay()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(http, "TIMEOUT_SECONDS", 0.1)
        scene.side.faults.slow_seconds = 0.2
        unanswered(scene, "超时")
    scene.side.faults.slow_seconds = 0
    assert scene.told() == 200


@situation(PAID)
def nobody_listens_where_the_provider_was(scene: Scene) -> None:
    scene.pay()
    with pytest.MonkeyPatch.context() as patch, socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        patch.setenv("WUYEFEI_SANDBOX", f"http://127.0.0.1:{taken.getsockname()[1]}")
        unanswered(scene, "连接中断")
    assert ask_provider(scene.order).state == "paid"


@situation(PAID)
def somebody_with_a_certificate_of_their_own(scene: Scene) -> None:
    scene.pay()
    with pytest.MonkeyPatch.context() as patch, impostor() as url:
        patch.setenv("WUYEFEI_SANDBOX", url)
        unanswered(scene, "证书不可信")
    assert ask_provider(scene.order).state == "paid"


@situation(PAID, ("alipay",))
def alipay_tells_of_a_payment_tomorrow(scene: Scene) -> None:
    """Its clock, or ours, is off by a day: the money is booked, and valued no later than our day."""
    scene.pay(NOON + dt.timedelta(minutes=1))
    trade = scene.side.trades[scene.order.number]
    trade.paid_at = (NOON + DAY).isoformat(timespec="seconds")
    assert scene.told() == 200
    assert Payment.objects.get(kind="online").value_date == NOON.date()


@situation(After("paid", 1, DUE - 12, prepaid=12, exceptions=("surplus",)), ("alipay",))
def alipay_tells_of_a_payment_yesterday(scene: Scene) -> None:
    """Late fee is asked for as of the day that the provider names; what was asked beyond it stays the payer's."""
    scene.pay()
    trade = scene.side.trades[scene.order.number]
    trade.paid_at = (NOON - DAY).isoformat(timespec="seconds")
    assert scene.told() == 200


CASES = [(channel, act, after) for _name, channels, act, after in TABLE for channel in channels]


def test_there_are_enough_situations() -> None:
    assert len(TABLE) >= 30


@pytest.mark.parametrize(("channel", "act", "after"), CASES, ids=[f"{act.__name__}-{channel}" for channel, act, _ in CASES])
def test_each_ends_in_one_right_state(world: World, sandbox: Sandbox, channel: str, act: Callable[[Scene], None], after: After) -> None:
    scene = Scene(world, sandbox, channel, begin(world, channel))
    act(scene)
    order = Order.objects.get(pk=scene.order.pk)
    online = Payment.objects.filter(kind="online")
    settled = online.filter(allocations__isnull=False).aggregate(s=Sum("allocations__amount_fen"))["s"] or 0
    prepaid = Prepayment.objects.filter(payment__in=online).aggregate(s=Sum("amount_fen"))["s"] or 0
    suspense = -(Leg.objects.filter(account=Account.SUSPENSE).aggregate(s=Sum("amount_fen"))["s"] or 0)
    raised = tuple(sorted(ChannelException.objects.values_list("kind", flat=True)))
    found = After(order.state, online.count(), settled, prepaid, suspense, raised)
    assert found == after
    assert all(payment.receipt is not None for payment in online)
    books_hold(world)
