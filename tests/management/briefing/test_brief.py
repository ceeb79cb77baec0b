"""A morning's brief: exact figures, nobody's name, what one may see, and one e-mail a morning."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook

from tests.money.cashdesk.test_pages import client_of
from tests.relations.conftest import town, town_once
from tests.relations.notices.conftest import sandbox
from tests.relations.owners import TODAY, Town
from wuyefei.foundation.kernel.dates import DAY
from wuyefei.foundation.kernel.errors import Forbidden, Invalid
from wuyefei.foundation.platform import clock, vault
from wuyefei.management.briefing.actions import masked, send_due, subscribe, unsubscribe
from wuyefei.management.briefing.models import Delivery, Subscription
from wuyefei.management.briefing.queries import brief
from wuyefei.management.briefing.rules import Brief, Count, Line, letter, points, sentence, summed
from wuyefei.relations.notices.models import Carrier
from wuyefei.relations.notices.sandbox import Sandbox

__all__ = ["sandbox", "town", "town_once"]
D = Decimal


def test_the_sentence_and_the_sums() -> None:
    lines = (Line("桂语花园", 20000, D("0.8"), D("0.92"), 30000), Line("青禾里", 0, None, D("0.9"), 0))
    whole = summed(lines, 100_000, 80_000, D("0.92"))
    found = Brief(TODAY, "桂语物业", 5000, whole, lines, (Count("新增欠费户", 2, 30000), Count("作废收款", 0, 0)), (Count("待复核", 3),))
    assert sentence(found) == "昨天收款 200.00 元，前天 50.00 元；本月当期收缴率 80.0%，目标 92.0%，相差 −12.0 个点；新增欠费户 2；今天有 3 件事等您。"
    assert "青禾里：收款 0.00 元，收缴率 —（目标 90.0%），欠费 0.00 元" in letter(found) and "新增欠费户：2，300.00 元" in letter(found)
    assert (points(D("0.0012")), points(None), summed((), 0, 0, D(0)).rate) == ("+0.1 个点", "—", None)
    assert masked("yi@example.com") == "y***@example.com"


@pytest.mark.django_db
def test_a_manager_is_told_once_a_morning_what_they_may_see(town: Town, sandbox: Sandbox) -> None:
    """On 15 February yesterday's 200.00 at the desk are told; February's bills fall due that day."""
    world = town.world
    with clock.at(TODAY - DAY * 5):
        found = brief(world["manager"])
        assert (found.whole.received_fen, [line.name for line in found.lines]) == (20000, ["桂语花园"])
        assert brief(world["outsider"]).whole.received_fen == 0
        with pytest.raises(Forbidden):
            brief(world["admin"])
        with pytest.raises(Invalid):
            subscribe("not an address", actor=world["manager"])
        row = subscribe(" boss@example.com ", actor=world["manager"])
        assert row.address_shown == "b***@example.com" and b"boss" not in bytes(row.address_locked)
        assert send_due(None) == 0 and Delivery.objects.get().state == "failed"
        Carrier.objects.create(
            organisation=world.organisation, channel="email", kind="smtp", enabled=True, hook="briefs",
            settings={"host": "127.0.0.1", "port": sandbox.mail_port, "sender": "bill@example.com"}, sealed=vault.seal_secret("{}"),
        )  # fmt: skip
        assert send_due(None) == 0 and sandbox.got == []
    with clock.at(TODAY - DAY * 4):
        assert (send_due(world.organisation.pk), send_due(None)) == (1, 0)
        (got,) = sandbox.to("boss@example.com")
        assert all(name not in str(got.body) for name in ("陆小满", "1-1-101"))
        sandbox.mood["*"] = "drop"
    with clock.at(TODAY - DAY * 3):
        assert (send_due(None), send_due(None)) == (0, 0)
        assert Delivery.objects.order_by("-on").values_list("state", flat=True)[0] == "unsure"
    unsubscribe(actor=world["manager"])
    assert not Subscription.objects.exists()


@pytest.mark.django_db
def test_the_page_and_the_files(town: Town) -> None:
    manager = client_of(town.world, "manager")
    page = manager.get("/briefing/").content.decode()
    assert "等您办理" in page and "桂语花园" in page
    assert manager.get("/briefing/file?kind=pdf").content.startswith(b"%PDF-")
    book = CalamineWorkbook.from_filelike(io.BytesIO(manager.get("/briefing/file?kind=xlsx").content))
    assert book.get_sheet_by_index(1).to_python()[-1][0] == "合计"
    assert manager.get("/briefing/file?kind=doc").status_code == 404
    assert client_of(town.world, "cashier").get("/briefing/").status_code == 403
    assert manager.post("/briefing/subscribe", {"address": "boss@example.com"}).status_code == 302
    assert "b***@example.com" in manager.get("/briefing/").content.decode()
    assert manager.post("/briefing/unsubscribe").status_code == 302 and not Subscription.objects.exists()
