from django.apps import AppConfig


class PropertiesConfig(AppConfig):
    name = "wuyefei.estate.properties"
    label = "properties"
