from django.apps import AppConfig


class MeasuresConfig(AppConfig):
    name = "wuyefei.insight.measures"
    label = "measures"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from wuyefei.foundation.access.rules import Permission
        from wuyefei.foundation.shell.menu import register_menu

        group = _("分析")
        register_menu(group, _("收缴分析"), "measures:dashboard", "chart", Permission.REPORT_VIEW, 500)
        register_menu(group, _("周报与月报"), "measures:packs", "file", Permission.REPORT_VIEW, 520)
