"""What owners wish of reminders on their phones, as notices and the guard keep to it."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.relations.notices.conftest import DUE, MOBILES, NOW, Estate, open_channels, run
from wuyefei.foundation.platform import clock
from wuyefei.relations.accounts import sending
from wuyefei.relations.accounts.public import (
    CodeMessage,
    Owner,
    ask_code,
    confirm_code,
    open_session,
    owner_of_session,
    save_preferences,
)
from wuyefei.relations.contacts.public import Channel, Purpose, Refused, Step, Wanted, check, gather
from wuyefei.relations.notices.public import Message, Target, start_batch

HOME = "1-2-101"


@pytest.fixture
def owner(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> Owner:
    """The owner of ``HOME``, signed in."""
    sent: list[CodeMessage] = []
    monkeypatch.setattr(sending, "_senders", {"real": sent.append})
    challenge = ask_code(MOBILES[HOME], address="192.0.2.7")
    found = owner_of_session(open_session(confirm_code(challenge, sent[-1].code), agent=""))
    assert found is not None
    return found


def wish(owner: Owner, reminder: str = "sms", quiet: tuple[int, int] | None = None) -> None:
    start, end = (dt.time(quiet[0]), dt.time(quiet[1])) if quiet else (None, None)
    save_preferences(owner, reminder=reminder, quiet_from=start, quiet_to=end, large_type=False)


def announce(estate: Estate) -> Target:
    run(start_batch(estate.world.community.pk, DUE, actor=estate["manager"]))
    return Target.objects.get(person=estate.owners[HOME])


def judge(estate: Estate, channel: Channel, purpose: Purpose, at: dt.datetime) -> str:
    person = estate.owners[HOME]
    facts = gather(person.organisation_id, [Wanted(person.pk)], at)[person.pk]
    verdict = check(Step(channel, purpose, at), now=at, facts=facts)
    return verdict.code if isinstance(verdict, Refused) else "allowed"


def test_the_channel_an_owner_likes_is_tried_first(estate: Estate, owner: Owner) -> None:
    open_channels(estate, "wechat")
    wish(owner, "sms")
    assert announce(estate).channel == "sms"


def test_without_a_wish_the_ladder_begins_with_what_is_free(estate: Estate) -> None:
    open_channels(estate, "wechat")
    assert announce(estate).channel == "wechat"


def test_a_notice_waits_for_the_end_of_the_owners_quiet_hours(estate: Estate, owner: Owner) -> None:
    wish(owner, quiet=(9, 14))
    target = announce(estate)
    message = Message.objects.get(batch=target.batch, bundle=target.bundle)
    assert (target.state, message.not_before) == ("waiting", NOW.replace(hour=14))
    assert estate.sandbox.to(MOBILES[HOME]) == []
    with clock.at(NOW.replace(hour=14)):
        run(start_batch(estate.world.community.pk, DUE, actor=estate["manager"]))
        assert len(estate.sandbox.to(MOBILES[HOME])) == 1


def test_the_guard_keeps_the_owners_quiet_hours_but_answers_at_any(estate: Estate, owner: Owner) -> None:
    wish(owner, quiet=(20, 10))
    early = NOW.replace(hour=9, minute=59)
    assert judge(estate, Channel.SMS, Purpose.BILL, early) == "own_quiet_hours"
    assert judge(estate, Channel.PHONE, Purpose.SERVICE, early) == "own_quiet_hours"
    assert judge(estate, Channel.SMS, Purpose.CODE, early) == "allowed"
    assert judge(estate, Channel.SMS, Purpose.BILL, NOW) == "allowed"


def test_who_wants_no_reminders_gets_paper_at_most(estate: Estate, owner: Owner) -> None:
    open_channels(estate, "letter")
    wish(owner, "none")
    assert judge(estate, Channel.SMS, Purpose.BILL, NOW) == "wants_no_reminder"
    assert judge(estate, Channel.SMS, Purpose.REPLY, NOW) == "allowed"
    target = announce(estate)
    assert (estate.sandbox.to(MOBILES[HOME]), target.tried[:1]) == ([], ["sms"])
    assert target.channel == "letter" or target.reason == "wants_no_reminder"


def test_a_number_that_left_the_record_wishes_nothing_any_more(estate: Estate, owner: Owner) -> None:
    from wuyefei.estate.people.public import update_person

    wish(owner, "none")
    update_person(estate.owners[HOME].pk, actor=estate["lead"], mobile="19900000077")
    assert judge(estate, Channel.SMS, Purpose.BILL, NOW) == "allowed"
