from django.apps import AppConfig


class ServiceConfig(AppConfig):
    name = "wuyefei.relations.service"
    label = "service"

    def ready(self) -> None:
        from django.http import HttpRequest
        from django.utils.translation import gettext_lazy as _

        from wuyefei.foundation.access.rules import Permission
        from wuyefei.foundation.shell.menu import register_menu
        from wuyefei.foundation.shell.slots import register_slot
        from wuyefei.money.concessions.public import register_origin

        from .instalments import ORIGIN, read_origin
        from .queries import unanswered
        from .slots import property_tickets

        def waiting(request: HttpRequest) -> int:
            return unanswered(request.actor)  # type: ignore[attr-defined]

        register_origin(ORIGIN, read_origin)
        register_slot("property.side", 30, property_tickets)
        register_menu(_("服务"), _("巡检"), "service:inspections", "check", Permission.CONTACT_VIEW, 402)
        register_menu(_("服务"), _("工单"), "service:tickets", "wrench", Permission.SERVICE_HANDLE, 400, waiting)
