from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "wuyefei.edges.portal"
    label = "portal"
