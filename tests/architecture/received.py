"""What each place of the walk has of money that comes in by other roads than the desk."""

from __future__ import annotations

from tests.architecture.place import START, TODAY, Place
from wuyefei.foundation.access.actor import PORTAL, Actor, service_actor
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.models import Job
from wuyefei.foundation.platform.vault import seal_secret
from wuyefei.money.bank.public import BankLine, import_statement
from wuyefei.money.billing.public import (
    Receivable,
)
from wuyefei.money.channels.actions.settling import settle_order
from wuyefei.money.channels.public import ChannelException, ChannelSetup, Order, RefundRequest, ask_refund
from wuyefei.money.channels.rules import Report, Said
from wuyefei.money.debits.public import DebitBatch, DebitItem, Mandate
from wuyefei.money.intake.public import keep_upload, preview, this_month
from wuyefei.money.invoices.public import (
    Invoice,
    InvoiceRequest,
    InvoiceSetup,
    Title,
    TitleKind,
    ask_invoice,
)
from wuyefei.money.payouts.public import Payout, PayoutFile
from wuyefei.money.reconciliation.public import ChannelDay, Difference


def online(place: Place, actors: dict[str, Actor]) -> None:
    """A merchant account of this place alone, an order that was paid half, and a refund that waits."""
    organisation, community, letters = place.community.organisation, place.community, place.mark.letters
    setup = ChannelSetup.objects.create(
        organisation=organisation, community=community, channel="wechat", mode="live", merchant_id=f"{letters}-9001",
        app_id=f"{letters}-app", secrets=seal_secret("{}"), token=f"{letters}-notify-token", changed_at=clock.now(),
    )  # fmt: skip
    order = Order.objects.create(
        organisation=organisation, community=community, setup=setup, channel="wechat", entry_point="phone", payer_id=place.one("person"),
        property_id=place.one("property"), number=f"{letters}-WY-0001", token=f"{letters}-order-token", client_key=f"{letters}-order",
        amount_fen=10000, created_at=clock.now(), expires_at=clock.now(), made_by_id=actors["cashier"].user_id,
    )  # fmt: skip
    report = Report(order.number, Said.PAID, 5000, f"{letters}-4200", clock.now())
    settle_order(order.pk, report, actor=service_actor(organisation.pk, PORTAL))
    bill = int(place.one("receivable"))
    wanted = RefundRequest(int(place.one("payment")), 100, "transfer", f"{place.mark.word}退款", (bill,))
    refund = ask_refund(wanted, actor=actors["finance"])
    place.ids["invoice"] = [_invoiced(place, actors).pk]
    file = PayoutFile.objects.create(
        organisation=organisation, number=f"FK{letters}0001", payout_count=1, total_fen=100, made_at=clock.now(), made_by_id=actors["finance"].user_id,
        due_at=clock.now(), state="undone",
    )  # fmt: skip
    Payout.objects.create(
        organisation=organisation, community=community, file=file, refund=refund, payee_id=int(place.one("person")), place=1, number=f"{letters}-TK-0001",
        amount_fen=100, account_tail="0001", state="undone",
    )  # fmt: skip
    place.ids["payout_file"] = [file.pk]
    day = ChannelDay.objects.create(
        organisation=organisation, community=community, setup=setup, day=START, sha256="0" * 64, row_count=0, paid_fen=0, refund_fen=0,
        fee_fen=0, made_by_id=actors["finance"].user_id, made_at=clock.now(),
    )  # fmt: skip
    difference = Difference.objects.create(
        organisation=organisation, community=community, channel_day=day, kind="not_ours", number=f"{letters}-WY-0002", ours_fen=0,
        theirs_fen=100, owner_id=actors["finance"].user_id, opened_at=clock.now(), due_at=clock.now(),
    )  # fmt: skip
    place.ids |= {"channel_day": [day.pk], "difference": [difference.pk]}
    place.ids |= {
        "setup": [setup.pk], "setup_token": [setup.token], "order": [order.pk], "refund": [refund.pk],
        "exception": [ChannelException.objects.get(order=order).pk],
    }  # fmt: skip


