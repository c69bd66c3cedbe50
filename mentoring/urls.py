"""The desk of mentors and mentees."""

from django.urls import path

from mentoring.views import booking, desk, meetings, pairs

urlpatterns = [
    path("mentoring/", desk.desk, name="mentoring"),
    # meetings
    path("mentoring/meetings/<slug:code>/", meetings.meeting, name="meeting"),
    path("mentoring/meetings/<slug:code>/move/", booking.move, name="meeting-move"),
    path("mentoring/meetings/<slug:code>/cancel/", meetings.cancel, name="meeting-cancel"),
    path("mentoring/meetings/<slug:code>/details/", meetings.details, name="meeting-details"),
    path("mentoring/meetings/<slug:code>/word/", meetings.word, name="meeting-word"),
    path("mentoring/meetings/<slug:code>/calendar.ics", meetings.calendar, name="meeting-ics"),
    path("mentoring/<slug:code>/book/", booking.book, name="meeting-book"),
    # pairs
    path("mentoring/<slug:code>/", pairs.pairing, name="pairing"),
    path("mentoring/pairs/<slug:code>/files/<slug:upload>/", pairs.mentee_file, name="mentee-file"),
    path("mentoring/<slug:code>/evaluation/", pairs.evaluation_save, name="evaluation-save"),
    path("mentoring/<slug:code>/share/", pairs.evaluation_share, name="evaluation-share"),
    path("mentoring/<slug:code>/goals/", pairs.goal_add, name="goal-add"),
]
