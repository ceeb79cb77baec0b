"""Chinese first, English complete: no string is missing, none is half said, and pages in English are in English."""

from __future__ import annotations

import datetime as dt
import gettext
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation

from tests import words
from tests.scenarios.month import publish
from tests.world import World, make_world, pay
from wuyefei.collection.followup.public import LADDER
from wuyefei.collection.followup.rules.scripts import BUILT_IN, FIELDS
from wuyefei.collection.objections.wording import LIBRARY
from wuyefei.estate.contracts.models import Contract
from wuyefei.estate.tariffs.models import ChargeItem
from wuyefei.foundation.access.models import User
from wuyefei.foundation.access.sessions import pass_factor
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.dates import parse_day
from wuyefei.foundation.kernel.errors import Invalid, Phrase
from wuyefei.foundation.platform import clock, jobs
from wuyefei.foundation.platform.models import AuditEntry, Job
from wuyefei.money.billing.public import Receivable, ask_waiver, open_bills
from wuyefei.money.intake.public import keep_upload, preview, this_month
from wuyefei.money.payments.public import PaymentOrder

PLACEHOLDER = re.compile(r"%(\(\w+\))\d*[sd]|(?<!%)%[sd]|\{(\w*)(?:[:!][^}]*)?\}")
#: A language is named in its own words.
OWN_NAME = "简体中文"


def named(path: Path) -> str:
    return str(path.relative_to(words.SRC))


def test_every_string_has_its_english() -> None:
    english = words.english()
    assert {word: files[0] for word, files in words.said().items() if not english.get(word)} == {}


def test_a_word_has_one_english() -> None:
    found: dict[str, str] = {}
    for path in words.catalogues():
        for word, english in words.read(path).items():
            assert found.setdefault(word, english) == english, f"{named(path)}: {word}"


def test_facts_stand_in_both_languages() -> None:
    for word, english in words.english().items():
        ours = sorted(set(PLACEHOLDER.findall(word.rstrip("\0"))))
        assert sorted(set(PLACEHOLDER.findall(english))) == ours, word


def test_english_is_english() -> None:
    """The fields of notices are named in Chinese, in braces, in every language."""
    fields = re.compile(r"\{[一-鿿]+\}")
    kept = {word: english for word, english in words.english().items() if words.HAN.search(fields.sub("", english))}
    assert {word for word, english in kept.items() if not re.search(r"e\.g\.|looks like|Chinese", english)} == set()


def test_the_compiled_catalogues_are_the_written_ones() -> None:
    wrong = []
    for path in words.catalogues():
        written = words.read(path)
        with path.with_suffix(".mo").open("rb") as file:
            compiled = gettext.GNUTranslations(file)
        for word, english in written.items():
            if word.endswith("\0"):
                found = compiled.ngettext(word[:-1], word[:-1], 2)
            elif word + "\0" in written:
                found = compiled.ngettext(word, word, 1)
            else:
                found = compiled.gettext(word)
            if found != english:
                wrong.append((named(path), word))
    assert words.catalogues() and wrong == []


