"""Asked for, issued, failed, tried again, taken back; and what an invoice holds."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from tests.world import World
from wuyefei.edges.sandbox.public import InvoiceCounterpart
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, Invalid, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.money.channels.public import RefundRequest, ask_refund
from wuyefei.money.invoices.actions.holding import forget_titles
from wuyefei.money.invoices.actions.red import NothingToRedden
from wuyefei.money.invoices.actions.sending import clear_mismatch, queue_many
from wuyefei.money.invoices.actions.setups import InvoicesUnderWay
from wuyefei.money.invoices.actions.setups import test_connection as try_connection
from wuyefei.money.invoices.public import (
    Invoice,
    InvoicedFirst,
    InvoiceLine,
    InvoiceRequest,
    InvoiceSetup,
    InvoiceSetupDraft,
    InvoiceTitle,
    NoProvider,
    NothingToInvoice,
    Title,
    TitleKind,
    ask_again,
    ask_invoice,
    ask_red,
    cancel,
    make_rounds,
    put,
    queue,
    save_invoice_setup,
)
from wuyefei.money.invoices.rules.states import WrongState
from wuyefei.money.payments.public import ask_void

from .conftest import NOON
from .support import COMPANY, PERSON, ask, books_hold, issue, issued, take


def later(minutes: int) -> dt.datetime:
    return NOON + dt.timedelta(minutes=minutes)


def test_issued_with_the_late_fee_as_a_line_of_its_own(world: World, provider: InvoiceCounterpart) -> None:
    invoice = ask(world, take(world, 30000), COMPANY)
    assert (invoice.state, invoice.amount_fen, invoice.tax_fen, invoice.net_fen) == ("asked", 25375, 1436, 23939)
    rows = invoice.lines.order_by("pk").values_list("part", "amount_fen", "tax_fen", "item_name")
    assert list(rows) == [("late_fee", 375, 21, "物业服务费"), ("principal", 25000, 1415, "物业服务费")]
    found = issue(world, invoice)
    (kept,) = provider.documents.values()
    assert (found.state, found.invoice_number, found.invoice_date, found.sandbox) == ("issued", kept.number, dt.date(2026, 2, 14), True)
    assert (kept.buyer, kept.total, kept.tax) == ("青石咨询有限公司", "253.75", "14.36")
    assert found.pdf_url.endswith(kept.number) and len(found.pdf_sha256) == 64 and found.due_at is None
    books_hold(world)


def test_nothing_is_invoiced_twice(world: World) -> None:
    payment = take(world, 25375)
    first = ask(world, payment)
    with pytest.raises(NothingToInvoice):
        ask(world, payment)
    line = first.lines.first()
    assert line is not None
    for amount in (line.amount_fen, line.amount_fen + 1):
        with pytest.raises(IntegrityError), transaction.atomic():
            InvoiceLine.objects.create(
                invoice=first, allocation_id=line.allocation_id, item_name="多开", part="principal", tax_rate=line.tax_rate,
                service_from=line.service_from, service_to=line.service_to, amount_fen=amount, tax_fen=0,
            )  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        Invoice.objects.filter(pk=first.pk).update(amount_fen=1)
    cancel(first.pk, actor=world["cashier"], reason="业主改主意")
    again = ask(world, payment)
    assert (Invoice.objects.count(), again.amount_fen, first.lines.filter(live=True).count()) == (2, 25375, 0)
    books_hold(world)


def test_parts_of_a_bill_hold_its_tax(world: World) -> None:
    first, second = take(world, 10375, key="a"), take(world, 15000, key="b")
    assert [ask(world, one).tax_fen for one in (second, first)] == [849, 21 + 566]
    books_hold(world)


def test_pass_through_is_left_out(world: World) -> None:
    payment = take(world, 25375)
    world.service.nature = "pass_through"
    world.service.save()
    with pytest.raises(NothingToInvoice):
        ask(world, payment)
    world.service.nature = "income"
    world.service.save()


def test_what_is_refused_changes_nothing(world: World) -> None:
    payment = take(world, 25375)
    wanted = InvoiceRequest((payment.pk,), PERSON)
    for name, error in (("auditor", Forbidden), ("outsider", NotFound)):
        with pytest.raises(error):
            ask_invoice(wanted, actor=world[name])
    with pytest.raises(NotFound):
        ask_invoice(InvoiceRequest((payment.pk, 10**9), PERSON), actor=world["cashier"])
    with pytest.raises(Invalid, match="校验位"):
        ask(world, payment, Title(TitleKind.COMPANY, "青石咨询有限公司", tax_number="91350100M000100Y44"))
    InvoiceSetup.objects.update(enabled=False)
    with pytest.raises(NoProvider):
        ask(world, payment)
    InvoiceSetup.objects.update(enabled=True)
    assert not Invoice.objects.exists() and not InvoiceTitle.objects.exists()
    made = ask(world, payment)
    with pytest.raises(Forbidden):
        queue(made.pk, actor=world["cashier"])
    assert Invoice.objects.get().state == "asked"


def test_two_payers_are_not_put_on_one_invoice(world: World) -> None:
    both = (take(world, 25375, key="a").pk, take(world, 100, code="1-1-102", key="b").pk)
    with pytest.raises(Invalid, match="同一位缴费人"):
        ask_invoice(InvoiceRequest(both, PERSON), actor=world["cashier"])


def test_an_identity_number_is_sealed_and_forgotten(world: World, provider: InvoiceCounterpart) -> None:
    invoice = ask(world, take(world, 25375), Title(TitleKind.PERSONAL, "陆小满", identity="11010519491231002X"))
    title = InvoiceTitle.objects.get()
    assert title.identity_shown == "110*************2X" and b"19491231" not in bytes(title.identity_locked or b"")
    done = issue(world, invoice)
    assert done.state == "issued"
    forget_titles(invoice.payer_id)
    assert not InvoiceTitle.objects.exists()
    red = ask_red(done.pk, [], "开票有误", actor=world["finance"])
    assert issue(world, red).state == "issued"


def test_no_answer_is_no_failure(world: World, provider: InvoiceCounterpart) -> None:
    """It was issued, and the answer never came: it is asked for, and there is one document."""
    provider.faults.silent_puts = 1
    invoice = issue(world, ask(world, take(world, 25375)))
    assert (invoice.state, invoice.asks, invoice.next_ask_at) == ("sent", 1, NOON + dt.timedelta(seconds=30))
    for act in (lambda: cancel(invoice.pk, actor=world["finance"], reason="急"), lambda: queue(invoice.pk, actor=world["finance"])):
        with pytest.raises(WrongState):
            act()
    assert make_rounds(world.organisation.pk) == 0
    with clock.at(later(1)):
        provider.clock = lambda: later(1)
        assert make_rounds(world.organisation.pk) == 1
    invoice.refresh_from_db()
    assert invoice.state == "issued" and len(provider.documents) == 1
    books_hold(world)


def test_lost_slow_forged_and_stale(world: World, provider: InvoiceCounterpart) -> None:
    provider.faults.lost_puts = 1
    invoice = issue(world, ask(world, take(world, 25375)))
    for name, value in (("unsigned", True), ("wrong_nonce", True), ("clock_shift", dt.timedelta(minutes=6)), ("status", 500), ("processing", 1)):
        before = getattr(provider.faults, name)
        setattr(provider.faults, name, value)
        assert put(invoice.pk).state == "sent"
        setattr(provider.faults, name, before)
    found = put(invoice.pk)
    assert (found.state, len(provider.documents)) == ("issued", 1)


def test_the_first_question_finds_nothing_and_the_document_is_put_again(world: World, provider: InvoiceCounterpart) -> None:
    provider.faults.lost_puts = 2
    invoice = issue(world, ask(world, take(world, 25375)))
    assert [put(invoice.pk).state for _ in range(2)] == ["sent", "issued"] and len(provider.documents) == 1


def test_refused_and_tried_again(world: World, provider: InvoiceCounterpart) -> None:
    provider.faults.refuse = "购买方名称不规范"
    invoice = issue(world, ask(world, take(world, 25375)))
    assert (invoice.state, invoice.failure) == ("failed", "购买方名称不规范")
    assert invoice.due_at == NOON + dt.timedelta(days=1)
    provider.faults.refuse = ""
    assert (issue(world, invoice).state, Invoice.objects.get().tries) == ("issued", 2)


def test_a_lie_about_the_amount_is_never_issued(world: World, provider: InvoiceCounterpart) -> None:
    provider.faults.lie_total = "999.00"
    invoice = issue(world, ask(world, take(world, 25375)))
    assert (invoice.state, invoice.invoice_number) == ("mismatch", "") and "999.00" in invoice.failure
    with pytest.raises(WrongState):
        cancel(invoice.pk, actor=world["finance"], reason="不要了")
    assert ask_again(invoice.pk, actor=world["finance"]).state == "mismatch"
    provider.faults.lie_total = ""
    assert ask_again(invoice.pk, actor=world["finance"]).state == "issued"
    books_hold(world)


def test_the_same_number_for_two_documents_is_doubted(world: World, provider: InvoiceCounterpart) -> None:
    first = issued(world, 10375, "a")
    provider.faults.lie_number = first.invoice_number
    second = issue(world, ask(world, take(world, 15000, key="b")))
    assert second.state == "mismatch"
    clear_mismatch(second.pk, actor=world["finance"], reason="服务商处已作废")
    cancel(second.pk, actor=world["finance"], reason="重新申请")
    books_hold(world)


def test_a_refund_asks_for_the_red_letter_first(world: World, provider: InvoiceCounterpart) -> None:
    invoice = issued(world)
    payment = invoice.lines.select_related("allocation__payment").get(part="principal").allocation.payment
    bill = invoice.lines.get(part="principal").allocation.receivable_id
    wanted = RefundRequest(payment.pk, 25375, "transfer", "多收", (bill,))
    with pytest.raises(InvoicedFirst, match=invoice.invoice_number):
        ask_refund(wanted, actor=world["finance"])
    late, principal = invoice.lines.order_by("pk")
    part = issue(world, ask_red(invoice.pk, [principal.pk], "退物业费", actor=world["finance"]))
    invoice.refresh_from_db()
    assert (part.state, part.amount_fen, part.tax_fen, invoice.state) == ("issued", -25000, -1415, "part_red")
    with pytest.raises(NothingToRedden):
        ask_red(invoice.pk, [principal.pk], "再来", actor=world["finance"])
    with pytest.raises(InvoicedFirst):
        ask_refund(wanted, actor=world["finance"])
    issue(world, ask_red(invoice.pk, [], "余下", actor=world["finance"]))
    invoice.refresh_from_db()
    assert invoice.state == "red" and not invoice.lines.filter(live=True).exists() and late.live
    refund = ask_refund(wanted, actor=world["finance"])
    assert refund.state == "requested"
    books_hold(world)


def test_a_void_waits_for_the_red_letter_also_where_it_was_asked_first(world: World) -> None:
    payment = take(world, 25375)
    request = ask_void(payment.pk, actor=world["cashier"], reason="录错")
    invoice = issue(world, ask(world, payment))
    with pytest.raises(InvoicedFirst):
        decide(request.pk, approved=True, actor=world["lead"])
    payment.refresh_from_db()
    assert payment.voided_at is None
    red = ask_red(invoice.pk, [], "收款作废", actor=world["finance"])
    with pytest.raises(InvoicedFirst):
        decide(request.pk, approved=True, actor=world["lead"])
    issue(world, red)
    decide(request.pk, approved=True, actor=world["lead"])
    payment.refresh_from_db()
    assert payment.voided_at is not None
    books_hold(world)


def test_a_cancelled_red_letter_leaves_the_invoice_as_it_was(world: World, provider: InvoiceCounterpart) -> None:
    invoice = issued(world)
    provider.faults.refuse = "暂不能红冲"
    red = issue(world, ask_red(invoice.pk, [], "开票有误", actor=world["finance"]))
    assert red.state == "failed"
    cancel(red.pk, actor=world["finance"], reason="改天再冲")
    invoice.refresh_from_db()
    assert invoice.state == "issued" and invoice.lines.filter(live=True).count() == 2
    books_hold(world)


def test_many_at_once_and_by_itself(world: World, provider: InvoiceCounterpart) -> None:
    made = [ask(world, take(world, 10375, key="a")), ask(world, take(world, 15000, key="b"))]
    assert queue_many([one.pk for one in made], actor=world["finance"]) == (2, 0)
    assert queue_many([made[0].pk], actor=world["finance"]) == (0, 1)
    third = ask(world, take(world, 5000, code="1-1-102", key="c"))
    InvoiceSetup.objects.update(auto_issue=True)
    assert make_rounds(world.organisation.pk) == 3
    assert set(Invoice.objects.values_list("state", flat=True)) == {"issued"} and third.number in provider.documents
    InvoiceSetup.objects.update(auto_issue=False)


def test_the_setup(world: World, provider: InvoiceCounterpart) -> None:
    row = InvoiceSetup.objects.get(organisation=world.organisation)
    kept = bytes(row.secrets)
    assert try_connection(actor=world["lead"]).test_passed and provider.secret.encode() not in kept
    provider.faults.unsigned = True
    found = try_connection(actor=world["lead"])
    assert not found.test_passed and "签名不对" in found.test_result
    live = InvoiceSetupDraft(
        "live", "某服务商", "http://inside", "app", "hmac", "x" * 32, "", "桂语物业服务有限公司", "91350100M000100Y43"
    )
    with pytest.raises(Forbidden):
        save_invoice_setup(live, actor=world["finance"])
    for change, field in (({}, "接口网址"), ({"base_url": "https://fp.example.cn", "secret": "short"}, "应用密钥"),
                          ({"base_url": "https://fp.example.cn", "seller_tax_number": "1"}, "税号")):  # fmt: skip
        with pytest.raises(Invalid, match=field):
            save_invoice_setup(InvoiceSetupDraft(**(live.__dict__ | change)), actor=world["lead"])
    provider.faults.silent_puts = 1
    issue(world, ask(world, take(world, 25375)))
    with pytest.raises(InvoicesUnderWay):
        save_invoice_setup(InvoiceSetupDraft(**(live.__dict__ | {"base_url": "https://fp.example.cn"})), actor=world["lead"])
    row.refresh_from_db()
    assert (row.mode, bytes(row.secrets)) == ("sandbox", kept)


def test_a_sandbox_is_for_the_demo_only(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    made = ask(world, take(world, 25375))
    monkeypatch.delenv("WUYEFEI_DEMO")
    queue(made.pk, actor=world["finance"])
    found = put(made.pk)
    assert found.state == "failed" and "演示模式" in found.failure


def test_a_provider_that_speaks_rsa(world: World, keys: object) -> None:
    from wuyefei.edges.sandbox.public import Keyring
    from wuyefei.money.channels.public import private_key, public_key
    from wuyefei.money.invoices.providers.signed_json import Rsa

    assert isinstance(keys, Keyring)
    ours = Rsa(private_key(keys.merchant_private), public_key(keys.platform_public))
    theirs = Rsa(private_key(keys.platform_private), public_key(keys.merchant_public))
    assert theirs.signed(b"text", ours.sign(b"text")) and not theirs.signed(b"other", ours.sign(b"text"))
    assert not ours.signed(b"text", "no base64")
    with pytest.raises(DomainError):
        Rsa(private_key("nothing"), public_key(keys.platform_public))
