"""Programs, cohorts, applications."""

from django.urls import include, path

from programs.views import applications, public

application_urls = [
    path("", applications.application, name="application"),
    path("edit/", applications.edit, name="application-edit"),
    path("submit/", applications.submit, name="application-submit"),
    path("withdraw/", applications.withdraw, name="application-withdraw"),
    path("confirm/", applications.confirm, name="application-confirm"),
    path("decline/", applications.decline, name="application-decline"),
    path("cancel/", applications.cancel, name="application-cancel"),
]

urlpatterns = [
    path("programs/", public.programs, name="catalog"),
    path("programs/<slug:program>/", public.program, name="program"),
    path("programs/<slug:program>/<slug:cohort>/", public.cohort, name="cohort"),
    path("instructors/", public.instructors, name="instructors"),
    path("programs/<slug:program>/<slug:cohort>/apply/", applications.apply, name="apply"),
    path("applications/<slug:code>/", include(application_urls)),
]
