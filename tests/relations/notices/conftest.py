"""The world with bills of February due on the 15th, carriers on loopback, approved texts; it is the 5th, ten o'clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.core.cache import cache

from tests.scenarios.month import publish
from tests.world import World, actor_of, charge, flat, make_world, own
from wuyefei.estate.people.public import Person, PersonRow, create_person
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.platform import clock, jobs
from wuyefei.relations.notices.public import (
    Batch,
    decide_version,
    save_carrier,
    save_version,
    set_address,
)
from wuyefei.relations.notices.sandbox import Sandbox

NOW = dt.datetime(2026, 2, 5, 10, tzinfo=CHINA)
DUE = dt.date(2026, 2, 15)
MOBILES = {"1-2-101": "19900000001", "1-2-102": "19900000002", "1-2-201": "19900000003", "1-2-202": "19900000003"}
"""The last two flats have different owners with one number."""
SMS = "{称呼}您好，{小区}{房号}{账期}{项目}{金额}元，请于{到期日}前缴纳。{企业}"


@dataclass
class Estate:
    world: World
    sandbox: Sandbox
    owners: dict[str, Person]

    def __getitem__(self, name: str):  # noqa: ANN204
        return self.world[name]


def text(world: World, channel: str, body: str, **more: str) -> None:
    made = save_version("bill", channel, body, actor=world["manager"], **more)
    decide_version(made.pk, approved=True, actor=world["relations"])


def settle(sandbox: Sandbox) -> Estate:
    """Four flats more, with numbers; an e-mail and a WeChat name for two of them."""
    with clock.at(dt.date(2026, 2, 2)):
        world = make_world()
        for name, role in (("relations", Role.RELATIONS_MANAGER), ("delivery", Role.DELIVERY_TEAM)):
            world.actors[name] = actor_of(world.organisation, name, role)
        owners = {}
        for number, (code, mobile) in enumerate(MOBILES.items()):
            home = flat(world.community, code, "100.00")
            owner = create_person(PersonRow(name=f"测试{'甲乙丙丁'[number]}", mobile=mobile), actor=world["lead"], community=world.community)
            own(home, owner)
            charge(world.contract, home, world.service_tariff)
            owners[code] = owner
        publish(world, "2026-02")
        text(world, "sms", SMS, carrier_template="1001")
        save_carrier(
            "sms", {"secret_id": sandbox.secret_id, "secret_key": sandbox.secret_key, "app_id": "14000", "sign": "桂语物业", "endpoint": sandbox.url},
            enabled=True, per_second=1000, actor=world["admin"],
        )  # fmt: skip
    return Estate(world, sandbox, owners)


def open_channels(estate: Estate, *channels: str) -> None:
    """Further carriers, their texts, and addresses of the first two owners."""
    world, sandbox = estate.world, estate.sandbox
    if "wechat" in channels:
        text(world, "wechat", "thing1={项目}\namount2={金额}元\ncharacter_string3={房号}\ndate4={到期日}", carrier_template="T1")
        values = {"app_id": sandbox.app_id, "secret": sandbox.secret, "token": "hook", "endpoint": sandbox.url}
        save_carrier("wechat", values, enabled=True, per_second=1000, actor=world["admin"])
        set_address(estate.owners["1-2-101"].pk, "wechat", "oDemo-0001", actor=world["lead"])
    if "email" in channels:
        text(world, "email", "{称呼}您好：\n{房号} {账期} {项目} {金额} 元。", subject="{小区}账单")
        values = {"host": "127.0.0.1", "port": str(sandbox.mail_port), "sender": "bill@example.com", "name": "桂语物业"}
        save_carrier("email", values, enabled=True, per_second=1000, actor=world["admin"])
        set_address(estate.owners["1-2-102"].pk, "email", "Yi@example.com", actor=world["lead"])
    if "app" in channels:
        text(world, "app", "{房号} {金额} 元", subject="{账期}账单")
        save_carrier("app", {"url": f"{sandbox.url}/push", "secret": sandbox.secret}, enabled=True, per_second=1000, actor=world["admin"])
        set_address(estate.owners["1-2-101"].pk, "app", "device-0001", actor=world["lead"])
    if "letter" in channels:
        text(world, "letter", "{称呼}：\n您的{项目}（{账期}）{金额}元将于{到期日}到期。", subject="账单通知")
        save_carrier("letter", {"return_address": "桂语路 1 号"}, enabled=True, actor=world["admin"])


def run(batch: Batch) -> Batch:
    """What the worker does with the batch's job."""
    batch.refresh_from_db()
    assert batch.job_id is not None
    jobs.run_job(batch.job_id)
    batch.refresh_from_db()
    return batch


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    monkeypatch.setenv("WUYEFEI_DEMO", "1")
    cache.clear()
    made = Sandbox()
    yield made
    made.close()


@pytest.fixture
def estate(db: None, sandbox: Sandbox) -> Iterator[Estate]:
    made = settle(sandbox)
    with clock.at(NOW):
        yield made
