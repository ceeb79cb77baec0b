"""The month of every kind of charge: what is measured is right, and the twin is given the same lines."""

from __future__ import annotations

import pytest
from django.db.models import Count, Sum

from wuyefei.edges.bench.harness import named
from wuyefei.foundation.access.models import Community
from wuyefei.money.billing.public import Adjustment, LateFeeHold, Receivable
from wuyefei.money.concessions.public import MeasureBill
from wuyefei.money.sheets.public import Line, Use

pytestmark = [pytest.mark.wide, pytest.mark.django_db]


def test_every_kind_is_charged_proved_and_copied_to_the_twin() -> None:
    (figure,) = named("mixed").run(40)
    assert (figure.name, figure.n, figure.target) == ("mixed_rate", 40, 0.4)
    ours, twin = Community.objects.order_by("pk")
    said = []
    for place in (ours, twin):
        bills = Receivable.objects.filter(community=place).values("kind", "item", "prices", "property__code", "outstanding_fen", "late_fee_rate", "accrued_to")
        said.append(
            [sorted(map(str, bills))]
            + [list(model.objects.filter(community=place).order_by().values_list(column).annotate(Count("pk"), Sum("receivable__outstanding_fen")))
               for model, column in ((Adjustment, "kind"), (LateFeeHold, "kind"), (MeasureBill, "hold__kind"), (Line, "sheet__kind"))]
            + [Use.objects.filter(community=place, line__receivable__isnull=False).count()]
        )  # fmt: skip
    assert said[0] == said[1] and all(said[0])
    lines = Receivable.objects.filter(community=ours).count()
    assert 9.5 <= lines / 40 <= 10.5
