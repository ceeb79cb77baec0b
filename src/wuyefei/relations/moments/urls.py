"""Addresses of sources, and the one that they call."""

from django.urls import path

from . import pages

app_name = "moments"
urlpatterns = [
    path("", pages.sources, name="sources"),
    path("new", pages.new, name="new"),
    path("<int:source_id>", pages.source, name="source"),
    path("<int:source_id>/secret", pages.secret, name="secret"),
    path("events/<str:source_hook>", pages.events, name="events"),
]
