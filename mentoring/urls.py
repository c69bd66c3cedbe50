"""The desk of mentors and mentees."""

from django.urls import path

from mentoring.views import desk, pairs, profiles, rounds, weeks

urlpatterns = [
    path("mentoring/", desk.desk, name="mentoring"),
    # before pairing
    path("mentoring/profile/", profiles.mentor_profile, name="mentor-profile"),
    path("mentoring/week/", weeks.week, name="week"),
    path("mentoring/rounds/<slug:code>/", rounds.mentoring_round, name="mentoring-round"),
    path("mentoring/rounds/<slug:code>/wishes/", rounds.round_wishes, name="mentoring-round-wishes"),
    path("mentoring/rounds/<slug:code>/answer/", rounds.round_answer, name="mentoring-round-answer"),
    path("mentoring/rounds/<slug:code>/briefs/", rounds.round_briefs, name="mentoring-round-briefs"),
    path("mentoring/rounds/<slug:code>/conflicts/", rounds.round_conflict, name="mentoring-round-conflict"),
    # pairs
    path("mentoring/<slug:code>/", pairs.pairing, name="pairing"),
    path("mentoring/pairs/<slug:code>/files/<slug:upload>/", pairs.mentee_file, name="mentee-file"),
    path("mentoring/<slug:code>/evaluation/", pairs.evaluation_save, name="evaluation-save"),
    path("mentoring/<slug:code>/share/", pairs.evaluation_share, name="evaluation-share"),
    path("mentoring/<slug:code>/goals/", pairs.goal_add, name="goal-add"),
]
