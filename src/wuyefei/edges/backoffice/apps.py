from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BackofficeConfig(AppConfig):
    name = "wuyefei.edges.backoffice"
    label = "backoffice"

    def ready(self) -> None:
        from django.urls import reverse

        from wuyefei.foundation.access.rules import Permission
        from wuyefei.foundation.platform.jobs import register_work
        from wuyefei.foundation.shell.menu import register_menu

        from . import proving

        register_work(
            proving.KIND, proving.work, title="核验", permission=Permission.VERIFY, address=lambda job: reverse("backoffice:verify")
        )

        estate, check = _("资料"), _("核对")
        register_menu("", _("今日"), "backoffice:home", "home", None, 1)
        register_menu(estate, _("房产"), "backoffice:properties", "building", Permission.ESTATE_VIEW, 500)
        register_menu(estate, _("业主"), "backoffice:people", "people", Permission.ESTATE_VIEW, 510)
        register_menu(estate, _("待核实"), "backoffice:verification", "check", Permission.ESTATE_VIEW, 515, under="backoffice:people")
        register_menu(estate, _("收费标准"), "backoffice:tariffs", "price", Permission.ESTATE_VIEW, 520)
        register_menu(estate, _("合同"), "backoffice:contracts", "contract", Permission.ESTATE_VIEW, 530)
        register_menu(check, _("审计"), "backoffice:audit", "eye", Permission.AUDIT_VIEW, 800)
        register_menu(check, _("核验"), "backoffice:verify", "shield", Permission.VERIFY, 810)
