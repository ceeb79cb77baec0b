"""The days with their ticks, one day, and one difference."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count, F, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from wuyefei.foundation.access.gate import StaffRequest, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals.queries import open_request
from wuyefei.foundation.kernel.dates import DAY, parse_day
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, Invalid, NotFound
from wuyefei.foundation.kernel.text import whole_number
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.paging import paginate
from wuyefei.money.cashdesk.public import merchants

from .actions import WRITE_OFF_KIND, ask_write_off, reconcile, resolve
from .cards import CardsTaken, candidates, compare_again, pair_by_hand, take_in_cards
from .models import ChannelDay, Difference
from .queries import days, differences, get_day, get_difference, setups
from .settling import choices, settle_by_hand
from .swipes import missing_files
from .unsettling import UNSETTLE_KIND, ask_unsettle


@require_safe
@needs(Permission.LEDGER_VIEW)
def day_list(request: StaffRequest) -> HttpResponse:
    """What is open, then the days, the latest first: file against orders, bank against file."""
    actor = request.actor
    rows = days(actor).annotate(open=Count("differences", filter=Q(differences__closed_at__isnull=True)), every=Count("differences"))
    state = request.GET.get("state", "")
    if state == "open":
        paid_out = Q(paid_fen=F("refund_fen") + F("fee_fen")) | Q(settled_line__isnull=False)
        rows = rows.filter(Q(open__gt=0) | ~paid_out)
    page = paginate(rows, ["-day", "-id"], request.GET.get("at", ""))
    keep = "&state=open" if state == "open" else ""
    context = {
        "rows": page.rows, "state": state, "newer": f"?at={page.newer}{keep}" if page.newer else "", "older": f"?at={page.older}{keep}" if page.older else "",
        "open": differences(actor).filter(closed_at__isnull=True).order_by("due_at", "pk")[:50], "now": clock.now(),
        "setups": setups(actor), "yesterday": clock.today() - DAY, "merchants": merchants(actor, Permission.CHANNEL_WORK), "missing": missing_files(actor),
    }  # fmt: skip
    return render(request, "reconciliation/days.html", context)


@require_POST
@needs(Permission.CHANNEL_WORK)
def run_day(request: StaffRequest) -> HttpResponse:
    """Take a day's file in, or compare it again; a day of an acquirer by its own id."""
    again = whole_number(request.POST.get("again"))
    try:
        day = compare_again(again, actor=request.actor) if again else reconcile(whole_number(request.POST.get("setup")) or 0, parse_day(request.POST.get("day", ""), _("日期")), actor=request.actor)
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        messages.error(request, error.text)
        return redirect("reconciliation:days")
    messages.success(request, _("已对账"))
    return redirect("reconciliation:day", day.pk)


@require_POST
@needs(Permission.CHANNEL_WORK)
def card_file(request: StaffRequest) -> HttpResponse:
    """Take an acquirer's settlement file in."""
    file = request.FILES.get("file")
    try:
        if file is None:
            raise Invalid(field=_("文件"), reason=_("请选文件"))
        done = take_in_cards(whole_number(request.POST.get("merchant")) or 0, file.name or "", file.read(), actor=request.actor)
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        messages.error(request, error.text)
        return redirect("reconciliation:days")
    _tell(request, done)
    return redirect("reconciliation:day", done.days[0].pk) if len(done.days) == 1 else redirect("reconciliation:days")


def _tell(request: StaffRequest, done: CardsTaken) -> None:
    if not done.days and not done.changed:
        messages.info(request, _("这份文件的 %(count)s 笔以前都收过，什么也没有变。") % {"count": done.rows})
        return
    messages.success(request, _("新收 %(new)s 笔，已和收银台的刷卡收款核对。") % {"new": done.rows - done.known})
    if done.changed:
        facts = {"rows": "、".join(map(str, done.changed[:10])), "count": len(done.changed)}
        messages.warning(request, _("第 %(rows)s 行等 %(count)s 笔以前收过，现在说法不同：原来的不改，已列为差异。") % facts)
    elif done.known:
        messages.info(request, _("另有 %(known)s 笔以前收过，没有重复记。") % {"known": done.known})


