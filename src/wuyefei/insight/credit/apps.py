from django.apps import AppConfig


class CreditConfig(AppConfig):
    name = "wuyefei.insight.credit"
    label = "credit"

    def ready(self) -> None:
        from django.http import HttpRequest
        from django.urls import reverse
        from django.utils.translation import gettext_lazy as _

        from wuyefei.foundation.access.rules import Permission
        from wuyefei.foundation.approvals.actions import Kind, register_kind
        from wuyefei.foundation.platform.jobs import register_work
        from wuyefei.foundation.platform.schedule import register_scheduled
        from wuyefei.foundation.shell.menu import register_menu
        from wuyefei.foundation.shell.slots import register_slot
        from wuyefei.relations.service.public import register_head_start

        from . import checks
        from .actions import reckoning, showing
        from .asking import describe_showing, showing_address
        from .head_start import hours_of
        from .holding import register_own
        from .queries import waiting
        from .slots import person_panel

        def open_reviews(request: HttpRequest) -> int:
            return waiting(request.actor)  # type: ignore[attr-defined]

        register_work(
            reckoning.KIND, reckoning.ROUND.work, title="重新评级", permission=Permission.CREDIT_WORK, address=lambda job: reverse("credit:ratings")
        )
        register_scheduled(reckoning.KIND, "按依据重新评定业主信用", "每天 02:30", reckoning.ROUND.nightly)
        register_kind(
            Kind(showing.SHOW_KIND, "对外提供信用等级", Permission.CREDIT_REVIEW, showing.give, showing.refuse, showing_address, describe_showing)
        )
        register_head_start(hours_of)
        register_own()
        checks.register()
        register_slot("person.360", 45, person_panel)
        register_menu(_("服务"), _("业主信用"), "credit:ratings", "people", Permission.CREDIT_VIEW, 430, open_reviews)
        register_menu(_("服务"), _("信用复核"), "credit:reviews", "scales", Permission.CREDIT_VIEW, 431, under="credit:ratings")
        register_menu(_("服务"), _("对外提供"), "credit:outside", "shield", Permission.CREDIT_VIEW, 432, under="credit:ratings")
