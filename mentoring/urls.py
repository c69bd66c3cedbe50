"""The desk of mentors and mentees."""

from django.urls import path

from mentoring import views

urlpatterns = [
    path("mentoring/", views.desk, name="mentoring"),
    path("mentoring/<slug:code>/", views.pairing, name="pairing"),
    path("mentoring/pairs/<slug:code>/files/<slug:upload>/", views.mentee_file, name="mentee-file"),
    path("mentoring/<slug:code>/evaluation/", views.evaluation_save, name="evaluation-save"),
    path("mentoring/<slug:code>/share/", views.evaluation_share, name="evaluation-share"),
    path("mentoring/<slug:code>/goals/", views.goal_add, name="goal-add"),
]
