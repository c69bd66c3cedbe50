"""Partners and agreements, for everyone, and the partners' own desk."""

from django.urls import path

from partners.views import desk, public, reports

urlpatterns = [
    path("partners/", public.partners, name="partners"),
    path("partners/<slug:slug>/", public.partner, name="partner"),
    path("agreements/", public.agreements, name="agreements"),
    path("agreements/<slug:slug>/", public.agreement, name="agreement"),
    path("partnering/", desk.agreements, name="partnering"),
    path("partnering/<slug:slug>/", desk.agreement, name="partnering-agreement"),
    path("partnering/<slug:slug>/<int:pk>/", desk.figure, name="partnering-figure"),
    path("partnering/<slug:slug>/reports/<slug:code>/", reports.report, name="partnering-report"),
]
