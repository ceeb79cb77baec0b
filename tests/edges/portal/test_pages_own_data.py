"""One's own data on the phone: only after another code, only one's own, and noted."""

from __future__ import annotations

import io

import pytest
import python_calamine
from django.test import Client

from tests.relations.owners import GUEST, LU, SHEN, Town, owner, phone, place
from wuyefei.foundation.platform.models import AuditEntry
from wuyefei.relations.accounts.models import Code
from wuyefei.relations.accounts.public import (
    accept,
    ask_code,
    confirm_code,
    invite,
    open_session,
    owner_of_session,
)

pytestmark = pytest.mark.django_db


def asked(town: Town, client: Client, path: str) -> str:
    Code.objects.all().delete()
    assert client.post(path, {"act": "ask"}).status_code == 200
    return town.last_code(LU)


def test_a_copy_after_another_code(town: Town) -> None:
    here = place(town, LU, "1-1-101").token
    Code.objects.all().delete()
    client, path = phone(town, LU), f"/h5/p/{here}/my-data"
    assert path in client.get("/h5/me").content.decode()
    assert "发送验证码" in client.get(path).content.decode()
    assert client.post(path, {"act": "take", "code": "000000"}).status_code == 422  # none was asked for
    code = asked(town, client, path)
    wrong = "111111" if code != "111111" else "222222"
    assert client.post(path, {"act": "take", "code": wrong}).status_code == 422
    assert not AuditEntry.objects.filter(action="privacy.copy").exists()
    answer = client.post(path, {"act": "take", "code": code})
    assert answer.headers["Content-Type"].endswith("sheet") and answer.headers["Cache-Control"] == "private, no-store"
    book = python_calamine.load_workbook(io.BytesIO(answer.content))
    whole = [str(cell) for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row]
    assert {"陆小满", LU, "1-1-101"} <= set(whole) and "沈秋白" not in whole
    entry = AuditEntry.objects.get(action="privacy.copy")
    assert entry.actor_name == "业主端 199****0001"
    assert client.post(path, {"act": "take", "code": code}).status_code == 422  # used once


def test_nobody_elses_and_no_guests(town: Town) -> None:
    """Another's place, another's code, and family that was let in."""
    lu = place(town, LU, "1-1-101")
    path = f"/h5/p/{lu.token}/my-data"
    Code.objects.all().delete()
    other = phone(town, SHEN)
    assert other.get(path).status_code == 404 and other.post(path, {"act": "ask"}).status_code == 404
    Code.objects.all().delete()
    client = phone(town, LU)
    asked(town, client, path)
    Code.objects.all().delete()
    challenge = ask_code(SHEN, address="192.0.2.9")
    client.cookies["wy_owner_try"] = challenge
    assert client.post(path, {"act": "take", "code": town.last_code(SHEN)}).status_code == 422
    Code.objects.all().delete()
    token = invite(owner(town, LU), lu, "family")
    Code.objects.all().delete()
    challenge = ask_code(GUEST, address="192.0.2.9", invitation=token)
    account = confirm_code(challenge, town.last_code(GUEST))
    guest = Client()
    guest.cookies["wy_owner"] = open_session(account, agent="")
    held = owner_of_session(guest.cookies["wy_owner"].value)
    assert held is not None
    binding = accept(held, token)
    assert guest.get(f"/h5/p/{binding.token}/my-data").status_code == 404
    assert not AuditEntry.objects.filter(action="privacy.copy").exists()
