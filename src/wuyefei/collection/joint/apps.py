from django.apps import AppConfig


class JointConfig(AppConfig):
    name = "wuyefei.collection.joint"
    label = "joint"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from wuyefei.foundation.access.rules import Permission
        from wuyefei.foundation.shell.menu import register_menu

        register_menu(_("催缴"), _("联合调解"), "joint:listed", "people", Permission.JOINT_VIEW, 470)
