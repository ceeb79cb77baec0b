from django.urls import path

from .pages import planning, walking

app_name = "visits"
urlpatterns = [
    path("", planning.listed, name="listed"),
    path("new", planning.new, name="new"),
    path("number", planning.number, name="number"),
    path("routes/<int:route_id>", walking.route, name="route"),
    path("routes/<int:route_id>/start", walking.start, name="start"),
    path("routes/<int:route_id>/end", walking.end, name="end"),
    path("routes/<int:route_id>/sheet", walking.sheet, name="sheet"),
    path("routes/<int:route_id>/papers", walking.papers, name="papers"),
    path("stops/<int:stop_id>/visited", walking.visited, name="visited"),
    path("stops/<int:stop_id>/skip", walking.skip, name="skip"),
    path("proofs/<int:proof_id>", walking.proof, name="proof"),
]
