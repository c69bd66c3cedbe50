"""What the page of a round says to a mentee and to a mentor: where they stand, and all steps. Reads only."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from mentoring import rounds, week_words, zones
from mentoring.forms.choices import labels
from mentoring.models.pairs import Pairing
from mentoring.models.rounds import ConflictOutcome, RoundMentorState
from mentoring.progress import DONE, NEXT, NOW, Step
from mentoring.vocabulary import Discipline, Language, Skill
from portal import i18n


def pill(tone, icon, label):
    """A pill of these pages."""
    return {"tone": tone, "icon": icon, "label": label}


def button(name, label, *args, look=""):
    """A way to one of the portal's pages."""
    return {"url": reverse(name, args=args), "label": label, "look": look}


def stepped(rows):
    """Rows of (title, note, when, done) as steps; the first that is not done is the current one."""
    first_open = next((number for number, row in enumerate(rows) if not row[3]), None)
    return [
        Step(title, note, when, DONE if done else NOW if number == first_open else NEXT)
        for number, (title, note, when, done) in enumerate(rows)
    ]


# --- mentees ----------------------------------------------------------------------------------------------------


class Mentee:
    """Where a mentee stands in a round; `known` is what has been read already, for several rounds at once."""

    def __init__(self, round_, enrolment, now, known=None):
        self.round, self.enrolment, self.now = round_, enrolment, now
        self.profile = rounds.profile_of(enrolment)
        known = known or rounds.known_of(enrolment.person, [round_])
        self.week = known.week
        self.zone = zones.zone_in(self.week)
        self.parts = rounds.parts_of(self.week)
        self.lack = week_words.lack_words(self.parts, round_.least_parts)
        self.deadline = rounds.deadline_of(round_, self.profile)
        self.may_write = rounds.may_write(round_, self.profile, now)
        self.is_handed_in = self.profile is not None and self.profile.submitted_at is not None
        self.is_published = round_.pk in known.published
        self.wishes = known.wishes.get(self.profile.pk, 0) if self.profile is not None else 0

    def panel(self):
        """The panel on top, as components/now.html takes it."""
        facts = [
            {"term": pgettext("term", "Deadline"), "value": zones.own_deadline(self.deadline, self.zone)},
            {"term": _("Availability"), "value": week_words.parts_words(self.parts)},
            {"term": _("Wishes"), "value": self.wishes},
        ]
        shown, title, text = self._words()
        actions = []
        if self.may_write and self.lack:
            actions.append(button("week", _("Say when you have time"), look="primary"))
        elif not self.is_published:
            actions.append(button("week", _("Availability")))
        return {"pill": shown, "title": title, "text": text, "facts": facts, "actions": actions}

    def _words(self):
        if self.is_published:
            return (
                pill("good", "check", _("Announced")),
                _("The pairs of this round are announced."),
                _("Your mentor stands under “Mentoring”."),
            )
        if self.now < self.round.opens_at:
            return (
                pill("soon", "ring", pgettext("round", "Not open yet")),
                _("You can write here from %(moment)s.")
                % {"moment": zones.own_moment(self.round.opens_at, self.zone)},
                _("You can say when you have time already now."),
            )
        if self.is_handed_in:
            text = (
                _("You may change it until the deadline; changes count at once.")
                if self.may_write
                else _("The staff make the pairs now. You are told by mail.")
            )
            return (
                pill("good", "check", pgettext("mentee", "Handed in")),
                _("You have handed in your wishes."),
                text,
            )
        if self.may_write:
            return (
                pill("live", "pencil", _("Open")),
                _("Tell us what you look for and which mentors you would like."),
                self.lack or _("What you type is saved by itself, and counts once you hand it in."),
            )
        return (
            pill("warn", "warn", _("Not handed in")),
            _("The deadline has passed."),
            _("You can still be paired, by what is known of you. Staff can open it again for you."),
        )

    def steps(self):
        """All steps before the pairing."""
        handed = self.profile.submitted_at if self.is_handed_in else None
        rows = [
            (
                _("Availability"),
                self.lack or _("At least %(least)s parts of the week.") % {"least": self.round.least_parts},
                "",
                not self.lack,
            ),
            (
                _("Profile and wishes"),
                _("Discipline, skills, languages, a brief, and mentors in the order of your wishes."),
                i18n.day(handed) if handed else zones.own_deadline(self.deadline, self.zone),
                self.is_handed_in,
            ),
            (
                _("Pairing"),
                _("Staff make the pairs so that as many as possible are well paired."),
                "",
                self.is_published,
            ),
            (_("Announcement"), _("Both sides are told by mail, with the reasons."), "", self.is_published),
        ]
        return stepped(rows)

    def answers(self):
        """What was handed in or begun, as components/answers.html takes it."""
        profile = self.profile
        if profile is None:
            return []
        wishes = profile.wishes.select_related("mentor__user", "mentor__expert").order_by("rank")
        rows = [
            (_("Discipline"), labels([profile.discipline], Discipline)),
            (_("What you want to work on"), labels(profile.skills, Skill)),
            (_("Languages in which you can be mentored"), labels(profile.languages, Language)),
            (_("Brief"), [profile.brief] if profile.brief else []),
            (
                _("Mentors you would like"),
                [f"{wish.rank}. {wish.mentor.name}" for wish in wishes],
            ),
        ]
        return [
            {"label": label, "text": " · ".join(values) or _("No answer"), "blank": not values}
            for label, values in rows
        ]


# --- mentors ----------------------------------------------------------------------------------------------------


