"""Programs, cohorts, applications."""

from django.urls import include, path

from programs.views import (
    applications,
    badges,
    calendars,
    certificates,
    check_in,
    excuses,
    interviews,
    learning,
    materials,
    public,
    references,
    restrictions,
    results,
    reviews,
    surveys,
    teaching,
    writing,
)

application_urls = [
    path("", applications.application, name="application"),
    path("edit/", writing.edit, name="application-edit"),
    path("submit/", writing.submit, name="application-submit"),
    path("discard/", writing.discard, name="application-discard"),
    path("files/", writing.files, name="application-files"),
    path("files/<slug:upload>/", writing.file, name="application-file"),
    path("references/<slug:key>/", references.another, name="application-reference"),
    path("references/<slug:key>/ask/", references.ask, name="application-reference-ask"),
    path("withdraw/", applications.withdraw, name="application-withdraw"),
    path("confirm/", applications.confirm, name="application-confirm"),
    path("decline/", applications.decline, name="application-decline"),
    path("cancel/", applications.cancel, name="application-cancel"),
    path("interview/", interviews.choose, name="application-interview"),
    path("interview/return/", interviews.give_back, name="application-interview-return"),
    path("interview.ics", interviews.calendar, name="application-interview-ics"),
]

review_urls = [
    path("", reviews.desk, name="reviews"),
    path("interviews/", interviews.panel_list, name="reviews-interviews"),
    path("interviews.ics", interviews.panel_calendar, name="reviews-interviews-ics"),
    path("<slug:code>/", reviews.review, name="review"),
    path("<slug:code>/save/", reviews.save, name="review-save"),
    path("<slug:code>/give-back/", reviews.give_back, name="review-give-back"),
    path("<slug:code>/files/<slug:upload>/", reviews.file, name="review-file"),
    path("<slug:program>/<slug:cohort>/<int:number>/pledge/", reviews.pledge, name="review-pledge"),
]

teaching_urls = [
    path("", teaching.desk, name="teaching"),
    path("surveys/", surveys.teaching, name="teaching-surveys"),
    path("surveys/<slug:code>/", surveys.teaching_results, name="teaching-survey"),
    path("surveys/<slug:code>/results.pdf", surveys.teaching_pdf, name="teaching-survey-pdf"),
    path("<slug:code>/", teaching.session, name="teaching-session"),
    path("<slug:code>/sheet/", teaching.sheet, name="teaching-sheet"),
    path("<slug:code>/materials/", materials.teaching_materials, name="teaching-materials"),
    path(
        "<slug:code>/materials/<slug:material>/remove/", materials.remove_material, name="teaching-material-remove"
    ),
    path("<slug:code>/check-in/", check_in.door, name="teaching-check-in"),
    path("<slug:code>/check-in/code/", check_in.door_code, name="teaching-check-in-code"),
]

excuse_urls = [
    path("", excuses.requests_page, name="learning-excuses"),
    path("<slug:excuse>/withdraw/", excuses.withdraw, name="learning-excuse-withdraw"),
    path("<slug:excuse>/file/", excuses.file, name="learning-excuse-file"),
]

certificate_urls = [
    path("verify/", certificates.verify, name="certificate-verify"),
    path("<slug:code>/certificate.pdf", certificates.document, name="certificate-document"),
    path("<slug:code>/badge.jwt", certificates.badge, name="certificate-badge"),
    path("<slug:code>/make/", certificates.make, name="certificate-make"),
]

without_language = [
    path("c/<slug:code>/", certificates.short, name="certificate-short"),
    path("badges/issuer.json", badges.issuer, name="badge-issuer"),
    path("badges/jwks.json", badges.keys, name="badge-keys"),
    path("badges/keys/<slug:kid>.json", badges.key, name="badge-key"),
    path("badges/status/<slug:kid>/<int:number>", badges.status, name="badge-status"),
]

urlpatterns = [
    path("programs/", public.programs, name="catalog"),
    path("programs/<slug:program>/", public.program, name="program"),
    path("programs/<slug:program>/<slug:cohort>/", public.cohort, name="cohort"),
    path("programs/<slug:program>/<slug:cohort>/results/", results.cohort_results, name="cohort-results"),
    path("calendar/", calendars.calendar, name="calendar"),
    path("calendar.ics", calendars.calendar_ics, name="calendar-ics"),
    path("calendar/<slug:code>.ics", calendars.feed, name="calendar-feed"),
    path("materials/<slug:code>/", materials.material, name="material"),
    path("check-in/<slug:code>/", check_in.check_in, name="check-in"),
    path("check-in/<slug:code>/<slug:token>/", check_in.check_in, name="check-in-scan"),
    path("my/learning/<slug:code>/", learning.learning, name="learning"),
    path("my/calendar/", calendars.my_calendar, name="my-calendar"),
    path("instructors/", public.instructors, name="instructors"),
    path("programs/<slug:program>/<slug:cohort>/apply/", writing.apply, name="apply"),
    path("references/<slug:code>/", references.reference, name="reference"),
    path("applications/<slug:code>/", include(application_urls)),
    path("reviews/", include(review_urls)),
    path("teaching/", include(teaching_urls)),
    path("my/learning/<slug:code>/excuses/", include(excuse_urls)),
    path("certificates/", include(certificate_urls)),
    path("my/certificates/", certificates.my_certificates, name="my-certificates"),
    path("surveys/<slug:code>/", surveys.survey, name="survey"),
    path("my/restrictions/", restrictions.my_restrictions, name="my-restrictions"),
]
