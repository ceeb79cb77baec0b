"""The bank pays one's bills: signed on the phone after another code, ended there, and nobody else's."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.money.debits import samples
from tests.money.debits.samples import back, row, signed
from tests.relations.owners import LU, SHEN, TODAY, Town, phone, place
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.models import AuditEntry
from wuyefei.money.debits.public import (
    CSV_COLUMNS,
    DebitTerms,
    Mandate,
    TermsDraft,
    end,
    import_answer,
    save_terms,
)
from wuyefei.relations.accounts.models import Code

pytestmark = pytest.mark.django_db
FORM = {"holder": "陆小满", "bank": "城东银行一支行", "account": "6200 0000 0001 4417", "limit": "800", "agreed": "on"}


def opened(town: Town, mobile: str = LU, home: str = "1-1-101") -> tuple[Client, str]:
    here = place(town, mobile, home).token
    Code.objects.all().delete()
    return phone(town, mobile), f"/h5/p/{here}/auto-debit"


def agree(town: Town) -> None:
    """The community has settled it with its bank."""
    DebitTerms.objects.create(
        organisation=town.world.organisation, community=town.world.community, merchant="8831001", changed_at=clock.now(), changed_by_id=town.world["lead"].user_id,
    )  # fmt: skip


def code_for(town: Town, client: Client, path: str) -> str:
    Code.objects.all().delete()
    answer = client.post(path, FORM | {"act": "ask"})
    assert answer.status_code == 200 and "确认开通" in answer.content.decode()
    return town.last_code(LU)


def test_signed_and_ended_on_the_phone(town: Town) -> None:
    client, path = opened(town)
    assert path in client.get("/h5/me").content.decode()
    assert "还没有开通银行代扣" in client.get(path).content.decode()
    agree(town)
    for wrong, words in (({"account": "12"}, "8 到 30 位"), ({"limit": "-1"}, "应大于 0"), ({"agreed": ""}, "这个字段是必填项"), ({"bank": ""}, "必填")):
        answer = client.post(path, FORM | {"act": "ask"} | wrong)
        assert answer.status_code == 422 and words in answer.content.decode(), wrong
    assert client.post(path, FORM | {"act": "sign", "code": "000000"}).status_code == 422
    code = code_for(town, client, path)
    wrong_code = "111111" if code != "111111" else "222222"
    assert client.post(path, FORM | {"act": "sign", "code": wrong_code}).status_code == 422
    assert not Mandate.objects.exists()
    assert client.post(path, FORM | {"act": "sign", "code": code})["Location"].endswith("?signed")
    row = Mandate.objects.get()
    assert (row.payer.name, row.account_tail, row.limit_fen, row.bank) == ("陆小满", "4417", 80000, "城东银行一支行")
    assert AuditEntry.objects.get(action="debit.sign").actor_name == "业主端 199****0001"
    text = client.get(path).content.decode()
    assert "4417" in text and "800.00" in text and "62000000" not in text
    assert client.post(path, FORM | {"act": "sign", "code": code}).status_code == 422, "a code serves once"
    for _ in range(2):
        assert client.post(path, {"act": "end"}).status_code == 302
    row.refresh_from_db()
    assert row.end_reason == "业主在手机上停止" and AuditEntry.objects.filter(action="debit.end").count() == 1


def test_nobody_elses(town: Town) -> None:
    """Another account finds nothing at the address, and ends nothing there."""
    agree(town)
    client, path = opened(town)
    code = code_for(town, client, path)
    client.post(path, FORM | {"act": "sign", "code": code})
    Code.objects.all().delete()
    other = phone(town, SHEN)
    for sent in ({"act": "end"}, FORM | {"act": "ask"}, FORM | {"act": "sign", "code": "000000"}):
        assert other.post(path, sent).status_code == 404
    assert other.get(path).status_code == 404
    assert Mandate.objects.get().ended_at is None


def test_what_the_bank_does_is_said_before_one_pays_by_hand(town: Town) -> None:
    """Under way: paying now as well would become a prepayment. Refused: why, when it is tried again, or that it is not. To nobody else."""
    world = town.world
    save_terms(world.community.pk, TermsDraft("QY20260001", "物业费", "csv", CSV_COLUMNS, "csv", "", "", 2, 5), actor=world["lead"])
    mandate = signed(world, "陆小满")
    here, there = place(town, LU, "1-1-101").token, place(town, SHEN, "1-1-102").token
    Code.objects.all().delete()
    client = phone(town, LU)
    home = f"/h5/p/{here}"
    assert "银行代扣" not in client.get(home).content.decode()
    batch = samples.sent(world, TODAY)
    item = batch.items.get()
    bills = [f"bill={one}" for one in item.bills.values_list("receivable_id", flat=True)]
    pay = f"{home}/pay?{'&'.join(bills)}"
    for path in (home, pay):
        page = client.get(path).content.decode()
        assert "已交银行代扣" in page and "尾号 0001" in page and "会转为预存" in page, path
    Code.objects.all().delete()
    assert "银行代扣" not in phone(town, SHEN).get(f"/h5/p/{there}").content.decode()
    import_answer(batch.pk, "回盘.csv", back(row(item.number, "", "", "失败", "E4 可用余额不够", on=f"{TODAY}")), TODAY, actor=world["lead"])
    for path in (home, pay):
        page = client.get(path).content.decode()
        assert "没有扣成：账户余额不足" in page and ">02-25</time> 起再扣一次，也可以现在自己缴" in page, path
        assert "已交银行代扣" not in page
    own = client.get(f"{home}/auto-debit").content.decode()
    assert "账户余额不足" in own and "可用余额不够" not in own and ">02-25</time> 起再扣一次" in own
    end(mandate.pk, "换卡", actor=world["cashier"])
    assert "代扣已停，请自己缴，或重新签约" in client.get(home).content.decode()
