from django.apps import AppConfig


class ClosingConfig(AppConfig):
    name = "wuyefei.money.closing"
    label = "closing"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from wuyefei.foundation.access.rules import Permission
        from wuyefei.foundation.approvals.actions import Kind, register_kind
        from wuyefei.foundation.shell.menu import register_menu

        from . import actions
        from .explaining import address, describe

        register_kind(Kind(actions.CLOSE_KIND, "结账", Permission.CLOSE_APPROVE, actions.close, actions.refuse, address, describe))
        register_kind(Kind(actions.REOPEN_KIND, "反结账", Permission.CLOSE_APPROVE, actions.reopen, actions.refuse, address, describe))
        register_menu(_("核对"), _("结账"), "closing:board", "lock", Permission.LEDGER_VIEW, 815)
