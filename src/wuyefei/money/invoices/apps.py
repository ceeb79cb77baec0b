from django.apps import AppConfig


class InvoicesConfig(AppConfig):
    name = "wuyefei.money.invoices"
    label = "invoices"

    def ready(self) -> None:
        from django.http import HttpRequest
        from django.utils.translation import gettext_lazy as _

        from wuyefei.estate.people.public import register_erasure_step
        from wuyefei.foundation.access.rules import Permission
        from wuyefei.foundation.platform.schedule import register_scheduled
        from wuyefei.foundation.platform.vault import register_sealed
        from wuyefei.foundation.shell.menu import register_menu
        from wuyefei.foundation.shell.slots import register_slot
        from wuyefei.money.payments.public import register_reversal_check

        from . import checks
        from .actions.holding import forget_titles, refuse_invoiced
        from .actions.sending import ROUNDS, make_rounds
        from .queries import waiting
        from .slots import invoice_link

        def badge(request: HttpRequest) -> int:
            return waiting(request.actor)  # type: ignore[attr-defined]

        register_sealed("invoices", "InvoiceSetup", "secrets")
        register_erasure_step(forget_titles)
        register_reversal_check("invoices", refuse_invoiced)
        register_menu(_("收费"), _("数电票"), "invoices:list", "receipt", Permission.PAYMENT_VIEW, 231, badge, under="receipts:list")
        register_menu(_("系统"), _("数电票服务"), "invoices:setup", "receipt", Permission.INVOICE_SETUP, 942)
        register_slot("payments.payment", 20, invoice_link)
        register_scheduled(ROUNDS, "发出数电票申请、查询开具结果", "每 20 秒", make_rounds)
        checks.register()
