"""Paying on the phone against the signing counterparts: the receipt at once, nothing twice, and what is shown when it
goes wrong half way."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.test import Client

from tests.money.channels.conftest import running, sandbox, sandbox_keys
from tests.money.channels.support import at, books_hold, deliver, pay
from tests.money.channels.test_refunds import approve, ask
from tests.relations.owners import LU, SHEN, Town, phone, place
from wuyefei.edges.sandbox.public import Keyring, Lie, Sandbox, install
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import Receivable
from wuyefei.money.channels.actions.exceptions import resolve
from wuyefei.money.channels.public import ChannelException, Order, sweep_refunds
from wuyefei.money.payments.public import Payment
from wuyefei.relations.accounts.public import funnel

__all__ = ["running", "sandbox", "sandbox_keys"]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wuyefei.relations.accounts.rules.refuse_too_often", lambda *args: None)


@pytest.fixture
def shop(town: Town, sandbox: Sandbox, sandbox_keys: Keyring) -> Iterator[Town]:
    install(town.world.organisation.pk, sandbox_keys)
    with at(sandbox, clock.now()):
        yield town


def fields(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', text):
        found.setdefault(name, []).append(value)
    return found


def confirm_page(town: Town, client: Client, month: int = 2) -> tuple[str, dict[str, object]]:
    """The confirmation of the flat's bill of a month: its address, and what its button sends."""
    path = f"/h5/p/{place(town, LU, '1-1-101').token}/pay"
    bill = Receivable.objects.get(property=town.world.flats["1-1-101"], service_from__month=month)
    answer = client.get(path, {"bill": bill.pk}, headers={"User-Agent": "Mozilla/5.0 (Linux; Android 14) Mobile"})
    text = answer.content.decode()
    assert "微信支付" in text
    sent: dict[str, object] = {**fields(text), "channel": "wechat"}
    return path, sent


def start(client: Client, path: str, sent: dict[str, object]) -> str:
    """Tap the button; where the wallet is."""
    answer = client.post(path, sent, headers={"User-Agent": "Mozilla/5.0 (Linux; Android 14) Mobile"})
    assert answer.status_code == 200, answer.content.decode()[-600:]
    return str(answer.headers["Refresh"])


def test_chosen_confirmed_paid(shop: Town, sandbox: Sandbox) -> None:
    """February's 250.00 with 5 days of late fee, 0.63: paid by the wallet, the receipt is the very next page."""
    client = phone(shop, LU)
    client.get("/h5/")
    path, sent = confirm_page(shop, client)
    assert sent["due"] == ["25063"]
    assert re.fullmatch(r"0;url=/sandbox/wallet/\S+", start(client, path, sent))
    order = Order.objects.get()
    assert (order.amount_fen, order.entry_point, order.state) == (25063, "phone", "created")
    back = order.return_url.removeprefix("http://testserver")
    waiting = client.get(back)
    assert "还没有收到付款结果" in waiting.content.decode()
    assert waiting.headers["Refresh"] == "3"
    pay(sandbox, order)
    with at(sandbox, clock.now().replace(second=30)):
        text = client.get(back).content.decode()
    assert "缴好了，谢谢您" in text
    assert "贰佰伍拾元陆角叁分" in text
    assert 'role="img" aria-label="成功"' in text
    assert "250.63" in text
    assert Payment.objects.count() == 2
    counted = funnel(shop.world["manager"], clock.today(), clock.today())
    assert {str(entry): list(steps.values()) for entry, steps in counted.items()} == {"browser": [1, 1, 1, 1]}
    books_hold(shop.world)


def test_two_taps_make_one_order(shop: Town, sandbox: Sandbox) -> None:
    client = phone(shop, LU)
    path, sent = confirm_page(shop, client)
    assert start(client, path, sent) == start(client, path, sent)
    order = Order.objects.get()
    pay(sandbox, order)
    assert deliver(sandbox, order) == 200
    answer = client.post(path, sent)
    assert "没有要缴的账单" in answer.content.decode()
    assert Order.objects.count() == 1
    assert Payment.objects.count() == 2


