"""Addresses of the import pages."""

from django.urls import path

from . import pages

app_name = "intake"
urlpatterns = [
    path("", pages.imports, name="imports"),
    path("<int:pk>/", pages.show, name="show"),
    path("<int:pk>/columns", pages.columns, name="columns"),
    path("<int:pk>/columns/check", pages.check_columns, name="check_columns"),
    path("<int:pk>/choices", pages.choose, name="choose"),
    path("<int:pk>/progress", pages.progress, name="progress"),
    path("<int:pk>/stop", pages.stop, name="stop"),
    path("<int:pk>/errors", pages.errors, name="errors"),
    path("<int:pk>/discard", pages.discard, name="discard"),
]
