"""What each channel of contact led to: the counts by hand, intervals, segments, and what may not be said."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.collection.followup.conftest import MARCH, at
from tests.collection.legal.test_actions_legal import settle_up
from tests.insight.arrears.test_pages_arrears import client, sheet_of, text
from tests.world import World
from wuyefei.collection.followup.queries.channels import fared
from wuyefei.collection.followup.rules.channels import Fared, ahead, merged
from wuyefei.foundation.platform import clock
from wuyefei.relations.contacts.public import Contact

LATER = dt.date(2026, 3, 30)


def fare(channel: str, made: int, soon: int, later: int, age: str = "young", kind: str = "person") -> Fared:
    return Fared(channel, age, kind, made, made, made, soon, later, 0)


def test_only_a_clear_lead_is_a_lead() -> None:
    phone, letter = fare("phone", 100, 40, 60), fare("letter", 100, 5, 20)
    assert phone.later == (600, 502, 691) and letter.later == (200, 133, 289)
    assert ahead([letter, phone]) == (phone, letter)
    assert ahead([phone, fare("sms", 100, 40, 55)]) is None  # the intervals meet
    assert ahead([phone, fare("visit", 29, 0, 0)]) is None  # too few of the other to say anything
    assert phone.each_fen(150) == 250 and fare("sms", 9, 0, 0).each_fen(5) is None and fare("sms", 0, 0, 0).soon == (None, 0, 1000)


def test_segments_add_up() -> None:
    rows = [fare("phone", 10, 1, 2), fare("phone", 20, 3, 4, "old"), fare("sms", 5, 0, 1, "old", "firm")]
    assert [(one.channel, one.made, one.paid_later) for one in merged(rows)] == [("phone", 30, 6), ("sms", 5, 1)]
    assert [(one.channel, one.made) for one in merged(rows, age="old")] == [("phone", 20), ("sms", 5)]
    assert [(one.channel, one.made) for one in merged(rows, kind="firm")] == [("sms", 5)]


def contacted(world: World, name: str, channel: str, day: dt.date, outcome: str, hour: int = 10) -> None:
    person, home = world.people[name], world.flats["1-1-101"]
    Contact.objects.create(
        organisation=world.organisation, community=world.community, person=person, property=home, state="done", channel=channel, purpose="reminder",
        at=at(day, hour), outcome=outcome, made_by_id=world["collector"].user_id, made_at=at(day, hour), closed_by_id=world["collector"].user_id,
        closed_at=at(day, hour),
    )  # fmt: skip


@pytest.mark.django_db
def test_counted_by_hand(world: World) -> None:
    """陆小满 pays six days after a call; 沈秋白 nine days after a text and four after a letter; 顾予安 never. A contact of one who owes
    nothing, and one whose 14 days are not over, count for nothing."""
    contacted(world, "陆小满", "phone", MARCH, "reached")
    contacted(world, "沈秋白", "sms", MARCH, "sent")
    contacted(world, "沈秋白", "letter", dt.date(2026, 3, 8), "bounced")
    contacted(world, "顾予安", "visit", MARCH, "not_home")
    contacted(world, "顾予安", "phone", dt.date(2026, 3, 20), "reached")
    for name, day in (("陆小满", dt.date(2026, 3, 9)), ("沈秋白", dt.date(2026, 3, 12))):
        with clock.at(at(day, 15)):
            settle_up(world, name)
    contacted(world, "陆小满", "phone", dt.date(2026, 3, 12), "reached")
    with clock.at(at(LATER)):
        rows = {one.channel: one for one in fared(world.organisation.pk, [world.community.pk], LATER, 90)}
        assert {key: (one.made, one.known, one.reached, one.paid_soon, one.paid_later, one.again, one.age) for key, one in rows.items()} == {
            "phone": (1, 1, 1, 1, 1, 0, "middle"), "sms": (1, 0, 0, 0, 1, 1, "middle"), "letter": (1, 1, 0, 1, 1, 0, "middle"),
            "visit": (1, 1, 0, 0, 0, 0, "middle"),
        }  # fmt: skip
        assert fared(world.organisation.pk, [], LATER, 90) == []
        page = client(world, "manager")
        shown = text(page.get("/followup/channels?days=90&cost_phone=1.5&cost_sms=x"))
        assert "不到 30 次，不比较" in shown and "没有哪一种方式明显更好" in shown and "1.50" in shown and "这是观察，不是试验" in shown
        assert "这段时间没有可比的催缴联系" in text(page.get("/followup/channels?age=old"))
        assert sheet_of(page.get("/followup/channels/export?days=90").content)[1][3:8] == [1, 1, 0, 1, 1]
