from django.apps import AppConfig


class TariffsConfig(AppConfig):
    name = "wuyefei.estate.tariffs"
    label = "tariffs"
