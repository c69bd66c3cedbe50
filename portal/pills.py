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
    "present": ("good", "check"),
    "late": ("warn", "clock"),
    "left_early": ("warn", "back"),
    "stepped_out": ("warn", "swap"),
    "excused": ("plain", "info"),
    "absent": ("bad", "x"),
    "unmarked": ("soon", "ring"),
}

CERTIFICATE_PILLS = {
    "valid": ("good", "check"),
    "superseded": ("warn", "swap"),
    "revoked": ("bad", "x"),
}

EVALUATION_PILLS = {
    "draft": ("soon", "pencil"),
    "submitted": ("good", "check"),
    "shared": ("live", "eye"),
}

REVIEW_PILLS = {
    "assigned": ("soon", "ring"),
    "draft": ("soon", "pencil"),
    "submitted": ("good", "check"),
    "recused": ("done", "minus"),
}

PAIRING_PILLS = {
    "proposed": ("soon", "ring"),
    "active": ("good", "play"),
    "ended": ("done", "square"),
}

MEETING_PILLS = {
    "open": ("live", "open"),
    "booked": ("plain", "ring"),
    "next": ("live", "play"),
    "moved": ("warn", "clock"),
    "held": ("good", "check"),
    "missed": ("bad", "minus"),
    "cancelled": ("done", "x"),
}

PLACEMENT_PILLS = {
    "planned": ("soon", "ring"),
    "open": ("live", "open"),
    "active": ("good", "play"),
    "completed": ("good", "check"),
    "ended_early": ("done", "minus"),
    "cancelled": ("done", "x"),
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
    "planned": ("soon", "ring"),
    "counting": ("soon", "clock"),
    "on_track": ("live", "play"),
    "met": ("good", "check"),
    "exceeded": ("good", "up"),
    "missed": ("bad", "down"),
}

REPORT_PILLS = {
    "draft": ("soon", "pencil"),
    "approved": ("good", "check"),
    "superseded": ("done", "swap"),
}

MAIL_PILLS = {
    "waiting": ("soon", "clock"),
    "queued": ("soon", "clock"),
    "sent": ("good", "check"),
    "failed": ("bad", "warn"),
    "dropped": ("done", "minus"),
}


def pill(table, state, label):
    """What `components/pill.html` takes: `{"tone": …, "icon": …, "label": …}`."""
    tone, icon = table[state]
    return {"tone": tone, "icon": icon, "label": label}
