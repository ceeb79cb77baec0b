from django.urls import path

from .pages import board, packs, points, samples, stubs

app_name = "control"
urlpatterns = [
    path("", board.board, name="board"),
    path("mismatches/<int:mismatch_id>/settle", board.settle_one, name="settle"),
    path("samples", samples.sample_list, name="samples"),
    path("samples/draw", samples.draw_week, name="draw"),
    path("samples/<int:draw_id>", samples.sample, name="sample"),
    path("samples/items/<int:sample_item_id>/check", samples.check_one, name="check"),
    path("stubs", stubs.stub_list, name="stubs"),
    path("stubs/<int:community_id>/<slug:book_month>", stubs.stub_month, name="stub"),
    path("stubs/<int:community_id>/<slug:book_month>/tick", stubs.tick_month, name="tick"),
    path("points", points.register, name="points"),
    path("points/add", points.add, name="add"),
    path("points/<int:control_id>", points.point, name="point"),
    path("points/<int:control_id>/test", points.test_point, name="test"),
    path("points/<int:control_id>/end", points.end_point, name="end"),
    path("packs", packs.pack_list, name="packs"),
    path("packs/make", packs.make, name="make"),
]
