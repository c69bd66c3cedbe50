"""The desk of mentors and mentees."""

from django.urls import path

from mentoring.views import desk, pairs

urlpatterns = [
    path("mentoring/", desk.desk, name="mentoring"),
    path("mentoring/<slug:code>/", pairs.pairing, name="pairing"),
    path("mentoring/pairs/<slug:code>/files/<slug:upload>/", pairs.mentee_file, name="mentee-file"),
    path("mentoring/<slug:code>/evaluation/", pairs.evaluation_save, name="evaluation-save"),
    path("mentoring/<slug:code>/share/", pairs.evaluation_share, name="evaluation-share"),
    path("mentoring/<slug:code>/goals/", pairs.goal_add, name="goal-add"),
]
