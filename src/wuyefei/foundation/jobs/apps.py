from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "wuyefei.foundation.jobs"
    label = "jobs"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from wuyefei.foundation.shell.menu import register_menu

        register_menu(_("核对"), _("后台任务"), "jobs:list", "gear", None, 830)