def debit(place: Place, finance: Actor) -> None:
    """A mandate and a file to the bank that asks for one debit."""
    organisation, community = place.community.organisation, place.community
    bill = Receivable.objects.filter(community=community).order_by("pk").first()
    assert bill is not None
    who = {"made_at": clock.now(), "made_by_id": finance.user_id}
    mandate = Mandate.objects.create(
        organisation=organisation, community=community, payer_id=bill.payer_id, bank=f"{place.mark.word}银行", holder=f"{place.mark.word}户",
        account_sealed=seal_secret("6200000000010001"), account_tail="0001", signed_on=START, **who,
    )  # fmt: skip
    batch = DebitBatch.objects.create(
        organisation=organisation, community=community, number=f"DK{place.mark.letters}0001", debit_on=TODAY, merchant=place.mark.letters,
        shape="csv", columns="明细号=明细号\n账号=账号\n金额=金额元", item_count=1, total_fen=100, sha256="0" * 64, state="undone", **who,
    )  # fmt: skip
    item = DebitItem.objects.create(
        organisation=organisation, community=community, batch=batch, mandate=mandate, property_id=bill.property_id, place=1,
        number=f"{batch.number}00001", amount_fen=100, state="undone",
    )  # fmt: skip
    place.ids |= {"mandate": [mandate.pk], "debit_batch": [batch.pk], "debit_item": [item.pk]}


def bank(place: Place, finance: Actor) -> None:
    """A bank's file of one line nobody is sure of."""
    word = place.mark.word
    text = f"交易日期,收入,对方户名,摘要,流水号\n{TODAY},88.00,{word}付款人,{word}1-1-101,{place.mark.letters}-4711\n"
    done = import_statement(place.community.pk, "33001600", f"{word}流水.csv", text.encode(), actor=finance)
    assert done.statement is not None and done.waiting == 1
    place.ids |= {"bank_statement": [done.statement.pk], "bank_line": [BankLine.objects.get(statement=done.statement).pk]}


def _invoiced(place: Place, actors: dict[str, Actor]) -> Invoice:
    """A provider of the organisation, and a request that waits."""
    InvoiceSetup.objects.get_or_create(
        organisation=place.community.organisation,
        defaults={
            "provider_name": "开票服务", "base_url": "https://invoices.example.cn", "app_key": "app-invoices",
            "secrets": seal_secret("{}"), "seller_name": "销售方", "seller_tax_number": "91350100M000100Y43", "enabled": True,
            "changed_at": clock.now(),
        },
    )  # fmt: skip
    title = Title(TitleKind.PERSONAL, f"{place.mark.word}抬头", email=f"{place.mark.letters.lower()}@example.com")
    return ask_invoice(InvoiceRequest((int(place.one("payment")),), title), actor=actors["cashier"])


def upload(place: Place, finance: Actor) -> None:
    """A file of one new home and one wrong row, looked at and not imported."""
    word = place.mark.word
    text = f"房号,业主,建筑面积\n{word}2-1-101,{word}某乙,88.00\n{word}2-1-102,{word}某丙,大\n"
    row = keep_upload(f"{word}房屋.csv", text.encode(), place.community.name, actor=finance)
    preview(row.pk, this_month(), actor=finance)
    place.ids["import"] = [row.pk]
    job = Job.objects.create(
        organisation_id=place.community.organisation_id, community_id=place.community.pk, kind="billing.draft", label=f"{word}花园 2026-03",
        made_by_id=finance.user_id, made_by_name=f"{word}同事", made_at=clock.now(), state="stopped", arguments={"month": "2026-03"},
    )  # fmt: skip
    place.ids["job"] = [job.pk]
