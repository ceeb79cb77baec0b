from django.urls import path

from . import pages

app_name = "risk"
urlpatterns = [
    path("", pages.classes, name="classes"),
    path("export", pages.export, name="export"),
    path("reckon", pages.reckon_now, name="reckon"),
    path("payers/<int:person_id>", pages.payer, name="payer"),
]
