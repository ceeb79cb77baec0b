"""The pages of the round, of a meter and of doubtful readings."""

from __future__ import annotations

import csv
import datetime as dt
import io
import struct
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from python_calamine import CalamineWorkbook

from tests.world import World, make_world
from wuyefei.estate.metering.models import Dial, Photo, Reading
from wuyefei.estate.metering.public import Installed, ReadingRow, install, record
from wuyefei.estate.properties.public import Meter, MeterRow, bulk_create_meters
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import User
from wuyefei.foundation.access.sessions import pass_factor
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.pictures import PictureRefused, read_picture

pytestmark = pytest.mark.django_db
WATER = "水表"
TODAY = dt.date(2026, 4, 25)


def client_of(actor: Actor) -> Client:
    moment = clock.now() - dt.timedelta(hours=1)
    User.objects.filter(pk=actor.user_id).update(totp_confirmed_at=moment, password_changed_at=moment)
    user = User.objects.get(pk=actor.user_id)
    client = Client()
    client.force_login(user)
    session = client.session
    pass_factor(session, user)
    session.save()
    return client


@pytest.fixture
def world() -> Iterator[World]:
    with clock.at(TODAY):
        yield make_world()


@pytest.fixture
def meters(world: World) -> list[Meter]:
    """Three water meters, put on at 100; two of them read in February and March, ten units a month."""
    rows = [MeterRow(world.flats[code].pk, WATER, f"W-{code}") for code in ("1-1-101", "1-1-102", "1-1-201")]
    found = bulk_create_meters(rows, actor=world["manager"], community=world.community)
    for meter in found:
        install(meter.pk, Installed(dt.date(2026, 1, 25), Decimal(100)), actor=world["manager"])
    for month, value in ((2, 110), (3, 120)):
        taken = [ReadingRow(meter.pk, dt.date(2026, month, 25), Decimal(value)) for meter in found[:2]]
        record(taken, actor=world["manager"], community=world.community)
    return found


@pytest.fixture
def client(world: World) -> Client:
    return client_of(world["manager"])


def read(client: Client, meter: Meter, value: str, **more: str) -> str:
    response = client.post(f"/meters/{meter.pk}/read", {"on": "2026-04-25", "since": "2026-04-01", "value": value, **more})
    assert response.status_code == 200
    return response.content.decode()


def test_the_round_shows_each_meter_with_its_last_figure(client: Client, meters: list[Meter]) -> None:
    text = client.get("/meters/?since=2026-04-01").content.decode()
    assert [code for code in ("1-1-101", "1-1-102", "1-1-201") if f"<b>{code}</b>" in text] == ["1-1-101", "1-1-102", "1-1-201"]
    assert "<b class=\"num\">0</b> <span class=\"q\">/ 3" in text
    assert text.count('<b class="num">120</b>') == 2 and '<b class="num">100</b>' in text
    assert "平常每天 0.36" in text


def test_a_figure_is_saved_and_the_meter_is_done(client: Client, meters: list[Meter]) -> None:
    text = read(client, meters[0], "131")
    assert 'class="mt-stop done"' in text and "用量 11" in text
    row = Reading.objects.get(meter=meters[0], on=TODAY)
    assert (row.value, row.quantity, row.state) == (Decimal(131), Decimal(11), "confirmed")
    assert '<b class="num">1</b> <span class="q">/ 3' in client.get("/meters/?since=2026-04-01").content.decode()
    left = client.get("/meters/?since=2026-04-01&show=left").content.decode()
    assert "<b>1-1-101</b>" not in left and "<b>1-1-102</b>" in left


def test_the_same_figure_sent_again_after_a_lost_answer_changes_nothing(client: Client, meters: list[Meter]) -> None:
    read(client, meters[0], "131")
    before = Reading.objects.count()
    assert 'class="mt-stop done"' in read(client, meters[0], "131")
    assert Reading.objects.count() == before


@pytest.mark.parametrize(
    ("value", "said"),
    [("119", "读数"), ("", "还没有填读数"), ("十二", "读数只能是数字"), ("100000", "最多 5 位"), ("-3", "")],
)
def test_a_wrong_figure_is_refused_and_stays_in_the_field(client: Client, meters: list[Meter], value: str, said: str) -> None:
    before = Reading.objects.count()
    text = read(client, meters[0], value)
    assert 'aria-invalid="true"' in text and said in text and "done" not in text.split(">")[0]
    assert f'value="{value}"' in text
    assert Reading.objects.count() == before


