from django.urls import path

from . import pages

app_name = "watch"
urlpatterns = [
    path("", pages.alert_list, name="alerts"),
    path("export", pages.export, name="export"),
    path("look", pages.look_now, name="look"),
    path("<int:alert_id>", pages.alert, name="alert"),
    path("<int:alert_id>/close", pages.close_one, name="close"),
]
