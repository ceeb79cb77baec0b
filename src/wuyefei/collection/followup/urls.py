from django.urls import path

from .pages import attached, cases, channels, desk, firstcalls, picked, policy, scripts, steps

app_name = "followup"
urlpatterns = [
    path("", desk.desk, name="desk"),
    path("cases", cases.listed, name="cases"),
    path("cases/export", cases.export, name="export"),
    path("cases/assign", cases.give, name="assign"),
    path("cases/<int:case_id>", cases.case, name="case"),
    path("cases/<int:case_id>/log", desk.log_contact, name="log"),
    path("cases/<int:case_id>/dial", desk.dial, name="dial"),
    path("cases/<int:case_id>/next", cases.next_contact, name="next"),
    path("cases/<int:case_id>/lane", cases.lane, name="lane"),
    path("acts/<int:act_id>/attach", attached.attach_file, name="attach"),
    path("attachments/<int:attachment_id>", attached.attached, name="attached"),
    path("handovers/<int:handover_id>/undo", cases.undo, name="undo"),
    path("give", picked.give_picked, name="give"),
    path("cadence", policy.cadence, name="cadence"),
    path("cadence/new", policy.write, name="cadence_new"),
    path("steps", steps.listed, name="steps"),
    path("steps/draft", steps.draft_today, name="draft"),
    path("steps/act", steps.act, name="act"),
    path("first", firstcalls.first, name="first"),
    path("first/release", firstcalls.release_first, name="first_release"),
    path("channels", channels.channels, name="channels"),
    path("channels/export", channels.channels_export, name="channels_export"),
    path("scripts", scripts.listed, name="scripts"),
]
