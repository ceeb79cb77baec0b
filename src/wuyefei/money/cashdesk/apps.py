from django.apps import AppConfig


class CashdeskConfig(AppConfig):
    name = "wuyefei.money.cashdesk"
    label = "cashdesk"

    def ready(self) -> None:
        from django.http import HttpRequest
        from django.urls import reverse
        from django.utils.translation import gettext_lazy as _

        from wuyefei.foundation.access.rules import Permission
        from wuyefei.foundation.approvals.actions import Kind, register_kind
        from wuyefei.foundation.approvals.models import Request
        from wuyefei.foundation.platform import clock
        from wuyefei.foundation.shell.menu import register_menu

        from . import checks, slips
        from .actions import HANDOVER_KIND, accept, reopen

        def address(request: Request) -> str:
            return reverse("cashdesk:shift", args=[request.subject_id])

        register_kind(Kind(HANDOVER_KIND, "交班复核", Permission.SHIFT_APPROVE, accept, reopen, address))
        register_menu(_("收费"), _("收银台"), "cashdesk:desk", "desk", Permission.CASHDESK, 200)
        register_menu(_("系统"), _("刷卡终端"), "cashdesk:terminals", "card", Permission.CHANNEL_SETUP, 942)
        register_menu(_("收费"), _("交班"), "cashdesk:shifts", "clock", Permission.PAYMENT_VIEW, 220)
        def slip_address(request: Request) -> str:
            return reverse("cashdesk:slip", args=[request.subject_id])

        def late(request: HttpRequest) -> int:
            return slips.overdue(request.actor, clock.today())  # type: ignore[attr-defined]

        register_kind(Kind(slips.VOID_SLIP_KIND, "作废缴款单", Permission.SHIFT_APPROVE, slips.void_slip, None, slip_address))
        register_menu(_("收费"), _("缴款单"), "cashdesk:slips", "cash", Permission.PAYMENT_VIEW, 222, late, under="cashdesk:shifts")
        checks.register()
