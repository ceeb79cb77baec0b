from django.urls import path

from . import pages

app_name = "sandbox"
urlpatterns = [
    path("gateway.do", pages.gateway, name="gateway"),
    path("authorize", pages.authorize, name="authorize"),
    path("jsapi", pages.jsapi, name="jsapi"),
    path("wallet/<str:trade_id>", pages.wallet, name="wallet"),
]
