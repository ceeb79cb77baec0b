"""Photographs and voice notes of a case: attach one, have one."""

from __future__ import annotations

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from wuyefei.foundation.access.gate import needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.platform.exports import attachment
from wuyefei.foundation.platform.pictures import MOST_BYTES
from wuyefei.foundation.platform.sounds import ENDINGS

from ..actions.attaching import attach
from ..models import Attachment
from ..queries.cases import get_act, get_attachment
from .common import actor_of


@require_POST
@needs(Permission.FOLLOW_WORK)
def attach_file(request: HttpRequest, act_id: int) -> HttpResponse:
    """Keep a file beside a logged contact."""
    actor = actor_of(request)
    act = get_act(actor, act_id)
    sent = request.FILES.get("file")
    content = sent.read(MOST_BYTES + 1) if isinstance(sent, UploadedFile) else b""
    try:
        attach(act.pk, content, actor=actor)
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        messages.error(request, error.text)
    else:
        messages.success(request, _("已附上。"))
    return redirect("followup:case", act.case_id)


@require_GET
@needs(Permission.FOLLOW_VIEW)
def attached(request: HttpRequest, attachment_id: int) -> HttpResponse:
    """A photograph to look at, a voice note to take."""
    row = get_attachment(actor_of(request), attachment_id)
    if row.erased_on is not None:
        raise NotFound()
    if row.kind == Attachment.Kind.PHOTO:
        return HttpResponse(bytes(row.content), content_type=row.content_type, headers={"Cache-Control": "private, max-age=86400"})
    return attachment(bytes(row.content), f"{_('语音')}-{row.pk}.{ENDINGS[row.content_type]}", row.content_type)
