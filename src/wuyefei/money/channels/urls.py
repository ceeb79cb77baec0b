from django.urls import path

from .pages import callbacks

app_name = "channels"
urlpatterns = [
    path("pay/notify/<str:setup_token>", callbacks.notify, name="notify"),
]
