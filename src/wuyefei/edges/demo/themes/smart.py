"""The bill that explains itself, compared with the plain one: a comparison that is over, one that runs; what the place looks
forward to; a gate whose events may remind."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from decimal import Decimal
from functools import partial

from wuyefei.foundation.access.rules import Permission, Role
from wuyefei.foundation.kernel.dates import DAY, Month
from wuyefei.foundation.platform import clock, jobs, vault
from wuyefei.money.billing.public import Receivable
from wuyefei.relations.moments.public import add_source, answer
from wuyefei.relations.notices.public import (
    Batch,
    Carrier,
    Message,
    Trial,
    end_trial,
    reckon_habits,
    say_news,
    start_batch,
    start_trial,
    take_receipt,
)
from wuyefei.relations.privacy.public import Use, note_consent

from .. import cast
from ..scene import Act, Scene
from .talk import BOUNCED, SILENT, texts

FIRST, SENT, OVER, SECOND = 24, 23, 9, 8
"""Days ago: the first comparison begins, its notice goes out, it is over, the second begins."""
READ_PLAIN, READ_SMART = 0.30, 0.52
NEWS = ((-12, 10, "12 号楼前的健身步道重新铺过，欢迎来走走"), (6, 20, "中庭办邻里冬至汤圆会，报名找管家"), (20, 50, "地下车库换感应灯，分区施工"))
"""First and last day from today on, and what is said."""
GATE, LIFT = "东门人行门禁", "2 栋客梯"
ROOMS = 9


def plan(scene: Scene, month: Month) -> Iterator[Act]:
    at, today = scene.calendar.at, scene.calendar.today
    if scene.place.prefix != cast.GROUP.places[0].prefix or month == scene.started:
        return
    for back, hour, deed in ((FIRST, 9, _begin), (SENT, 10, _send), (OVER, 17, _end), (SECOND, 9, _again), (0, 10, _news), (0, 13, _gate)):
        day = today - DAY * back
        if Month.of(day) == month:
            yield Act(at(day, hour, 50), partial(deed, scene))


def _begin(scene: Scene) -> None:
    if texts(scene):
        start_trial("车位和水费的智能账单，读的人多不多", [scene.community.pk], Trial.Measure.READ, Decimal("0.30"), Decimal("0.45"), actor=scene[Role.FINANCE])


def _send(scene: Scene) -> None:
    """A notice of what falls due next goes out in both forms; whose text explains more is read by more."""
    rows = Receivable.objects.filter(community_id=scene.community.pk, outstanding_fen__gt=0, reversed_at__isnull=True, due_on__gt=clock.today())
    due_on = rows.order_by("due_on").values_list("due_on", flat=True).first()
    if due_on is None or not Trial.objects.filter(organisation_id=scene.community.organisation_id, ended_at__isnull=True).exists():
        return
    batch = start_batch(scene.community.pk, due_on, actor=scene[Role.FINANCE])
    assert batch.job_id is not None
    jobs.run_job(batch.job_id)
    take_receipts(scene, batch)


def take_receipts(scene: Scene, batch: Batch) -> None:
    carrier, dice = Carrier.objects.get(organisation_id=batch.organisation_id, channel="sms"), scene.dice("read", batch.due_on)
    for message in Message.objects.filter(batch=batch, channel="sms", state="sent").select_related("version__template").order_by("pk"):
        luck, read = dice.random(), dice.random()
        if luck < BOUNCED:
            take_receipt(carrier, "bounced", key=message.key, reason="空号")
        elif luck >= BOUNCED + SILENT:
            seen = read < (READ_SMART if message.version.template.step == "smart" else READ_PLAIN)
            take_receipt(carrier, "read" if seen else "delivered", key=message.key)


def _end(scene: Scene) -> None:
    for row in Trial.objects.filter(organisation_id=scene.community.organisation_id, ended_at__isnull=True):
        end_trial(row.pk, actor=scene[Role.FINANCE])


def _again(scene: Scene) -> None:
    if texts(scene):
        start_trial("明年首季账单：智能账单能不能多收回一成", [scene.community.pk], Trial.Measure.ON_TIME, Decimal("0.70"), Decimal("0.10"), actor=scene[Role.FINANCE])


def _news(scene: Scene) -> None:
    for first, last, text in NEWS:
        say_news(scene.community.pk, text, clock.today() + DAY * first, clock.today() + DAY * last, actor=scene[Role.FINANCE])
    reckon_habits(scene.community.organisation_id)


def _gate(scene: Scene) -> None:
    """A gate and a lift are set up; some have agreed to be reminded there, and pass."""
    admin, manager = scene.crew.get(Role.ADMINISTRATOR), scene.crew.get(Role.PROJECT_MANAGER)
    if admin is None or manager is None or not manager.may(Permission.PRIVACY_MANAGE, scene.community.pk):
        return
    source, _secret = add_source(scene.community.pk, GATE, "gate", 20, actor=admin)
    add_source(scene.community.pk, LIFT, "lift", 5, actor=admin)
    rows = Receivable.objects.filter(community_id=scene.community.pk, outstanding_fen__gt=0, reversed_at__isnull=True, payer__kind="individual")
    owing = list(dict.fromkeys(rows.order_by("property__sort_key", "pk").values_list("payer_id", "property__code")))
    for number, (person_id, room) in enumerate(owing[:ROOMS]):
        if number % 2 == 0:
            note_consent(person_id, Use.TIMING, True, "前台签署的告知书", actor=manager)
        answer(_sealed(source.pk, room))
    answer(_sealed(source.pk, "9-9-999"))


def _sealed(source_id: int, room: str) -> str:
    return base64.b64encode(vault.seal_secret(json.dumps({"source": source_id, "room": room}))).decode()
