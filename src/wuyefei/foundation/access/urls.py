"""Addresses of sign-in, one's own account and administration."""

from django.urls import path

from .pages import account, people, places, signing

app_name = "access"
urlpatterns = [
    path("sign-in", signing.sign_in, name="sign_in"),
    path("sign-in/code", signing.code, name="code"),
    path("sign-in/authenticator", signing.enrol, name="enrol"),
    path("sign-out", signing.sign_out, name="sign_out"),
    path("language", signing.language, name="language"),
    path("account", account.account, name="account"),
    path("account/password", account.change_password, name="change_password"),
    path("admin/people", people.people, name="people"),
    path("admin/people/new", people.new_person, name="new_person"),
    path("admin/people/roles", people.roles, name="roles"),
    path("admin/people/<int:pk>", people.person, name="person"),
    path("admin/people/<int:pk>/name", people.rename_person, name="rename_person"),
    path("admin/people/<int:pk>/grants", people.grant, name="grant"),
    path("admin/people/<int:pk>/grants/<int:grant_id>/end", people.end_grant, name="end_grant"),
    path("admin/people/<int:pk>/password", people.reset_password, name="reset_password"),
    path("admin/people/<int:pk>/authenticator", people.reset_factor, name="reset_factor"),
    path("admin/people/<int:pk>/unlock", people.unlock_person, name="unlock_person"),
    path("admin/people/<int:pk>/end", people.end_person, name="end_person"),
    path("admin/people/<int:pk>/restore", people.restore_person, name="restore_person"),
    path("admin/places", places.places, name="places"),
    path("admin/places/regions", places.new_region, name="new_region"),
    path("admin/places/regions/<int:pk>", places.region, name="region"),
    path("admin/places/communities", places.new_community, name="new_community"),
    path("admin/places/communities/<int:pk>", places.community, name="community"),
    path("admin/places/communities/<int:pk>/end", places.end_community, name="end_community"),
    path("admin/sign-ins", people.sign_in_log, name="sign_in_log"),
]
