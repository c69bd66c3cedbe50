"""The pairing in words for staff: what has changed, why nobody is possible, what would help. Names come with it."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from mentoring.models.mentors import MentorProfile
from mentoring.pairing.input import mentor_pk
from mentoring.pairing.rules import label
from programs.models.enrolments import Enrolment

STAGES = {
    "matched": gettext_lazy("Mentees paired"),
    "poor": gettext_lazy("Poor pairs"),
    "new_poor": gettext_lazy("New poor pairs"),
    "changed": gettext_lazy("Announced pairs changed"),
    "weak": gettext_lazy("Weak pairs"),
    "total": gettext_lazy("Points of all pairs"),
}
PARTS = {
    "mentee_rank": gettext_lazy("The mentee's wish"),
    "mentor_rank": gettext_lazy("The mentor's wish"),
    "discipline": gettext_lazy("Discipline"),
    "skills": gettext_lazy("Skills"),
    "time": gettext_lazy("Common time"),
}
RULES = {
    "version": gettext_lazy("Rules of the score"),
    "weights": gettext_lazy("Weights"),
    "bands": gettext_lazy("Limits of poor and weak"),
    "least_minutes": gettext_lazy("Common minutes a week at least"),
    "meeting_minutes": gettext_lazy("Minutes of a meeting"),
    "mentors_rank": gettext_lazy("Mentors rank briefs"),
    "seed": gettext_lazy("Seed of the lottery"),
}
UNMATCHED = {
    "no_mentor_possible": gettext_lazy("No mentor is possible."),
    "no_seats": gettext_lazy("Every possible mentor is full, however people are moved."),
    "seat_free": gettext_lazy("A place could be had; what counts more stands before it."),
}


class Names:
    """What mentees and mentors of snapshots are called, in the reader's language. Two queries."""

    def __init__(self, *snapshots):
        codes = {code for snapshot in snapshots for code in snapshot.mentees}
        keys = {mentor_pk(name) for snapshot in snapshots for name in snapshot.mentors}
        self.enrolments = {
            row.code: row for row in Enrolment.objects.filter(code__in=codes).select_related("person")
        }
        self.mentors = {
            row.pk: row for row in MentorProfile.objects.filter(pk__in=keys).select_related("user", "expert")
        }

    def mentee(self, code):
        """A mentee's name."""
        row = self.enrolments.get(code)
        return row.person.display_name if row is not None else "–"

    def mentor(self, name):
        """A mentor's name; a dash for nobody."""
        row = self.mentors.get(mentor_pk(name)) if name else None
        return row.name if row is not None else "–"


def reasons_text(codes):
    """Several reasons in one line."""
    return ", ".join(str(label(code)) for code in codes)


def change_text(change, names):
    """A Change as a sentence."""
    words = {
        "mentee": names.mentee(change.mentee),
        "mentor": names.mentor(change.mentor),
        "before": change.before,
        "after": change.after,
    }
    if change.what in ("excluded", "lock_excluded"):
        words["reasons"] = reasons_text(change.after)
    elif change.what == "allowed":
        words["reasons"] = reasons_text(change.before)
    elif change.what == "mentor_reasons":
        words["reasons"] = reasons_text(change.after) or _("takes mentees again")
    elif change.what in ("published", "locks"):
        words |= {"before": names.mentor(change.before), "after": names.mentor(change.after)}
    elif change.what == "rule":
        words["rule"] = RULES[change.mentor]
    elif change.what == "scores":
        return ngettext(
            "The points of %(after)s pair have changed.",
            "The points of %(after)s pairs have changed.",
            change.after,
        ) % {"after": change.after}
    return str(CHANGES[change.what]) % words


CHANGES = {
    "lock_excluded": gettext_lazy("%(mentee)s is locked to %(mentor)s, against a rule: %(reasons)s."),
    "locks_over": gettext_lazy("%(mentor)s has %(after)s locked mentees and %(before)s places."),
    "rule": gettext_lazy("“%(rule)s” has been changed."),
    "mentee_left": gettext_lazy("%(mentee)s no longer takes part."),
    "mentee_came": gettext_lazy("%(mentee)s has joined."),
    "mentee_said": gettext_lazy("%(mentee)s has changed the wishes or the time."),
    "mentor_gone": gettext_lazy("%(mentor)s is not a mentor of the round any more."),
    "mentor_came": gettext_lazy("%(mentor)s has joined as a mentor."),
    "mentor_reasons": gettext_lazy("%(mentor)s: %(reasons)s."),
    "room": gettext_lazy("Places of %(mentor)s: %(after)s instead of %(before)s."),
    "published": gettext_lazy("Announced mentor of %(mentee)s: %(after)s instead of %(before)s."),
    "locks": gettext_lazy("Locked mentor of %(mentee)s: %(after)s instead of %(before)s."),
    "excluded": gettext_lazy("%(mentee)s and %(mentor)s may not be paired any more: %(reasons)s."),
    "allowed": gettext_lazy("%(mentee)s and %(mentor)s may be paired again; until now: %(reasons)s."),
    "scores": gettext_lazy("Points have changed."),
    "declared": gettext_lazy("Conflicts declared and not settled: %(after)s instead of %(before)s."),
    "other": gettext_lazy("Something that people said of themselves has changed."),
}


def relaxations(snapshot, mentee):
    """What would help a mentee without a mentor: `[(reason, [mentors])]`, where it alone stands in the way.

    The reason that would open most mentors comes first.
    """
    found = {}
    for mentor in snapshot.mentors:
        reasons = snapshot.reasons(mentee, mentor)
        if len(reasons) == 1:
            found.setdefault(reasons[0], []).append(mentor)
    return sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
