"""The pages of the import: choose, match, look, import; what is refused is said and changes nothing."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from python_calamine import CalamineWorkbook

from tests.money.intake.books import HC, as_csv, xlsx
from tests.money.intake.test_actions_apply import PLAIN, state
from tests.money.intake.test_rules_intake_plain import FLATS
from tests.world import World
from wuyefei.estate.contracts.public import Contract
from wuyefei.estate.properties.public import Property
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import Community, User
from wuyefei.foundation.access.sessions import pass_factor
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.jobs import run_job
from wuyefei.foundation.platform.models import AuditEntry, Job
from wuyefei.foundation.shell.verify import run_checks
from wuyefei.money.intake import actions
from wuyefei.money.intake.models import ImportFile

pytestmark = pytest.mark.django_db
CHOICES = {
    "takeover_on": "2026-11-01", "cycle_months": "1", "due_day": "15", "arrears": "", "prepayments": "", "mode": "all",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with clock.at(dt.date(2026, 11, 24)):
        yield


def client_of(actor: Actor) -> Client:
    """A browser in which this actor is fully signed in."""
    moment = clock.now() - dt.timedelta(hours=1)
    User.objects.filter(pk=actor.user_id).update(totp_confirmed_at=moment, password_changed_at=moment)
    user = User.objects.get(pk=actor.user_id)
    client = Client()
    client.force_login(user)
    session = client.session
    pass_factor(session, user)
    session.save()
    return client


def upload(client: Client, data: bytes, name: str = "测试新城房屋.xlsx", place: str = "new") -> str:
    """Where the upload leads to."""
    file = SimpleUploadedFile(name, data)
    response = client.post("/imports/", {"place": place, "name": "测试新城", "file": file})
    assert response.status_code == 302, response.content.decode()
    return response.headers["Location"]


def text(client: Client, url: str, status: int = 200) -> str:
    response = client.get(url)
    assert response.status_code == status
    return response.content.decode()


def test_from_a_file_to_a_community(world: World) -> None:
    client = client_of(world["lead"])
    assert "还没有导入过" in text(client, "/imports/")
    show = upload(client, xlsx({"房屋": PLAIN}))
    page = text(client, show)
    assert all(word in page for word in ("导入 4 行", "新建 4", "1,596.30", "300.00", "期初欠费对账", "139****0001", "业主姓名"))
    assert "13900000001" not in page
    before = state()
    refused = client.post(f"{show}choices", {**CHOICES, "do": "apply"})
    assert refused.status_code == 409
    assert "请填写老账上的总数" in refused.content.decode()
    off = client.post(f"{show}choices", {**CHOICES, "arrears": "1,597.30", "prepayments": "300", "do": "apply"})
    assert off.status_code == 409
    assert "相差 −1.00 元" in off.content.decode()
    assert state() == before
    right = {**CHOICES, "arrears": "1596.30", "prepayments": "300", "due_day": "20", "late_fee": "on", "do": "apply"}
    assert client.post(f"{show}choices", right).headers["Location"] == show
    done = text(client, show)
    assert "导入完成" in done and "看合同" in done and "出账" in done
    contract = Contract.objects.get(community__name="测试新城")
    assert (contract.due_day, str(contract.late_fee_rate), str(contract.late_fee_cap)) == (20, "0.000500", "0.0500")
    assert run_checks(world.organisation.pk).holds
    assert AuditEntry.objects.filter(action="intake.apply").exists()
    place = Community.objects.get(name="测试新城")
    again = upload(client, xlsx({"房屋": PLAIN}), place=str(place.pk))
    assert "导入不会改变任何东西" in text(client, again)


def test_errors_are_shown_row_by_row_and_as_a_workbook(world: World) -> None:
    client = client_of(world["lead"])
    rows = [*PLAIN, ["1", "1", "=1+1", -5, "测试丁", "139000000091", 2.5, None, None, None, None, None, None]]
    show = upload(client, xlsx({"房屋": rows}))
    page = text(client, show)
    assert 'aria-disabled="true"' in page and "还有" in page
    assert "面积 -5 不大于 0" in page and "填大于 0 的平方米数" in page
    assert "139000000091" not in page
    assert 'class="el bad"' in text(client, f"{show}?rows=error")
    assert "测试乙" in text(client, f"{show}?rows=")
    before = state()
    refused = client.post(f"{show}choices", {**CHOICES, "arrears": "1596.30", "prepayments": "300", "do": "apply"})
    assert refused.status_code == 409 and state() == before
    book = client.get(f"{show}errors")
    assert book.headers["Content-Disposition"].startswith("attachment")
    cells = CalamineWorkbook.from_filelike(io.BytesIO(book.content)).get_sheet_by_name("房屋").to_python()
    assert cells[5][2] == "'=1+1"
    assert AuditEntry.objects.filter(action="intake.errors_download").exists()
    valid = {**CHOICES, "arrears": "1596.30", "prepayments": "300", "mode": "valid", "do": "apply"}
    assert client.post(f"{show}choices", valid).status_code == 302
    assert Property.objects.filter(community__name="测试新城", kind="residential").count() == 4


def test_columns_are_matched_by_hand_where_they_are_not_understood(world: World) -> None:
    client = client_of(world["lead"])
    columns = upload(client, as_csv(FLATS), "flats.csv")
    assert columns.endswith("/columns")
    page = text(client, columns)
    assert "Garden" in page and "测试苑" in page
    given = {"sheet": "flats", "header_row": "1", "charge_item": "物业费", "c2": "building", "c3": "floor", "c4": "area"}
    told = client.post(f"{columns}/check", {**given, "c5": "area"}).content.decode()
    assert "没有房号列" in told and "只能留一列" in told
    assert "这样对应可以预览" in client.post(f"{columns}/check", {**given, "number_rows": "on"}).content.decode()
    assert client.post(columns, given).status_code == 200
    show = client.post(columns, {**given, "number_rows": "on"}).headers["Location"]
    assert "导入 5 行" in text(client, show)
    assert client.post(f"{show}choices", {**CHOICES, "do": "apply"}).status_code == 302
    assert Property.objects.filter(community__name="测试新城").count() == 4


def test_the_peer_workbook_needs_no_matching(world: World) -> None:
    client = client_of(world["lead"])
    show = upload(client, xlsx(HC), "hc.xlsx")
    page = text(client, show)
    assert "常见开源物业系统的导入模板" in page
    assert "费用设置" in page
    assert "楼栋单元" in text(client, f"{show}?sheet=房屋信息&rows=error")


def test_a_long_file_is_done_by_the_worker_with_progress(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "LONG", 2)
    client = client_of(world["lead"])
    show = upload(client, xlsx({"房屋": [row[:5] for row in PLAIN]}))
    assert client.post(f"{show}choices", {**CHOICES, "do": "apply"}).status_code == 302
    job = Job.objects.get()
    assert "正在导入" in text(client, show)
    assert "HX-Refresh" not in client.get(f"{show}progress").headers
    assert client.post(f"{show}choices", {**CHOICES, "do": "apply"}).status_code == 409
    run_job(job.pk)
    job.refresh_from_db()
    assert job.state == "done"
    assert client.get(f"{show}progress").headers["HX-Refresh"] == "true"
    assert "导入完成" in text(client, show)
    run_job(job.pk)
    assert Property.objects.filter(community__name="测试新城").count() == 4


def test_work_whose_worker_died_is_taken_up_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "LONG", 2)
    client = client_of(world["lead"])
    show = upload(client, xlsx({"房屋": [row[:5] for row in PLAIN]}))
    client.post(f"{show}choices", {**CHOICES, "do": "apply"})
    before = state()
    job = Job.objects.get()

    def killed(*args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(actions.Writer, "_charges", killed)
        run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, ImportFile.objects.get().state) == ("running", "applying")
    assert state() == before
    run_job(job.pk)
    assert "导入完成" in text(client, show)
    assert Property.objects.filter(community__name="测试新城").count() == 4


def test_a_stopped_import_has_changed_nothing_and_can_be_tried_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "LONG", 2)
    client = client_of(world["lead"])
    show = upload(client, xlsx({"房屋": [row[:5] for row in PLAIN]}))
    client.post(f"{show}choices", {**CHOICES, "do": "apply"})
    before = state()
    client.post(f"{show}stop")
    assert "已停止，什么也没有改变" in text(client, show)
    run_job(Job.objects.get().pk)
    assert state() == before
    client.post(f"{show}choices", {**CHOICES, "do": "apply"})
    Job.objects.filter(state="waiting").update(stop_requested=True)
    run_job(Job.objects.order_by("-pk")[0].pk)
    assert "已停止，什么也没有改变" in text(client, show)
    assert ImportFile.objects.get().state == "refused"
    assert state() == before


BAD = {
    "empty": ("a.xlsx", b"", "上传了一个空文件|文件是空的|submitted file is empty|空文件"),
    "picture": ("a.png", b"\x89PNG....", "这是图片，不是表格"),
    "large": ("a.csv", b"x" * (21 * 2**20), "最大 20 MB"),
}


@pytest.mark.parametrize("what", BAD)
def test_bad_uploads_are_refused_on_the_page(world: World, what: str) -> None:
    name, data, words = BAD[what]
    client = client_of(world["lead"])
    response = client.post("/imports/", {"place": "new", "name": "测试新城", "file": SimpleUploadedFile(name, data)})
    page = response.content.decode()
    assert response.status_code == 422
    assert any(word in page for word in words.split("|")), page[-3000:]
    assert not ImportFile.objects.exists()


def test_only_importers_and_only_their_places(world: World) -> None:
    lead = client_of(world["lead"])
    show = upload(lead, xlsx({"房屋": PLAIN}), place=str(world.community.pk))
    cashier, outsider = client_of(world["cashier"]), client_of(world["outsider"])
    for client, status in ((cashier, 403), (outsider, 404)):
        for url in (show, f"{show}columns", f"{show}errors", f"{show}progress"):
            assert client.get(url).status_code == status, url
        for url in (f"{show}choices", f"{show}stop", f"{show}discard", f"{show}columns/check"):
            assert client.post(url, CHOICES).status_code == status, url
    assert show not in text(outsider, "/imports/")
    foreign = {"place": str(world.other_community.pk), "file": SimpleUploadedFile("a.xlsx", xlsx({"房屋": PLAIN}))}
    assert lead.post("/imports/", foreign).status_code == 422
    assert ImportFile.objects.count() == 1


def test_the_file_can_be_deleted_at_once(world: World) -> None:
    client = client_of(world["lead"])
    show = upload(client, xlsx({"房屋": PLAIN}))
    client.post(f"{show}discard")
    assert ImportFile.objects.get().stored == ""
    assert client.get(f"{show}errors").status_code == 409
