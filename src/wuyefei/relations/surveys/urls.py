"""Addresses of results and call-backs."""

from django.urls import path

from . import pages

app_name = "surveys"
urlpatterns = [
    path("", pages.results, name="results"),
    path("export", pages.export, name="export"),
    path("open", pages.open_one, name="open"),
    path("answers", pages.answers, name="answers"),
    path("answers/<int:answer_id>/handle", pages.handle, name="handle"),
]
