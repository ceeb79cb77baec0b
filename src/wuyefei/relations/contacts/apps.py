from django.apps import AppConfig


class ContactsConfig(AppConfig):
    name = "wuyefei.relations.contacts"
    label = "contacts"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from wuyefei.estate.people.public import register_erasure_step
        from wuyefei.foundation.access.rules import Permission
        from wuyefei.foundation.shell.menu import register_menu
        from wuyefei.foundation.shell.slots import register_slot

        from . import checks
        from .actions.wishes import forget_words
        from .slots import person_log, property_log

        register_erasure_step(forget_words)
        register_slot("property.360", 30, property_log)
        register_slot("person.360", 30, person_log)
        checks.register()
        group = _("联系")
        register_menu(group, _("联系记录"), "contacts:log", "chat", Permission.CONTACT_VIEW, 300)
        register_menu(group, _("拦截记录"), "contacts:refusals", "shield-no", Permission.CONTACT_MANAGE, 310, under="contacts:log")
        register_menu(group, _("联系规则"), "contacts:rules", "scales", Permission.CONTACT_VIEW, 320, under="contacts:log")
