"""What ``verify`` proves of funds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from wuyefei.foundation.kernel.errors import Phrase
from wuyefei.foundation.kernel.money import yuan
from wuyefei.foundation.shell.verify import Examined, Finding, Yielded, register_check
from wuyefei.money.ledger.public import Account, control
from wuyefei.money.payments.public import Payment

from .actions.money import ACCOUNTS
from .models import Aid, AidBill, Fund, Money
from .queries import balances, boxed_of
from .rules.aid import FundKind, How, State


def held(organisation_id: int) -> Iterator[Yielded]:
    """Accounts 2241.5 and 2241.4 equal what the funds hold, 1001.8 the cash in their boxes; nothing is below zero."""
    rows = list(Fund.objects.filter(organisation_id=organisation_id).order_by("pk"))
    found = balances([row.pk for row in rows])
    sums: dict[Account, dict[int, int]] = {Account.FUND: defaultdict(int), Account.SUBSIDY: defaultdict(int), Account.FUND_CASH: defaultdict(int)}
    for row in rows:
        yield Examined(1)
        boxed = boxed_of(row.pk)
        sums[ACCOUNTS[FundKind(row.kind)]][row.community_id] -= found[row.pk]
        sums[Account.FUND_CASH][row.community_id] += boxed
        if found[row.pk] < 0 or boxed < 0:
            what = Phrase("基金余额 {held}，基金箱 {boxed}，不应为负", held=yuan(found[row.pk]), boxed=yuan(boxed))
            yield Finding("relief.held", "relief_fund", row.pk, what)
    for account, name in ((Account.FUND, "关爱基金"), (Account.SUBSIDY, "补贴"), (Account.FUND_CASH, "基金箱现金")):
        yield from control("relief.held", organisation_id, account, dict(sums[account]), name=name)


def paid(organisation_id: int) -> Iterator[Yielded]:
    """An aid is the sum of its bills and of the payments that stand; one household's was agreed by three people who did not ask."""
    rows = Aid.objects.filter(organisation_id=organisation_id).prefetch_related("bills__payment", "opinions").order_by("pk")
    for aid in rows:
        yield Examined(1)
        bills = list(aid.bills.all())
        parts = sum(row.amount_fen for row in bills)
        stand = {row.payment_id: row.payment.amount_fen for row in bills if row.payment and row.payment.voided_at is None}
        should = aid.total_fen if aid.state == State.DONE else 0
        if parts != aid.total_fen or sum(stand.values()) != should:
            what = Phrase("资助 {total}，账单合计 {parts}，收款 {paid}，应为 {should}", total=yuan(aid.total_fen), parts=yuan(parts),
                          paid=yuan(sum(stand.values())), should=yuan(should))  # fmt: skip
            yield Finding("relief.paid", "relief_aid", aid.pk, what)
        if aid.state in (State.DONE, State.UNDONE) and aid.how == How.HOUSEHOLD:
            said = {row.person_id for row in aid.opinions.all() if row.agreed} | {aid.agreed_by_id or 0}
            if len(said) != 3 or aid.made_by_id in said:
                yield Finding("relief.paid", "relief_aid", aid.pk, "没有由经办人以外的三个人评估同意")


def lines(organisation_id: int) -> Iterator[Yielded]:
    """A bank line stands for one sum of its own; payments of a fund's kind all belong to an aid."""
    for row in Money.objects.filter(fund__organisation_id=organisation_id, line__isnull=False, state=State.DONE).select_related("line").order_by("pk"):
        yield Examined(1)
        assert row.line is not None
        if (row.line.state, row.line.amount_fen, row.line.community_id) != ("fund", row.amount_fen, row.community_id):
            yield Finding("relief.lines", "relief_money", row.pk, "入账与银行流水的金额、状态或小区不一致")
    known = set(AidBill.objects.filter(aid__organisation_id=organisation_id).values_list("payment_id", flat=True))
    payments = Payment.objects.filter(organisation_id=organisation_id, kind__in=[Payment.Kind.CARE, Payment.Kind.SUBSIDY])
    for payment_id, kind in payments.order_by("pk").values_list("pk", "kind"):
        yield Examined(1)
        if payment_id not in known:
            yield Finding("relief.lines", "payments_payment", payment_id, Phrase("由基金支付（{kind}），但没有对应的资助", kind=kind))


def register() -> None:
    register_check("relief.held", "关爱基金与补贴的余额和账上一致", held)
    register_check("relief.paid", "每项资助等于它的账单和收款，由该同意的人同意", paid)
    register_check("relief.lines", "基金的银行流水和收款各有出处", lines)
