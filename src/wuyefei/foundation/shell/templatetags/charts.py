"""``{% line_chart chart %}`` and ``{% stack_bar pieces summary %}``: charts of ``shell.charts`` on a page or on paper."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import template

from .. import charts

register = template.Library()


@register.inclusion_tag("shell/charts/_lines.html")
def line_chart(chart: charts.LineChart, caption: str) -> dict[str, Any]:
    """The lines, and a table of the same figures that opens below them; ``caption`` names the table."""
    return {"chart": chart, "caption": caption, "width": charts.WIDTH, "height": charts.HEIGHT, "left": charts.LEFT,
            "right": charts.RIGHT, "base": charts.BOTTOM + 18, "label_x": charts.RIGHT + 8}  # fmt: skip


@register.inclusion_tag("shell/charts/_stack.html")
def stack_bar(pieces: Sequence[charts.Piece], summary: str) -> dict[str, Any]:
    """One bar cut into parts of a whole. The page shows the parts beside it in words."""
    return {"pieces": [piece for piece in pieces if piece.share > 0], "summary": summary}
