"""Addresses of transfers."""

from django.urls import path

from . import pages

app_name = "transfers"
urlpatterns = [
    path("", pages.transfer_list, name="list"),
    path("new/<int:property_id>", pages.new, name="new"),
    path("<int:transfer_id>/", pages.transfer_page, name="transfer"),
    path("<int:transfer_id>/withdraw", pages.withdraw, name="withdraw"),
    path("<int:transfer_id>/undo", pages.undo, name="undo"),
    path("<int:transfer_id>/statement/<slug:side>", pages.statement_page, name="statement"),
]
