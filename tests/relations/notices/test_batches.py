"""Batches: who is told by what, once; killed anywhere; not delivered; receipts; the guard."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest

from tests.relations.notices.conftest import DUE, NOW, SMS, Estate, open_channels, run
from tests.scenarios.month import first_finding
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals.actions import SamePerson
from wuyefei.foundation.kernel.dates import DAY
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, Invalid, NotFound
from wuyefei.foundation.platform import clock, jobs
from wuyefei.money.billing.public import Receivable, place_hold
from wuyefei.relations.contacts.public import Contact, set_wish
from wuyefei.relations.notices.actions import letters, sending
from wuyefei.relations.notices.actions.receipts import take_receipt
from wuyefei.relations.notices.actions.running import due_batches, rounds
from wuyefei.relations.notices.public import (
    Batch,
    Carrier,
    ForbiddenText,
    Message,
    NothingToSend,
    NotReady,
    Target,
    Transactional,
    coverage,
    decide_version,
    print_letters,
    resume_batch,
    save_carrier,
    save_version,
    send_transactional,
    set_lead,
    set_manner,
    start_batch,
    stop_batch,
)


def begin(estate: Estate) -> Batch:
    return start_batch(estate.world.community.pk, DUE, actor=estate["manager"])


def states(batch: Batch) -> dict[str, str]:
    return {row.property.code: row.state for row in Target.objects.filter(batch=batch).select_related("property")}


def deliver(batch: Batch, state: str = "delivered") -> None:
    for message in Message.objects.filter(batch=batch, state="sent").exclude(channel="letter"):
        take_receipt(Carrier.objects.get(organisation_id=batch.organisation_id, channel=message.channel), state, ref=message.carrier_ref)


def test_everybody_with_a_number_is_told_once(estate: Estate) -> None:
    batch = run(begin(estate))
    # two owners share a number: one message, both named, both sums
    got = Counter(one.to for one in estate.sandbox.got)
    assert got == {"19900000001": 1, "19900000002": 1, "19900000003": 1}
    both = estate.sandbox.to("19900000003")[0].body["TemplateParamSet"]
    assert both == ["测试丙、测试丁", "桂语花园", "1-2-201、1-2-202", "2026-02", "物业服务费", "500.00", "2026-02-15", "桂语物业"]
    assert Contact.objects.filter(purpose="bill", state="done").count() == 4
    found = coverage(batch)
    # the world's three owners without a number (one of them with a flat and a space) are the worklist
    assert (found.households, found.sent, found.unreached, found.reached) == (8, 4, 4, 0)
    deliver(batch)
    assert (coverage(batch).reached, str(coverage(batch).percent)) == (4, "50.0")
    assert Contact.objects.filter(outcome="delivered").count() == 4
    assert first_finding(estate.world) == ""
    with clock.at(NOW + DAY):
        rounds()
        run(batch)
        run(resume_batch(batch.pk, actor=estate["manager"]))
    assert Counter(one.to for one in estate.sandbox.got) == got and batch.state == "done"


@pytest.mark.parametrize("point", ["before", "after", "settle", "plan"])
def test_killed_anywhere_nobody_gets_it_twice(estate: Estate, monkeypatch: pytest.MonkeyPatch, point: str) -> None:
    """The worker dies before the carrier has it, after, before that is written down, or while planning; another goes on."""
    batch = begin(estate)
    place = {"before": "send", "after": "send", "settle": "_settle", "plan": "judge_again"}[point]
    calls = Counter()

    class Killed(BaseException):
        """No handler catches it, as none catches a kill."""

    if place == "send":
        from wuyefei.relations.notices.channels.sms import TencentSms

        whole = TencentSms.send

        def send(self: TencentSms, parcel: object) -> str:
            calls["send"] += 1
            if calls["send"] == 2:
                if point == "after":
                    whole(self, parcel)  # type: ignore[arg-type]
                raise Killed
            return whole(self, parcel)  # type: ignore[arg-type]

        monkeypatch.setattr(TencentSms, "send", send)
    else:
        before = getattr(sending, place)

        def dying(*args: object, **more: object) -> object:
            calls[place] += 1
            if calls[place] == 2:
                raise Killed
            return before(*args, **more)

        monkeypatch.setattr(sending, place, dying)
    with pytest.raises(Killed):
        jobs.run_job(batch.job_id or 0)
    jobs.run_job(batch.job_id or 0)
    assert max(Counter(one.to for one in estate.sandbox.got).values()) == 1
    assert Message.objects.filter(batch=batch, state="unsure").count() == (0 if point == "plan" else 1)
    deliver(batch)
    with clock.at(NOW + dt.timedelta(hours=25)):
        rounds()
        run(batch)
    sent = Counter(one.to for one in estate.sandbox.got)
    assert max(sent.values()) == 1 and set(states(batch).values()) <= {"reached", "unreached"}
    assert first_finding(estate.world) == ""


def test_what_bounces_goes_another_way(estate: Estate) -> None:
    open_channels(estate, "wechat", "email", "app", "letter")
    estate.sandbox.mood |= {"oDemo-0001": "bounce", "device-0001": "bounce", "19900000001": "bounce", "19900000002": "bounce"}
    batch = run(begin(estate))
    tried = {row.property.code: (row.tried, row.channel) for row in Target.objects.filter(batch=batch).select_related("property")}
    assert tried["1-2-101"] == (["wechat", "app", "sms"], "letter")
    assert tried["1-2-102"] == (["sms"], "email") and states(batch)["1-2-102"] == "reached"
    pdf = print_letters(batch.pk, actor=estate["manager"])
    assert pdf.startswith(b"%PDF") and coverage(batch).reached == 6
    # letters are printed again as they were, nothing is counted twice
    assert print_letters(batch.pk, actor=estate["manager"]).startswith(b"%PDF")
    assert Contact.objects.filter(channel="letter").count() == Message.objects.filter(channel="letter", state="sent").count() == 4
    deliver(batch)
    assert coverage(batch).rate == 1 and first_finding(estate.world) == ""


def test_letters_broken_off_between_portions_go_on(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first portion stays printed, the broken one leaves nothing behind; printing again judges and logs only what is
    missing: who paid or disputes meanwhile gets no letter, nobody gets two."""
    save_carrier("sms", {}, enabled=False, actor=estate["admin"])
    open_channels(estate, "letter")
    batch = run(begin(estate))
    monkeypatch.setattr(letters, "CHUNK", 2)
    whole, calls = letters.log_contacts, Counter[str]()

    def breaking(*args: object) -> None:
        calls["log"] += 1
        if calls["log"] == 2:
            raise ConnectionError
        whole(*args)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(letters, "log_contacts", breaking)
        with pytest.raises(ConnectionError):
            print_letters(batch.pk, actor=estate["manager"])
    queued = Message.objects.filter(batch=batch, state="queued").order_by("pk")
    assert (queued.count(), Contact.objects.filter(channel="letter").count()) == (5, 2)
    paid, disputing = (message.person_id for message in queued[:2])
    Receivable.objects.filter(payer_id=paid).update(outstanding_fen=0)
    bill = Receivable.objects.filter(payer_id=disputing, due_on=DUE).first()
    assert bill is not None
    place_hold(bill.pk, NOW.date(), None, kind="dispute", source_ref="t:1", actor=estate["finance"])
    for _again in range(2):
        assert print_letters(batch.pk, actor=estate["manager"]).startswith(b"%PDF")
    told = Counter(Contact.objects.filter(channel="letter").values_list("person_id", flat=True))
    assert len(told) == 5 and set(told.values()) == {1} and not {paid, disputing} & told.keys()
    assert Counter(Message.objects.filter(batch=batch).values_list("state", flat=True)) == {"sent": 5, "dropped": 2}
    assert all(message.values and message.target_ids for message in Message.objects.filter(batch=batch, state="sent"))


