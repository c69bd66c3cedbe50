"""What sets the question that stands now apart from that of a run, in sentences for staff."""

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from mentoring.admin import pairing_words as words

RULES = {
    "version": _("The rules by which scores are counted have changed."),
    "weights": _("The weights of the score have changed."),
    "bands": _("The limits of poor and weak pairs have changed."),
    "least_minutes": _("The least common time has changed."),
    "meeting_minutes": _("The length of a meeting has changed."),
    "mentors_rank": _("Whether mentors rank briefs has changed."),
    "seed": _("The seed of the lottery has changed."),
}
WITH_MENTEE = {
    "mentee_left": _("%(mentee)s no longer takes part."),
    "mentee_came": _("%(mentee)s takes part now."),
    "mentee_said": _("%(mentee)s has changed what they look for, their wishes or their week."),
}
WITH_MENTOR = {
    "mentor_gone": _("%(mentor)s is no longer a mentor of the round."),
    "mentor_came": _("%(mentor)s is a mentor of the round now."),
}
WITH_BOTH = {
    "excluded": _("%(mentee)s and %(mentor)s may not be paired any more: %(after)s."),
    "allowed": _("%(mentee)s and %(mentor)s may be paired now."),
    "lock_excluded": _("%(mentee)s and %(mentor)s are locked, but may not be paired: %(after)s."),
}


def changed(changes, people):
    """A sentence for each Change."""
    return [_sentence(change, people) for change in changes]


def _sentence(change, people):
    names = {"mentee": people.mentee(change.mentee), "mentor": people.mentor(change.mentor or None)}
    if change.what == "rule":
        return str(RULES.get(change.mentor, _("A rule of the round has changed.")))
    if change.what in WITH_MENTEE:
        return WITH_MENTEE[change.what] % names
    if change.what in WITH_MENTOR:
        return WITH_MENTOR[change.what] % names
    if change.what in WITH_BOTH:
        after = words.reasons_text(change.after) if isinstance(change.after, list) else ""
        return WITH_BOTH[change.what] % {**names, "after": after}
    if change.what == "mentor_reasons":
        if change.after:
            why = words.reasons_text(change.after)
            return gettext("%(mentor)s cannot take anybody new: %(why)s.") % {**names, "why": why}
        return gettext("%(mentor)s can take mentees again.") % names
    if change.what in ("published", "locks"):
        return _held(change, people, names)
    return _counted(change, names)


def _held(change, people, names):
    """A pair that was announced or locked, or is so no more."""
    both = {
        "mentee": names["mentee"],
        "before": people.mentor(change.before),
        "after": people.mentor(change.after),
    }
    if change.what == "locks":
        if change.after is None:
            return gettext("%(mentee)s is no longer locked to %(before)s.") % both
        return gettext("%(mentee)s is locked to %(after)s now.") % both
    if change.after is None:
        return gettext("%(mentee)s and %(before)s are no longer paired.") % both
    if change.before is None:
        return gettext("%(mentee)s is paired with %(after)s now.") % both
    return gettext("%(mentee)s is paired with %(after)s now, no longer with %(before)s.") % both


def _counted(change, names):
    """What is told by numbers."""
    if change.what == "room":
        text = gettext("%(mentor)s has room for %(after)s mentees now, before that for %(before)s.")
        return text % {**names, "before": change.before, "after": change.after}
    if change.what == "locks_over":
        text = gettext("%(mentor)s has %(after)s locked mentees and %(before)s places.")
        return text % {**names, "before": change.before, "after": change.after}
    if change.what == "scores":
        text = ngettext(
            "%(count)s pair has another score.", "%(count)s pairs have another score.", change.after
        )
        return text % {"count": change.after}
    if change.what == "declared":
        return gettext("A conflict of interest has been declared or settled.")
    return gettext("Something else has changed.")
