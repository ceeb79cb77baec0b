"""A miss in words."""

from __future__ import annotations

from django.utils.translation import gettext as _

from .models import Miss
from .rules import Why


def told(row: Miss) -> str:
    """Why the minimum was missed, with the figures it was judged by."""
    facts = {"days": row.days, "done": row.done, "least": row.least, "allowed": row.allowed, "refused": row.refused}
    if row.why == Why.HOLD:
        return _("有争议、承诺、分期或其他情形，现在不应联系；这一级原要求 %(days)s 天 %(least)s 次") % facts
    if row.why == Why.LAW:
        return _("%(days)s 天内电话、微信、短信最多还允许 %(allowed)s 次，已联系 %(done)s 次；这一级要求 %(least)s 次，以允许的为准") % facts
    if row.why == Why.REFUSED:
        return _("%(days)s 天内联系 %(done)s 次，另有 %(refused)s 次被联系规则拦下，换时间或方式再联系") % facts
    if row.why == Why.NONE:
        return _("%(days)s 天内没有联系过，应联系 %(least)s 次") % facts
    return _("%(days)s 天内联系 %(done)s 次，应联系 %(least)s 次") % facts
