from django.urls import path

from .pages import (
    act,
    card_file,
    day_list,
    day_page,
    difference_page,
    run_day,
    settle_day,
    unsettle_day,
)

app_name = "reconciliation"
urlpatterns = [
    path("", day_list, name="days"),
    path("run", run_day, name="run"),
    path("cards", card_file, name="card_file"),
    path("<int:channel_day_id>/settle", settle_day, name="settle"),
    path("<int:channel_day_id>/unsettle", unsettle_day, name="unsettle"),
    path("<int:channel_day_id>", day_page, name="day"),
    path("differences/<int:difference_id>", difference_page, name="difference"),
    path("differences/<int:difference_id>/act", act, name="act"),
]
