from django.urls import path

from .pages import board, costs, letters, matter, watch

app_name = "legal"
urlpatterns = [
    path("", board.board, name="board"),
    path("export", board.export, name="export"),
    path("eligible", watch.eligible, name="eligible"),
    path("open", watch.opened, name="open"),
    path("limitation", watch.limitation, name="limitation"),
    path("urging/<int:community_id>", watch.urging, name="urging"),
    path("results", board.results, name="results"),
    path("matters/<int:matter_id>", matter.matter, name="matter"),
    path("costs", costs.listed, name="costs"),
    path("costs/export", costs.export, name="costs_export"),
    path("costs/<int:cost_id>/undo", costs.undo, name="cost_undo"),
    path("costs/lines/<int:bank_line_id>", costs.line, name="cost_line"),
    path("matters/<int:matter_id>/costs/<str:cost_move>", costs.move, name="cost"),
    path("matters/<int:matter_id>/dividend", costs.dividend, name="dividend"),
    path("matters/<int:matter_id>/do/<str:deed>", matter.do, name="do"),
    path("matters/<int:matter_id>/letter", letters.made, name="letter"),
    path("matters/<int:matter_id>/papers/<str:paper_kind>", letters.paper_made, name="paper_made"),
    path("letters/<int:letter_id>/<str:news>", letters.news, name="news"),
    path("papers/<int:paper_id>", letters.paper, name="paper"),
]
