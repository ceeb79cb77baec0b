"""Addresses of divisions."""

from django.urls import path

from . import pages

app_name = "divisions"
urlpatterns = [
    path("", pages.division_list, name="list"),
    path("new/<int:receivable_id>", pages.new, name="new"),
    path("<int:division_id>/", pages.division, name="division"),
    path("<int:division_id>/undo", pages.undo, name="undo"),
    path("<int:division_id>/withdraw", pages.withdraw, name="withdraw"),
]