def untranslated(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8").replace(OWN_NAME, "")
    text = re.sub(r"\{%\s*comment.*?endcomment\s*%\}|\{#.*?#\}", "", text, flags=re.S)
    text = re.sub(r"\{%\s*blocktrans(?:late)?\b.*?endblocktrans(?:late)?\s*%\}", "", text, flags=re.S)
    text = re.sub(r"\{%\s*trans(?:late)?\s+(?:\"[^\"]*\"|'[^']*')", "", text)
    text = re.sub(r"\b_\((?:\"[^\"]*\"|'[^']*')\)", "", text)
    return words.HAN.findall(text)


def test_templates_say_nothing_untranslated() -> None:
    found = {named(path): said for path in words.templates() if (said := untranslated(path))}
    assert len(words.templates()) > 300 and found == {}


def test_an_error_is_said_in_the_readers_language() -> None:
    with pytest.raises(Invalid) as caught:
        parse_day("昨天", "生效日期")
    with translation.override("zh-hans"):
        assert caught.value.text == "生效日期：「昨天」不是日期，应为如 2026-11-23"
    with translation.override("en"):
        assert caught.value.text == "Effective from: “昨天” is not a date; a date looks like 2026-11-23"


def test_a_fact_is_never_taken_for_a_word() -> None:
    refused = Invalid(field="姓名", reason=Phrase("「{code}」已停用", code="现金"))
    with translation.override("en"):
        assert refused.text.endswith("“现金” has ended")


@pytest.fixture
def world(db: None) -> Iterator[World]:
    """January billed, a part paid late, and a few requests waiting."""
    with clock.at(dt.date(2026, 1, 2)):
        made = make_world()
        publish(made, "2026-01")
    with clock.at(dt.date(2026, 2, 14)):
        flat, owner = made.flats["1-1-101"], made.people["陆小满"]
        (bill,) = open_bills(made["cashier"], clock.today(), property_ids=[flat.pk])
        pay(PaymentOrder(flat.pk, owner.pk, (bill.id,), {"cash": 20000}, "words", due_fen=bill.total_fen), actor=made["cashier"])
        (other,) = open_bills(made["cashier"], clock.today(), property_ids=[made.flats["1-1-102"].pk])
        ask_waiver(other.id, 100, actor=made["finance"], reason="为难")
    with clock.at(dt.date(2026, 2, 20)):
        yield made


def english_client(world: World, name: str) -> Client:
    user = User.objects.get(pk=world[name].user_id)
    user.totp_confirmed_at = user.password_changed_at = clock.now()
    user.save(update_fields=["totp_confirmed_at", "password_changed_at"])
    client = Client()
    client.force_login(user)
    session = client.session
    pass_factor(session, user)
    session.save()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def data_of(world: World) -> list[str]:
    """What people typed in: it stays in their language."""
    typed = [world.community.name, *world.people, *Contract.objects.values_list("title", flat=True)]
    typed += [*ChargeItem.objects.values_list("name", flat=True), "住宅物业费", "地下车位", "桂语物业"]
    typed += [*User.objects.values_list("name", flat=True), "甲"]
    typed += [*Contract.objects.values_list("fee_clause", flat=True), *Contract.objects.values_list("late_fee_clause", flat=True)]
    typed += [text for model in (Request, AuditEntry) for pair in model.objects.values_list("subject_text", "reason") for text in pair]
    typed += [text for steps in LIBRARY.values() for text in steps]  # said to payers too
    typed += [text for rung in LADDER for text in (rung.name, rung.whom)]  # written into the editor, as their own words
    typed += [text for parts in BUILT_IN.values() for text in parts] + [f"{{{name}}}" for name in FIELDS]  # said to payers, in Chinese
    return sorted({word for word in typed if word}, key=len, reverse=True)


PAGES = {
    "manager": [
        "backoffice:home", "backoffice:search", "backoffice:verification", "backoffice:verification_rules", "jobs:list", "backoffice:properties", "backoffice:communities", "backoffice:people",
        "backoffice:tariffs", "backoffice:contracts", "backoffice:property_new", "backoffice:person_new",
        "backoffice:tariff_new", "backoffice:contract_new", "intake:imports", "approvals:waiting", "approvals:history", "access:account",
        "measures:dashboard", "measures:rows", "measures:received", "measures:targets", "measures:packs",
        "notices:smart", "notices:news", "notices:new_trial",
        "credit:ratings", "credit:reviews", "credit:outside", "arrears:map",
        "risk:classes", "followup:desk", "followup:cases", "followup:scripts", "followup:steps", "followup:cadence", "followup:channels", "followup:cadence_new", "followup:give", "followup:first", "drives:listed", "drives:new", "drives:mine", "objections:listed", "objections:prices", "visits:listed", "visits:new", "minimums:listed", "legal:board", "legal:eligible", "legal:limitation", "legal:costs", "legal:results",
    ],
    "finance": ["billing:runs", "billing:receivables", "receipts:list", "cashdesk:shifts", "backoffice:home"],
    "lead": ["approvals:limits", "approvals:delegations"],
    "cashier": ["cashdesk:desk", "backoffice:home"],
    "admin": ["access:people", "access:places", "access:roles", "access:sign_in_log", "backoffice:home", "moments:sources", "moments:new"],
    "auditor": ["jobs:list", "backoffice:audit", "backoffice:reads", "backoffice:verify", "control:board", "control:samples", "control:stubs", "control:points", "control:packs"],
}  # fmt: skip


def rows(world: World) -> list[tuple[str, str, list[int]]]:
    flat = world.flats["1-1-101"]
    bill = Receivable.objects.filter(property=flat)[0]
    assert bill.run_id is not None
    return [
        ("manager", "backoffice:community", [world.community.pk]), ("manager", "backoffice:property", [flat.pk]),
        ("manager", "backoffice:receivable", [flat.pk, bill.pk]), ("manager", "backoffice:person", [world.people["陆小满"].pk]),
        ("manager", "backoffice:profile_edit", [world.people["陆小满"].pk]),
        ("manager", "backoffice:profile_verify", [world.people["陆小满"].pk, "payment"]),
        ("manager", "backoffice:tariff", [world.service_tariff.pk]), ("manager", "backoffice:contract", [world.contract.pk]),
        ("finance", "billing:run", [bill.run_id]), ("finance", "billing:receivable", [bill.pk]),
        ("cashier", "cashdesk:household", [flat.pk]), ("cashier", "cashdesk:explain", [bill.pk]),
    ]  # fmt: skip


@pytest.mark.django_db
def test_pages_in_english_are_in_english(world: World) -> None:
    typed = data_of(world)
    asked = [(name, page, []) for name, pages in PAGES.items() if name in world.actors for page in pages] + rows(world)
    left: dict[str, list[str]] = {}
    clients = {name: english_client(world, name) for name in {name for name, _, _ in asked}}
    for name, page, args in asked:
        answer = clients[name].get(reverse(page, args=args))
        assert answer.status_code == 200, (page, name)
        text = answer.content.decode()
        for word in [OWN_NAME, *typed]:
            text = text.replace(word, "")
        found = [line.strip()[:160] for line in text.splitlines() if words.HAN.search(line)]
        if found:
            left[page] = [re.sub(r"<[^>]*>", " ", piece) for piece in re.findall(r".{0,50}[一-鿿]+.{0,20}", text)][:6]
    assert left == {}, "\n".join(f"{page}: {pieces}" for page, pieces in left.items())


@pytest.mark.django_db
def test_findings_in_english_are_in_english(world: World) -> None:
    """An import's preview, row by row, and a proof that fails: only what was typed in stays Chinese."""
    sheet = "房号,建筑面积,业主姓名,联系电话,交房日期\n1-1-901,-5,Lu,12,2202-01-01\n1-1-902,x,Chen,18999999999,\n,80,Wu,,\n"
    row = keep_upload("flats.csv", sheet.encode(), world.community.name, actor=world["lead"])
    preview(row.pk, this_month(), actor=world["lead"])
    Receivable.objects.filter(property=world.flats["1-1-101"]).update(outstanding_fen=1)
    client = english_client(world, "lead")
    typed = [*data_of(world), OWN_NAME, *sheet.splitlines()[0].split(",")]
    client.post(reverse("backoffice:verify"))
    jobs.run_job(Job.objects.latest("pk").pk)
    for answer in (client.get(reverse("intake:show", args=[row.pk])), client.get(reverse("backoffice:verify"))):
        text = answer.content.decode()
        for word in typed:
            text = text.replace(word, "")
        assert re.findall(r".{0,50}[一-鿿]+.{0,20}", text) == []
    assert "should be" in text
    assert "is not above 0" in client.get(reverse("intake:show", args=[row.pk])).content.decode()
