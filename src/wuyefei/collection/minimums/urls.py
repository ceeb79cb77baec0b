from django.urls import path

from . import pages

app_name = "minimums"
urlpatterns = [
    path("", pages.listed, name="listed"),
    path("export", pages.export, name="export"),
    path("run", pages.run, name="run"),
    path("<int:miss_id>/answer", pages.answered, name="answer"),
]
