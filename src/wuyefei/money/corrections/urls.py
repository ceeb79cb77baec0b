"""Addresses of corrections."""

from django.urls import path

from . import pages

app_name = "corrections"
urlpatterns = [
    path("", pages.correction_list, name="list"),
    path("<int:correction_id>/", pages.correction, name="correction"),
    path("<int:correction_id>/export", pages.export, name="export"),
    path("<int:correction_id>/ask", pages.ask, name="ask"),
    path("<int:correction_id>/discard", pages.discard, name="discard"),
    path("<int:correction_id>/withdraw", pages.withdraw, name="withdraw"),
    path("<int:correction_id>/again", pages.again, name="again"),
    path("<int:correction_id>/undo", pages.undo, name="undo"),
]
