from django.apps import AppConfig


class OccupancyConfig(AppConfig):
    name = "wuyefei.estate.occupancy"
    label = "occupancy"

    def ready(self) -> None:
        from wuyefei.estate.people.public import register_erasure_check

        from .actions import open_ties_reason

        register_erasure_check(open_ties_reason)
