"""The Beancount export: accepted by the loader, with the ledger's own balances, the same bytes every time."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from beancount import loader
from beancount.core import data

from tests.scenarios.month import publish
from tests.world import World, make_world, person
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.kernel.errors import Forbidden, NotFound
from wuyefei.foundation.kernel.text import pinyin_key
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import Receivable
from wuyefei.money.ledger.public import (
    ACCOUNT_NAMES,
    BEANCOUNT_NAMES,
    Account,
    Posting,
    balances,
    components,
    journal,
    post,
    readable,
    render,
)
from wuyefei.money.payments.public import PaymentOrder, take_payment


def test_every_account_has_both_names() -> None:
    assert set(ACCOUNT_NAMES) == set(BEANCOUNT_NAMES) == set(Account)
    assert len(set(BEANCOUNT_NAMES.values())) == len(Account)


def test_parts_are_pinyin_and_never_shared() -> None:
    names = {4: "桂语花园", 2: "桂雨花园", 9: "3号院", 7: "ABC 公寓（一期）", 8: "！！", 5: "—"}
    assert components(names) == {
        2: "GuiYuHuaYuan", 4: "GuiYuHuaYuan-4", 5: "C5", 7: "AbcGongYuYiQi", 8: "C8", 9: "3HaoYuan",
    }  # fmt: skip


@pytest.fixture
def world() -> World:
    """Two communities of one firm: bills, a payment with late fee and prepayment, and an entry with an odd memo."""
    with clock.at(dt.date(2026, 1, 2)):
        made = make_world(cycle_months=3)
        publish(made, "2026-01")
    with clock.at(dt.date(2026, 2, 14)):
        flat, owner = made.flats["1-1-101"], made.people["陆小满"]
        bills = tuple(Receivable.objects.filter(property=flat).values_list("pk", flat=True))
        take_payment(PaymentOrder(flat.pk, owner.pk, bills, {"cash": 70000, "card": 10000}, "k1", keep_rest=True), actor=made["cashier"])
        second = Community.objects.create(
            organisation=made.organisation, name="桂雨花园", sort_key=pinyin_key("桂雨花园"), receipt_prefix="GR"
        )
        person(second, "程一诺")
        post("test.odd", 1, [Posting(Account.BANK, 1), Posting(Account.OPENING, -1)], actor=made["lead"],
             community_id=second.pk, memo='引号 " 反斜杠 \\ 换行\n; 分号')  # fmt: skip
    return made


def exported(world: World, path: Path, who: str = "auditor") -> str:
    from wuyefei.foundation.access.actor import load_actor
    from wuyefei.foundation.access.models import User

    actor = load_actor(User.objects.get(pk=world[who].user_id))
    covered = readable(actor)
    text = "".join(render(world.organisation.name, {place.pk: place.name for place in covered}, journal(actor, covered)))
    path.write_text(text, "utf-8")
    return text


@pytest.mark.django_db
def test_the_loader_finds_the_same_balances(world: World, tmp_path: Path) -> None:
    text = exported(world, tmp_path / "books.beancount")
    entries, errors, options = loader.load_file(str(tmp_path / "books.beancount"))
    assert errors == [] and options["title"] == "桂语物业"
    found: dict[str, Decimal] = {}
    for entry in data.filter_txns(entries):
        for leg in entry.postings:
            assert leg.units is not None and leg.units.currency == "CNY"
            found[leg.account] = found.get(leg.account, Decimal(0)) + leg.units.number
    from wuyefei.foundation.access.actor import load_actor
    from wuyefei.foundation.access.models import User

    actor = load_actor(User.objects.get(pk=world["auditor"].user_id))
    covered = readable(actor)
    parts = components({place.pk: place.name for place in covered})
    assert len(covered) == 2 and len(set(parts.values())) == 2
    ours = {
        f"{BEANCOUNT_NAMES[account]}:{parts[community_id]}": Decimal(fen) / 100
        for (community_id, account), fen in balances(actor, covered).items()
    }
    assert found == ours and sum(found.values()) == 0
    assert found["Assets:Cash:GuiYuHuaYuan"] == Decimal("700.00") and found["Assets:Channel:GuiYuHuaYuan"] == Decimal("100.00")
    assert '引号 \\" 反斜杠 \\\\ 换行 ; 分号' in text
    assert exported(world, tmp_path / "again.beancount") == text


@pytest.mark.django_db
def test_a_wrong_figure_would_be_refused(world: World, tmp_path: Path) -> None:
    """The balance assertions bite: one fen more and the loader complains."""
    text = exported(world, tmp_path / "books.beancount")
    assert "  700.00 CNY" in text
    (tmp_path / "wrong.beancount").write_text(text.replace("  700.00 CNY", "  700.01 CNY", 1), "utf-8")
    assert loader.load_file(str(tmp_path / "wrong.beancount"))[1]


@pytest.mark.django_db
def test_only_ones_own_journal(world: World, tmp_path: Path) -> None:
    with pytest.raises(Forbidden):
        readable(world["cashier"])
    with pytest.raises(NotFound):
        readable(world["outsider"], world.community.pk)
    assert list(journal(world["outsider"], [world.community])) == []


@pytest.mark.django_db
def test_an_empty_journal_is_a_file_too(tmp_path: Path) -> None:
    world = make_world()
    exported(world, tmp_path / "empty.beancount")
    entries, errors, _ = loader.load_file(str(tmp_path / "empty.beancount"))
    assert (entries, errors) == ([], [])
