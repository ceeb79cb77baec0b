from django.apps import AppConfig


class ReconciliationConfig(AppConfig):
    name = "wuyefei.money.reconciliation"
    label = "reconciliation"

    def ready(self) -> None:
        from django.http import HttpRequest
        from django.urls import reverse
        from django.utils.translation import gettext_lazy as _

        from wuyefei.foundation.access.rules import Permission
        from wuyefei.foundation.approvals.actions import Kind, register_kind
        from wuyefei.foundation.approvals.models import Request
        from wuyefei.foundation.platform.schedule import register_scheduled
        from wuyefei.foundation.shell.menu import register_menu

        from . import actions, checks, unsettling
        from .queries import to_work

        def badge(request: HttpRequest) -> int:
            return to_work(request.actor)  # type: ignore[attr-defined]

        def address(request: Request) -> str:
            return reverse("reconciliation:difference", args=[request.subject_id])

        register_kind(Kind(actions.WRITE_OFF_KIND, "核销对账差异", Permission.REFUND_APPROVE, actions.write_off, None, address))
        register_kind(Kind(
            unsettling.UNSETTLE_KIND, "撤销渠道结算认款", Permission.PAYMENT_VOID_APPROVE, unsettling.unsettle, None, unsettling.address,
            unsettling.describe,
        ))  # fmt: skip
        register_menu(_("核对"), _("渠道对账"), "reconciliation:days", "exchange", Permission.LEDGER_VIEW, 812, badge)
        register_scheduled(actions.ROUNDS, "渠道账单对账、核对结算款", "每天 11:20", actions.make_rounds)
        checks.register()