@require_POST
@needs(Permission.CHANNEL_WORK)
def settle_day(request: StaffRequest, channel_day_id: int) -> HttpResponse:
    """A person says which bank line paid the day."""
    day = get_day(request.actor, channel_day_id)
    try:
        settle_by_hand(day.pk, whole_number(request.POST.get("line")) or 0, actor=request.actor)
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        messages.error(request, error.text)
    else:
        messages.success(request, _("已认作这一天的结算款"))
    return redirect("reconciliation:day", day.pk)


@require_POST
@needs(Permission.CHANNEL_WORK)
def unsettle_day(request: StaffRequest, channel_day_id: int) -> HttpResponse:
    """Ask for the day's payout to be undone: it was another money."""
    day = get_day(request.actor, channel_day_id)
    try:
        ask_unsettle(day.pk, request.POST.get("note", ""), actor=request.actor)
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        messages.error(request, error.text)
    else:
        messages.success(request, _("已提交撤销申请，由另一位同事审批"))
    return redirect("reconciliation:day", day.pk)


def _may_work(request: StaffRequest, day: ChannelDay) -> bool:
    place = day.community_id
    return request.actor.may(Permission.CHANNEL_WORK, place) if place else Permission.CHANNEL_WORK in request.actor.wide


@require_safe
@needs(Permission.LEDGER_VIEW)
def day_page(request: StaffRequest, channel_day_id: int) -> HttpResponse:
    day = get_day(request.actor, channel_day_id)
    rows = paginate(day.rows.all(), ["id"], request.GET.get("at", ""))
    may = _may_work(request, day) if day.setup_id is None else setups(request.actor).filter(pk=day.setup_id).exists()
    found = list(day.differences.select_related("owner", "closed_by").order_by("closed_at", "pk"))
    context = {
        "day": day, "rows": rows.rows, "newer": f"?at={rows.newer}" if rows.newer else "", "older": f"?at={rows.older}" if rows.older else "",
        "differences": found, "open": sum(one.closed_at is None for one in found), "now": clock.now(),
        "asked": open_request(request.actor, UNSETTLE_KIND, day.settled_line_id) if day.settled_line_id else None,
        "undone": list(day.unsettled.select_related("line", "asked_by", "decided_by").order_by("-pk")),
        "may": may, "choices": choices(day, request.actor) if may else [],
    }  # fmt: skip
    return render(request, "reconciliation/day.html", context)


@require_safe
@needs(Permission.LEDGER_VIEW)
def difference_page(request: StaffRequest, difference_id: int) -> HttpResponse:
    return _difference(request, difference_id)


def _difference(request: StaffRequest, difference_id: int, refused: str = "") -> HttpResponse:
    one: Difference = get_difference(request.actor, difference_id)
    place = one.community_id
    may = request.actor.may(Permission.CHANNEL_WORK, place) if place else Permission.CHANNEL_WORK in request.actor.wide
    open_ = may and one.closed_at is None
    context = {"swipes": candidates(one) if open_ and _may_work(request, one.channel_day) else [], "one": one, "may": open_, "asked": open_request(request.actor, WRITE_OFF_KIND, one.pk), "refused": refused, "now": clock.now()}
    return render(request, "reconciliation/difference.html", context, status=409 if refused else 200)


@require_POST
@needs(Permission.CHANNEL_WORK)
def act(request: StaffRequest, difference_id: int) -> HttpResponse:
    """Close a difference with its reason, or ask for it to be written off."""
    get_difference(request.actor, difference_id)
    what, note = request.POST.get("act", ""), request.POST.get("note", "")
    try:
        if what == "note":
            resolve(difference_id, note, actor=request.actor)
            messages.success(request, _("已关闭"))
        elif what == "pair":
            pair_by_hand(difference_id, whole_number(request.POST.get("payment")) or 0, actor=request.actor)
            messages.success(request, _("已认定，参考号记到了这笔收款上"))
        elif what == "write_off":
            ask_write_off(difference_id, note, actor=request.actor)
            messages.success(request, _("已提交核销，等另一位同事复核"))
        else:
            raise Invalid(field=_("处理方式"), reason=_("不认识"))
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        return _difference(request, difference_id, error.text)
    return redirect("reconciliation:difference", difference_id)
