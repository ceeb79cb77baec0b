"""What the room's pages share: searching lines, paging, refusals."""

from __future__ import annotations

from contextlib import suppress

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

from wuyefei.foundation.kernel.errors import DomainError, Forbidden, Invalid, NotFound
from wuyefei.foundation.kernel.money import parse_yuan
from wuyefei.foundation.kernel.text import tidy
from wuyefei.foundation.kernel.text import whole_number as number_of

from ..models import BankLine

PAGE = 50


def narrowed(rows: QuerySet[BankLine], sent: QueryDict) -> QuerySet[BankLine]:
    """The lines of a place, state and searched text: a payer, a word of the memo, a reference, an account's last digits
    or an amount in yuan."""
    if sent.get("state") in BankLine.State.values:
        rows = rows.filter(state=sent["state"])
    place = number_of(sent.get("community", ""))
    if place is not None:
        rows = rows.filter(community_id=place)
    text = tidy(sent.get("q", ""))[:40]
    if not text:
        return rows
    found = Q(payer_name__icontains=text) | Q(memo__icontains=text) | Q(ref=text) | Q(payer_tail=text)
    with suppress(Invalid):
        found |= Q(amount_fen=parse_yuan(text))
    return rows.filter(found)


def back(request: HttpRequest, error: DomainError, to: str, *args: object) -> HttpResponse:
    """A refused act: back to the page, with the reason. What is not theirs stays not found."""
    if isinstance(error, (NotFound, Forbidden)):
        raise error
    messages.error(request, error.text)
    return redirect(to, *args)
