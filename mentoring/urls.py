"""The desk of mentors and mentees."""

from django.urls import path

from mentoring.views import concerns, desk, honorarium, pairs

urlpatterns = [
    path("mentoring/", desk.desk, name="mentoring"),
    # concerns, open to anyone, and what mentors are paid
    path("mentoring/concerns/", concerns.report, name="concern-report"),
    path("mentoring/concerns/<slug:code>/", concerns.concern, name="concern"),
    path("my/concerns/", concerns.my_concerns, name="my-concerns"),
    path("my/concerns/<slug:code>/", concerns.my_concern, name="my-concern"),
    path("mentoring/honorarium/", honorarium.statements, name="honorarium"),
    path("mentoring/honorarium/<slug:code>/", honorarium.statement, name="honorarium-statement"),
    path("mentoring/<slug:code>/", pairs.pairing, name="pairing"),
    path("mentoring/pairs/<slug:code>/files/<slug:upload>/", pairs.mentee_file, name="mentee-file"),
    path("mentoring/<slug:code>/evaluation/", pairs.evaluation_save, name="evaluation-save"),
    path("mentoring/<slug:code>/share/", pairs.evaluation_share, name="evaluation-share"),
    path("mentoring/<slug:code>/goals/", pairs.goal_add, name="goal-add"),
]
