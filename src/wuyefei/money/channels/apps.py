from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    name = "wuyefei.money.channels"
    label = "channels"
