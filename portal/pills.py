"""Which tone and which icon a state wears: one place, so that a state looks the same wherever it is shown.

The word beside the icon comes from the model, in the reader's language; the tone only repeats what both say.
"""

PHASE_PILLS = {
    "draft": ("soon", "pencil"),
    "scheduled": ("soon", "ring"),
    "open": ("live", "open"),
    "closing": ("warn", "clock"),
    "closed": ("plain", "lock"),
    "in_review": ("plain", "eye"),
    "announced": ("plain", "flag"),
    "running": ("good", "play"),
    "finished": ("done", "square"),
    "cancelled": ("bad", "x"),
}

APPLICATION_PILLS = {
    "draft": ("soon", "pencil"),
    "submitted": ("plain", "check"),
    "in_review": ("plain", "eye"),
    "changes_requested": ("warn", "warn"),
    "waitlisted": ("warn", "queue"),
    "offered": ("solid", "diamond"),
    "confirmed": ("good", "check"),
    "declined": ("done", "x"),
    "expired": ("done", "clock"),
    "rescinded": ("bad", "x"),
    "cancelled": ("done", "x"),
    "rejected": ("done", "minus"),
    "withdrawn": ("done", "x"),
    "closed_out": ("done", "queue"),
}

OUTCOME_PILLS = {
    "advance": ("live", "arrow"),
    "offer": ("good", "check"),
    "waitlist": ("warn", "queue"),
    "reject": ("done", "minus"),
    "undo": ("soon", "back"),
}

ENROLMENT_PILLS = {
    "enrolled": ("live", "check"),
    "active": ("good", "play"),
    "dropped": ("done", "x"),
    "no_show": ("done", "minus"),
    "completed": ("good", "check"),
    "not_completed": ("done", "minus"),
    "cancelled": ("done", "x"),
}

ATTENDANCE_PILLS = {
    "": ("soon", "ring"),
    "present": ("good", "check"),
    "late": ("warn", "clock"),
    "left_early": ("warn", "back"),
    "stepped_out": ("warn", "swap"),
    "excused": ("plain", "flag"),
    "absent": ("bad", "minus"),
}

ROSTER_PILLS = {
    "ahead": ("soon", "clock"),
    "open": ("warn", "pencil"),
    "done": ("good", "check"),
}

VERDICT_PILLS = {
    "reached": ("good", "check"),
    "within": ("live", "play"),
    "one_more": ("warn", "warn"),
    "unreachable": ("bad", "x"),
    "not_reached": ("bad", "minus"),
}

EXCUSE_PILLS = {
    "waiting": ("soon", "clock"),
    "accepted": ("good", "check"),
    "refused": ("done", "minus"),
}

EVALUATION_PILLS = {
    "draft": ("soon", "pencil"),
    "submitted": ("good", "check"),
    "shared": ("live", "eye"),
}

REMATCH_PILLS = {
    "open": ("warn", "clock"),
    "talking": ("soon", "ring"),
    "granted": ("good", "check"),
    "refused": ("done", "minus"),
    "withdrawn": ("done", "back"),
    "lapsed": ("done", "square"),
}

PAIRING_PILLS = {
    "proposed": ("soon", "ring"),
    "active": ("good", "play"),
    "ended": ("done", "square"),
}

GOAL_PILLS = {
    "open": ("soon", "ring"),
    "reached": ("good", "flag"),
    "dropped": ("done", "minus"),
}

SAMPLE_PILLS = {
    "open": ("live", "eye"),
    "expired": ("done", "clock"),
    "withdrawn": ("done", "back"),
}

NOTE_PILLS = {
    "private": ("soon", "lock"),
    "staff": ("plain", "eye"),
    "shared": ("live", "person"),
}

MEETING_PILLS = {
    "scheduled": ("live", "calendar"),
    "now": ("good", "play"),
    "unsaid": ("warn", "pencil"),
    "half_said": ("soon", "clock"),
    "disputed": ("warn", "warn"),
    "held": ("good", "check"),
    "mentor_absent": ("bad", "minus"),
    "mentee_absent": ("bad", "minus"),
    "both_absent": ("bad", "minus"),
    "cancelled": ("done", "x"),
    "rescheduled": ("done", "swap"),
}

AGREEMENT_PILLS = {
    "draft": ("soon", "pencil"),
    "signed": ("plain", "check"),
    "active": ("good", "play"),
    "expired": ("done", "square"),
    "superseded": ("done", "swap"),
    "terminated": ("bad", "x"),
}

COMMITMENT_PILLS = {
    "exceeded": ("good", "diamond"),
    "achieved": ("good", "check"),
    "missed": ("bad", "x"),
    "in_progress": ("live", "play"),
    "counting": ("soon", "clock"),
}

REPORT_PILLS = {
    "draft": ("soon", "pencil"),
    "in_approval": ("warn", "clock"),
    "approved": ("live", "check"),
    "published": ("good", "flag"),
    "superseded": ("done", "swap"),
}

APPROVAL_PILLS = {
    "waiting": ("soon", "clock"),
    "approved": ("good", "check"),
    "returned": ("bad", "back"),
}

IMPORT_PILLS = {
    "waiting": ("warn", "clock"),
    "applied": ("good", "check"),
    "discarded": ("done", "x"),
}

LETTER_PILLS = {
    "asked": ("soon", "clock"),
    "received": ("good", "check"),
    "declined": ("warn", "warn"),
    "late": ("done", "clock"),
    "ended": ("done", "minus"),
}

REVIEW_PILLS = {
    "waiting": ("soon", "ring"),
    "begun": ("warn", "pencil"),
    "handed_in": ("good", "check"),
    "conflict": ("bad", "warn"),
    "missed": ("bad", "clock"),
    "given_back": ("done", "swap"),
    "taken_back": ("done", "minus"),
}

RESTRICTION_PILLS = {
    "holds": ("bad", "lock"),
    "over": ("done", "square"),
    "lifted": ("good", "check"),
}

APPEAL_PILLS = {
    "waiting": ("soon", "clock"),
    "accepted": ("good", "check"),
    "refused": ("done", "minus"),
}

SURVEY_PILLS = {
    "coming": ("soon", "ring"),
    "open": ("live", "open"),
    "closed": ("done", "lock"),
}

MAIL_PILLS = {
    "waiting": ("soon", "clock"),
    "held": ("warn", "lock"),
    "bounced": ("bad", "warn"),
    "sent": ("good", "check"),
    "failed": ("bad", "warn"),
    "dropped": ("done", "minus"),
}

TEXT_PILLS = {
    "draft": ("soon", "pencil"),
    "asked": ("soon", "clock"),
    "approved": ("good", "check"),
    "refused": ("bad", "x"),
    "retired": ("done", "square"),
}


def pill(table, state, label):
    """What `components/pill.html` takes: `{"tone": …, "icon": …, "label": …}`."""
    tone, icon = table[state]
    return {"tone": tone, "icon": icon, "label": label}
