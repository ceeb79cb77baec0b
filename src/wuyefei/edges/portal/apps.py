from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "wuyefei.edges.portal"
    label = "portal"

    def ready(self) -> None:
        from wuyefei.relations.governance.public import register_rate

        from .queries.openness import rate_words

        register_rate(rate_words)
