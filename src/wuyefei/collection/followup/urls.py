from django.urls import path

from .pages import cases, desk, scripts

app_name = "followup"
urlpatterns = [
    path("", desk.desk, name="desk"),
    path("cases", cases.listed, name="cases"),
    path("cases/export", cases.export, name="export"),
    path("cases/assign", cases.give, name="assign"),
    path("cases/<int:case_id>", cases.case, name="case"),
    path("cases/<int:case_id>/log", desk.log_contact, name="log"),
    path("cases/<int:case_id>/dial", desk.dial, name="dial"),
    path("cases/<int:case_id>/next", cases.next_contact, name="next"),
    path("cases/<int:case_id>/lane", cases.lane, name="lane"),
    path("scripts", scripts.listed, name="scripts"),
]
