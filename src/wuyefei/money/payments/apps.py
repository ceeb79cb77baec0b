from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "wuyefei.money.payments"
    label = "payments"

    def ready(self) -> None:
        from wuyefei.foundation.access.rules import Permission
        from wuyefei.foundation.approvals.actions import Kind, register_kind
        from wuyefei.foundation.platform.schedule import register_scheduled
        from wuyefei.foundation.shell.slots import register_slot
        from wuyefei.money.billing.public import register_after_publish, register_source

        from . import checks
        from .actions.prepaid import NIGHTLY, offset_held, offset_published
        from .actions.void import VOID_KIND, void
        from .queries import SETTLED_SQL
        from .slots import allocations_panel

        register_source(SETTLED_SQL)
        register_after_publish(offset_published)
        register_scheduled(NIGHTLY, "用预存抵扣未缴账单", "每天 02:00", offset_held)
        register_kind(Kind(VOID_KIND, "作废收款", Permission.PAYMENT_VOID_APPROVE, void))
        checks.register()
        register_slot("billing.receivable", 10, allocations_panel)
