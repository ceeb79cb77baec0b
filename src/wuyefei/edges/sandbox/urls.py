from django.urls import path

from . import pages

app_name = "sandbox"
urlpatterns = [
    path("gateway.do", pages.gateway, name="gateway"),
    path("wallet/<str:trade_id>", pages.wallet, name="wallet"),
]
