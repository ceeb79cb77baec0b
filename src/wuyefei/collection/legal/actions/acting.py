"""What is done in a matter, by the one table of ``rules/road.py``; what gives money up waits for a second person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals import actions as approvals
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.errors import DomainError, Invalid, NotFound
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.platform import audit, clock
from wuyefei.money.billing.public import LateFeeHold, Receivable, open_bills, place_hold

from ..models import Event, Matter
from ..queries.board import urging_of
from ..queries.matters import bills_of, commercial, debts_of
from ..rules.eligibility import Road, answer, assets_missing
from ..rules.road import ACTS, Act, Step, gives_up, next_step, read_facts
from .bankruptcy import allow_contacts, standing, stop_contacts
from .calls import drop_calls
from .opening import lock_matter, move, note, refresh

YIELD = "legal_yield"


class NotEligible(DomainError):
    code = "not_eligible"
    message = "{bill}：{reason}。没有改动。"


class AssetsFirst(DomainError):
    code = "assets_first"
    message = "{reason}。没有改动。"


class UrgingFirst(DomainError):
    code = "urging_first"
    message = "本小区要求业委会先督促（{basis}）：先登记「业委会已督促」。没有改动。"


class NotCommercial(DomainError):
    code = "not_commercial"
    message = "财产保全用于商铺、写字楼和单位缴费人，住宅个人不用。没有改动。"


class Waiting(DomainError):
    code = "waits_for_second"
    message = "这个案件有一项申请在等复核，复核以后再办。"


@transaction.atomic
def act(matter_id: int, code: str, given: Mapping[str, Any], *, actor: Actor) -> Event | Request:
    """Do an act of the table. Where it gives money up, a request is opened and nothing else changes.

    Raises ``NotNow``, ``NotEligible``, ``Waiting``, and ``Invalid`` for a field.
    """
    found = ACTS.get(code)
    if found is None:
        raise NotFound()
    matter = lock_matter(matter_id, actor)
    if matter.asked:
        raise Waiting()
    next_step(found, Step(matter.step))
    facts = read_facts(found, given, clock.today())
    _sound(found, matter, facts)
    _eligible(found, matter, actor)
    _prepared(found, matter, facts)
    owed = sum(bill.total_fen for bill in bills_of(actor, matter, clock.today()).values())
    if found.code == "agreed" and facts["agreed_fen"] > owed:
        raise Invalid(field="协议金额", reason="不能超过现在的欠费")
    let_go = gives_up(found, facts, owed)
    if found.yields and let_go > 0:
        matter.asked = True
        matter.save(update_fields=["asked"])
        payload = {"act": code, "facts": facts, "gives_up_fen": let_go, "owed_fen": owed}
        request = approvals.ask(
            YIELD, matter, actor=actor, community_id=matter.community_id, payload=payload, amount_fen=let_go, reason=facts.get("note") or found.name
        )
        note(matter, "asked", {"act": code, "gives_up_fen": let_go}, actor=actor)
        return request
    return _do(matter, found, facts, actor)


def _do(matter: Matter, found: Act, facts: dict[str, Any], actor: Actor) -> Event:
    on = dt.date.fromisoformat(str(facts["on"]))
    event = note(matter, found.code, {name: value for name, value in facts.items() if name != "on"}, actor=actor, on=on)
    move(matter, next_step(found, Step(matter.step)))
    if found.code == "declare" and facts["way"] == "bankrupt":
        _stop_late_fee(matter, facts, actor)
        stop_contacts(matter, actor)
    if found.code == "ended":
        allow_contacts(matter, facts, actor)
    if found.code == "answered":
        drop_calls(matter, found.name)
    audit.record(actor, f"legal.{found.code}", matter, after=facts)
    refresh(matter)
    return event


def _sound(found: Act, matter: Matter, facts: Mapping[str, Any]) -> None:
    """Days in their order, where the table's fields cannot say so."""
    on = dt.date.fromisoformat(str(facts["on"]))
    if found.code not in ("obstacle", "cost", "assets", "declare", "ended") and on < matter.opened_on:
        raise Invalid(field="日期", reason="不能早于立案日")
    if found.code == "preserve" and facts["amount_fen"] <= 0:
        raise Invalid(field="保全金额", reason="应大于 0")
    for name, label in (("last_on", "最后一期日期"), ("perform_by", "履行期限最后一日"), ("ends", "障碍止")):
        if facts.get(name) and dt.date.fromisoformat(str(facts[name])) < on:
            raise Invalid(field=label, reason="不能早于日期")
    if found.code == "agreed":
        if not str(facts["times"]).isdigit() or not 1 <= int(facts["times"]) <= 60:
            raise Invalid(field="期数", reason="应为 1 到 60")
        if facts["agreed_fen"] <= 0:
            raise Invalid(field="协议金额", reason="应大于 0")
    if found.code == "declare":
        _declared(matter, facts)
    if found.code == "admitted" and facts["admitted_fen"] > _last(matter, "declare").facts["declared_fen"]:
        raise Invalid(field="确认金额", reason="不能超过申报金额")
    if found.code == "ended":
        _ends(matter, facts, on)
    if found.code in ("shared", "distributed"):
        _last(matter, "declare")
    if found.code == "judged" and matter.step == Step.PERFORMING and not Event.objects.filter(matter=matter, kind="confirmed").exists():
        raise Invalid(field="文书号", reason="履行协议中的，先登记司法确认裁定")


def _last(matter: Matter, code: str) -> Event:
    """The last such event. Raises ``Invalid`` where there is none."""
    event = Event.objects.filter(matter=matter, kind=code).order_by("-number").first()
    if event is None:
        raise Invalid(field="日期", reason="先登记申报债权")
    return event


