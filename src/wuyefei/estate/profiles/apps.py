from django.apps import AppConfig


class ProfilesConfig(AppConfig):
    name = "wuyefei.estate.profiles"
    label = "profiles"
