from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "wuyefei.estate.people"
    label = "people"
