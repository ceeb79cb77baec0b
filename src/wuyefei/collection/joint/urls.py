from django.urls import path

from . import pages

app_name = "joint"
urlpatterns = [
    path("", pages.listed, name="listed"),
    path("new", pages.new, name="new"),
    path("<int:effort_id>", pages.effort, name="effort"),
    path("<int:effort_id>/join", pages.join_page, name="join"),
    path("<int:effort_id>/visit", pages.visit, name="visit"),
    path("<int:effort_id>/meeting", pages.meeting, name="meeting"),
    path("<int:effort_id>/work", pages.work, name="work"),
    path("<int:effort_id>/show", pages.show_page, name="show"),
    path("<int:effort_id>/close", pages.close, name="close"),
    path("<int:effort_id>/leave", pages.leave_page, name="leave"),
    path("showings/<int:showing_id>", pages.showing, name="showing"),
    path("works/<int:work_id>/done", pages.done, name="done"),
]
