from django.urls import path

from .pages import cards, desk, shifts, slips

app_name = "cashdesk"
urlpatterns = [
    path("cashdesk/", desk.desk, name="desk"),
    path("cashdesk/place", desk.choose_place, name="place"),
    path("cashdesk/find", desk.find_households, name="find"),
    path("cashdesk/household/<int:property_id>", desk.show_household, name="household"),
    path("cashdesk/explain/<int:receivable_id>", desk.explain_late_fee, name="explain"),
    path("cashdesk/take", desk.take_money, name="take"),
    path("cashdesk/charge", desk.charge_now, name="charge"),
    path("cashdesk/void/<int:payment_id>", desk.ask_to_void, name="void"),
    path("cashdesk/shifts/", shifts.shift_list, name="shifts"),
    path("cashdesk/shifts/open", shifts.open_one, name="open_shift"),
    path("cashdesk/shifts/<int:shift_id>", shifts.shift_detail, name="shift"),
    path("cashdesk/shifts/<int:shift_id>/hand-over", shifts.hand_over_one, name="hand_over"),
    path("cashdesk/terminals/", cards.terminal_list, name="terminals"),
    path("cashdesk/slips/", slips.slip_list, name="slips"),
    path("cashdesk/slips/new/<int:community_id>", slips.new_slip, name="new_slip"),
    path("cashdesk/slips/<int:slip_id>", slips.slip_detail, name="slip"),
    path("cashdesk/slips/<int:slip_id>/scan", slips.scan, name="slip_scan"),
    path("cashdesk/slips/<int:slip_id>/void", slips.void, name="void_slip"),
]
