"""Letters and papers: made, printed, posted, delivered."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from wuyefei.foundation.access.gate import needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, Invalid, NotFound
from wuyefei.foundation.platform import clock

from ..actions.following import tell
from ..actions.letters import arrived, followed, make_letter, post, void
from ..actions.papers import make_paper, printed
from ..forms import NewsForm
from ..models import Paper
from ..queries.matters import get_letter, get_matter, get_paper
from .common import actor_of, pdf
from .matter import shown

NEWS = ("void", "sms", "posted", "delivered", "returned", "followed")


@require_POST
@needs(Permission.LEGAL_WORK)
def made(request: HttpRequest, matter_id: int) -> HttpResponse:
    """Make a demand letter of what is owed now."""
    actor = actor_of(request)
    row = get_matter(actor, matter_id)
    try:
        letter = make_letter(row.pk, actor=actor)
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        return shown(request, get_matter(actor, matter_id), (error.text,), 422)
    messages.success(request, _("已出具催款函 %(number)s，打印交寄后登记邮件号。") % {"number": letter.number})
    return redirect("legal:matter", row.pk)


@require_POST
@needs(Permission.LEGAL_WORK)
def news(request: HttpRequest, letter_id: int, news: str) -> HttpResponse:
    """Posted, delivered, returned, followed up."""
    actor = actor_of(request)
    row = get_letter(actor, letter_id)
    if news not in NEWS:
        raise NotFound()
    form = NewsForm(request.POST)
    try:
        if not form.is_valid():
            raise Invalid(field="日期", reason="应如 2026-11-23")
        if news == "posted":
            post(row.pk, form.cleaned_data["tracking"], actor=actor)
            tell(row.pk, actor=actor)
        elif news == "sms":
            tell(row.pk, actor=actor)
        elif news == "void":
            void(row.pk, actor=actor)
        elif news == "followed":
            followed(row.pk, actor=actor)
        else:
            arrived(row.pk, form.cleaned_data["on"] or clock.today(), form.cleaned_data["proof"], delivered=news == "delivered", actor=actor)
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        return shown(request, get_matter(actor, row.matter_id), (error.text,), 422)
    messages.success(request, _("已登记。"))
    return redirect("legal:matter", row.matter_id)


@require_POST
@needs(Permission.LEGAL_WORK)
def paper_made(request: HttpRequest, matter_id: int, paper_kind: str) -> HttpResponse:
    """Compose a paper from the facts of today."""
    actor = actor_of(request)
    row = get_matter(actor, matter_id)
    if paper_kind not in Paper.Kind.values or paper_kind == Paper.Kind.LETTER:
        raise NotFound()
    try:
        found = make_paper(row.pk, paper_kind, actor=actor)
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        return shown(request, get_matter(actor, matter_id), (error.text,), 422)
    return redirect("legal:paper", found.pk)


@require_http_methods(["GET", "POST"])
@needs(Permission.LEGAL_VIEW)
def paper(request: HttpRequest, paper_id: int) -> HttpResponse:
    """The PDF; a court paper first asks what for, because it shows numbers in clear."""
    actor = actor_of(request)
    row = get_paper(actor, paper_id)
    error = ""
    if row.kind not in Paper.COURT:
        return pdf(printed(row, actor=actor), f"{row.matter.number}-{row.kind}")
    actor.require(Permission.LEGAL_WORK, row.community_id)
    if request.method == "POST":
        try:
            return pdf(printed(row, purpose=request.POST.get("purpose", ""), actor=actor), f"{row.matter.number}-{row.kind}")
        except (NotFound, Forbidden):
            raise
        except DomainError as found:
            error = found.text
    return render(request, "legal/paper.html", {"paper": row, "matter": row.matter, "error": error}, status=422 if error else 200)
