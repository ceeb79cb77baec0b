from django.apps import AppConfig


class GovernanceConfig(AppConfig):
    name = "wuyefei.relations.governance"
    label = "governance"

    def ready(self) -> None:
        from django.urls import reverse
        from django.utils.translation import gettext as now
        from django.utils.translation import gettext_lazy as _

        from wuyefei.foundation.access.rules import Permission
        from wuyefei.foundation.approvals.actions import Kind, register_kind
        from wuyefei.foundation.approvals.models import Request
        from wuyefei.foundation.kernel.money import yuan_text
        from wuyefei.foundation.shell.menu import register_menu
        from wuyefei.relations.notices.public import register_phrase, register_picture

        from .actions import PUBLISH_KIND, hand_back, publish
        from .picture import composition_picture
        from .queries import composition_words

        def address(request: Request) -> str:
            return reverse("governance:statement", args=[request.subject_id])

        def describe(request: Request) -> list[tuple[str, str]]:
            facts = request.payload
            return [
                (now("收入"), yuan_text(facts["income_fen"])), (now("支出"), yuan_text(facts["spending_fen"])),
                (now("公共收益收入"), yuan_text(facts["public_in_fen"])), (now("公共收益支出"), yuan_text(facts["public_out_fen"])),
            ]  # fmt: skip

        register_kind(Kind(PUBLISH_KIND, "收支公示", Permission.DISCLOSURE_APPROVE, publish, hand_back, address, describe))
        register_phrase("构成", composition_words)
        register_picture("构成", composition_picture)
        register_menu(_("服务"), _("收支公示"), "governance:statements", "wallet", Permission.DISCLOSURE_EDIT, 420)