def test_without_a_receipt_for_a_day_another_way_is_tried(estate: Estate) -> None:
    open_channels(estate, "email")
    batch = run(begin(estate))
    assert states(batch)["1-2-102"] == "sent"
    with clock.at(NOW + dt.timedelta(hours=23)):
        assert rounds() == 0
    with clock.at(NOW + dt.timedelta(hours=24)):
        assert rounds() == 1
        run(batch)
    assert states(batch)["1-2-102"] == "reached" and [one.channel for one in estate.sandbox.to("yi@example.com")] == ["email"]
    # the late receipt of the first way changes nothing for the worse
    deliver(batch)
    assert states(batch)["1-2-101"] == "reached"


def test_receipts_twice_late_and_lying(estate: Estate) -> None:
    batch = run(begin(estate))
    carrier = Carrier.objects.get(channel="sms")
    message = Message.objects.get(batch=batch, person=estate.owners["1-2-101"])
    ref = message.carrier_ref
    assert take_receipt(carrier, "bounced", ref=ref) and take_receipt(carrier, "delivered", ref=ref)
    assert not take_receipt(carrier, "delivered", ref=ref) and not take_receipt(carrier, "bounced", ref=ref)
    assert take_receipt(carrier, "read", ref=ref) and not take_receipt(carrier, "delivered", ref=ref)
    assert not take_receipt(carrier, "delivered", ref="nothing of ours") and not take_receipt(carrier, "read", key="")
    message.refresh_from_db()
    assert (message.state, states(batch)["1-2-101"]) == ("read", "reached")
    with pytest.raises(ValueError, match="sent"):
        take_receipt(carrier, "sent", ref=ref)
    queued = Message.objects.create(
        organisation_id=batch.organisation_id, community_id=batch.community_id, batch=batch, bundle="x", channel="sms", person=message.person,
        property=message.property, version=message.version, key="never-sent", not_before=NOW + DAY * 9,
    )  # fmt: skip
    assert not take_receipt(carrier, "delivered", key=queued.key)


