"""Addresses of runs and receivables."""

from django.urls import path

from .pages import receivables, review, runs

app_name = "billing"
urlpatterns = [
    path("runs", runs.runs, name="runs"),
    path("runs/new", runs.new_run, name="new_run"),
    path("runs/<int:pk>", review.run, name="run"),
    path("runs/<int:pk>/summary", review.summary, name="summary"),
    path("runs/<int:pk>/bridge", review.bridge, name="bridge"),
    path("runs/<int:pk>/gaps", review.gaps, name="gaps"),
    path("runs/<int:pk>/lines/<int:line_id>", review.line, name="line"),
    path("runs/<int:pk>/lines/<int:line_id>/judge", review.judge, name="judge"),
    path("runs/<int:pk>/pass", review.pass_all, name="pass_all"),
    path("runs/<int:pk>/export", review.export, name="export_run"),
    path("runs/<int:pk>/recompute", runs.recompute, name="recompute"),
    path("runs/<int:pk>/discard", runs.discard, name="discard"),
    path("runs/<int:pk>/confirm", runs.confirm, name="confirm"),
    path("runs/<int:pk>/withdraw", runs.withdraw, name="withdraw"),
    path("runs/<int:pk>/void", runs.void, name="void_run"),
    path("receivables", receivables.receivables, name="receivables"),
    path("receivables/export", receivables.export, name="export_receivables"),
    path("receivables/<int:pk>", receivables.receivable, name="receivable"),
    path("receivables/<int:pk>/ask/<slug:act>", receivables.ask, name="ask"),
    path("receivables/<int:pk>/holds/<int:hold_id>/end", receivables.end_hold, name="end_hold"),
]
