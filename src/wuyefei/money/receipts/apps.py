from django.apps import AppConfig


class ReceiptsConfig(AppConfig):
    name = "wuyefei.money.receipts"
    label = "receipts"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from wuyefei.foundation.access.rules import Permission
        from wuyefei.foundation.shell.menu import register_menu

        from .checks import register

        register()
        register_menu(_("收费"), _("收据"), "receipts:list", "receipt", Permission.PAYMENT_VIEW, 230)
