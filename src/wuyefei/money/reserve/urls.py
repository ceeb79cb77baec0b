from django.urls import path

from .pages import board, rates, run

app_name = "reserve"
urlpatterns = [
    path("", board.shown, name="board"),
    path("export", board.export, name="export"),
    path("draft", board.draft, name="draft"),
    path("rates", rates.shown, name="rates"),
    path("runs/<int:reserve_run_id>", run.shown, name="run"),
    path("runs/<int:reserve_run_id>/submit", run.submit_now, name="submit"),
    path("runs/<int:reserve_run_id>/discard", run.discard_now, name="discard"),
    path("runs/<int:reserve_run_id>/export", run.export, name="run_export"),
    path("runs/<int:reserve_run_id>/singles/<int:single_id>", run.assess_now, name="assess"),
]
