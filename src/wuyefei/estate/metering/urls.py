"""Addresses of meters and readings."""

from django.urls import path

from .pages import meter, round, sheet

app_name = "metering"
urlpatterns = [
    path("", round.round_page, name="round"),
    path("estimate", round.estimate, name="estimate"),
    path("sheet", sheet.download, name="sheet"),
    path("sheet/upload", sheet.upload, name="upload"),
    path("new", meter.new, name="new"),
    path("held", meter.held, name="held"),
    path("readings/<int:reading_id>/photo", meter.photo, name="photo"),
    path("readings/<int:reading_id>/settle", meter.settle, name="settle"),
    path("<int:meter_id>/", meter.meter_page, name="meter"),
    path("<int:meter_id>/read", round.read, name="read"),
    path("<int:meter_id>/install", meter.install, name="install"),
    path("<int:meter_id>/replace", meter.replace, name="replace"),
]
