from django.urls import path

from . import pages

app_name = "deposits"
urlpatterns = [
    path("", pages.deposit_list, name="list"),
    path("export", pages.export, name="export"),
    path("<int:deposit_id>", pages.deposit_page, name="deposit"),
    path("<int:deposit_id>/facts", pages.facts, name="facts"),
    path("<int:deposit_id>/return", pages.new_return, name="return"),
    path("<int:deposit_id>/withdraw", pages.withdraw, name="withdraw"),
    path("photos/<int:deduction_id>", pages.photo, name="photo"),
]
