from django.urls import path

from .pages import listing, opening, own, passing, standing

app_name = "drives"
urlpatterns = [
    path("", listing.listed, name="listed"),
    path("new", opening.new, name="new"),
    path("mine", own.mine_page, name="mine"),
    path("<int:drive_id>", standing.board_page, name="board"),
    path("<int:drive_id>/export", standing.export, name="export"),
    path("<int:drive_id>/pass", passing.pass_list, name="pass"),
    path("passings/<int:passing_id>/back", passing.pass_back, name="pass_back"),
    path("<int:drive_id>/close", opening.close, name="close"),
    path("<int:drive_id>/evaluation", standing.evaluation_page, name="evaluation"),
    path("<int:drive_id>/evaluation/export", standing.export_evaluation, name="evaluation_export"),
]
