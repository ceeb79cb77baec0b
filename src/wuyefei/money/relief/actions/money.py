"""Opening a fund, and money that comes into it or goes from its box to the bank."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import IntegrityError, transaction

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals import actions as approvals
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.errors import DomainError, Invalid, NotFound, Phrase
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock
from wuyefei.money.bank.public import give_to_fund, take_from_fund
from wuyefei.money.concessions.public import MeasureState, get_measure
from wuyefei.money.ledger.public import Account, Posting, post

from .. import queries
from ..models import Fund, Money
from ..rules.aid import STATE_NAMES, FundKind, State, WrongState, check_balance, check_sum

MONEY_KIND, UNDO_KIND = "relief.money", "relief.undo_money"
ACCOUNTS = {FundKind.CARE: Account.FUND, FundKind.SUBSIDY: Account.SUBSIDY}
DEBITS = {Money.Way.CASH.value: Account.FUND_CASH, Money.Way.FIRM.value: Account.DONATION}


@dataclass(frozen=True, slots=True)
class FundOrder:
    """A fund to be opened; ``measure_id`` and ``source`` of a subsidy."""

    community_id: int
    kind: FundKind
    name: str
    measure_id: int | None = None
    source: str = ""
    paper: str = ""


def account_of(fund: Fund) -> Account:
    return ACCOUNTS[FundKind(fund.kind)]


def locked_fund(fund_id: int, organisation_id: int) -> Fund:
    """One spender at a time of a fund."""
    row = Fund.objects.select_for_update(of=("self",)).filter(pk=fund_id, organisation_id=organisation_id).first()
    if row is None:
        raise NotFound()
    return row


@transaction.atomic
def open_fund(order: FundOrder, *, actor: Actor) -> Fund:
    """Raises ``Invalid``, ``NotFound``; ``fund_exists`` for a second care fund, or a name a second time."""
    community = Community.objects.filter(pk=order.community_id, organisation_id=actor.organisation_id).first()
    if community is None or community.pk not in actor.seen:
        raise NotFound()
    actor.require(Permission.CONCESSION_EDIT, community.pk)
    measure = None
    if order.kind is FundKind.SUBSIDY:
        measure = get_measure(actor, order.measure_id or 0)
        if measure.state not in (MeasureState.RUNNING, MeasureState.ENDED) or not measure.places.filter(community=community).exists():
            raise Invalid(field="应急政策", reason="要选在这个小区执行过的政策")
    try:
        with transaction.atomic():
            row = Fund.objects.create(
                organisation_id=actor.organisation_id, community=community, kind=order.kind, name=limited(order.name, "名称", 40, required=True),
                measure=measure, source=limited(order.source, "拨付单位", 60, required=measure is not None) if measure else "",
                paper=limited(order.paper, "文件", 80), made_by_id=actor.user_id, made_at=clock.now(),
            )  # fmt: skip
    except IntegrityError as error:
        raise DomainError("fund_exists", "这个小区已有关爱基金，或已有同名的基金。") from error
    audit.record(actor, "relief.open", row, after={"kind": row.kind, "name": row.name, "source": row.source})
    return row


@transaction.atomic
def ask_money(fund_id: int, way: str, giver: str, fen: int, paper: str, *, actor: Actor) -> Money:
    """Cash counted out of the box, or a contribution of the firm: a second person counts or agrees. Raises ``Invalid``, ``NotFound``."""
    fund = locked_fund(queries.get_fund(actor, fund_id).pk, actor.organisation_id)
    actor.require(Permission.ADJUST_REQUEST, fund.community_id)
    if way not in DEBITS or fund.kind != FundKind.CARE:
        raise Invalid(field="方式", reason="现金捐款和公司出资只进关爱基金")
    giver = Money.Giver.FIRM if way == Money.Way.FIRM else giver
    if giver not in Money.Giver.values:
        raise Invalid(field="来源", reason="请选来源")
    check_sum(fen)
    row = Money.objects.create(
        fund=fund, community_id=fund.community_id, way=way, giver=giver, amount_fen=fen, paper=limited(paper, "凭据", 80, required=True),
        made_by_id=actor.user_id, made_at=clock.now(),
    )  # fmt: skip
    payload = {"money": row.pk, "way": way, "amount_fen": fen, "paper": row.paper}
    request = approvals.ask(MONEY_KIND, row, actor=actor, community_id=row.community_id, payload=payload, reason=row.paper, amount_fen=fen)
    row.request_id = request.pk
    row.save(update_fields=["request_id"])
    audit.record(actor, "relief.ask_money", row, after=payload)
    return row


def locked_money(money_id: int, organisation_id: int) -> Money:
    row = Money.objects.select_for_update(of=("self",)).select_related("fund").filter(pk=money_id, fund__organisation_id=organisation_id).first()
    if row is None:
        raise NotFound()
    return row


def require(row: Money, state: State, verb: str) -> None:
    if row.state != state:
        raise WrongState(state=STATE_NAMES[State(row.state)], verb=verb)


def take_in(request: Request, actor: Actor) -> None:
    """On approval: Dr the box or the firm's donation, Cr the fund."""
    row = locked_money(request.subject_id, actor.organisation_id)
    require(row, State.ASKED, "通过")
    _post(row, 1, actor)
    row.state, row.agreed_by_id, row.done_on = State.DONE, actor.user_id, clock.today()
    row.save(update_fields=["state", "agreed_by", "done_on"])
    audit.record(actor, MONEY_KIND, row, after={"amount_fen": row.amount_fen})
    audit.publish(actor, MONEY_KIND, community_id=row.community_id, money=row.pk)