def _declared(matter: Matter, facts: Mapping[str, Any]) -> None:
    """Bankruptcy is of legal persons; others' creditors share what execution brought, each with a judgment (interpretation of the
    Civil Procedure Law 506, 507; Enterprise Bankruptcy Law 2, 44)."""
    firm = matter.person.kind != matter.person.Kind.INDIVIDUAL
    if facts["declared_fen"] <= 0:
        raise Invalid(field="申报金额", reason="应大于 0")
    if facts["way"] == "bankrupt" and not (firm and facts["since"]):
        raise Invalid(field="方式", reason="破产债权用于企业法人，并写明受理破产之日")
    if facts["way"] == "share" and matter.step not in (Step.JUDGED, Step.ENFORCEMENT):
        raise Invalid(field="方式", reason="参与分配须已取得执行依据：先登记判决、裁定生效")


def _ends(matter: Matter, facts: Mapping[str, Any], on: dt.date) -> None:
    """Only a proceeding that was declared in can end, and by a numbered ruling unless it never was."""
    declared = standing(matter)
    if declared is None:
        raise Invalid(field="日期", reason="先登记申报债权，方式选破产债权")
    if on < dt.date.fromisoformat(str(declared.facts["since"])):
        raise Invalid(field="日期", reason="不能早于受理破产之日")
    if facts["how"] not in ("mistake", "paid", "settled") and not facts["number"]:
        raise Invalid(field="裁定书号", reason="不能为空")


def _stop_late_fee(matter: Matter, facts: Mapping[str, Any], actor: Actor) -> None:
    """No interest runs from the day on which bankruptcy was accepted (Enterprise Bankruptcy Law 46)."""
    since, ref = dt.date.fromisoformat(str(facts["since"])), f"legal.declare:{matter.pk}"
    known = set(LateFeeHold.objects.filter(source_ref=ref).values_list("receivable_id", flat=True))
    rows = Receivable.objects.filter(pk__in=bills_of(actor, matter, clock.today()), late_fee_rate__isnull=False)
    for pk in rows.exclude(pk__in=known).order_by("pk").values_list("pk", flat=True):
        place_hold(pk, since, None, kind="bankruptcy", source_ref=ref, actor=actor, reason="受理破产，停止计息")


def _eligible(found: Act, matter: Matter, actor: Actor) -> None:
    """Every bill still owed in the matter must be eligible for the road of the act."""
    if found.road is None:
        return
    today = clock.today()
    mine = bills_of(actor, matter, today)
    whole = [bill for bill in open_bills(actor, today, payer_ids=[matter.person_id]) if bill.due_on < today]
    debts = debts_of(actor, whole, today)
    for bill in sorted(mine):
        if bill in debts:
            verdict = answer(debts[bill], found.road, today)
            if not verdict.allowed:
                raise NotEligible(bill=f"{mine[bill].item_name} {mine[bill].service_from:%Y-%m}", reason=verdict.why)


def _prepared(found: Act, matter: Matter, facts: Mapping[str, Any]) -> None:
    """What must have been done before: an asset check before a suit or a payment order, and urging where the place asks for it; preservation is for commercial debtors,
    and an order comes before its result."""
    on = dt.date.fromisoformat(str(facts["on"]))
    if found.road is Road.SUIT:
        known = Event.objects.filter(matter=matter, kind="assets").order_by("-number").first()
        missing = assets_missing(known.on if known else None, on)
        if missing:
            raise AssetsFirst(reason=missing)
        urging = urging_of(matter.community_id)
        if urging is not None and urging.required and not Event.objects.filter(matter=matter, kind="urged").exists():
            raise UrgingFirst(basis=urging.basis)
    if found.code == "preserve" and not commercial(matter):
        raise NotCommercial()
    before = {"preserved": ("preserve", "先登记申请财产保全"), "served": ("order", "先登记申请支付令")}.get(found.code)
    if before and not Event.objects.filter(matter=matter, kind=before[0]).exists():
        raise Invalid(field="文书号", reason=before[1])


def yielded(request: Request, actor: Actor) -> None:
    """Carried out on approval, by whoever asked for it; the figures must still be those that were decided on."""
    matter = Matter.objects.select_for_update(of=("self",)).get(pk=request.subject_id)
    found, facts = ACTS[request.payload["act"]], dict(request.payload["facts"])
    owed = sum(bill.total_fen for bill in bills_of(actor, matter, clock.today()).values())
    if gives_up(found, facts, owed) > request.payload["gives_up_fen"]:
        raise DomainError("figures_moved", "申请以后欠费变多了，放弃的金额超过申请，请退回重提。")
    matter.asked = False
    matter.save(update_fields=["asked"])
    _do(matter, found, facts, actor)


def refused(request: Request, actor: Actor) -> None:
    matter = Matter.objects.select_for_update(of=("self",)).get(pk=request.subject_id)
    matter.asked = False
    matter.save(update_fields=["asked"])
    note(matter, "refused", {"act": request.payload["act"]}, actor=actor)


def described(request: Request) -> Sequence[tuple[str, str]]:
    """What the second person decides on, in words."""
    payload = request.payload
    return [
        ("要做的事", ACTS[payload["act"]].name), ("现在合计欠费", yuan_text(payload["owed_fen"])),
        ("不再追索", yuan_text(payload["gives_up_fen"])), ("账面", "应收不变，减免另走减免申请"),
    ]  # fmt: skip


def kind() -> approvals.Kind:
    from django.urls import reverse

    return approvals.Kind(
        YIELD, "案件让步", Permission.LEGAL_APPROVE, yielded, refused, lambda request: reverse("legal:matter", args=[request.subject_id]), described
    )
