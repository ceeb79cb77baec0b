from django.apps import AppConfig


class RiskConfig(AppConfig):
    name = "wuyefei.insight.risk"
    label = "risk"

    def ready(self) -> None:
        from django.urls import reverse
        from django.utils.translation import gettext_lazy as _

        from wuyefei.foundation.access.rules import Permission
        from wuyefei.foundation.platform.jobs import register_work
        from wuyefei.foundation.platform.schedule import register_scheduled
        from wuyefei.foundation.shell.menu import register_menu
        from wuyefei.insight.arrears.public import Column, register_column

        from .actions import KIND, ROUND
        from .columns import classes

        register_work(KIND, ROUND.work, title="重新分类", permission=Permission.FOLLOW_MANAGE, address=lambda job: reverse("risk:classes"))
        register_scheduled(KIND, "按缴费表现重新分类", "每天 02:20", ROUND.nightly)
        register_column(Column("class", _("缴费分类"), classes, order=10, permission=Permission.CLASS_VIEW))
        register_menu(_("催缴"), _("缴费分类"), "risk:classes", "people", Permission.CLASS_VIEW, 440)
