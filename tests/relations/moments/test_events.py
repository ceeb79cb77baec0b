"""Events at a gate: who may tell of them, whom they remind, and what they never tell or keep."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.core.serializers import serialize
from django.test import Client

from tests.relations.moments.conftest import Gate
from tests.relations.notices.conftest import DUE, NOW, Estate
from tests.scenarios.month import first_finding
from wuyefei.foundation.access.models import User
from wuyefei.foundation.access.sessions import pass_factor
from wuyefei.foundation.kernel.dates import DAY
from wuyefei.foundation.kernel.errors import Forbidden, Invalid, NotFound
from wuyefei.foundation.platform import clock, vault
from wuyefei.money.billing.public import Receivable
from wuyefei.relations.contacts.public import Contact, set_wish
from wuyefei.relations.moments.models import Nonce, Source, Tally
from wuyefei.relations.moments.public import Event, add_source, change_source, new_secret, sign
from wuyefei.relations.moments.rules import BadCall, BadSignature, call_of, nonce_of
from wuyefei.relations.notices.actions.receipts import take_receipt
from wuyefei.relations.notices.public import Carrier, Habit, Reminder, remind, remind_the_late
from wuyefei.relations.privacy.public import Use, note_consent

BODY = json.dumps({"event": "gate", "room": "1-2-101"}).encode()


def agree(estate: Estate, code: str, given: bool = True) -> None:
    note_consent(estate.owners[code].pk, Use.TIMING, given, "纸质同意书", actor=estate["manager"])


def counted() -> dict[str, int]:
    return {row.outcome: row.count for row in Tally.objects.all() if row.count}


def test_what_a_signature_covers() -> None:
    header = sign("s", BODY, 1_790_000_000, "n" * 16)
    assert nonce_of("s", BODY, header, 1_790_000_300) == "n" * 16
    wrong = [
        ("s", BODY, header, 1_790_000_301), ("s", BODY, header, 1_789_999_699), ("t", BODY, header, 1_790_000_000), ("", BODY, header, 1_790_000_000),
        ("s", BODY + b" ", header, 1_790_000_000), ("s", BODY, header.replace("n=n", "n=m"), 1_790_000_000), ("s", BODY, "", 1_790_000_000),
        ("s", BODY, header.replace("t=179", "t=178"), 1_790_000_000), ("s", BODY, sign("s", BODY, 1_790_000_000, "short"), 1_790_000_000),
    ]  # fmt: skip
    for secret, body, said, now in wrong:
        with pytest.raises(BadSignature):
            nonce_of(secret, body, said, now)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"event":"door","room":"1"}', b'{"event":"gate"}', b'{"event":"gate","room":" "}', b'{"event":"gate","room":7}', b"\xff"])
def test_what_a_call_must_say(body: bytes) -> None:
    with pytest.raises(BadCall):
        call_of(body)
    assert call_of(b'{"event":"lift","room":" 1-1-101 ","more":1}').event is Event.LIFT


def test_calls_that_change_nothing(gate: Gate, estate: Estate) -> None:
    """Unsigned, signed by another secret, old, from the future, replayed, of another kind, to a source that is off."""
    agree(estate, "1-2-101")
    assert gate.post(BODY, "") == (403, {"error": "bad_signature"})
    assert gate.post(BODY, gate.signed(BODY, secret="another"))[0] == 403
    assert gate.post(BODY, gate.signed(BODY, late=301))[0] == 403
    assert gate.post(BODY, gate.signed(BODY, late=-301))[0] == 403
    assert gate.post(BODY + b" ", gate.signed(BODY))[0] == 403
    lift = b'{"event":"lift","room":"1-2-101"}'
    assert gate.post(lift, gate.signed(lift)) == (400, {"error": "bad_call"})
    assert gate.post(b"x" * 5000, "")[0] == 413
    assert gate.queued == [] and not Nonce.objects.exists()
    header = gate.signed(BODY)
    assert gate.post(BODY, header)[0] == 202
    assert gate.post(BODY, header) == (409, {"error": "replayed"})
    assert len(gate.queued) == 1
    change_source(gate.source.pk, "南门", 2, False, actor=estate["admin"])
    assert gate.post(BODY, gate.signed(BODY))[0] == 404
    assert Client().get(f"/moments/events/{gate.source.hook}").status_code == 405
    assert estate.sandbox.got == [] and len(gate.queued) == 1


def test_an_agreed_payer_is_reminded_once(gate: Gate, estate: Estate) -> None:
    agree(estate, "1-2-101")
    assert gate.passes("1-2-101") == "sent"
    (got,) = estate.sandbox.got
    assert got.to == "19900000001" and got.body["TemplateParamSet"] == ["测试甲", "1-2-101", "2026-01～2026-02", "物业服务费", "500.00", "2026-01-15", "桂语物业"]
    assert gate.passes("1-2-101") == "recent"
    row = Reminder.objects.get()
    assert (row.state, row.cause, row.amount_fen) == ("sent", "event", 50000)
    assert Contact.objects.get().purpose == "reminder"
    take_receipt(Carrier.objects.get(channel="sms"), "delivered", ref=row.carrier_ref)
    row.refresh_from_db()
    assert row.state == "delivered" and Contact.objects.get().outcome == "delivered"
    assert not take_receipt(Carrier.objects.get(channel="sms"), "bounced", ref=row.carrier_ref)
    with clock.at(NOW + DAY * 7):
        assert gate.passes("1-2-101") == "sent"
    assert first_finding(estate.world) == ""


def test_nobody_else_is(gate: Gate, estate: Estate) -> None:
    """Without consent, having taken it back, opted out, at night, paid, an unknown room; whatever the gate hears is one answer."""
    assert gate.passes("1-2-101") == "no_consent"
    agree(estate, "1-2-101")
    agree(estate, "1-2-101", given=False)
    assert gate.passes("1-2-101") == "no_consent"
    agree(estate, "1-2-102")
    set_wish(estate.owners["1-2-102"].pk, "sms", "refused", "来电", actor=estate["collector"])
    assert gate.passes("1-2-102") == "guarded"
    agree(estate, "1-2-201")
    with clock.at(NOW.replace(hour=22)):
        assert gate.passes("1-2-201") == "guarded"
    Receivable.objects.filter(payer=estate.owners["1-2-201"]).update(outstanding_fen=0)
    assert gate.passes("1-2-201") == "nothing_due"
    assert gate.passes("9-9-999") == "unknown_room"
    assert estate.sandbox.got == [] and not Reminder.objects.exists() and not Contact.objects.exists()
    assert counted() == {"no_consent": 2, "guarded": 2, "nothing_due": 1, "unknown_room": 1}


def test_a_days_number_is_kept(gate: Gate, estate: Estate) -> None:
    for code in ("1-2-101", "1-2-102", "1-2-201"):
        agree(estate, code)
    assert [gate.passes(code) for code in ("1-2-101", "1-2-102", "1-2-201")] == ["sent", "sent", "day_full"]
    assert counted() == {"sent": 2, "day_full": 1}
    with clock.at(NOW + DAY):
        assert gate.passes("1-2-201") == "sent"


def test_movements_are_not_kept(gate: Gate, estate: Estate) -> None:
    gate.passes("1-2-101")
    kept = serialize("json", [*Source.objects.all(), *Nonce.objects.all(), *Tally.objects.all()])
    assert "1-2-101" not in kept and gate.secret not in kept
    body = json.dumps({"event": "gate", "room": "1-2-101"}).encode()
    gate.post(body, gate.signed(body))
    assert "1-2-101" not in gate.queued[0]
    with clock.at(NOW + dt.timedelta(minutes=20)):
        gate.post(body, gate.signed(body))
    assert Nonce.objects.count() == 1


def test_sources_are_set_up_by_administrators(gate: Gate, estate: Estate) -> None:
    place = estate.world.community.pk
    with pytest.raises(Forbidden):
        add_source(place, "北门", "gate", 5, actor=estate["manager"])
    with pytest.raises(NotFound):
        add_source(place, "北门", "gate", 5, actor=estate["outsider"])
    for name, kind, most in (("南门", "gate", 5), ("", "gate", 5), ("北门", "door", 5), ("北门", "gate", 0), ("北门", "gate", 5001)):
        with pytest.raises(Invalid):
            add_source(place, name, kind, most, actor=estate["admin"])
    before = gate.signed(BODY)
    row, secret = new_secret(gate.source.pk, actor=estate["admin"])
    assert vault.open_secret(bytes(row.sealed)) == secret and gate.post(BODY, before)[0] == 403
    assert Source.objects.count() == 1


def test_the_secret_is_shown_once(gate: Gate, estate: Estate) -> None:
    user = User.objects.get(pk=estate["admin"].user_id)
    User.objects.filter(pk=user.pk).update(totp_confirmed_at=clock.now(), password_changed_at=clock.now())
    user.refresh_from_db()
    client = Client()
    client.force_login(user)
    session = client.session
    pass_factor(session, user)
    session.save()
    answer = client.post("/moments/new", {"community": estate.world.community.pk, "kind": "lift", "name": "1 栋电梯", "per_day": 50})
    row = Source.objects.get(name="1 栋电梯")
    secret = vault.open_secret(bytes(row.sealed))
    assert secret in answer.content.decode() and answer.headers["Cache-Control"] == "no-store"
    for path in ("/moments/", f"/moments/{row.pk}"):
        text = client.get(path).content.decode()
        assert "1 栋电梯" in text and secret not in text
    assert "已经有同名的触点" in client.post(f"/moments/{row.pk}", {"name": "南门", "per_day": 5}).content.decode()
    fresh = client.post(f"/moments/{row.pk}/secret").content.decode()
    row.refresh_from_db()
    assert vault.open_secret(bytes(row.sealed)) in fresh and secret not in fresh


def test_the_late_are_reminded_in_their_rhythm(gate: Gate, estate: Estate) -> None:
    owner = estate.owners["1-2-101"]
    Habit.objects.create(
        organisation=owner.organisation, community=owner.community, person=owner, pattern="late", seen=8, hits=7, first_day=0, last_day=0,
        day=0, hour=-1, timed=0, hour_hits=0, reckoned_at=clock.now(),
    )  # fmt: skip
    Receivable.objects.filter(payer=owner).exclude(due_on=DUE).update(outstanding_fen=0)
    found = []
    for n in range(40):
        with clock.at(NOW + DAY * n):
            if remind_the_late():
                found.append((NOW + DAY * n).date())
    # the last two would be the fourth and fifth within thirty days: the guard's caps let them
    assert [str(on) for on in found] == ["2026-02-22", "2026-03-01", "2026-03-06", "2026-03-09", "2026-03-12"]
    assert {row.cause for row in Reminder.objects.all()} == {"rhythm"}


def test_without_a_text_nothing_goes_out(estate: Estate) -> None:
    from wuyefei.estate.properties.public import Property

    owner = estate.owners["1-2-101"]
    assert remind(owner, Property.objects.get(code="1-2-101"), cause="event").outcome == "not_ready"
    assert estate.sandbox.got == []
