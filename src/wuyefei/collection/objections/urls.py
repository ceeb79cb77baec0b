from django.urls import path

from . import pages

app_name = "objections"
urlpatterns = [
    path("", pages.listed, name="listed"),
    path("prices", pages.prices, name="prices"),
    path("cases/<int:case_id>", pages.talk, name="talk"),
    path("<int:objection_id>", pages.objection, name="objection"),
]
