from django.urls import path

from . import pages

app_name = "rewards"
urlpatterns = [
    path("", pages.listed, name="campaigns"),
    path("new", pages.new, name="new"),
    path("<int:campaign_id>", pages.campaign, name="campaign"),
    path("<int:campaign_id>/export", pages.export, name="export"),
    path("<int:campaign_id>/end", pages.end, name="end"),
    path("<int:campaign_id>/give/<int:property_id>", pages.give, name="give"),
    path("homes/<int:property_id>", pages.home, name="home"),
    path("given/<int:given_id>/back", pages.back, name="back"),
]
