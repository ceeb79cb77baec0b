from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccessConfig(AppConfig):
    name = "wuyefei.foundation.access"
    label = "access"

    def ready(self) -> None:
        from django.http import HttpRequest
        from django.template.loader import render_to_string
        from django.utils.safestring import mark_safe

        from wuyefei.foundation.platform.vault import register_sealed
        from wuyefei.foundation.shell import menu, slots

        from . import lookups
        from .rules import Permission

        def own_account(request: HttpRequest, subject: object) -> str:
            return mark_safe(render_to_string("access/_me.html", request=request))  # noqa: S308

        system = _("系统")
        lookups.register()
        register_sealed("access", "User", "totp_secret")
        menu.register_menu(system, _("人员与角色"), "access:people", "people", Permission.ADMIN, 910)
        menu.register_menu(system, _("区域与小区"), "access:places", "building", Permission.ADMIN, 920)
        menu.register_menu(system, _("登录记录"), "access:sign_in_log", "key", Permission.ADMIN, 930)
        slots.register_slot("shell.me", 10, own_account, name="access.account")
