"""Addresses of personal data."""

from django.urls import path

from . import pages

app_name = "privacy"
urlpatterns = [
    path("", pages.register, name="register"),
    path("retention", pages.retention, name="retention"),
    path("retention/run", pages.run, name="run"),
    path("people/<int:person_id>", pages.person, name="person"),
    path("people/<int:person_id>/copy", pages.copy, name="copy"),
    path("people/<int:person_id>/erase", pages.erase, name="erase"),
]