def test_a_doubtful_figure_is_asked_once_then_held(client: Client, meters: list[Meter]) -> None:
    before = Reading.objects.count()
    text = read(client, meters[0], "190")
    assert "用量 70：用量明显偏高。请再看一眼表盘。" in text and "没看错，保存" in text and 'name="sure"' in text
    assert Reading.objects.count() == before
    assert "待核对" in read(client, meters[0], "190", sure="on")
    row = Reading.objects.get(meter=meters[0], on=TODAY)
    assert (row.state, row.doubts) == ("held", ["high"])


def test_who_read_it_sees_it_wait_and_a_second_look_settles_it(client: Client, world: World, meters: list[Meter]) -> None:
    read(client, meters[0], "190", sure="on")
    row = Reading.objects.get(meter=meters[0], on=TODAY)
    assert "用量明显偏高" in client.get("/meters/held").content.decode()
    client.post(f"/meters/readings/{row.pk}/settle", {"verdict": "confirm", "reason": ""})
    row.refresh_from_db()
    assert row.state == "held"
    client.post(f"/meters/readings/{row.pk}/settle", {"verdict": "confirm", "reason": "业主说在装修"})
    row.refresh_from_db()
    assert row.state == "confirmed"
    assert "没有待核对的读数" in client.get("/meters/held").content.decode()


def test_a_wrong_reading_is_made_void_and_read_again(client: Client, meters: list[Meter]) -> None:
    read(client, meters[0], "131")
    row = Reading.objects.get(meter=meters[0], on=TODAY)
    client.post(f"/meters/readings/{row.pk}/settle", {"verdict": "void", "reason": "看错一位", "back": "meter"})
    read(client, meters[0], "130")
    found = Reading.objects.filter(meter=meters[0], on=TODAY).order_by("pk").values_list("value", "state")
    assert list(found) == [(Decimal(131), "void"), (Decimal(130), "confirmed")]
    assert "已作废" in client.get(f"/meters/{meters[0].pk}/").content.decode()


def test_what_nobody_could_read_is_estimated(client: Client, world: World, meters: list[Meter]) -> None:
    data = {"community": world.community.pk, "kind": WATER, "on": "2026-04-25", "since": "2026-04-01"}
    assert client.post("/meters/estimate", data).status_code == 302
    assert list(Reading.objects.filter(source="estimated").values_list("meter_id", flat=True)) == [meter.pk for meter in meters[:2]]
    wrong = client.post("/meters/estimate", data | {"since": "2026-05-01"}, follow=True)
    assert "不能晚于估抄日" in wrong.content.decode()


def test_a_meter_is_put_on_and_replaced(client: Client, world: World) -> None:
    data = {"community": world.community.pk, "code": "1-1-101", "kind": WATER, "number": "N-1", "on": "2026-04-01", "value": "8",
            "multiplier": "1", "digits": "5"}  # fmt: skip
    assert client.post("/meters/new", data | {"code": "9-9-999"}).status_code == 422 and not Meter.objects.exists()
    assert client.post("/meters/new", data | {"digits": "2"}).status_code == 422 and not Meter.objects.exists()
    assert client.post("/meters/new", data).status_code == 302
    old = Meter.objects.get()
    swap = {"on": "2026-04-20", "closing": "20", "number": "N-2", "opening": "0", "multiplier": "1", "digits": "5"}
    assert client.post(f"/meters/{old.pk}/replace", swap | {"closing": "7"}).status_code == 422 and Meter.objects.count() == 1
    assert client.post(f"/meters/{old.pk}/replace", swap).status_code == 302
    fresh = Dial.objects.get(replaces=old)
    assert fresh.meter.number == "N-2" and Reading.objects.get(meter=old, source="closed").quantity == 12
    assert "N-2" in client.get(f"/meters/{old.pk}/").content.decode()


def test_others_meters_are_not_there(world: World, meters: list[Meter]) -> None:
    outsider = client_of(world["outsider"])
    assert outsider.post(f"/meters/{meters[0].pk}/read", {}).status_code == 404
    assert outsider.get(f"/meters/?community={world.community.pk}").status_code in (403, 404)
    assert client_of(world["cashier"]).get("/meters/").status_code == 403


def filled(client: Client, world: World, figures: dict[str, object]) -> bytes:
    """The sheet of the round, filled in as somebody would in a spreadsheet."""
    answer = client.get(f"/meters/sheet?community={world.community.pk}&kind={WATER}")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert rows[1][:3] == ["1-1-101", "W-1-1-101", 120.0]
    body = io.StringIO()
    writer = csv.writer(body)
    writer.writerow(rows[0])
    for row in rows[1:]:
        writer.writerow([row[0], row[1], "", "", figures.get(str(row[1]), ""), "", ""])
    return body.getvalue().encode()


