from django.apps import AppConfig


class DebitsConfig(AppConfig):
    name = "wuyefei.money.debits"
    label = "debits"

    def ready(self) -> None:
        from django.http import HttpRequest
        from django.utils.translation import gettext_lazy as _

        from wuyefei.estate.people.public import register_erasure_check, register_erasure_step
        from wuyefei.foundation.access.rules import Permission
        from wuyefei.foundation.approvals.actions import Kind, register_kind
        from wuyefei.foundation.platform.vault import register_sealed
        from wuyefei.foundation.shell.menu import register_menu
        from wuyefei.foundation.shell.slots import register_slot
        from wuyefei.money.ledger.public import register_source
        from wuyefei.money.payments.public import register_void_check

        from . import checks
        from .actions import unsettling
        from .actions.mandates import forget, keeps_person
        from .actions.returns import SUSPENSE_KIND
        from .actions.settling import ACCEPTED_KIND, refuse_void
        from .queries import to_work
        from .slots import answer_address, item_address, person_mandate

        def badge(request: HttpRequest) -> int:
            return to_work(request.actor)  # type: ignore[attr-defined]

        register_sealed("debits", "Mandate", "account_sealed")
        register_erasure_check(keeps_person)
        register_erasure_step(forget)
        register_void_check("debits", refuse_void)
        register_kind(Kind(
            unsettling.UNSETTLE_KIND, "撤销代扣到账认款", Permission.PAYMENT_VOID_APPROVE, unsettling.unsettle, None, unsettling.address,
            unsettling.describe,
        ))  # fmt: skip
        register_source(SUSPENSE_KIND, _("代扣多扣待处理"), answer_address)
        register_source(ACCEPTED_KIND, _("代扣多扣入账"), item_address)
        register_menu(_("收费"), _("银行代扣"), "debits:batches", "card", Permission.PAYMENT_VIEW, 239, badge)
        register_menu(_("收费"), _("代扣签约"), "debits:mandates", "contract", Permission.PAYMENT_VIEW, 239, under="debits:batches")
        register_slot("person.side", 30, person_mandate)
        checks.register()
