from django.apps import AppConfig


class BooksConfig(AppConfig):
    name = "wuyefei.money.books"
    label = "books"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from wuyefei.foundation.access.rules import Permission
        from wuyefei.foundation.shell.menu import register_menu

        from . import checks
        from .origins import register_origins

        register_menu(_("核对"), _("账簿"), "books:trial", "book", Permission.LEDGER_VIEW, 820)
        register_origins()
        checks.register()
