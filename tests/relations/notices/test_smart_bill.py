"""The smart bill: its fields, and its comparison with the plain one from the start to what may be said."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from tests.relations.contacts.test_pages_contacts import client_of
from tests.relations.notices.conftest import DUE, Estate, run
from tests.relations.owners import another_home
from tests.scenarios.month import first_finding, publish
from tests.world import pay
from wuyefei.foundation.kernel.dates import CHINA, DAY
from wuyefei.foundation.kernel.errors import Forbidden, Invalid, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import open_bills
from wuyefei.money.payments.public import PaymentOrder
from wuyefei.relations.governance.public import composition_picture
from wuyefei.relations.notices import telling
from wuyefei.relations.notices.actions.filling import parcel_with
from wuyefei.relations.notices.actions.receipts import take_receipt
from wuyefei.relations.notices.channels.base import Parcel
from wuyefei.relations.notices.channels.mail import Smtp
from wuyefei.relations.notices.models import Version
from wuyefei.relations.notices.public import (
    Carrier,
    Message,
    NoSmartText,
    Target,
    Trial,
    TrialOpen,
    decide_version,
    end_trial,
    news_of,
    result_of,
    save_version,
    say_news,
    set_manner,
    start_batch,
    start_trial,
    withdraw_news,
)
from wuyefei.relations.notices.rules import texts
from wuyefei.relations.notices.rules.trial import SMART, Word, arm_of

BODY = "{称呼}{问候}，{房号}{金额}元。{比上期}{同户型}{构成}{社区预告}"


def smart_text(estate: Estate) -> None:
    made = save_version("smart", "sms", BODY, carrier_template="2001", actor=estate["manager"])
    decide_version(made.pk, approved=True, actor=estate.world["relations"])


def trial(estate: Estate, **more: object) -> Trial:
    facts = {"measure": "on_time", "usual": Decimal("0.5"), "difference": Decimal("0.1")} | more
    return start_trial("一月比较", [estate.world.community.pk], **facts, actor=estate["manager"])  # type: ignore[arg-type]


def test_what_a_smart_bill_says(estate: Estate) -> None:
    """Greeting, beside the last bill, the same layout (five other homes at least), what a yuan pays for, what comes next."""
    world = estate.world
    smart_text(estate)
    set_manner(timing=True, smart_bill=True, actor=estate["manager"])
    say_news(world.community.pk, "12 月 20 日迎新市集。", DUE - DAY * 30, DUE, actor=estate["manager"])
    run(start_batch(world.community.pk, DUE, actor=estate["manager"]))
    said = estate.sandbox.to("19900000001")[0].body
    whole = "每 100 元：人员工资 60、公共能耗 15、设施维保 10、绿化保洁 10、管理费用 5。"
    assert said["TemplateId"] == "2001"
    # four homes of 100 m² besides this one (three of this estate, one of the world): too few to average
    assert said["TemplateParamSet"] == ["测试甲", "上午好", "1-2-101", "250.00", "和上期一样。", "", whole, "12 月 20 日迎新市集。"]


def test_an_e_mail_carries_the_picture_of_the_fee(estate: Estate) -> None:
    """Text first, then the same as a page with the picture inside it: nothing is fetched when it is read, and the picture
    names the community alone. Other channels and texts that do not say it carry none."""
    version = Version(subject="{小区}账单", body="{称呼}{问候}\n{构成}")
    values = {**texts.sample(), "称呼": "陆<b>小满"}
    place = estate.world.community
    parcel = parcel_with("m7", "email", "yi@example.com", version, values, place.pk)
    letter = Smtp("127.0.0.1", 25, "", "", "bill@example.com").letter(parcel)
    plain, page = letter.iter_parts()
    assert (letter.get_content_type(), plain.get_content().strip()) == ("multipart/alternative", parcel.body)
    html, picture = page.iter_parts()
    assert 'src="cid:m7.picture"' in html.get_content() and "陆&lt;b&gt;小满" in html.get_content() and "人员工资 60" in html.get_content()
    assert (picture["Content-ID"], picture.get_content_disposition()) == ("<m7.picture>", "inline")
    drawn = picture.get_content()
    assert drawn == composition_picture(place.pk) and drawn.startswith(b"\x89PNG") and len(drawn) < 60_000
    assert not parcel_with("m8", "app", "x", version, values, place.pk).picture
    assert not parcel_with("m8", "email", "x", Version(subject="", body="{称呼}"), values, place.pk).picture
    assert not parcel_with("m8", "email", "x", version, values | {"构成": ""}, place.pk).picture
    assert Smtp("127.0.0.1", 25, "", "", "bill@example.com").letter(Parcel("k", "a@b.cn", "s", "b")).get_content_type() == "text/plain"


def test_five_other_homes_make_an_average(estate: Estate) -> None:
    world = estate.world
    for n in (101, 102):
        another_home(world, f"1-3-{n}", f"邻居{n}")
    publish(world, "2026-02")
    smart_text(estate)
    set_manner(timing=True, smart_bill=True, actor=estate["manager"])
    run(start_batch(world.community.pk, DUE, actor=estate["manager"]))
    assert estate.sandbox.to("19900000001")[0].body["TemplateParamSet"][5] == "同户型平均 250.00 元。"


def test_a_comparison_from_start_to_end(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    world, place = estate.world, estate.world.community
    with pytest.raises(NoSmartText):
        trial(estate)
    smart_text(estate)
    with pytest.raises(Forbidden):
        start_trial("x", [place.pk], "read", Decimal("0.4"), Decimal("0.3"), actor=estate["collector"])
    for more in ({"difference": Decimal("0.01")}, {"measure": "taste"}):
        with pytest.raises(Invalid):
            trial(estate, **more)
    assert not Trial.objects.exists()
    row = trial(estate)
    assert (row.needed, len(row.seed)) == (388, 32)
    with pytest.raises(TrialOpen):
        trial(estate)
    batch = run(start_batch(place.pk, DUE, actor=estate["manager"]))
    for message in Message.objects.filter(batch=batch).select_related("version"):
        assert message.version.carrier_template == ("2001" if arm_of(row.seed, message.person_id) == SMART else "1001")
    assert result_of(row).waiting == 4 and result_of(row).plain.told == result_of(row).smart.told == 0
    paid, read = estate.owners["1-2-101"], estate.owners["1-2-102"]
    take_receipt(Carrier.objects.get(channel="sms"), "read", ref=Message.objects.get(person=paid).carrier_ref)
    monkeypatch.setattr(telling, "_opened", [lambda ids, until: {read.pk: DUE - DAY} if until == DUE else {}])
    with clock.at(DUE - DAY):
        bills = open_bills(estate["cashier"], clock.today(), payer_ids=[paid.pk])
        total = sum(bill.total_fen for bill in bills)
        home = Target.objects.get(person=paid).property_id
        pay(PaymentOrder(home, paid.pk, tuple(bill.id for bill in bills), {"cash": total}, "t-1", due_fen=total), actor=estate["cashier"])
    with clock.at(DUE + DAY):
        found = result_of(row)
        halves = (found.plain, found.smart)
        assert [sum(getattr(half, name).hits for half in halves) for name in ("read", "on_time")] == [2, 1]
        assert sum(half.told for half in halves) == 4 and found.waiting == 0
        assert found.verdict.word is Word.TOO_FEW and found.verdict.lacking == 388 - min(half.told for half in halves)
        text = client_of(world, "manager").get(f"/notices/trials/{row.pk}").content.decode()
        assert "还不够，先不下结论" in text and "每半至少 388 户" in text and "智能账单更好" not in text
        Trial.objects.filter(pk=row.pk).update(needed=0)
        assert result_of(Trial.objects.get()).verdict.word is not Word.TOO_FEW
        end_trial(row.pk, actor=estate["manager"])
        with pytest.raises(NotFound):
            end_trial(row.pk, actor=estate["outsider"])
    assert first_finding(world) == ""


def test_news_is_said_while_it_holds(estate: Estate) -> None:
    place = estate.world.community.pk
    day = dt.date(2026, 2, 10)
    row = say_news(place, "换新电梯", day, day + DAY * 5, actor=estate["manager"])
    assert [news_of(place, day + DAY * n) for n in (-1, 0, 5, 6)] == ["", "换新电梯", "换新电梯", ""]
    with pytest.raises(Invalid):
        say_news(place, "早", day, day - DAY, actor=estate["manager"])
    with pytest.raises(NotFound):
        withdraw_news(row.pk, actor=estate["outsider"])
    with clock.at(dt.datetime(2026, 2, 11, 9, tzinfo=CHINA)):
        withdraw_news(row.pk, actor=estate["manager"])
        assert news_of(place, clock.today()) == ""


def test_the_pages_of_smart_notices(estate: Estate) -> None:
    client, place = client_of(estate.world, "manager"), estate.world.community.pk
    assert "智能时机" in client.get("/notices/smart").content.decode()
    client.post("/notices/smart/manner", {"smart_bill": "on"})
    sent = {"community": place, "text": "迎新市集", "starts_on": "2026-02-01", "ends_on": "2026-02-28"}
    assert client.post("/notices/news", sent).status_code == 302 and "正在显示" in client.get("/notices/news").content.decode()
    assert "应不早于起" in client.post("/notices/news", {**sent, "ends_on": "2026-01-01"}).content.decode()
    form = {"name": "比一比", "communities": [place], "measure": "read", "usual": "40", "difference": "20"}
    assert "还没有已批准的" in client.post("/notices/trials/new", form).content.decode()
    smart_text(estate)
    answer = client.post("/notices/trials/new", form)
    assert answer.status_code == 302 and Trial.objects.get().needed == 97
    client.post(f"{answer.headers['Location']}/end")
    assert "比一比" in client.get("/notices/smart").content.decode() and Trial.objects.get().ended_at is not None
