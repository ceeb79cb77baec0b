from django.urls import path

from .pages import given_up, limits, measures, plans, proposing, years

app_name = "concessions"
urlpatterns = [
    path("plans", plans.listed, name="plans"),
    path("plans/export", plans.export, name="export"),
    path("plans/effect", plans.effect, name="effect"),
    path("plans/limits", limits.limits, name="limits"),
    path("plans/new/<int:property_id>", proposing.new, name="new"),
    path("plans/<int:plan_id>", plans.plan, name="plan"),
    path("plans/<int:plan_id>/assess", plans.assess, name="assess"),
    path("plans/<int:plan_id>/sign", plans.sign, name="sign"),
    path("plans/<int:plan_id>/agreement.pdf", plans.agreement, name="agreement"),
    path("measures", measures.listed, name="measures"),
    path("measures/new", measures.new, name="measure_new"),
    path("measures/<int:measure_id>", measures.measure, name="measure"),
    path("measures/<int:measure_id>/notice.pdf", measures.notice, name="measure_notice"),
    path("measures/<int:measure_id>/service", measures.service, name="measure_service"),
    path("measures/<int:measure_id>/end", measures.end, name="measure_end"),
    path("given-up", given_up.listed, name="given_up_list"),
    path("given-up/export", given_up.export, name="given_up_export"),
    path("given-up/new/<int:receivable_id>", given_up.new, name="given_up_new"),
    path("given-up/<int:given_up_id>", given_up.one, name="given_up"),
    path("given-up/<int:given_up_id>/again", given_up.again, name="given_up_again"),
    path("years", years.listed, name="years"),
    path("years/export", years.export, name="years_export"),
    path("years/terms", years.terms, name="year_terms"),
    path("years/new/<int:property_id>", years.new, name="year_new"),
    path("years/<int:year_id>", years.year, name="year"),
    path("years/<int:year_id>/agreement.pdf", years.agreement, name="year_agreement"),
]