def test_a_bill_that_changed_is_shown_anew(shop: Town) -> None:
    client = phone(shop, LU)
    path, sent = confirm_page(shop, client)
    answer = client.post(path, {**sent, "due": "25062"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "250.63" in text
    assert "钱没有动" in text
    assert fields(text)["key"] != sent["key"]
    assert not Order.objects.exists()


def test_a_silent_provider_is_asked_again_with_the_same_order(shop: Town, sandbox: Sandbox) -> None:
    client = phone(shop, LU)
    path, sent = confirm_page(shop, client)
    sandbox.wechat.faults.status = 500
    answer = client.post(path, sent, headers={"User-Agent": "Android Mobile"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "钱没有动" in text
    assert fields(text)["key"] == sent["key"]
    sandbox.wechat.faults.status = 0
    assert start(client, path, sent).startswith("0;url=")
    order = Order.objects.get()
    sandbox.wechat.faults.status = 500
    page = client.get(order.return_url.removeprefix("http://testserver"))
    assert "支付渠道暂时没有应答" in page.content.decode()
    sandbox.wechat.faults.status = 0


def test_an_order_that_was_closed_can_be_begun_anew(shop: Town) -> None:
    client = phone(shop, LU)
    path, sent = confirm_page(shop, client)
    start(client, path, sent)
    order = Order.objects.get()
    Order.objects.filter(pk=order.pk).update(state="closed", ended_at=clock.now(), next_ask_at=None)
    text = client.get(order.return_url.removeprefix("http://testserver")).content.decode()
    assert "没有付成，钱没有动" in text
    again = re.search(r'href="(/h5/p/[^"]+/pay\?bill=\d+)"', text)
    assert again is not None
    assert "确认缴费" in client.get(again[1]).content.decode()


def test_nobody_reaches_anothers_order(shop: Town) -> None:
    """Not by its key under one's own place, nor by another's bills in the form."""
    client, other = phone(shop, LU), phone(shop, SHEN)
    path, sent = confirm_page(shop, client)
    start(client, path, sent)
    key = Order.objects.get().client_key
    there = place(shop, SHEN, "1-1-102").token
    assert other.get(f"/h5/p/{there}/orders/{key}").status_code == 404
    assert other.get(Order.objects.get().return_url.removeprefix("http://testserver")).status_code == 404
    answer = other.post(f"/h5/p/{there}/pay", {**sent, "key": "another-key-1"})
    assert "没有要缴的账单" in answer.content.decode()
    own = Receivable.objects.filter(property=shop.world.flats["1-1-102"])[0]
    page = other.get(f"/h5/p/{there}/pay", {"bill": own.pk}).content.decode()
    stolen = {**fields(page), "channel": "wechat", "key": key}
    assert other.post(f"/h5/p/{there}/pay", stolen).status_code == 404
    assert Order.objects.count() == 1


def test_where_no_channel_is_set_up_it_says_so(town: Town) -> None:
    client = phone(town, LU)
    here = place(town, LU, "1-1-101").token
    bill = Receivable.objects.filter(property=town.world.flats["1-1-101"])[0]
    text = client.get(f"/h5/p/{here}/pay", {"bill": bill.pk}).content.decode()
    assert "还没有开通手机缴费" in text
    assert "data-pay" not in text


def test_money_in_question_is_said_before_it_is_paid_twice(shop: Town, sandbox: Sandbox) -> None:
    """100.00 of 250.63 came: the first screen and the next confirmation ask to wait, until finance has booked it."""
    client = phone(shop, LU)
    path, sent = confirm_page(shop, client)
    start(client, path, sent)
    order = Order.objects.get()
    home, back = path.removesuffix("/pay"), order.return_url.removeprefix("http://testserver")
    assert "正在核对" not in client.get(home).content.decode()
    pay(sandbox, order)
    assert deliver(sandbox, order, Lie(amount_fen=10000, at=clock.now())) == 200
    found = ChannelException.objects.get()
    for address in (home, f"{path}?bill={sent['bill'][0]}"):  # type: ignore[index]
        text = client.get(address).content.decode()
        assert "您付的" in text and "100.00" in text and "请先不要再付" in text and back in text, address
    assert "正在核对" not in phone(shop, SHEN).get(f"/h5/p/{place(shop, SHEN, '1-1-102').token}").content.decode()
    waiting = client.get(back).content.decode()
    assert "钱已收到，正在核对" in waiting and f'href="{home}">回到我的账单' in waiting
    resolve(found.pk, "booked", "已与渠道核对", actor=shop.world["finance"])
    assert "正在核对" not in client.get(home).content.decode()
    after = client.get(back).content.decode()
    assert "核对好了" in after and "钱已入账" in after and "100.00" in after


def test_what_went_back_is_on_the_receipt(shop: Town, sandbox: Sandbox) -> None:
    """Nothing is promised before a second person agreed; then it is on its way, then back."""
    client = phone(shop, LU)
    path, sent = confirm_page(shop, client)
    start(client, path, sent)
    order = Order.objects.get()
    pay(sandbox, order)
    assert deliver(sandbox, order) == 200
    order.refresh_from_db()
    assert order.payment is not None
    every = f"{path.removesuffix('/pay')}/receipts"
    one = f"{every}/{order.payment.receipt_id}"
    refund = ask(shop.world, order, 10000)
    assert "退款" not in client.get(one).content.decode() and "退款" not in client.get(every).content.decode()
    approve(shop.world, refund)
    assert "其中 100.00 元正在退款，原路退回。一般 1 到 3 个工作日到账。" in re.sub("<[^>]+>", "", client.get(one).content.decode())
    assert "退款中 100.00" in re.sub("<[^>]+>", "", client.get(every).content.decode())
    assert sweep_refunds() == 1
    assert "其中 100.00 元已于 02-20 退款，原路退回。" in re.sub("<[^>]+>", "", client.get(one).content.decode())
    text = re.sub("<[^>]+>", "", client.get(every).content.decode())
    assert "已退 100.00" in text and "退款中" not in text
    approve(shop.world, ask(shop.world, order, order.amount_fen - 10000, bills=False))
    assert sweep_refunds() == 1
    assert "已退款" in client.get(every).content.decode()


def test_where_nothing_is_to_be_paid_the_way_leads_home(town: Town) -> None:
    client, here = phone(town, LU), place(town, LU, "1-1-101").token
    text = client.get(f"/h5/p/{here}/pay").content.decode()
    assert "没有要缴的账单" in text and f'href="/h5/p/{here}">回到我的账单' in text
