"""What this room shows on the pages of other rooms."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse

from wuyefei.estate.people.public import Person
from wuyefei.foundation.access.rules import Permission

from .models import DebitItem, ReturnFile
from .queries import mandates, payer_debits

SHOWN = 3


def person_mandate(request: HttpRequest, person: Person) -> str:
    """A payer's mandate and what the bank last made of it, for those who may see payments there."""
    actor = request.actor  # type: ignore[attr-defined]
    if not actor.may(Permission.PAYMENT_VIEW, person.community_id):
        return ""
    context = {
        "person": person, "mandate": mandates(actor).filter(payer=person, ended_at__isnull=True).first(),
        "debits": payer_debits(actor, person.pk)[:SHOWN],
        "may_sign": actor.may(Permission.MANDATE_SIGN, person.community_id) and person.erased_at is None,
    }  # fmt: skip
    return render_to_string("debits/_person.html", context, request=request)


def answer_address(answer_id: int) -> str:
    """The batch that a file of the bank answers: the document of what went to suspense."""
    return reverse("debits:batch", args=[ReturnFile.objects.values_list("batch_id", flat=True).get(pk=answer_id)])


def item_address(item_id: int) -> str:
    """The batch of an item: the document of an excess that was booked."""
    return reverse("debits:batch", args=[DebitItem.objects.values_list("batch_id", flat=True).get(pk=item_id)])
