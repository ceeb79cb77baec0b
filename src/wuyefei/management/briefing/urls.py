"""Addresses of the daily briefing."""

from django.urls import path

from . import pages

app_name = "briefing"
urlpatterns = [
    path("", pages.show, name="show"),
    path("file", pages.download, name="file"),
    path("subscribe", pages.subscribe, name="subscribe"),
    path("unsubscribe", pages.unsubscribe, name="unsubscribe"),
]
