from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LocalRulesConfig(AppConfig):
    name = "wuyefei.estate.localrules"
    label = "localrules"

    def ready(self) -> None:
        from wuyefei.estate.tariffs.public import register_increase_check
        from wuyefei.foundation.access.rules import Permission
        from wuyefei.foundation.shell.menu import register_menu

        from .actions import refuse_unasked

        register_increase_check(refuse_unasked)
        register_menu(_("资料"), _("本地规则"), "localrules:packs", "scales", Permission.ESTATE_VIEW, 532, under="backoffice:contracts")
        register_menu(_("资料"), _("涨价征询"), "localrules:consultations", "people", Permission.ESTATE_VIEW, 534, under="backoffice:contracts")
