from django.urls import path

from .pages import outside, owners, reviews

app_name = "credit"
urlpatterns = [
    path("", owners.rating_list, name="ratings"),
    path("export", owners.export, name="export"),
    path("reckon", owners.reckon_now, name="reckon"),
    path("owners/<int:person_id>", owners.owner, name="owner"),
    path("owners/<int:person_id>/free", owners.give_free, name="free"),
    path("owners/<int:person_id>/choice", owners.choose, name="choice"),
    path("owners/<int:person_id>/object", reviews.raise_for, name="object"),
    path("owners/<int:person_id>/show", outside.ask, name="show"),
    path("reviews", reviews.reviews, name="reviews"),
    path("reviews/<int:review_id>", reviews.review, name="review"),
    path("reviews/<int:review_id>/assign", reviews.assign, name="assign"),
    path("reviews/<int:review_id>/decide", reviews.decide, name="decide"),
    path("outside", outside.outside, name="outside"),
    path("outside/door", outside.door, name="door"),
]
