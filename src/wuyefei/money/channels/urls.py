from django.urls import path

from .pages import callbacks, exceptions, orders, refunds, setups

app_name = "channels"
urlpatterns = [
    path("pay/notify/<str:setup_token>", callbacks.notify, name="notify"),
    path("orders/", orders.order_list, name="orders"),
    path("orders/export", orders.export, name="export_orders"),
    path("orders/<int:order_id>", orders.order_detail, name="order"),
    path("orders/<int:order_id>/ask", orders.ask, name="ask"),
    path("payment-exceptions/", exceptions.exception_list, name="exceptions"),
    path("payment-exceptions/<int:exception_id>/resolve", exceptions.resolve_one, name="resolve"),
    path("payment-exceptions/<int:exception_id>/refund", exceptions.refund_one, name="refund_suspense"),
    path("refunds/", refunds.refund_list, name="refunds"),
    path("refunds/export", refunds.export, name="export_refunds"),
    path("refunds/new/<int:payment_id>", refunds.new_refund, name="new_refund"),
    path("refunds/<int:refund_id>", refunds.refund_detail, name="refund"),
    path("refunds/<int:refund_id>/act", refunds.act, name="refund_act"),
    path("settings/channels/", setups.setup_list, name="setups"),
    path("settings/channels/new", setups.new_setup, name="new_setup"),
    path("settings/channels/<int:setup_id>", setups.setup_detail, name="setup"),
    path("settings/channels/<int:setup_id>/test", setups.test_one, name="test_setup"),
]