class Mentor:
    """Where a mentor stands in a round; `known` is what has been read already, for several rounds at once."""

    def __init__(self, round_, invited, now, known=None):
        self.round, self.invited, self.now = round_, invited, now
        known = known or rounds.known_of(invited.mentor.user, [round_])
        self.is_ready = invited.mentor.confirmed_at is not None and known.has_pledged
        self.week = known.week
        self.zone = zones.zone_in(self.week)
        self.parts = rounds.parts_of(self.week)
        self.may_answer = rounds.mentor_may_answer(round_, now)
        self.may_rank = rounds.mentor_may_rank(round_, invited, now)
        self.is_published = round_.pk in known.published
        self.has_time = bool(self.parts) or round_.is_camp

    def panel(self):
        """The panel on top, as components/now.html takes it."""
        state = self.invited.state
        pills_ = {
            RoundMentorState.INVITED: pill("soon", "mail", self.invited.get_state_display()),
            RoundMentorState.TAKES_PART: pill("good", "check", self.invited.get_state_display()),
            RoundMentorState.DECLINED: pill("done", "x", self.invited.get_state_display()),
        }
        facts = [
            {
                "term": pgettext("term", "Deadline"),
                "value": zones.own_deadline(self.round.mentors_until, self.zone),
            },
            {"term": _("Availability"), "value": week_words.parts_words(self.parts)},
            {"term": _("Mentees in this round"), "value": self.invited.places},
        ]
        title, text = self._words()
        actions = []
        if not self.is_ready:
            actions.append(button("mentor-profile", _("Confirm my profile"), look="primary"))
        if not self.has_time:
            actions.append(button("week", _("Say when you have time"), look="primary"))
        if not actions:
            actions = [button("mentor-profile", _("Mentor's profile")), button("week", _("Availability"))]
        return {"pill": pills_[state], "title": title, "text": text, "facts": facts, "actions": actions}

    def _words(self):
        if self.is_published:
            return _("The pairs of this round are announced."), _("Your mentees stand under “Mentoring”.")
        if self.invited.state == RoundMentorState.DECLINED:
            return _("You do not take part in this round."), ""
        if not self.is_ready or not self.has_time:
            return (
                _("Before you can take part, we need your profile and your time."),
                _("Mentees choose by your profile; pairs are made among people with common time."),
            )
        if self.invited.state == RoundMentorState.INVITED:
            return _("Do you take part in this round?"), _("Please answer below.")
        return _("You take part in this round."), _("The staff make the pairs after the mentees' deadline.")

    def steps(self):
        """All steps before the pairing."""
        answered = self.invited.answered_at
        rows = [
            (_("Profile, pledge and code of conduct"), "", "", self.is_ready),
            (_("Availability"), "", "", self.has_time),
            (
                _("Answer"),
                _("Whether you take part, and for how many mentees."),
                i18n.day(answered) if answered else zones.own_deadline(self.round.mentors_until, self.zone),
                answered is not None,
            ),
        ]
        if self.round.mentors_rank:
            until = self.round.ranks_until or self.round.mentors_until
            rows.append(
                (_("Rank briefs, if you like"), "", zones.own_deadline(until, self.zone), self.now >= until)
            )
        rows.append((_("Announcement"), _("Both sides are told by mail, with the reasons."), "", self.is_published))
        return stepped(rows)


# --- conflicts --------------------------------------------------------------------------------------------------


def declared_lines(round_, person):
    """What a person declared in a round, and whether staff have looked at it; why they decided is theirs alone."""
    rows = round_.declared.filter(by=person).select_related("mentor__user", "mentor__expert")
    pills_ = {
        "": pill("soon", "clock", pgettext("conflict", "Staff look at it")),
        ConflictOutcome.EXCLUDED: pill("good", "check", pgettext("conflict", "You are not paired")),
        ConflictOutcome.DISMISSED: pill("done", "minus", pgettext("conflict", "Does not stand in the way")),
    }
    if not any(row.mentor_id for row in rows):  # a mentor does not learn whom it concerned
        pills_[ConflictOutcome.EXCLUDED] = pills_[ConflictOutcome.DISMISSED] = pill("done", "check", _("Settled"))
    return [
        {
            "pk": row.pk,
            "name": row.mentor.name if row.mentor else "",
            "words": row.words,
            "pill": pills_[row.outcome],
            "is_open": not row.outcome,
        }
        for row in rows
    ]


# --- on the desk ------------------------------------------------------------------------------------------------


def desk_lines(user, now):
    """The rounds whose pairs are still to come, for the desk, as components/lines.html takes them.

    Without those of cohorts that are over, and those in which the person is paired already.
    """
    paired = Pairing.objects.of_person(user).values("enrolment__cohort")
    mine = [
        round_
        for round_ in rounds.visible_to(user).exclude(cohort__in=paired)
        if round_.cohort.ends_at is None or round_.cohort.ends_at > now
    ]
    if not mine:
        return []
    known = rounds.known_of(user, mine)
    places, invited = rounds.parts_in(user, mine)
    lines = []
    for round_ in mine:
        if round_.pk in known.published:
            continue
        if round_.cohort_id in places:
            panel = Mentee(round_, places[round_.cohort_id], now, known).panel()
        else:
            panel = Mentor(round_, invited[round_.pk], now, known).panel()
        program = round_.cohort.program
        lines.append(
            {
                "title": f"{program.title} {round_.cohort.label}",
                "title_lang": i18n.language_of(program, "title"),
                "note": panel["title"],
                "url": reverse("mentoring-round", args=[round_.code]),
                "pill": panel["pill"],
            }
        )
    return lines