def _post(row: Money, sign: int, actor: Actor) -> None:
    postings = [Posting(DEBITS[row.way], sign * row.amount_fen), Posting(account_of(row.fund), -sign * row.amount_fen)]
    post(MONEY_KIND if sign > 0 else UNDO_KIND, row.pk, postings, actor=actor, community_id=row.community_id, memo=str(row))


def refuse_money(request: Request, actor: Actor) -> None:
    """Turned down, or taken back by who asked."""
    row = locked_money(request.subject_id, actor.organisation_id)
    row.state = State.REFUSED
    row.save(update_fields=["state"])
    audit.record(actor, "relief.refuse_money", row)


@transaction.atomic
def claim_line(line_id: int, fund_id: int, way: str, giver: str, *, actor: Actor) -> Money:
    """A person says that a waiting bank line was given for a fund, or is cash of its box. Raises ``Invalid``, ``NotFound``,
    ``NotWaiting``; of cash also where the box does not hold so much."""
    fund = locked_fund(queries.get_fund(actor, fund_id).pk, actor.organisation_id)
    boxed = way == Money.Way.BANKED
    if way not in (Money.Way.BANK, Money.Way.BANKED) or (boxed and fund.kind != FundKind.CARE):
        raise Invalid(field="方式", reason="请选转给基金的钱，还是基金箱存的现金")
    if not boxed and giver not in (Money.Giver.PERSON, Money.Giver.BODY, Money.Giver.STATE):
        raise Invalid(field="来源", reason="请选来源")
    line = give_to_fund(line_id, Account.FUND_CASH if boxed else account_of(fund), actor=actor)
    if line.community_id != fund.community_id:
        raise NotFound()
    held = queries.boxed_of(fund.pk)
    if boxed and line.amount_fen > held:
        raise Invalid(field="金额", reason=Phrase("基金箱里只有 {sum} 元", sum=yuan_text(held)))
    row = Money.objects.create(
        fund=fund, community_id=fund.community_id, way=way, giver="" if boxed else giver, amount_fen=line.amount_fen, line=line, made_by_id=actor.user_id,
        made_at=clock.now(), state=State.DONE, done_on=clock.today(),
    )  # fmt: skip
    audit.record(actor, "relief.claim", row, after={"line": line.pk, "way": way, "amount_fen": row.amount_fen})
    audit.publish(actor, MONEY_KIND, community_id=row.community_id, money=row.pk)
    return row


@transaction.atomic
def ask_undo_money(money_id: int, reason: str, *, actor: Actor) -> Request:
    """It was booked wrongly; somebody else decides."""
    row = locked_money(queries.get_money(actor, money_id).pk, actor.organisation_id)
    actor.require(Permission.ADJUST_REQUEST, row.community_id)
    require(row, State.DONE, "撤销")
    return approvals.ask(UNDO_KIND, row, actor=actor, community_id=row.community_id, reason=reason, amount_fen=row.amount_fen,
                         payload={"money": row.pk, "amount_fen": row.amount_fen})  # fmt: skip


def undo_money(request: Request, actor: Actor) -> None:
    """On approval, where the fund (or its box) still holds as much. A bank line waits again."""
    row = locked_money(request.subject_id, actor.organisation_id)
    fund = locked_fund(row.fund_id, actor.organisation_id)
    require(row, State.DONE, "撤销")
    if row.way in queries.IN:
        check_balance(fund.name, queries.balance_of(fund.pk), 0, row.amount_fen)
    if row.way == Money.Way.CASH and row.amount_fen > (held := queries.boxed_of(fund.pk)):
        raise Invalid(field="金额", reason=Phrase("基金箱里只有 {sum} 元", sum=yuan_text(held)))
    if row.line_id is not None:
        credited = Account.FUND_CASH if row.way == Money.Way.BANKED else account_of(fund)
        take_from_fund(row.line_id, credited, request.reason, actor=actor, owner_id=request.maker_id)
    else:
        _post(row, -1, actor)
    row.state, row.undone_on = State.UNDONE, clock.today()
    row.save(update_fields=["state", "undone_on"])
    audit.record(actor, UNDO_KIND, row, after={"amount_fen": row.amount_fen}, reason=request.reason)