def test_throttled_messages_wait_and_go_out_once(estate: Estate) -> None:
    estate.sandbox.mood["*"] = "throttle"
    batch = run(begin(estate))
    assert estate.sandbox.got == [] and Message.objects.filter(batch=batch, state="queued", attempts=1).count() == 3
    assert not Contact.objects.filter(state="done").exists()
    estate.sandbox.mood.clear()
    with clock.at(NOW + dt.timedelta(minutes=2)):
        assert rounds() == 1
        run(batch)
    assert len(estate.sandbox.got) == 3 and first_finding(estate.world) == ""


def test_wrong_settings_stop_nothing_from_being_mended(estate: Estate) -> None:
    estate.sandbox.mood["*"] = "refuse"
    batch = run(begin(estate))
    assert estate.sandbox.got == [] and Message.objects.filter(batch=batch, state="queued").count() == 3
    estate.sandbox.mood.clear()
    rounds()
    run(batch)
    assert len(estate.sandbox.got) == 3


def test_stop_and_go_on(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = begin(estate)
    whole, seen = sending._hand_over, []

    def once(*args: object) -> bool:
        seen.append(1)
        if len(seen) == 1:
            stop_batch(batch.pk, actor=estate["manager"])
        return whole(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(sending, "_hand_over", once)
    run(batch)
    assert len(estate.sandbox.got) == 1 and batch.state == "stopped" and rounds() == 0
    run(resume_batch(batch.pk, actor=estate["manager"]))
    assert len(estate.sandbox.got) == 3


def test_the_guard_decides_when_planned_and_again_when_sent(estate: Estate) -> None:
    owners = estate.owners
    set_wish(owners["1-2-101"].pk, "sms", "refused", "来电", actor=estate["collector"])
    bill = Receivable.objects.get(payer=owners["1-2-102"], due_on=DUE)
    batch = begin(estate)
    place_hold(bill.pk, NOW.date(), None, kind="dispute", source_ref="c:1", actor=estate["finance"])
    run(batch)
    assert [one.to for one in estate.sandbox.got] == ["19900000003"]
    assert states(batch)["1-2-101"] == "unreached" and states(batch)["1-2-102"] == "excluded"


def test_at_night_messages_wait_for_the_morning(estate: Estate) -> None:
    with clock.at(NOW.replace(hour=22)):
        batch = run(begin(estate))
    assert estate.sandbox.got == []
    assert set(Message.objects.values_list("not_before", flat=True)) == {NOW.replace(hour=8) + DAY}
    with clock.at(NOW.replace(hour=8) + DAY):
        rounds()
        run(batch)
    assert len(estate.sandbox.got) == 3


def test_paid_meanwhile_is_not_told(estate: Estate) -> None:
    with clock.at(NOW.replace(hour=22)):
        batch = run(begin(estate))
    Receivable.objects.filter(payer=estate.owners["1-2-101"]).update(outstanding_fen=0)
    with clock.at(NOW.replace(hour=8) + DAY):
        rounds()
        run(batch)
    assert "19900000001" not in [one.to for one in estate.sandbox.got] and states(batch)["1-2-101"] == "excluded"
    assert Message.objects.get(batch=batch, person=estate.owners["1-2-101"]).state == "dropped"


def test_bills_are_announced_by_themselves(estate: Estate) -> None:
    world = estate.world
    assert due_batches(world.organisation.pk, DUE - DAY * 16) == []
    assert due_batches(world.organisation.pk, DUE - DAY * 15) == [(world.community.pk, DUE)]
    set_manner(timing=False, smart_bill=False, actor=estate["manager"])
    assert due_batches(world.organisation.pk, DUE - DAY * 11) == []
    assert due_batches(world.organisation.pk, DUE - DAY * 10) == [(world.community.pk, DUE)]
    set_lead(world.contract.pk, 7, actor=estate["manager"])
    assert due_batches(world.organisation.pk, DUE - DAY * 8) == []
    set_lead(world.contract.pk, 0, actor=estate["manager"])
    assert due_batches(world.organisation.pk, DUE - DAY * 7) == []
    with pytest.raises(Invalid):
        set_lead(world.contract.pk, 6, actor=estate["manager"])
    set_lead(world.contract.pk, 15, actor=estate["manager"])
    assert rounds() == 1 and rounds() == 0
    batch = run(Batch.objects.get())
    assert batch.made_by.service == "system" and len(estate.sandbox.got) == 3


def test_texts_are_approved_by_somebody_else(estate: Estate) -> None:
    world = estate.world
    with pytest.raises(ForbiddenText):
        save_version("bill", "sms", "{称呼}，不缴费就停水", carrier_template="1", actor=world["manager"])
    for body, more in (("{姓名}您好", {"carrier_template": "1"}), (SMS, {}), ("字" * 4001, {"carrier_template": "1"})):
        with pytest.raises(Invalid):
            save_version("bill", "sms", body, actor=world["manager"], **more)
    made = save_version("bill", "sms", "{金额}", carrier_template="2", actor=world["manager"])
    with pytest.raises(SamePerson):
        decide_version(made.pk, approved=True, actor=world["manager"])
    with pytest.raises(Forbidden):
        decide_version(made.pk, approved=True, actor=world["collector"])
    batch = run(begin(estate))
    assert set(Message.objects.filter(batch=batch).values_list("version__number", flat=True)) == {1}
    decide_version(made.pk, approved=False, actor=world["relations"])
    with pytest.raises(DomainError):
        decide_version(made.pk, approved=True, actor=world["relations"])


def test_only_ones_own_places(estate: Estate) -> None:
    batch, outsider = begin(estate), estate["outsider"]
    for act in (
        lambda: start_batch(estate.world.community.pk, DUE, actor=outsider), lambda: stop_batch(batch.pk, actor=outsider),
        lambda: resume_batch(batch.pk, actor=outsider), lambda: print_letters(batch.pk, actor=outsider),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            act()
    with pytest.raises(Forbidden):
        stop_batch(batch.pk, actor=estate["collector"])
    with pytest.raises(NothingToSend):
        start_batch(estate.world.community.pk, DUE + DAY, actor=estate["manager"])
    assert Batch.objects.count() == 1 and not outsider.may(Permission.NOTICE_VIEW, estate.world.community.pk)


def test_nothing_is_ready_without_a_carrier(estate: Estate) -> None:
    save_carrier("sms", {}, enabled=False, actor=estate["admin"])
    with pytest.raises(NotReady):
        begin(estate)
    assert not Batch.objects.exists() and rounds() == 0


def test_a_code_is_sent_at_any_hour_and_once(estate: Estate) -> None:
    world, owner = estate.world, estate.owners["1-2-101"]
    made = save_version("code", "sms", "验证码{验证码}，{企业}", carrier_template="7", actor=world["manager"])
    decide_version(made.pk, approved=True, actor=world["relations"])
    set_wish(owner.pk, "sms", "refused", "来电", actor=estate["collector"])
    with clock.at(NOW.replace(hour=23)):
        first = send_transactional(owner, {"验证码": "482913"}, key="login-1")
        assert send_transactional(owner, {"验证码": "482913"}, key="login-1").pk == first.pk
    (got,) = estate.sandbox.got
    assert got.body["TemplateParamSet"] == ["482913", "桂语物业"] and first.state == "sent"
    assert not any("482913" in str(row) for model in (Transactional, Contact) for row in model.objects.values_list())
    assert Contact.objects.get(purpose="code").outcome == "sent"
    estate.sandbox.mood["*"] = "bounce"
    with pytest.raises(DomainError):
        send_transactional(owner, {"验证码": "1"}, key="login-2")
    assert Transactional.objects.get(key="login-2").state == "failed"
