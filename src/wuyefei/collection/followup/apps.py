from django.apps import AppConfig


class FollowupConfig(AppConfig):
    name = "wuyefei.collection.followup"
    label = "followup"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from wuyefei.foundation.access.rules import Permission
        from wuyefei.foundation.platform.schedule import register_scheduled
        from wuyefei.foundation.shell.menu import register_menu
        from wuyefei.insight.arrears.public import Column, register_column

        from .actions.reckoning import KIND, reckon_all
        from .columns import every

        register_scheduled(KIND, "更新催缴案件、级别与下一步", "每天 02:40", reckon_all)
        titles = {"grade": _("债务级别"), "promise": _("承诺"), "last": _("最近联系"), "next": _("下一步")}
        for key, load, order in every():
            register_column(Column(key, titles[key], load, order=order, permission=Permission.FOLLOW_VIEW))
        group = _("催缴")
        register_menu(group, _("催缴工作台"), "followup:desk", "phone", Permission.FOLLOW_WORK, 410)
        register_menu(group, _("案件"), "followup:cases", "scales", Permission.FOLLOW_VIEW, 420)
        register_menu(group, _("话术与节奏"), "followup:scripts", "chat", Permission.FOLLOW_VIEW, 430)