def sent(client: Client, world: World, content: bytes) -> str:
    file = SimpleUploadedFile("抄表单.csv", content)
    data = {"community": world.community.pk, "kind": WATER, "on": "2026-04-25", "file": file}
    return client.post("/meters/sheet/upload", data, follow=True).content.decode()


def test_a_filled_sheet_is_taken_whole_and_once(client: Client, world: World, meters: list[Meter]) -> None:
    content = filled(client, world, {"W-1-1-101": 131, "W-1-1-201": "104.5"})
    assert "已记下 2 块表的读数" in sent(client, world, content)
    found = dict(Reading.objects.filter(on=TODAY).values_list("meter__number", "quantity"))
    assert found == {"W-1-1-101": Decimal(11), "W-1-1-201": Decimal("4.5")}
    sent(client, world, content)
    assert Reading.objects.filter(on=TODAY).count() == 2


def test_a_sheet_with_a_wrong_row_is_refused_whole(client: Client, world: World, meters: list[Meter]) -> None:
    before = Reading.objects.count()
    content = filled(client, world, {"W-1-1-101": 131, "W-1-1-102": 119, "W-1-1-201": "十"}) + b"x,W-9,,,5,,\n"
    text = sent(client, world, content)
    assert "3 行不对，一行也没有记" in text and "「十」不是读数" in text and "没有这块表" in text and "W-1-1-102" in text
    assert Reading.objects.count() == before
    assert "缺少" in sent(client, world, b"a,b\n1,2\n")


def png(*chunks: bytes) -> bytes:
    """A PNG of the named chunks, each with two bytes."""
    body = b"".join(struct.pack(">I4s", 2, name) + b"ab" + b"crc!" for name in chunks)
    return b"\x89PNG\r\n\x1a\n" + body


JPEG = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xe1\x00\x08Exif\x00\x00\xff\xfe\x00\x05loc\xff\xdb\x00\x03q\xff\xda\x00\x02pixels\xff\xd9"


def test_what_a_camera_writes_beside_a_picture_is_cut_out() -> None:
    kept = read_picture(JPEG)
    assert (kept.kind, b"Exif" in kept.content, b"loc" in kept.content) == ("image/jpeg", False, False)
    assert kept.content.startswith(b"\xff\xd8\xff\xe0") and kept.content.endswith(b"pixels\xff\xd9")
    assert read_picture(kept.content) == kept
    assert read_picture(png(b"IHDR", b"tEXt", b"eXIf", b"IDAT", b"IEND")).content == png(b"IHDR", b"IDAT", b"IEND")


@pytest.mark.parametrize(
    "content", [b"", b"GIF89a", b"%PDF-1.7", b"<svg onload=x>", JPEG[:20], png(b"IHDR", b"IDAT"), b"\xff\xd8\xff" + b"0" * (3 * 2**20)]
)
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(PictureRefused):
        read_picture(content)


def test_the_dial_is_photographed_with_its_reading(client: Client, meters: list[Meter], world: World) -> None:
    def shot(content: bytes, name: str = "dial.jpg") -> SimpleUploadedFile:
        return SimpleUploadedFile(name, content)

    bad = read(client, meters[0], "130", photo=shot(b"GIF89a"))  # type: ignore[arg-type]
    assert "只收 JPEG 或 PNG 照片" in bad and not Reading.objects.filter(meter=meters[0], on=TODAY).exists()
    asked = read(client, meters[0], "300", photo=shot(JPEG))  # type: ignore[arg-type]
    assert "没看错" in asked and Photo.objects.count() == 0
    read(client, meters[0], "300", sure="on", photo=shot(JPEG))  # type: ignore[arg-type]
    read(client, meters[0], "300", photo=shot(png(b"IHDR", b"IEND")))  # type: ignore[arg-type]
    row = Reading.objects.get(meter=meters[0], on=TODAY)
    held = client.get("/meters/held").content.decode()
    assert f"/meters/readings/{row.pk}/photo" in held and "照片" in client.get(f"/meters/{meters[0].pk}/").content.decode()
    answer = client.get(f"/meters/readings/{row.pk}/photo")
    assert (answer["Content-Type"], answer.content) == ("image/jpeg", read_picture(JPEG).content)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert client_of(world["outsider"]).get(f"/meters/readings/{row.pk}/photo").status_code == 404
    read(client, meters[1], "130")
    assert client.get(f"/meters/readings/{Reading.objects.get(meter=meters[1], on=TODAY).pk}/photo").status_code == 404
