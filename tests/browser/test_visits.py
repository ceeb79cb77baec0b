"""A walk on a phone: everything ticked, a visit written down without a network and signed, sent when the network is back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_plans import picture, prepared, user
from tests.world import World
from wuyefei.collection.followup.models import Case
from wuyefei.collection.followup.public import Step, reckon
from wuyefei.collection.visits.models import PanicNumber, Proof, Route, Stop
from wuyefei.foundation.platform import clock
from wuyefei.relations.contacts.public import Contact

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OpenPage = Callable[..., Page]
ON_TOP = """one => {
  const box = one.getBoundingClientRect();
  return one.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2));
}"""


IN_VIEW = """one => {
  const box = one.getBoundingClientRect();
  return box.top >= 52 && box.bottom <= innerHeight && box.height < 80;
}"""
"""Between the top bar and the end of the screen, and not one sign a line."""


def routed() -> tuple[World, Route]:
    """A walk under way to one door, whatever hour it is: how one begins is tested elsewhere."""
    world, now, today = prepared(), clock.now(), clock.today()
    reckon(world.community.pk, today)
    case = Case.objects.get()
    place = {"organisation": world.organisation, "community": world.community}
    made = {"made_by_id": world["manager"].user_id, "made_at": now}
    contact = Contact.objects.create(**place, person=case.person, property=case.property, state="planned", channel="visit", purpose="reminder", at=now, people=2, **made)
    step = Step.objects.create(**place, case=case, person=case.person, on=today, rung="visit", kind="rung", channel="visit", at=now, rank=1, by_rule=False, state="released", contact=contact)
    PanicNumber.objects.create(**place, phone="19900000110", **made)
    route = Route.objects.create(**place, on=today, begins_at=now, first_id=world["collector"].user_id, second_id=world["keeper"].user_id, state="walking", panic="19900000110", started_at=now, **made)
    Stop.objects.create(**place, route=route, number=1, step=step, case=case, person=case.person, property=case.property)
    return world, route


def test_a_visit_survives_a_lost_connection(browser_page: OpenPage, sign_in: Callable[[Page, object], None], axe: Callable[..., list[str]]) -> None:
    world, route = routed()
    page = browser_page(390)
    sign_in(page, user(world, "collector"))
    page.goto(f"/visits/routes/{route.pk}")
    expect(page.get_by_role("link", name="紧急")).to_have_attribute("href", "tel:19900000110")
    page.get_by_text("登记这一户").click()
    page.locator(".vi-out label", has_text="家中无人").click()
    page.get_by_label("说了什么").fill("留了联系单")
    page.locator("canvas").scroll_into_view_if_needed()
    box = page.locator("canvas").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 60, steps=4)
    page.mouse.up()
    assert page.evaluate("scrollY") > 60
    assert page.get_by_role("link", name="紧急").evaluate(ON_TOP), "the panic number stays within reach however far one has scrolled"
    assert axe(page) == []
    page.context.set_offline(True)
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.locator("[data-kept]")).to_contain_text("已留在本机")
    assert page.locator("[data-kept]").evaluate(IN_VIEW), "the answer is where one looks, its words side by side"
    expect(page.get_by_role("button", name="走完")).to_be_disabled()
    picture(page, "visit-offline")
    assert Stop.objects.get().state == "open"
    page.context.set_offline(False)
    expect(page.locator("[data-state]")).to_have_text("已上门")
    kept = Stop.objects.get()
    assert (kept.state, kept.act and kept.act.outcome, Proof.objects.get().kind) == ("done", "not_home", "signature")
    expect(page.get_by_role("button", name="走完")).to_be_enabled()
