"""Addresses of long and scheduled work."""

from django.urls import path

from . import pages

app_name = "jobs"
urlpatterns = [
    path("", pages.job_list, name="list"),
    path("<int:pk>/", pages.show, name="show"),
    path("<int:pk>/stop", pages.stop, name="stop"),
    path("<int:pk>/resume", pages.resume, name="resume"),
    path("scheduled/<slug:work>/run", pages.run, name="run"),
]
