from django.apps import AppConfig


class PayoutsConfig(AppConfig):
    name = "wuyefei.money.payouts"
    label = "payouts"

    def ready(self) -> None:
        from django.http import HttpRequest
        from django.utils.translation import gettext_lazy as _

        from wuyefei.estate.people.public import register_erasure_check, register_erasure_step
        from wuyefei.foundation.access.rules import Permission
        from wuyefei.foundation.shell.menu import register_menu
        from wuyefei.foundation.shell.slots import register_slot

        from . import checks
        from .actions.answers import forget, keeps_person
        from .queries import to_work
        from .slots import on_refund, refunds_top

        def badge(request: HttpRequest) -> int:
            return to_work(request.actor)  # type: ignore[attr-defined]

        register_erasure_check(keeps_person)
        register_erasure_step(forget)
        register_menu(_("收费"), _("付款文件"), "payouts:files", "undo", Permission.PAYMENT_VIEW, 236, badge, under="channels:orders")
        register_slot("refunds.top", 10, refunds_top)
        register_slot("refund.transfer", 10, on_refund)
        checks.register()
