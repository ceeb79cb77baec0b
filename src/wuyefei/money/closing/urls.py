from django.urls import path

from .pages import act, board, month_page

app_name = "closing"
urlpatterns = [
    path("", board, name="board"),
    path("<int:community_id>/<slug:book_month>", month_page, name="month"),
    path("<int:community_id>/<slug:book_month>/<slug:closing_act>", act, name="act"),
]
