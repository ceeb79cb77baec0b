"""A filter that finds nothing says that it was the filter: the list behind it may be full."""

from __future__ import annotations

import pytest

from tests.money.cashdesk.test_pages import client_of
from tests.world import make_world

pytestmark = pytest.mark.django_db
LISTS = [
    ("/bank/claims?q=查无此人", "没有符合筛选的流水", "没有待认领的流水"),
    ("/cashdesk/shifts/?state=accepted", "没有符合筛选的班次", "还没有班次"),
    ("/cashdesk/slips/?state=void", "没有符合筛选的缴款单", "还没有缴款单"),
    ("/refunds/?q=查无此人", "没有符合筛选的退款", "没有退款"),
    ("/payment-exceptions/?q=查无此人", "没有符合筛选的异常", "没有等待处理的异常"),
    ("/invoices/?q=查无此人", "没有符合筛选的数电票", "没有数电票"),
    ("/approvals/history?state=approved", "没有符合筛选的申请", "还没有处理过的申请"),
]


@pytest.mark.parametrize(("address", "narrowed", "bare"), LISTS)
def test_a_filter_that_finds_nothing_says_so(address: str, narrowed: str, bare: str) -> None:
    client = client_of(make_world(), "lead")
    page = client.get(address).content.decode()
    assert narrowed in page and f"<b>{bare}</b>" not in page
    whole = client.get(address.split("?")[0]).content.decode()
    assert narrowed not in whole and f"<b>{bare}</b>" in whole


@pytest.mark.parametrize("address", ["/refunds/", "/divisions/", "/corrections/", "/transfers/"])
def test_a_character_that_no_text_keeps_is_a_request_not_understood(address: str) -> None:
    answer = client_of(make_world(), "lead").get(address, {"q": "甲\x00乙"})
    assert answer.status_code == 400 and "这个请求读不懂" in answer.content.decode()
