"""The addresses of mentoring. Words come before codes, which would take them for one."""

from django.urls import path

from mentoring.views import (
    actions,
    answers,
    booking,
    concerns,
    desk,
    feedback,
    form_evaluations,
    goals,
    honorarium,
    meetings,
    notes,
    pairs,
    profiles,
    rematches,
    rounds,
    weeks,
)

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
    # notes, actions, goals
    path("mentoring/pairs/<slug:code>/notes/", notes.add, name="note-add"),
    path("mentoring/notes/<slug:audience>/<slug:code>/", notes.note, name="note"),
    path("mentoring/notes/private/<slug:code>/remove/", notes.remove, name="note-remove"),
    path("mentoring/pairs/<slug:code>/actions/", actions.add, name="action-add"),
    path("mentoring/actions/<slug:code>/", actions.action, name="action"),
    path("mentoring/actions/<slug:code>/tick/", actions.tick, name="action-tick"),
    path("mentoring/actions/<slug:code>/remove/", actions.remove, name="action-remove"),
    path("mentoring/pairs/<slug:code>/goals/<int:position>/", goals.goal, name="goal"),
    path("mentoring/pairs/<slug:code>/goals/<int:position>/milestones/", goals.milestone_add, name="milestone-add"),
    path("mentoring/milestones/<slug:code>/", goals.milestone, name="milestone"),
    path("mentoring/milestones/<slug:code>/tick/", goals.milestone_tick, name="milestone-tick"),
    path("mentoring/milestones/<slug:code>/remove/", goals.milestone_remove, name="milestone-remove"),
    # meetings
    path("mentoring/meetings/<slug:code>/", meetings.meeting, name="meeting"),
    path("mentoring/meetings/<slug:code>/move/", booking.move, name="meeting-move"),
    path("mentoring/meetings/<slug:code>/cancel/", meetings.cancel, name="meeting-cancel"),
    path("mentoring/meetings/<slug:code>/details/", meetings.details, name="meeting-details"),
    path("mentoring/meetings/<slug:code>/word/", meetings.word, name="meeting-word"),
    path("mentoring/meetings/<slug:code>/feedback/", feedback.meeting_feedback, name="meeting-feedback"),
    path("mentoring/meetings/<slug:code>/calendar.ics", meetings.calendar, name="meeting-ics"),
    # concerns, open to anyone, and what mentors are paid
    path("mentoring/concerns/", concerns.report, name="concern-report"),
    path("mentoring/concerns/<slug:code>/", concerns.concern, name="concern"),
    path("my/concerns/", concerns.my_concerns, name="my-concerns"),
    path("my/concerns/<slug:code>/", concerns.my_concern, name="my-concern"),
    path("mentoring/honorarium/", honorarium.statements, name="honorarium"),
    path("mentoring/honorarium/<slug:code>/", honorarium.statement, name="honorarium-statement"),
    # a pair
    path("mentoring/<slug:code>/", pairs.pairing, name="pairing"),
    path("mentoring/<slug:code>/accept/", answers.accept, name="pairing-accept"),
    path("mentoring/<slug:code>/decline/", answers.decline, name="pairing-decline"),
    path("mentoring/<slug:code>/rematch/", rematches.rematch, name="pairing-rematch"),
    path("mentoring/<slug:code>/book/", booking.book, name="meeting-book"),
    path("mentoring/pairs/<slug:code>/files/<slug:upload>/", pairs.mentee_file, name="mentee-file"),
    path("mentoring/<slug:code>/evaluation/", pairs.evaluation_save, name="evaluation-save"),
    path("mentoring/<slug:code>/share/", pairs.evaluation_share, name="evaluation-share"),
    path("mentoring/<slug:code>/evaluations/<slug:stage>/", form_evaluations.evaluation, name="form-evaluation"),
    path(
        "mentoring/<slug:code>/evaluations/<slug:stage>/share/",
        form_evaluations.share,
        name="form-evaluation-share",
    ),
    path("mentoring/<slug:code>/goals/", pairs.goal_add, name="goal-add"),
]
